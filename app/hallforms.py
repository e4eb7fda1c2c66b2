"""The shape of a hall file: which tables and keys it has, what may stand behind each, and an example of every one.

For: app/hallfile.py, which reads the file with these forms and then looks at what no form can see (does that service
exist, do two windows share a number).
Not for: the hall itself (app/core/plan.py); a form is what somebody wrote, not yet what is.
What goes wrong: `fill` never raises. Whatever does not fit is listed, taken out, and the rest is filled in, so that one
wrong key hides no other mistake. TOML has no null; so `None` in a form means "not given, or wrong and already listed".

Keys are those of app/core/plan.py; a test compares the two.
"""

from collections.abc import Iterator
from typing import Annotated, ClassVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from app.tomllines import Path

CODE = r"^[a-z0-9][a-z0-9_-]{0,31}$"
CODE_RULE = "小写字母、数字、- 和 _，至多 32 个 | small letters, digits, - and _, at most 32"
LANGUAGE = r"^[a-z]{2,8}$"
NAME_RULE = "不能为空 | not empty"

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


class Form(BaseModel):
    """A table of the file. `needs`: the keys that must stand in it. Each field has an example, and a rule in Chinese and
    English (`zh | en`) where the example alone does not say it."""

    model_config = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False)
    needs: ClassVar[tuple[str, ...]] = ()


class HallForm(Form):
    """`[hall]`"""

    needs = ("code", "name", "name_en", "timezone")

    code: str | None = Field(None, pattern=CODE, examples=['code = "county"'], description=CODE_RULE)
    name: str | None = Field(
        None, min_length=1, examples=['name = "某县政务服务中心"'], description=NAME_RULE
    )
    name_en: str | None = Field(
        None, min_length=1, examples=['name_en = "County Service Hall"'], description=NAME_RULE
    )
    timezone: str | None = Field(None, examples=['timezone = "Asia/Shanghai"'])
    site: str | None = Field(None, examples=['site = "人民路 1 号"'])
    site_en: str | None = Field(None, examples=['site_en = "1 Renmin Road"'])


class CreditForm(Form):
    """`[rules.credit]`"""

    overtaken_limit: int | None = Field(None, ge=0, le=1000, examples=["overtaken_limit = 15"])
    guard: float | None = Field(None, gt=0, le=1440, examples=["guard = 60"])
    booking_start: float | None = Field(None, ge=0, le=1440, examples=["booking_start = 10"])
    earlier_share: float | None = Field(None, ge=0, le=1, examples=["earlier_share = 0.5"])
    earlier_cap: float | None = Field(None, ge=0, le=1440, examples=["earlier_cap = 15"])
    short_exponent: float | None = Field(None, ge=0, le=1, examples=["short_exponent = 0.75"])
    short_min: float | None = Field(None, gt=0, le=1, examples=["short_min = 0.5"])
    short_max: float | None = Field(None, ge=1, le=100, examples=["short_max = 2"])
    drain_cap: float | None = Field(None, ge=0, le=1440, examples=["drain_cap = 60"])


class RatioForm(Form):
    """`[rules.ratio]`"""

    priority: int | None = Field(None, ge=1, le=1000, examples=["priority = 2"])
    ordinary: int | None = Field(None, ge=1, le=1000, examples=["ordinary = 1"])


_CLOCK = r"^([01]\d|2[0-3]):[0-5]\d$"


class CalendarForm(Form):
    """`[[rules.tide.calendar]]`"""

    days: list[Annotated[int, Field(ge=1, le=31)]] | None = Field(None, examples=["days = [1, 2, 3, 4, 5]"])
    windows: int | None = Field(None, ge=1, le=1000, examples=["windows = 2"])
    starts: str | None = Field(None, pattern=_CLOCK, examples=['starts = "09:00"'])
    ends: str | None = Field(None, pattern=_CLOCK, examples=['ends = "16:00"'])


class TideForm(Form):
    """`[rules.tide]`"""

    mode: str | None = Field(None, pattern="^(suggest|confirm|auto)$", examples=['mode = "suggest"'])
    open_at: float | None = Field(None, gt=0, le=1440, examples=["open_at = 8"])
    close_at: float | None = Field(None, gt=0, le=1440, examples=["close_at = 3"])
    open_after: float | None = Field(None, ge=0, le=1440, examples=["open_after = 2"])
    close_after: float | None = Field(None, ge=0, le=1440, examples=["close_after = 5"])
    setup: float | None = Field(None, ge=0, le=1440, examples=["setup = 4"])
    horizon: float | None = Field(None, gt=0, le=1440, examples=["horizon = 8"])
    min_open: float | None = Field(None, ge=0, le=1440, examples=["min_open = 20"])
    rest: float | None = Field(None, ge=0, le=1440, examples=["rest = 10"])
    look_every: float | None = Field(None, ge=0.1, le=60, examples=["look_every = 1"])
    confirm_seconds: float | None = Field(None, ge=0, le=86400, examples=["confirm_seconds = 60"])
    arrival_memory: float | None = Field(None, gt=0, le=1440, examples=["arrival_memory = 15"])
    calendar: list[CalendarForm | None] | None = Field(
        None, examples=["[[rules.tide.calendar]] days = [1, 2, 3, 4, 5]"]
    )


