"""Every refusal of the hall, each with the sentence that the person reads who meets it.

    Refusal
    ├── Unknown     it names something this hall does not have      (HTTP 404)
    ├── NotNow      the rules forbid it in the present state        (HTTP 409)
    ├── NotYours    somebody else may do it                         (HTTP 403)
    └── Wrong       the request contradicts itself or lacks a part  (HTTP 422)

The class docstring is the English sentence, `zh` the Chinese one; both are templates over `facts`. `rule` is the
stable name that programs look at. `field` is the field of the request at fault. A refusal changes nothing.
"""

import re
from typing import ClassVar

Fact = str | int | float
"""What stands in a sentence: numbers and names of the hall, never a person's data."""


WORD_FACTS = frozenset({"duty", "status", "move"})
"""The facts that are words of the core and not of a hall: said in the reader's language."""

WORDS_ZH = {
    "waiting": "等候中",
    "called": "已叫号",
    "serving": "办理中",
    "parked": "已挂起",
    "missed": "已过号",
    "finished": "已办结",
    "cancelled": "已取消",
    "abandoned": "已离开",
    "void": "已作废",
    "closed": "已关闭",
    "idle": "空闲",
    "calling": "叫号中",
    "paused": "暂停服务",
    "call": "叫号",
    "recall": "重呼",
    "start": "开始办理",
    "finish": "办结",
    "miss": "标记过号",
    "requeue": "重新排队",
    "park": "挂起",
    "return": "返回排队",
    "transfer": "转办",
    "go_on": "办理下一项",
    "cancel": "取消",
    "abandon": "标记离开",
    "open": "开窗",
    "release": "离窗",
    "pause": "暂停",
    "resume": "恢复",
    "close": "关窗",
    "pin": "固定窗口",
    "keep_open": "保持开窗",
    "grant": "授予优先",
    "booked": "已预约",
    "checked_in": "已签到",
    "no_show": "爽约",
    "reschedule": "改期",
    "check_in": "签到",
    "lift_ban": "解除限制",
    "take_over": "接班",
    "cover": "顶岗",
    "away": "登记离岗",
}
"""The core's words for statuses, duties and moves in Chinese."""


class Refusal(Exception):
    """The hall will not do that."""

    zh: ClassVar[str] = "大厅不能这样做。"
    field: ClassVar[str] = ""

    def __init__(self, **facts: Fact) -> None:
        super().__init__()
        self.facts = facts

    @classmethod
    def rule_name(cls) -> str:
        """The stable name of the broken rule: `WindowHasTicket` is `window-has-ticket`."""
        return re.sub(r"(?<!^)(?=[A-Z])", "-", cls.__name__).lower()

    @property
    def rule(self) -> str:
        """The stable name of the broken rule."""
        return self.rule_name()

    def text(self, language: str = "en") -> str:
        """The sentence, in `zh` or `en`."""
        if language == "zh":
            words = {
                key: WORDS_ZH.get(str(fact), fact) for key, fact in self.facts.items() if key in WORD_FACTS
            }
            return self.zh.format_map({**self.facts, **words})
        return " ".join((self.__doc__ or "").split()).format_map(self.facts)

    def __str__(self) -> str:
        return self.text()


class Unknown(Refusal):
    """That does not exist here."""

    zh = "这里没有。"


class NotNow(Refusal):
    """That is not possible now."""

    zh = "现在不能这样做。"


class NotYours(Refusal):
    """That is for somebody else to do."""

    zh = "您没有这个权限。"


class Wrong(Refusal):
    """The request is not complete or contradicts itself."""

    zh = "请求不完整或自相矛盾。"


# -- unknown ----------------------------------------------------------------------------------------------------


class UnknownHall(Unknown):
    """There is no hall "{hall}" here."""

    zh = "这里没有大厅“{hall}”。"
    field = "hall"


class UnknownPlan(Unknown):
    """No plan of this hall was adopted as number {seq}."""

    zh = "本大厅没有编号为 {seq} 的方案。"
    field = "seq"


class UnknownAgent(Unknown):
    """No device of this hall hangs on an agent called "{agent}". The hall file names: {known}."""

    zh = "本大厅没有设备挂在代理“{agent}”上。大厅文件中的代理:{known}。"
    field = "agent"


class UnknownService(Unknown):
    """This hall has no service "{service}". It has: {known}."""

    zh = "本大厅没有业务“{service}”。现有业务:{known}。"
    field = "service"


class UnknownWindow(Unknown):
    """This hall has no window {window}."""

    zh = "本大厅没有 {window} 号窗口。"
    field = "window"