class HolderForm(Form):
    """`[rules.holder]`"""

    per_service: int | None = Field(None, ge=0, le=1000, examples=["per_service = 1"])
    per_day: int | None = Field(None, ge=0, le=1000, examples=["per_day = 2"])
    keep: str | None = Field(None, pattern="^(hash|class|nothing)$", examples=['keep = "hash"'])


class EstimateForm(Form):
    """`[rules.estimate]`"""

    publish: str | None = Field(
        None,
        pattern="^(best|schedule|head|recent|queue|blend)$",
        examples=['publish = "best"'],
        description="best、schedule、head、recent、queue、blend 之一 | one of best, schedule, head, recent, queue, blend",
    )
    recent: int | None = Field(None, ge=1, le=100, examples=["recent = 10"])
    least: int | None = Field(None, ge=2, le=10000, examples=["least = 30"])
    margin: float | None = Field(None, ge=0, lt=1, examples=["margin = 0.05"])
    mean_weight: float | None = Field(None, gt=0, le=10000, examples=["mean_weight = 10"])
    mean_memory: float | None = Field(None, gt=0, le=10000, examples=["mean_memory = 200"])
    lengths: int | None = Field(None, ge=2, le=1000, examples=["lengths = 150"])
    pseudo: float | None = Field(None, gt=0, le=1000, examples=["pseudo = 3"])
    call_minutes: float | None = Field(None, ge=0, le=60, examples=["call_minutes = 1"])
    bias_step: float | None = Field(None, ge=0, le=1, examples=["bias_step = 0.05"])
    bias_min: float | None = Field(None, gt=0, le=1, examples=["bias_min = 0.6"])
    bias_max: float | None = Field(None, ge=1, le=10, examples=["bias_max = 1.6"])
    outcomes: int | None = Field(None, ge=2, le=1000, examples=["outcomes = 120"])
    few: int | None = Field(None, ge=1, le=1000, examples=["few = 20"])
    first_low: float | None = Field(None, ge=0, le=1, examples=["first_low = 0.6"])
    first_high: float | None = Field(None, ge=1, le=10, examples=["first_high = 1.6"])


class PlatesForm(Form):
    """`[rules.plates]`"""

    names: bool | None = Field(None, examples=["names = true"])
    photos: bool | None = Field(None, examples=["photos = true"])
    phones: bool | None = Field(None, examples=["phones = true"])


class VoiceForm(Form):
    """`[rules.voice]`"""

    mode: str | None = Field(
        None,
        pattern="^(browser|server|chime|silent)$",
        examples=['mode = "browser"'],
        description="browser、server、chime、silent 之一 | one of browser, server, chime, silent",
    )
    languages: list[Annotated[str, Field(pattern=LANGUAGE)]] | None = Field(
        None, examples=['languages = ["zh", "en"]']
    )
    one: str | None = Field(
        None,
        pattern="^(yao|yi)$",
        examples=['one = "yao"'],
        description="yao 读幺，yi 读一 | yao says 幺, yi says 一",
    )
    chime: bool | None = Field(None, examples=["chime = true"])
    repeat: int | None = Field(None, ge=1, le=5, examples=["repeat = 2"])
    rate: float | None = Field(None, ge=0.4, le=2, examples=["rate = 0.9"])
    volume: float | None = Field(None, gt=0, le=1, examples=["volume = 0.8"])
    slow_classes: list[str | None] | None = Field(None, examples=['slow_classes = ["elderly"]'])
    slow_repeat: int | None = Field(None, ge=1, le=5, examples=["slow_repeat = 3"])
    slow_rate: float | None = Field(None, ge=0.4, le=2, examples=["slow_rate = 0.7"])
    slow_volume: float | None = Field(None, gt=0, le=1, examples=["slow_volume = 1"])
    stale_seconds: float | None = Field(None, ge=5, le=600, examples=["stale_seconds = 30"])
    gap_seconds: float | None = Field(None, ge=0, le=10, examples=["gap_seconds = 0.6"])


class ScreensForm(Form):
    """`[rules.screens]`"""

    languages: list[Annotated[str, Field(pattern=LANGUAGE)]] | None = Field(
        None, min_length=1, max_length=2, examples=['languages = ["zh", "en"]']
    )
    named_in: str | None = Field(None, pattern=LANGUAGE, examples=['named_in = "en"'])
    second_size: float | None = Field(None, ge=0.3, le=1.5, examples=["second_size = 0.62"])
    directions: list[Annotated[str, Field(pattern="^(ltr|rtl|vertical)$")]] | None = Field(
        None, min_length=1, max_length=2, examples=['directions = ["ltr", "vertical"]']
    )
    places: str | None = Field(None, pattern="^(below|beside)$", examples=['places = "below"'])
    notice_seconds: float | None = Field(None, ge=3, le=600, examples=["notice_seconds = 12"])
    masked_names: bool | None = Field(None, examples=["masked_names = true"])