class UnknownTicket(Unknown):
    """There is no such ticket today."""

    zh = "今天没有这张号票。"
    field = "ticket"


class UnknownClass(Unknown):
    """This hall has no priority class "{priority_class}". It has: {known}."""

    zh = "本大厅没有优先类别“{priority_class}”。现有类别:{known}。"
    field = "priority_class"


class ClassNotValid(NotNow):
    """{priority_class} is given from {starts} to {ends}, not today."""

    zh = "“{class_zh}”的有效期为 {starts} 至 {ends},今天不在有效期内。"
    field = "priority_class"


class UnknownPerson(Unknown):
    """This hall has nobody with the staff number "{clerk}"."""

    zh = "本大厅没有工号为“{clerk}”的工作人员。"
    field = "clerk"


class UnknownPrinter(Unknown):
    """This hall has no printer "{printer}"."""

    zh = "本大厅没有打印机“{printer}”。"
    field = "printer"


class NoSuchSound(Unknown):
    """There is no sound "{sound}" here any more; the next call brings its own."""

    zh = "这里没有声音“{sound}”,下一次叫号会带来新的。"
    field = "sound"


class UnknownSlip(Unknown):
    """There is no print job "{job}" today."""

    zh = "今天没有打印任务“{job}”。"
    field = "job"


# -- not now: the hall ------------------------------------------------------------------------------------------


class HallClosed(NotNow):
    """The hall is closed now. {opens}"""

    zh = "大厅现在不对外服务。{opens_zh}"


class ServiceClosed(NotNow):
    """No more numbers for {service} today: the last one is given out at {last}."""

    zh = "{service_zh} 今天已停止取号(截止 {last})。"
    field = "service"


class QuotaReached(NotNow):
    """All {quota} numbers for {service} are taken today. Please come another day or ask at the reception."""

    zh = "{service_zh} 今天的 {quota} 个号已取完,请改天再来或咨询服务台。"
    field = "service"


class SegmentQuotaReached(NotNow):
    """All {quota} numbers for {service} from {starts} to {ends} are taken. Please come at another time of day, or ask at the
    reception."""

    zh = "{service_zh} {starts} 至 {ends} 的 {quota} 个号已取完,请换个时段再来,或咨询服务台。"
    field = "service"


class OutsideSaysNo(NotNow):
    """No number for {service} now: {sentence}"""

    zh = "{service_zh} 现在不能取号:{sentence_zh}"
    field = "service"


class OutsideSilent(NotNow):
    """The system that is asked before a number for {service} is given does not answer now. Please try again in a few
    minutes, or ask at the reception."""

    zh = "{service_zh} 取号前要核验的系统暂时没有应答,请过几分钟再试,或咨询服务台。"
    field = "service"


class CardGone(NotNow):
    """The card is no longer remembered. Please lay it on the reader again, or take a number without it."""

    zh = "证件信息已清除,请重新放置证件,或不用证件直接取号。"
    field = "card"


class AgentLimit(NotNow):
    """You have taken {held} numbers today; your registration as an agent allows {limit} a day."""

    zh = "您今天已取 {held} 个号,登记的代办人员每天最多 {limit} 个。"
    field = "holder"


class AgentNotValid(NotNow):
    """Your registration as an agent holds from {starts} to {ends}, not today. Please renew it at the reception."""

    zh = "您的代办登记有效期为 {starts} 至 {ends},今天不在有效期内。请到服务台办理续期。"
    field = "holder"


class AgentNotForService(NotNow):
    """Your registration as an agent does not cover {service}. Please ask at the reception."""

    zh = "您的代办登记不包括 {service_zh},请咨询服务台。"
    field = "service"


class TooManyTickets(NotNow):
    """You have taken {held} numbers today and may take {limit}. Give one back, or ask at the reception."""

    zh = "您今天已取 {held} 个号(上限 {limit} 个)。请先退号,或咨询服务台。"
    field = "holder"


class AlreadyHolding(NotNow):
    """You have taken {held} numbers for {service} today and may take {limit}. Your number is {number}."""

    zh = "您今天已取 {service_zh} 的号 {held} 个(上限 {limit} 个),号码是 {number}。"
    field = "service"


class NoWindowServes(NotNow):
    """No window of this hall serves {service}."""

    zh = "本大厅没有窗口办理 {service_zh}。"
    field = "service"


class PlanMoved(NotNow):
    """Somebody else has just changed the set-up. Please look at it as it is now, then change it again."""

    zh = "别人刚刚改过大厅的设置。请先看过新的设置,再改一次。"
    field = "seen"


class WindowStillBusy(NotNow):
    """The new hall file leaves out window {window}, which is not closed. Close it first."""

    zh = "新的大厅文件中没有 {window} 号窗口,但该窗口尚未关闭。请先关闭窗口。"
    field = "window"


class ServiceStillWanted(NotNow):
    """The new hall file leaves out service {service}, for which {waiting} people still hold a number."""

    zh = "新的大厅文件中没有业务 {service},但还有 {waiting} 人持有该业务的号票。"
    field = "service"


# -- not now: windows -------------------------------------------------------------------------------------------


class NobodyWaiting(NotNow):
    """Nobody is waiting for window {window}."""

    zh = "{window} 号窗口暂时没有人等候。"


class WindowHasTicket(NotNow):
    """Window {window} still has {number}. Finish it, or mark it missed, first."""

    zh = "{window} 号窗口还有 {number} 号未结束,请先办结或标记过号。"
    field = "window"


class WindowHasNoTicket(NotNow):
    """Window {window} has nobody at it. Call the next number first."""

    zh = "{window} 号窗口当前没有叫号,请先叫号。"
    field = "window"


class WindowCannot(NotNow):
    """Window {window} is {duty}: it cannot {move} now."""

    zh = "{window} 号窗口当前状态为“{duty}”,不能执行“{move}”。"
    field = "window"


class WindowDoesNotServe(NotNow):
    """Window {window} does not serve {service}."""

    zh = "{window} 号窗口不办理 {service_zh}。"
    field = "window"


class ClerkElsewhere(NotNow):
    """{clerk} sits at window {window}. Sign out there first."""

    zh = "{clerk} 正在 {window} 号窗口,请先在那里退出。"
    field = "clerk"


class NobodyCovered(NotNow):
    """Nobody is covered at window {window}."""

    zh = "{window} 号窗口没有人被顶岗。"
    field = "window"


class NoSkillForWindow(NotNow):
    """{clerk} does none of the services of window {window}."""

    zh = "{clerk} 不办理 {window} 号窗口的任何业务。"
    field = "clerk"


class NothingProposed(NotNow):
    """The tide proposes nothing for window {window} now."""

    zh = "系统目前没有对 {window} 号窗口的潮汐建议。"
    field = "window"


# -- not now: tickets -------------------------------------------------------------------------------------------


class TicketCannot(NotNow):
    """Ticket {number} is {status}: it cannot {move} now."""

    zh = "{number} 号当前状态为“{status}”,不能执行“{move}”。"
    field = "ticket"


class NotServedYet(NotNow):
    """Ticket {number} has not been served to the end; the service can be rated when it is done."""

    zh = "{number} 号尚未办结,办结后才能评价。"
    field = "ticket"


class ClerkNotHere(NotNow):
    """Nobody of the staff number "{clerk}" is signed in at a window now."""

    zh = "工号“{clerk}”目前没有在任何窗口登录。"
    field = "person"


class NotSentAway(NotNow):
    """{number} was not sent away today for missing materials or an outage, or has come back already."""

    zh = "{number} 号今天没有因材料不全或故障未办成,或已经再次取号。"
    field = "again"


class NothingToPickUp(NotNow):
    """{number} left nothing that can be picked up there, or it was picked up already."""

    zh = "{number} 号没有可在此领取的办理结果,或已经领取。"
    field = "pickup_of"


class LeavesNothing(NotNow):
    """{service} leaves nothing to be picked up: the hall file names no pick-up service for it (result_at)."""

    zh = "{service_zh} 没有办理结果需要领取(大厅文件未写 result_at)。"
    field = "result"


class RecallLimit(NotNow):
    """{number} was called {cap} times again already. Mark it missed and call the next."""

    zh = "{number} 号已重呼 {cap} 次,请标记过号并呼叫下一位。"


class RecallTooSoon(NotNow):
    """{number} was called less than {gap} seconds ago. Give the person time to walk."""

    zh = "{number} 号刚刚呼叫过,请间隔 {gap} 秒再重呼。"


# -- not now: bookings ------------------------------------------------------------------------------------------


class UnknownBooking(Unknown):
    """There is no such booking here. Please look at the number again, or ask at the desk."""

    zh = "这里没有这个预约。请核对预约号,或咨询服务台。"
    field = "booking"


class NotBanned(Unknown):
    """Nobody with this mark is banned from booking."""

    zh = "没有对应的预约限制。"
    field = "holder"


class NoSuchSlot(Unknown):
    """There is no time to book at {starts} for {service}."""

    zh = "{service_zh} 在 {starts} 没有可预约的时段。"
    field = "starts"