class PadForm(Form):
    """`[rules.pad]`"""

    ask_seconds: float | None = Field(None, ge=5, le=600, examples=["ask_seconds = 30"])
    reasons_below: int | None = Field(None, ge=1, le=6, examples=["reasons_below = 3"])
    panel_seconds: float | None = Field(None, ge=10, le=3600, examples=["panel_seconds = 120"])


class VisitForm(Form):
    """`[rules.visit]`"""

    services: int | None = Field(None, ge=1, le=10, examples=["services = 5"])
    person_minutes: float | None = Field(None, ge=0, le=1440, examples=["person_minutes = 10"])
    return_class: str | None = Field(
        None,
        examples=['return_class = "priority_return"'],
        description="当天再次来办时给予的优先类别 | the class of a second visit on the same day",
    )
    return_after: (
        list[Annotated[str, Field(pattern="^(materials_missing|outage|visitor_holds|outside)$")]] | None
    ) = Field(None, examples=['return_after = ["materials_missing", "outage", "visitor_holds", "outside"]'])
    day_end: str | None = Field(
        None,
        pattern="^(voided|told|carried)$",
        examples=['day_end = "voided"'],
        description="voided、told、carried 之一 | one of voided, told, carried",
    )


_DAY_NAME = "^(monday|tuesday|wednesday|thursday|friday|saturday|sunday)$"
_OFF_TIME = "^(refuse|walk_in)$"


class NationalForm(Form):
    """`[rules.national]`"""

    holidays: bool | None = Field(None, examples=["holidays = true"])
    workday_as: str | None = Field(
        None,
        pattern=_DAY_NAME,
        examples=['workday_as = "wednesday"'],
        description="调休上班日按星期几开放 | the weekday whose hours an adjusted working day has",
    )


class BookingForm(Form):
    """`[rules.booking]`"""

    slot_minutes: int | None = Field(None, ge=5, le=480, examples=["slot_minutes = 30"])
    share: float | None = Field(None, ge=0, le=1, examples=["share = 0.5"])
    horizon_days: int | None = Field(None, ge=0, le=180, examples=["horizon_days = 5"])
    release_at: str | None = Field(None, pattern=_CLOCK, examples=['release_at = "08:30"'])
    lead_minutes: float | None = Field(None, ge=0, le=10080, examples=["lead_minutes = 60"])
    cutoff_minutes: float | None = Field(None, ge=0, le=10080, examples=["cutoff_minutes = 120"])
    early_minutes: float | None = Field(None, ge=0, le=1440, examples=["early_minutes = 30"])
    late_minutes: float | None = Field(None, ge=0, le=1440, examples=["late_minutes = 15"])
    early: str | None = Field(None, pattern=_OFF_TIME, examples=['early = "refuse"'])
    late: str | None = Field(None, pattern=_OFF_TIME, examples=['late = "walk_in"'])
    per_day: int | None = Field(None, ge=0, le=1000, examples=["per_day = 1"])
    per_holder: int | None = Field(None, ge=0, le=1000, examples=["per_holder = 2"])
    no_shows: int | None = Field(None, ge=0, le=1000, examples=["no_shows = 2"])
    cancellations: int | None = Field(None, ge=0, le=1000, examples=["cancellations = 5"])
    breach_days: int | None = Field(None, ge=1, le=366, examples=["breach_days = 30"])
    ban_days: int | None = Field(None, ge=0, le=366, examples=["ban_days = 30"])
    web: bool | None = Field(None, examples=["web = true"])
    phone_check_in: bool | None = Field(None, examples=["phone_check_in = true"])
    keep_days: int | None = Field(None, ge=0, le=366, examples=["keep_days = 3"])


class AlertsForm(Form):
    """`[rules.alerts]`"""

    wait_amber: float | None = Field(None, gt=0, le=100, examples=["wait_amber = 1"])
    wait_red: float | None = Field(None, gt=0, le=100, examples=["wait_red = 2"])
    projected_red: float | None = Field(None, gt=0, le=100, examples=["projected_red = 2"])
    handling_amber: float | None = Field(None, gt=0, le=100, examples=["handling_amber = 2"])
    handling_red: float | None = Field(None, gt=0, le=100, examples=["handling_red = 3"])
    pause_amber: float | None = Field(None, gt=0, le=1440, examples=["pause_amber = 15"])
    pause_red: float | None = Field(None, gt=0, le=1440, examples=["pause_red = 30"])
    offline_amber: float | None = Field(None, ge=0, le=1440, examples=["offline_amber = 1"])
    offline_red: float | None = Field(None, ge=0, le=1440, examples=["offline_red = 5"])


class ReportsForm(Form):
    """`[rules.reports]`"""

    long_service: float | None = Field(None, gt=0, le=100, examples=["long_service = 2.0"])
    keep_years: int | None = Field(None, ge=0, le=100, examples=["keep_years = 5"])


class RulesForm(Form):
    """`[rules]`"""

    policy: str | None = Field(None, examples=['policy = "priority"'])
    promise_minutes: float | None = Field(None, gt=0, le=1440, examples=["promise_minutes = 15"])
    recall_cap: int | None = Field(None, ge=0, le=20, examples=["recall_cap = 3"])
    recall_gap_seconds: float | None = Field(None, ge=0, le=3600, examples=["recall_gap_seconds = 15"])
    number_digits: int | None = Field(None, ge=3, le=6, examples=["number_digits = 3"])
    slip_stale_seconds: float | None = Field(None, gt=0, le=86400, examples=["slip_stale_seconds = 60"])
    keep_answers_hours: float | None = Field(None, gt=0, le=8760, examples=["keep_answers_hours = 48"])
    credit: CreditForm | None = Field(None, examples=["[rules.credit] overtaken_limit = 15"])
    ratio: RatioForm | None = Field(None, examples=["[rules.ratio] priority = 2"])
    tide: TideForm | None = Field(None, examples=['[rules.tide] mode = "suggest"'])
    holder: HolderForm | None = Field(None, examples=["[rules.holder] per_day = 2"])
    voice: VoiceForm | None = Field(None, examples=['[rules.voice] mode = "browser"'])
    screens: ScreensForm | None = Field(None, examples=['[rules.screens] languages = ["zh", "en"]'])
    pad: PadForm | None = Field(None, examples=["[rules.pad] ask_seconds = 30"])
    visit: VisitForm | None = Field(None, examples=["[rules.visit] services = 5"])
    national: NationalForm | None = Field(None, examples=["[rules.national] holidays = true"])
    booking: BookingForm | None = Field(None, examples=["[rules.booking] slot_minutes = 30"])
    estimate: EstimateForm | None = Field(None, examples=['[rules.estimate] publish = "best"'])
    plates: PlatesForm | None = Field(None, examples=["[rules.plates] names = true"])
    case_url: str | None = Field(
        None,
        max_length=500,
        pattern=r"^($|https?://)",
        examples=['case_url = "https://cases.example/open?number={number}"'],
        description="办件系统的地址，可用 {number} 和 {service} | address of the case system, with {number} and {service}",
    )
    alerts: AlertsForm | None = Field(None, examples=["[rules.alerts] pause_amber = 15"])
    reports: ReportsForm | None = Field(None, examples=["[rules.reports] keep_years = 5"])


_OPENINGS = "当天的开放时段，不开放写 [] | the stretches of that day; [] when closed"


class HoursForm(Form):
    """`[hours]`"""

    monday: list[str | None] | None = Field(
        None, examples=['monday = ["09:00-17:00"]'], description=_OPENINGS
    )
    tuesday: list[str | None] | None = Field(
        None, examples=['tuesday = ["09:00-17:00"]'], description=_OPENINGS
    )
    wednesday: list[str | None] | None = Field(
        None, examples=['wednesday = ["09:00-17:00"]'], description=_OPENINGS
    )
    thursday: list[str | None] | None = Field(
        None, examples=['thursday = ["09:00-17:00"]'], description=_OPENINGS
    )
    friday: list[str | None] | None = Field(
        None, examples=['friday = ["09:00-17:00"]'], description=_OPENINGS
    )
    saturday: list[str | None] | None = Field(
        None, examples=['saturday = ["09:00-13:00"]'], description=_OPENINGS
    )
    sunday: list[str | None] | None = Field(None, examples=["sunday = []"], description=_OPENINGS)

    def days(self) -> Iterator[tuple[str, list[str | None] | None]]:
        """Weekdays that are given, with their openings."""
        return ((day, getattr(self, day)) for day in WEEKDAYS if day in self.model_fields_set)


class ZoneForm(Form):
    """`[[zone]]`"""

    needs = ("code", "name", "name_en")

    code: str | None = Field(None, pattern=CODE, examples=['code = "tax"'], description=CODE_RULE)
    name: str | None = Field(None, min_length=1, examples=['name = "税务专区"'], description=NAME_RULE)
    name_en: str | None = Field(None, min_length=1, examples=['name_en = "Tax"'], description=NAME_RULE)
    professional: bool | None = Field(None, examples=["professional = true"])
    floor: str | None = Field(None, examples=['floor = "1"'])
    audio: str | None = Field(None, examples=['audio = "east"'])


class MissedForm(Form):
    """`missed = { ... }` of a service"""

    rule: str | None = Field(None, examples=['missed = { rule = "after_n", places = 3, times = 1 }'])
    places: int | None = Field(None, ge=0, le=1000, examples=["places = 3"])
    times: int | None = Field(None, ge=1, le=100, examples=["times = 1"])