class NotBookable(NotNow):
    """{service} is not booked in advance here. Please come and take a number."""

    zh = "{service_zh} 不提供预约,请到大厅现场取号。"
    field = "service"


class BookingsByStaffOnly(NotNow):
    """This hall takes bookings by phone and at the desk."""

    zh = "本大厅只接受电话预约和现场预约。"


class BeyondHorizon(NotNow):
    """{day} cannot be booked yet: times are open until {last}. One more day is opened at {release} each day."""

    zh = "{day} 尚未开放预约,目前可预约至 {last},每天 {release} 开放新的一天。"
    field = "starts"


class SlotTooSoon(NotNow):
    """The time at {starts} can no longer be booked: it must be at least {lead} minutes ahead."""

    zh = "{starts} 的时段已不能预约(须至少提前 {lead} 分钟)。"
    field = "starts"


class SlotFull(NotNow):
    """The time at {starts} is full. Please choose another."""

    zh = "{starts} 的时段已约满,请选择其他时段。"
    field = "starts"


class BookedThatDay(NotNow):
    """You have {held} booking(s) on {day} already and may have {limit}."""

    zh = "您在 {day} 已有 {held} 个预约(每天上限 {limit} 个)。"
    field = "starts"


class TooManyBookings(NotNow):
    """You have {held} bookings to come and may have {limit}. Please use or cancel one first."""

    zh = "您已有 {held} 个未使用的预约(上限 {limit} 个),请先使用或取消。"
    field = "holder"


class BookingBanned(NotNow):
    """Booking on the web is suspended for you from {starts} to {ends}: {reason}. You can take a number in the hall or
    book by phone as before."""

    zh = "您的网上预约自 {starts} 至 {ends} 暂停:{reason_zh}。您仍可到大厅现场取号或电话预约。"
    field = "holder"


class TooLateToChange(NotNow):
    """Booking {number} could be changed or cancelled until {until}. If you cannot come, please tell the hall by phone."""

    zh = "预约 {number} 只能在 {until} 之前改期或取消。如不能前来,请电话告知大厅。"
    field = "booking"


class BookingCannot(NotNow):
    """Booking {number} is {status}: it cannot {move} now."""

    zh = "预约 {number} 当前状态为“{status}”,不能执行“{move}”。"
    field = "booking"


class WrongDay(NotNow):
    """Booking {number} is for {day} at {starts}, not for today. Please come on that day."""

    zh = "预约 {number} 的日期是 {day} {starts},不是今天。请在当天前来。"
    field = "booking"


class TooEarlyToCheckIn(NotNow):
    """Booking {number} is for {starts}. Please check in from {opens} on."""

    zh = "预约 {number} 的时间是 {starts},请在 {opens} 之后签到。"
    field = "booking"


class TooLateToCheckIn(NotNow):
    """Booking {number} was for {starts} and could be checked in until {until}. Please take a number instead."""

    zh = "预约 {number} 的时间是 {starts},签到截止 {until},已过时。请现场取号。"
    field = "booking"


class NoCheckInHere(NotNow):
    """Please check in at a ticket machine in the hall."""

    zh = "请到大厅取号机上签到。"


class WalkInsLater(NotNow):
    """Until {until} ({segment}) only people with a booking are served."""

    zh = "{until} 之前({segment_zh})只受理预约。"
    field = "service"


class ServiceNotNow(NotNow):
    """{service} is not served now ({segment}, until {until})."""

    zh = "{service_zh} 现在不受理({segment_zh},至 {until})。"
    field = "service"


# -- not yours --------------------------------------------------------------------------------------------------


class WindowNotYours(NotYours):
    """You are signed in at window {yours}; window {window} is not yours."""

    zh = "您登录的是 {yours} 号窗口,不能操作 {window} 号窗口。"
    field = "window"


class NoKey(NotYours):
    """Sign in first, or use a valid device key."""

    zh = "请先登录,或使用有效的设备密钥。"


class NotAllowed(NotYours):
    """A {role} may not {action} here."""

    zh = "当前身份({role})无权执行此操作({action})。"


# -- wrong ------------------------------------------------------------------------------------------------------


class NoSuchLevel(Wrong):
    """A rating is 5 (very satisfied) to 1 (very dissatisfied), or none at all, not {level}."""

    zh = "评价为 5(非常满意)到 1(非常不满意),或不评价,没有 {level}。"
    field = "level"


class UnknownReason(Wrong):
    """This hall has no reason "{reason}" for a rating. It has: {known}."""

    zh = "本大厅没有评价原因“{reason}”。现有原因:{known}。"
    field = "reasons"