class QuotaForm(Form):
    """`{ starts = ..., ends = ..., quota = ... }` in `quotas` of a service"""

    needs = ("starts", "ends", "quota")

    starts: str | None = Field(None, pattern=_CLOCK, examples=['starts = "09:00"'])
    ends: str | None = Field(None, pattern=_CLOCK, examples=['ends = "12:00"'])
    quota: int | None = Field(None, ge=0, le=1_000_000, examples=["quota = 40"])


class CheckForm(Form):
    """`check = { ... }` of a service"""

    needs = ("url",)

    url: str | None = Field(
        None, max_length=500, pattern="^https?://[^/]", examples=['url = "http://10.0.0.20/may-take"']
    )
    timeout: float | None = Field(None, gt=0, le=30, examples=["timeout = 2"], description="秒 | seconds")
    no_answer: str | None = Field(None, pattern="^(allow|refuse)$", examples=['no_answer = "allow"'])


class ServiceForm(Form):
    """`[[service]]`"""

    needs = ("code", "name", "name_en", "prefix", "mean_minutes", "zone")

    code: str | None = Field(None, pattern=CODE, examples=['code = "residence"'], description=CODE_RULE)
    name: str | None = Field(None, min_length=1, examples=['name = "户籍业务"'], description=NAME_RULE)
    name_en: str | None = Field(
        None, min_length=1, examples=['name_en = "Household registration"'], description=NAME_RULE
    )
    prefix: str | None = Field(
        None,
        pattern="^[A-Z]{1,3}$",
        examples=['prefix = "A"'],
        description="一至三个大写字母 | one to three capital letters",
    )
    mean_minutes: float | None = Field(None, gt=0, le=1440, examples=["mean_minutes = 8.5"])
    zone: str | None = Field(None, examples=['zone = "police"'])
    missed: MissedForm | None = Field(None, examples=['missed = { rule = "after_n", places = 3, times = 1 }'])
    quota: int | None = Field(None, ge=1, le=1_000_000, examples=["quota = 200"])
    last_ticket: str | None = Field(None, examples=['last_ticket = "16:30"'])
    bookable: bool | None = Field(None, examples=["bookable = true"])
    slot_capacity: int | None = Field(
        None,
        ge=0,
        le=100_000,
        examples=["slot_capacity = 6"],
        description="每个时段可约人数，不写则按窗口和平均用时计算 | bookings in a slot; worked out when left out",
    )
    pickup: bool | None = Field(None, examples=["pickup = true"])
    result_at: str | None = Field(
        None,
        examples=['result_at = "idcard"'],
        description="领取办理结果的业务 | the pick-up service of its results",
    )
    trace_queues: list[Annotated[int, Field(ge=0, lt=2**63)] | None] | None = Field(
        None,
        examples=["trace_queues = [182, 183]"],
        description="记录日数据中的队列编号 | ids of queues in a recorded day",
    )
    quotas: list[QuotaForm | None] | None = Field(
        None, examples=['quotas = [{ starts = "09:00", ends = "12:00", quota = 40 }]']
    )
    check: CheckForm | None = Field(None, examples=['check = { url = "http://10.0.0.20/may-take" }'])
    audience: str | None = Field(
        None,
        pattern="^(everybody|person|enterprise)$",
        examples=['audience = "person"'],
        description="个人、企业或不限 | for persons, enterprises or everybody",
    )
    initials: str | None = Field(
        None,
        pattern="^[a-z0-9]{0,40}$",
        examples=['initials = "hjyw"'],
        description="名称的拼音首字母，不写则自动生成 | first letters of the pinyin; made when left out",
    )


class ServesForm(Form):
    """`{ service = ... }` in `serves` of a window"""

    needs = ("service",)

    service: str | None = Field(None, examples=['{ service = "idcard", rank = 2 }'])
    rank: int | None = Field(
        None,
        ge=1,
        le=99,
        examples=["rank = 2"],
        description="1 为本职业务，2 及以上为协助 | 1 is its own work, 2 and more is help",
    )
    slowness: float | None = Field(None, gt=0, le=100, examples=["slowness = 1.2"])
    help_above: int | None = Field(None, ge=0, le=100_000, examples=["help_above = 10"])


class WindowForm(Form):
    """`[[window]]`"""

    needs = ("no", "kind", "zone", "serves")

    no: int | None = Field(None, ge=1, le=9999, examples=["no = 12"])
    kind: str | None = Field(None, examples=['kind = "professional"'])
    zone: str | None = Field(None, examples=['zone = "police"'])
    serves: list[ServesForm | None] | None = Field(
        None, examples=['serves = ["residence", { service = "idcard", rank = 2 }]']
    )
    name: str | None = Field(None, examples=['name = "户籍窗口"'])
    name_en: str | None = Field(None, examples=['name_en = "Household registration"'])


_DATE = r"^\d{4}-\d\d-\d\d$"


class ClassForm(Form):
    """`[[class]]`"""

    needs = ("key", "name", "name_en")

    key: str | None = Field(None, pattern=CODE, examples=['key = "elderly"'], description=CODE_RULE)
    name: str | None = Field(None, min_length=1, examples=['name = "老年人"'], description=NAME_RULE)
    name_en: str | None = Field(None, min_length=1, examples=['name_en = "Elderly"'], description=NAME_RULE)
    rank: int | None = Field(None, ge=0, le=99, examples=["rank = 0"], description="0 最先 | 0 goes first")
    head_start: float | None = Field(None, ge=0, le=1440, examples=["head_start = 45"])
    slope: float | None = Field(None, gt=0, le=100, examples=["slope = 2"])
    evidence: str | None = Field(None, examples=['evidence = "身份证"'])
    from_age: int | None = Field(None, ge=0, le=150, examples=["from_age = 60"])
    valid_from: str | None = Field(None, pattern=_DATE, examples=['valid_from = "2026-06-01"'])
    valid_to: str | None = Field(None, pattern=_DATE, examples=['valid_to = "2026-09-30"'])


class FlexibleClerkForm(Form):
    """`[[flexible_clerk]]`"""

    needs = ("staff_no",)

    staff_no: str | None = Field(None, min_length=1, examples=['staff_no = "F01"'], description=NAME_RULE)
    name: str | None = Field(None, examples=['name = ""'])
    skills: list[str | None] | None = Field(
        None,
        examples=['skills = ["tax", "social"]'],
        description="不写即全部业务 | all services when left out",
    )


class PersonForm(Form):
    """`[[person]]`"""

    needs = ("staff_no",)

    staff_no: str | None = Field(
        None, min_length=1, max_length=32, examples=['staff_no = "07"'], description=NAME_RULE
    )
    name: str | None = Field(None, max_length=40, examples=['name = "李四"'])
    name_en: str | None = Field(None, max_length=60, examples=['name_en = "Li Si"'])
    title: str | None = Field(None, max_length=40, examples=['title = "综窗专员"'])
    title_en: str | None = Field(None, max_length=60, examples=['title_en = "Window clerk"'])
    department: str | None = Field(None, max_length=40, examples=['department = "综合服务科"'])
    department_en: str | None = Field(None, max_length=60, examples=['department_en = "General services"'])
    phone: str | None = Field(
        None, max_length=30, pattern=r"^[0-9+()\- ]*$", examples=['phone = "0999-1234567"']
    )
    photo: str | None = Field(
        None,
        max_length=80,
        pattern=r"^($|[A-Za-z0-9_-][A-Za-z0-9_.-]*\.(jpg|jpeg|png|webp)$)",
        examples=['photo = "07.jpg"'],
        description="照片文件夹中的文件名 | a file of the folder of photos",
    )
    window: int | None = Field(None, examples=["window = 12"])
    login: str | None = Field(None, max_length=64, examples=['login = "li.si"'])


class RegisteredAgentForm(Form):
    """`[[registered_agent]]`"""

    needs = ("holder", "valid_from")

    holder: str | None = Field(
        None,
        pattern="^[0-9a-f]{64}$",
        examples=['holder = "3f1a…"'],
        description="tidehall holder 给出的 64 位密钥摘要 | the 64 characters that tidehall holder prints",
    )
    valid_from: str | None = Field(None, pattern=_DATE, examples=['valid_from = "2026-01-01"'])
    valid_to: str | None = Field(None, pattern=_DATE, examples=['valid_to = "2026-12-31"'])
    per_day: int | None = Field(None, ge=0, le=1000, examples=["per_day = 5"])
    services: list[str | None] | None = Field(None, examples=['services = ["vehicle"]'])
    name: str | None = Field(None, max_length=60, examples=['name = "代办一号"'])


class DeviceForm(Form):
    """`[[device]]`"""

    needs = ("name", "kind", "url")

    name: str | None = Field(None, min_length=1, examples=['name = "kiosk-1-printer"'], description=NAME_RULE)
    kind: str | None = Field(None, examples=['kind = "printer"'])
    url: str | None = Field(None, examples=['url = "escpos+tcp://10.0.0.9:9100?width=576"'])
    kiosk: str | None = Field(None, examples=['kiosk = "kiosk-1"'])
    window: int | None = Field(None, examples=["window = 12"])
    zone: str | None = Field(None, examples=['zone = "police"'])


class PauseReasonForm(Form):
    """`[[pause_reason]]`"""

    needs = ("key", "name", "name_en")

    key: str | None = Field(None, pattern=CODE, examples=['key = "break"'], description=CODE_RULE)
    name: str | None = Field(None, min_length=1, examples=['name = "短暂休息"'], description=NAME_RULE)
    name_en: str | None = Field(
        None, min_length=1, examples=['name_en = "Short break"'], description=NAME_RULE
    )
    outage: bool | None = Field(None, examples=["outage = true"])


_FIGURES = "每半小时取号数，不为负 | tickets per half-hour, none negative"
_Figures = list[Annotated[float, Field(ge=0, le=100_000)] | None] | None