class ReasonMissing(Wrong):
    """To {move}, please give a reason."""

    zh = "{move}需要填写原因。"
    field = "reason"


class ClerkMissing(Wrong):
    """Say who: the staff number."""

    zh = "请说明是谁(工号)。"
    field = "clerk"


class WrongIdentity(Wrong):
    """That is not the number of an identity card: {why}."""

    zh = "这不是有效的证件号码:{why_zh}。"
    field = "identity"


class UnknownPauseReason(Wrong):
    """ "{reason}" is not a reason to pause in this hall. Choose one of: {known}."""

    zh = "“{reason}”不是本大厅的暂停原因,请选择:{known}。"
    field = "reason"


class NotATidalWindow(Wrong):
    """Window {window} is not a tidal window."""

    zh = "{window} 号窗口不是潮汐窗口。"
    field = "window"


class OneOrSeveral(Wrong):
    """Name one service in "service", or several in "services", not both."""

    zh = "一项业务写在 service 中,多项业务写在 services 中,不要同时写。"
    field = "services"


class TooManyServices(Wrong):
    """One slip is for {limit} services at most, not {asked}. Please take another number for the others."""

    zh = "一张号票最多办理 {limit} 项业务(现有 {asked} 项),其余请另取号。"
    field = "services"


class ServiceTwice(Wrong):
    """{service} stands twice on one slip."""

    zh = "同一张号票上重复选择了 {service_zh}。"
    field = "services"


class NoSuchPeriod(Wrong):
    """ "{period}" is not a stretch of time. Say a day (2026-11-23), a week (2026-W48), a month (2026-11), a year (2026), or
    two days (2026-11-01..2026-11-15)."""

    zh = "“{period}”不是有效的时段。请写某日(2026-11-23)、某周(2026-W48)、某月(2026-11)、某年(2026)或起止日期(2026-11-01..2026-11-15)。"
    field = "period"


class PeriodInFuture(Wrong):
    """{first} has not come yet: today is {today}."""

    zh = "{first} 还没有到,今天是 {today}。"
    field = "period"


class PeriodTooLong(Wrong):
    """A report covers {most} days at most, and this would be {days}. Ask for it in parts."""

    zh = "一份报表最多 {most} 天,所选时段有 {days} 天,请分段查询。"
    field = "period"


class NotAMonth(Wrong):
    """The monthly return is of one month, such as 2026-11, not of {period}."""

    zh = "月报表须为某一个月,例如 2026-11,不能是 {period}。"
    field = "period"


class UnknownGrouping(Wrong):
    """Reports are not grouped by "{by}". Choose one of: {known}."""

    zh = "报表不能按“{by}”分组,请选择:{known}。"
    field = "by"


class UnknownMeasure(Wrong):
    """ "{measure}" is not a measure of the report. Choose one of: {known}."""

    zh = "报表中没有指标“{measure}”,请选择:{known}。"
    field = "measure"


class TransferNowhere(Wrong):
    """Say where to: a service, a window, a person, or a service and one of the two."""

    zh = "请说明转往哪个业务、窗口或工作人员。"
    field = "service"


class ComparisonRunning(NotNow):
    """Somebody is comparing rules already ({done} of {of} are done). Please ask again in a moment."""

    zh = "已有人在比较规则(已完成 {done}/{of}),请稍后再试。"


class ComparisonFailed(NotNow):
    """The comparison was broken off; the hall is not touched by it. Tell the administrator: the log says why."""

    zh = "比较中断,大厅不受影响。请告知管理员,原因已记入日志。"


class ComparisonWrong(Wrong):
    """This cannot be compared: {said}."""

    zh = "无法比较:{said_zh}。"
    field = "windows"


class NoSuchDay(Unknown):
    """The journal of this hall does not have {day}."""

    zh = "本大厅的日志中没有 {day}。"
    field = "day"


class WindowOrPerson(Wrong):
    """Send the visitor to a window or to a person, not to both."""

    zh = "转往窗口或转给工作人员,请只选其一。"
    field = "person"


class ClassReasonMissing(Wrong):
    """To give a number of the class {priority_class}, say what was shown for it."""

    zh = "给予“{class_zh}”优先,请填写依据(出示了什么证件)。"
    field = "class_reason"


class TicketIdTaken(Wrong):
    """A ticket with this id exists already."""

    zh = "该号票编号已存在。"
    field = "ticket"


class BookingIdTaken(Wrong):
    """A booking with this id or number exists already."""

    zh = "该预约编号已存在。"
    field = "booking"