class RatingReasonForm(Form):
    """`[[rating_reason]]`"""

    needs = ("key", "name", "name_en")

    key: str | None = Field(None, pattern=CODE, examples=['key = "wait"'], description=CODE_RULE)
    name: str | None = Field(None, min_length=1, examples=['name = "等候时间长"'], description=NAME_RULE)
    name_en: str | None = Field(None, min_length=1, examples=['name_en = "Long wait"'], description=NAME_RULE)


_DAY = r"^\d{4}-\d{2}-\d{2}$"


class NoticeForm(Form):
    """`[[notice]]`"""

    needs = ("text",)

    text: str | None = Field(
        None, min_length=1, examples=['text = "10 月 1 日至 7 日放假"'], description=NAME_RULE
    )
    text_en: str | None = Field(None, examples=['text_en = "Closed from 1 to 7 October"'])
    starts: str | None = Field(None, pattern=_DAY, examples=['starts = "2026-09-25"'])
    ends: str | None = Field(None, pattern=_DAY, examples=['ends = "2026-10-07"'])
    picture: str | None = Field(
        None,
        pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$",
        examples=['picture = "holiday.png"'],
        description="站点文件夹里的文件名 | the name of a file in the folder of the site",
    )
    zone: str | None = Field(None, examples=['zone = "tax"'])


class SegmentForm(Form):
    """`[[segment]]`"""

    needs = ("key", "name", "name_en", "starts", "ends")

    key: str | None = Field(None, pattern=CODE, examples=['key = "lunch"'], description=CODE_RULE)
    name: str | None = Field(None, min_length=1, examples=['name = "午间服务"'], description=NAME_RULE)
    name_en: str | None = Field(
        None, min_length=1, examples=['name_en = "Lunch hours"'], description=NAME_RULE
    )
    starts: str | None = Field(None, pattern=_CLOCK, examples=['starts = "12:00"'])
    ends: str | None = Field(None, pattern=_CLOCK, examples=['ends = "13:30"'])
    weekdays: list[Annotated[str, Field(pattern=_DAY_NAME)] | None] | None = Field(
        None, examples=['weekdays = ["saturday"]'], description="不写即每天 | every day when left out"
    )
    windows: list[int | None] | None = Field(
        None,
        examples=["windows = [1, 4]"],
        description="有人值守的窗口,不写即全部 | the windows that are staffed; all when left out",
    )
    services: list[str | None] | None = Field(
        None, examples=['services = ["tax"]'], description="不写即全部业务 | all services when left out"
    )
    walk_in: bool | None = Field(None, examples=["walk_in = true"])
    bookable: bool | None = Field(None, examples=["bookable = false"])


class ArrivalsForm(Form):
    """`[[arrivals]]`: the figures of a service, one line per weekday, all from the same time of day"""

    needs = ("service", "starts")

    service: str | None = Field(None, examples=['service = "residence"'])
    starts: str | None = Field(None, examples=['starts = "09:00"'])
    monday: _Figures = Field(None, examples=["monday = [12.5, 20, 18]"], description=_FIGURES)
    tuesday: _Figures = Field(None, examples=["tuesday = [12.5, 20, 18]"], description=_FIGURES)
    wednesday: _Figures = Field(None, examples=["wednesday = [12.5, 20, 18]"], description=_FIGURES)
    thursday: _Figures = Field(None, examples=["thursday = [12.5, 20, 18]"], description=_FIGURES)
    friday: _Figures = Field(None, examples=["friday = [12.5, 20, 18]"], description=_FIGURES)
    saturday: _Figures = Field(None, examples=["saturday = [12.5, 20, 18]"], description=_FIGURES)
    sunday: _Figures = Field(None, examples=["sunday = [12.5, 20, 18]"], description=_FIGURES)

    def days(self) -> Iterator[tuple[str, _Figures]]:
        """Weekdays that are given, with their figures."""
        return ((day, getattr(self, day)) for day in WEEKDAYS if day in self.model_fields_set)


class File(Form):
    """The whole file."""

    needs = ("hall", "service", "window")

    hall: HallForm | None = Field(None, examples=["[hall]"])
    rules: RulesForm | None = Field(None, examples=["[rules]"])
    hours: HoursForm | None = Field(None, examples=["[hours]"])
    exceptions: dict[str, list[str | None] | None] | None = Field(
        None,
        examples=["[exceptions] 2026-10-01 = []"],
        description="某一天的开放时段，[] 为全天不开放 | the stretches of one day; [] is closed all day",
    )
    zone: list[ZoneForm | None] | None = Field(None, examples=["[[zone]]"])
    service: list[ServiceForm | None] | None = Field(None, examples=["[[service]]"])
    window: list[WindowForm | None] | None = Field(None, examples=["[[window]]"])
    class_: list[ClassForm | None] | None = Field(None, alias="class", examples=["[[class]]"])
    flexible_clerk: list[FlexibleClerkForm | None] | None = Field(None, examples=["[[flexible_clerk]]"])
    person: list[PersonForm | None] | None = Field(None, examples=["[[person]]"])
    registered_agent: list[RegisteredAgentForm | None] | None = Field(None, examples=["[[registered_agent]]"])
    device: list[DeviceForm | None] | None = Field(None, examples=["[[device]]"])
    pause_reason: list[PauseReasonForm | None] | None = Field(None, examples=["[[pause_reason]]"])
    rating_reason: list[RatingReasonForm | None] | None = Field(None, examples=["[[rating_reason]]"])
    notice: list[NoticeForm | None] | None = Field(None, examples=["[[notice]]"])
    segment: list[SegmentForm | None] | None = Field(None, examples=["[[segment]]"])
    arrivals: list[ArrivalsForm | None] | None = Field(None, examples=["[[arrivals]]"])


FORMS: dict[tuple[str, ...], type[Form]] = {
    (): File,
    ("hall",): HallForm,
    ("rules",): RulesForm,
    ("rules", "credit"): CreditForm,
    ("rules", "ratio"): RatioForm,
    ("rules", "tide"): TideForm,
    ("rules", "tide", "calendar"): CalendarForm,
    ("rules", "holder"): HolderForm,
    ("rules", "voice"): VoiceForm,
    ("rules", "screens"): ScreensForm,
    ("rules", "pad"): PadForm,
    ("rules", "visit"): VisitForm,
    ("rules", "national"): NationalForm,
    ("rules", "booking"): BookingForm,
    ("rules", "plates"): PlatesForm,
    ("rules", "estimate"): EstimateForm,
    ("rules", "alerts"): AlertsForm,
    ("rules", "reports"): ReportsForm,
    ("hours",): HoursForm,
    ("zone",): ZoneForm,
    ("service",): ServiceForm,
    ("service", "missed"): MissedForm,
    ("service", "quotas"): QuotaForm,
    ("service", "check"): CheckForm,
    ("window",): WindowForm,
    ("window", "serves"): ServesForm,
    ("class",): ClassForm,
    ("flexible_clerk",): FlexibleClerkForm,
    ("person",): PersonForm,
    ("registered_agent",): RegisteredAgentForm,
    ("device",): DeviceForm,
    ("pause_reason",): PauseReasonForm,
    ("rating_reason",): RatingReasonForm,
    ("notice",): NoticeForm,
    ("segment",): SegmentForm,
    ("arrivals",): ArrivalsForm,
}
"""The form of the table at a path, with the places in arrays left out."""


def form_at(path: Path) -> type[Form] | None:
    """The form of the table at `path`, if a table with fixed keys stands there."""
    return FORMS.get(tuple(part for part in path if isinstance(part, str)))


def keys_of(form: type[Form]) -> dict[str, FieldInfo]:
    """The fields of a form by the key that is written in the file."""
    return {info.alias or name: info for name, info in form.model_fields.items()}


def field_at(path: Path) -> FieldInfo | None:
    """What is known of the key that `path`, or the array that it points into, stands for."""
    names = tuple(part for part in path if isinstance(part, str))
    form = FORMS.get(names[:-1])
    return keys_of(form).get(names[-1]) if form and names else None


def fill(document: dict[str, object]) -> tuple[File, list[ErrorDetails]]:
    """The forms that `document` fills, and everything in it that fits none. `document` loses what does not fit."""
    errors: list[ErrorDetails] = []
    taken_out: set[Path] = set()
    while True:
        try:
            return File.model_validate(document), errors
        except ValidationError as wrong:
            for each in wrong.errors(include_url=False):
                path: Path = each["loc"]
                if path in taken_out:  # nothing may stand there: then what holds it does not fit either
                    while path in taken_out:
                        path = path[:-1]
                else:
                    errors.append(each)
                _take_out(document, path, gone=each["type"] == "extra_forbidden")
                taken_out.add(path)


def missing(document: dict[str, object]) -> Iterator[Path]:
    """The paths of the keys that must be there and are not."""
    for names, form in FORMS.items():
        for path, table in _tables(document, names, ()):
            for key in form.needs:
                if key not in table:
                    yield (*path, key)


def _tables(value: object, names: tuple[str, ...], path: Path) -> Iterator[tuple[Path, dict[str, object]]]:
    if isinstance(value, list):
        for place, each in enumerate(value):
            yield from _tables(each, names, (*path, place))
    elif isinstance(value, dict):
        if not names:
            yield path, value
        elif names[0] in value:
            yield from _tables(value[names[0]], names[1:], (*path, names[0]))


def _take_out(document: dict[str, object], path: Path, *, gone: bool) -> None:
    holder: object = document
    for part in path[:-1]:
        if isinstance(holder, dict):
            holder = holder.get(str(part))
        elif isinstance(holder, list) and isinstance(part, int):
            holder = holder[part]
    last = path[-1]
    if isinstance(holder, list) and isinstance(last, int):
        holder[last] = None
    elif isinstance(holder, dict):
        if gone:
            holder.pop(str(last), None)
        else:
            holder[str(last)] = None
