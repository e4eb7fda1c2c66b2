"""The measures of a report: each with its name, its unit and its formula in words, which are printed beside the figure.

For: `Tally`, which counts the lines of a day's book (daybook.py), and `MEASURES`, the table of what is made of it. The
definitions are those that deployed halls publish, with two changes that are said in the formulas: a transfer, and
the next service on the same slip, begin a new visit, and somebody who leaves after waiting too long has waited too long.
Not for: which lines are counted together (the store groups them), or how a figure looks on paper.
What goes wrong: a share of nothing is no figure (None), never 0.

Units: `count`; `min` minutes; `share` 0 to 1; `level` 1 to 5. Quantiles are by linear interpolation between the two
nearest ranks (type 7 of Hyndman and Fan, what spreadsheets call PERCENTILE.INC).
"""

from array import array
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import NamedTuple, TypeVar

from app.core.daybook import (
    ABANDONED,
    BOOKED,
    CANCELLED,
    CARRIED,
    CHECKED_IN,
    DAY_ENDED,
    FINISHED,
    HERE,
    NO_SHOW,
    TRANSFERRED,
    UNBOOKED,
    VOID,
)
from app.core.judged import Estimator

VERSION = 2
"""The version of the definitions, which stands on every report: figures of two versions are not compared."""

SATISFIED_FROM = 3
"""5, 4 and 3 (basically satisfied) count as satisfied, as in the national rating rules; 2 and 1 are bad ratings."""


ESTIMATORS = (
    (Estimator.SCHEDULE, "按窗口推算", "by the windows"),
    (Estimator.HEAD, "按队首等候", "as the first in the queue"),
    (Estimator.RECENT, "按最近等候", "as the last who were called"),
    (Estimator.QUEUE, "按队长", "by the length of the queue"),
    (Estimator.BLEND, "综合", "a blend of them"),
)
"""The ways to estimate a wait, in words."""


class VisitLine(NamedTuple):
    """What a tally needs of a visit. Fields as in `daybook.Visit`."""

    part: int
    waited: float | None
    handled: float | None
    calls: int
    recalls: int
    misses: int
    ending: str
    rating: int | None
    asked: bool
    told: float | None
    told_low: float | None
    told_high: float | None
    promise: float
    limit: float
    booked: bool


class TideLine(NamedTuple):
    """What a tally needs of a tidal opening."""

    wait_before: float
    wait_after: float
    served: int
    clerk_minutes: float


class Tally:
    """What was counted of some lines."""

    __slots__ = (
        "asked",
        "booked",
        "bookings",
        "called",
        "calls",
        "ended_waits",
        "endings",
        "handles",
        "judged",
        "levels",
        "long",
        "misses",
        "over",
        "paused",
        "posted",
        "recalls",
        "tickets",
        "tide_after",
        "tide_before",
        "tide_minutes",
        "tide_served",
        "tides",
        "told",
        "told_off",
        "told_within",
        "visits",
        "waits",
    )

    def __init__(self) -> None:
        self.tickets = self.visits = self.called = self.booked = 0
        self.calls = self.recalls = self.misses = 0
        self.endings: dict[str, int] = {}
        self.waits = array("d")
        self.ended_waits = self.over = 0
        self.handles = array("d")
        self.long = 0
        self.levels = [0, 0, 0, 0, 0]
        self.asked = 0
        self.told = self.told_within = 0
        self.told_off = 0.0
        self.bookings: dict[str, int] = {}
        self.judged: dict[str, tuple[int, float]] = {}
        self.posted: dict[str, float] = {}
        self.paused: dict[str, float] = {}
        self.tides = self.tide_served = 0
        self.tide_minutes = self.tide_before = self.tide_after = 0.0

    def visit(self, line: VisitLine) -> None:
        """Count a visit."""
        (
            part,
            waited,
            handled,
            calls,
            recalls,
            misses,
            ending,
            rating,
            asked,
            told,
            low,
            high,
            promise,
            limit,
            booked,
        ) = line
        self.visits += 1
        self.tickets += part == 1
        self.booked += booked
        self.calls += calls
        self.recalls += recalls
        self.misses += misses
        self.endings[ending] = self.endings.get(ending, 0) + 1
        if waited is not None:
            self.ended_waits += 1
            self.over += waited > promise
            if calls:
                self.called += 1
                self.waits.append(waited)
                if told is not None and part == 1:
                    self.told += 1
                    self.told_off += abs(waited - told)
                    self.told_within += (low or 0.0) <= waited <= (high or told)
        if handled is not None:
            self.handles.append(handled)
            self.long += handled > limit > 0
        if rating is not None:
            self.levels[rating - 1] += 1
        self.asked += asked

    def post(self, duty: str, reason: str, minutes: float) -> None:
        """Count minutes of a window."""
        self.posted[duty] = self.posted.get(duty, 0.0) + minutes
        if reason:
            self.paused[reason] = self.paused.get(reason, 0.0) + minutes

    def tide(self, line: TideLine) -> None:
        """Count a tidal opening."""
        self.tides += 1
        self.tide_before += line.wait_before
        self.tide_after += line.wait_after
        self.tide_served += line.served
        self.tide_minutes += line.clerk_minutes

    def booking(self, what: str, count: int) -> None:
        """Count what happened to bookings."""
        self.bookings[what] = self.bookings.get(what, 0) + count

    def judgement(self, estimator: str, people: int, error: float) -> None:
        """Count what a back-test said of one way to estimate a wait."""
        before, off = self.judged.get(estimator, (0, 0.0))
        self.judged[estimator] = before + people, off + people * error

    def add(self, other: "Tally") -> None:
        """Count everything that another tally counted."""
        for name in _SUMS:
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.waits.extend(other.waits)
        self.handles.extend(other.handles)
        self.levels = [mine + theirs for mine, theirs in zip(self.levels, other.levels, strict=True)]
        _add(self.endings, other.endings)
        _add(self.bookings, other.bookings)
        for estimator, (people, off) in other.judged.items():
            before, so_far = self.judged.get(estimator, (0, 0.0))
            self.judged[estimator] = before + people, so_far + off
        _add(self.posted, other.posted)
        _add(self.paused, other.paused)

    @property
    def served(self) -> int:
        """Visits that were served to an end."""
        return self.endings.get(FINISHED, 0)

    @property
    def rated(self) -> int:
        """Visits that were given a level."""
        return sum(self.levels)

    @property
    def on_post(self) -> float:
        """Minutes of windows that were open and not paused."""
        return sum(self.posted.get(duty, 0.0) for duty in ("idle", "calling", "serving"))


_SUMS = tuple(
    name
    for name in Tally.__slots__
    if name not in {"waits", "handles", "levels", "endings", "bookings", "judged", "posted", "paused"}
)

Number = TypeVar("Number", int, float)


def _add(mine: dict[str, Number], theirs: dict[str, Number]) -> None:
    for key, value in theirs.items():
        mine[key] = mine[key] + value if key in mine else value


def quantile(values: Iterable[float], share: float) -> float | None:
    """The value below which `share` of `values` lie; None of nothing."""
    ordered = sorted(values)
    if not ordered:
        return None
    place = share * (len(ordered) - 1)
    low = int(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)


def _share(part: float, whole: float) -> float | None:
    return part / whole if whole else None


def _ended(ending: str) -> Callable[[Tally], float | None]:
    return lambda tally: tally.endings.get(ending, 0)


def _ended_share(ending: str) -> Callable[[Tally], float | None]:
    return lambda tally: _share(tally.endings.get(ending, 0), tally.visits)


def _judged(estimator: Estimator) -> Callable[[Tally], float | None]:
    def error(tally: Tally) -> float | None:
        people, off = tally.judged.get(estimator, (0, 0.0))
        return _share(off, people)

    return error


@dataclass(frozen=True)
class Measure:
    """One figure: its key, its name in Chinese and English, its unit, its formula in both languages, and how it is
    made. `family`: `volume`, `wait`, `handling`, `abnormal`, `booking`, `rating`, `estimate`, `post`, `tide`."""

    key: str
    family: str
    unit: str
    zh: str
    en: str
    formula_zh: str
    formula_en: str
    of: Callable[[Tally], float | None]


MEASURES: tuple[Measure, ...] = (
    # -- volume
    Measure(
        "tickets",
        "volume",
        "count",
        "取号总数",
        "Tickets",
        "发出的号票数（预约签到后取得的计入；转办不另计）",
        "numbers given out, bookings that were turned into tickets included; a transfer gives out no new one",
        lambda tally: tally.tickets,
    ),
    Measure(
        "visits",
        "volume",
        "count",
        "排队人次",
        "Visits",
        "进入某项业务排队的次数；转办、同一号票的下一项业务各另计一次",
        "stays in the queue of a service; a transfer, and the next service on the same slip, begin a new one",
        lambda tally: tally.visits,
    ),
    Measure(
        "booked",
        "volume",
        "count",
        "其中预约",
        "Of these booked",
        "有预约时段的人次",
        "visits with a booked slot",
        lambda tally: tally.booked,
    ),
    Measure(
        "called",
        "volume",
        "count",
        "叫号人次",
        "Called",
        "至少被叫过一次号的人次",
        "visits that were called at least once",
        lambda tally: tally.called,
    ),
    Measure(
        "served",
        "volume",
        "count",
        "办结人次",
        "Served",
        "窗口办结的人次",
        "visits that a window finished",
        lambda tally: tally.served,
    ),
    Measure(
        "transferred",
        "volume",
        "count",
        "转办人次",
        "Transferred",
        "由窗口转往其他业务或窗口的人次",
        "visits that a window sent on",
        _ended(TRANSFERRED),
    ),
    Measure(
        "here",
        "volume",
        "count",
        "仍在厅内",
        "Still here",
        "统计时尚未结束的人次",
        "visits that had not ended when the report was made",
        _ended(HERE),
    ),
    Measure(
        "called_rate",
        "volume",
        "share",
        "叫号率",
        "Share called",
        "叫号人次 ÷ 排队人次",
        "called ÷ visits",
        lambda tally: _share(tally.called, tally.visits),
    ),
    Measure(
        "served_rate",
        "volume",
        "share",
        "办结率",
        "Share served",
        "办结人次 ÷ 排队人次",
        "served ÷ visits",
        lambda tally: _share(tally.served, tally.visits),
    ),
    # -- waiting
    Measure(
        "wait_avg",
        "wait",
        "min",
        "平均等候",
        "Average wait",
        "Σ 首次叫号前的等候 ÷ 叫号人次；预约从预约时段起算",
        "Σ minutes until the first call ÷ called; a booking's wait begins at its slot",
        lambda tally: _share(sum(tally.waits), tally.called),
    ),
    Measure(
        "wait_avg_tickets",
        "wait",
        "min",
        "平均等候（按取号数）",
        "Average wait per ticket",
        "Σ 首次叫号前的等候 ÷ 取号总数（部分单位的上报口径，数值偏低）",
        "Σ minutes until the first call ÷ tickets: as some offices return it; it comes out lower",
        lambda tally: _share(sum(tally.waits), tally.tickets),
    ),
    Measure(
        "wait_p50",
        "wait",
        "min",
        "等候中位数",
        "Median wait",
        "一半叫号人次的等候不超过此值",
        "half of those called waited no longer",
        lambda tally: quantile(tally.waits, 0.5),
    ),
    Measure(
        "wait_p90",
        "wait",
        "min",
        "等候 90 分位",
        "Wait, nine of ten",
        "九成叫号人次的等候不超过此值",
        "nine of ten of those called waited no longer",
        lambda tally: quantile(tally.waits, 0.9),
    ),
    Measure(
        "wait_max",
        "wait",
        "min",
        "最长等候",
        "Longest wait",
        "叫号人次中等候的最大值",
        "the longest wait of those called",
        lambda tally: max(tally.waits, default=None),
    ),
    Measure(
        "over_promise_rate",
        "wait",
        "share",
        "超承诺等候率",
        "Share over the promise",
        "等候超过大厅承诺的人次 ÷ 等候已结束的人次；等不及而离开或取消的也计入，日终未叫到的不计",
        "visits that waited longer than the hall promised ÷ visits whose wait ended; those who gave up count, "
        "those whom only the night ended do not",
        lambda tally: _share(tally.over, tally.ended_waits),
    ),
    # -- handling
    Measure(
        "handle_avg",
        "handling",
        "min",
        "平均办理",
        "Average handling",
        "Σ 办理时长 ÷ 已知时长的人次；不含走到窗口、窗口暂停和挂起的时间",
        "Σ minutes of handling ÷ visits whose handling is known; without the walk, pauses of the window and time put aside",
        lambda tally: _share(sum(tally.handles), len(tally.handles)),
    ),
    Measure(
        "handle_p50",
        "handling",
        "min",
        "办理中位数",
        "Median handling",
        "一半办理不超过此值",
        "half of the services took no longer",
        lambda tally: quantile(tally.handles, 0.5),
    ),
    Measure(
        "handle_p90",
        "handling",
        "min",
        "办理 90 分位",
        "Handling, nine of ten",
        "九成办理不超过此值",
        "nine of ten services took no longer",
        lambda tally: quantile(tally.handles, 0.9),
    ),
    Measure(
        "handle_max",
        "handling",
        "min",
        "最长办理",
        "Longest handling",
        "办理时长的最大值",
        "the longest handling",
        lambda tally: max(tally.handles, default=None),
    ),
    Measure(
        "long_rate",
        "handling",
        "share",
        "超长办理率",
        "Share of long handling",
        "办理超过计划均值若干倍（设置项 long_service，默认 2 倍）的人次 ÷ 已知时长的人次",
        "visits handled longer than so many times the planned mean (setting long_service, by default 2) ÷ visits whose "
        "handling is known",
        lambda tally: _share(tally.long, len(tally.handles)),
    ),
    # -- what went otherwise: four words for four things
    Measure(
        "abandoned",
        "abnormal",
        "count",
        "弃号",
        "Abandoned",
        "未说明而离开的人次",
        "visitors who left without a word",
        _ended(ABANDONED),
    ),
    Measure(
        "abandoned_rate",
        "abnormal",
        "share",
        "弃号率",
        "Share abandoned",
        "弃号 ÷ 排队人次",
        "abandoned ÷ visits",
        _ended_share(ABANDONED),
    ),
    Measure(
        "cancelled",
        "abnormal",
        "count",
        "取消",
        "Cancelled",
        "本人退回号票的人次",
        "numbers that the visitor gave back",
        _ended(CANCELLED),
    ),
    Measure(
        "missed_calls",
        "abnormal",
        "count",
        "过号次数",
        "Calls missed",
        "叫号后无人到窗口的次数（同一号可多次）",
        "calls to which nobody came; one number can miss several",
        lambda tally: tally.misses,
    ),
    Measure(
        "missed_rate",
        "abnormal",
        "share",
        "过号率",
        "Share of calls missed",
        "过号次数 ÷ 叫号次数（重呼不计）",
        "calls missed ÷ calls; repeating a call is no new one",
        lambda tally: _share(tally.misses, tally.calls),
    ),
    Measure(
        "void",
        "abnormal",
        "count",
        "作废",
        "Void",
        "过号后按规则作废的人次",
        "visits that the rule for missed calls ended",
        _ended(VOID),
    ),
    Measure(
        "day_ended",
        "abnormal",
        "count",
        "日终未结束",
        "Ended by the night",
        "当日结束时仍未办结的人次",
        "visits that had not ended when the day did",
        _ended(DAY_ENDED),
    ),
    Measure(
        "carried",
        "abnormal",
        "count",
        "留至次日",
        "Carried over",
        "当日未办、号票次日继续有效的人次",
        "visits that were not served and whose number is good for the next day",
        _ended(CARRIED),
    ),
    # -- bookings
    Measure(
        "bookings",
        "booking",
        "count",
        "预约数",
        "Bookings",
        "当期新增的预约",
        "bookings that were made",
        lambda tally: tally.bookings.get(BOOKED, 0),
    ),
    Measure(
        "bookings_cancelled",
        "booking",
        "count",
        "预约取消",
        "Bookings given back",
        "当期取消的预约（本人、工作人员或大厅）",
        "bookings that the visitor, staff or the hall cancelled",
        lambda tally: tally.bookings.get(UNBOOKED, 0),
    ),
    Measure(
        "booking_no_shows",
        "booking",
        "count",
        "爽约",
        "Bookings not kept",
        "预约时间已过而无人签到；与过号不同",
        "bookings for which nobody came; not the same as a missed call",
        lambda tally: tally.bookings.get(NO_SHOW, 0),
    ),
    Measure(
        "booking_no_show_rate",
        "booking",
        "share",
        "爽约率",
        "Share of bookings not kept",
        "爽约 ÷（爽约 + 签到）",
        "not kept ÷ (not kept + checked in)",
        lambda tally: _share(
            tally.bookings.get(NO_SHOW, 0),
            tally.bookings.get(NO_SHOW, 0) + tally.bookings.get(CHECKED_IN, 0),
        ),
    ),
    # -- what visitors say
    Measure(
        "rated",
        "rating",
        "count",
        "评价数",
        "Rated",
        "给出五级评价的人次；未评价不算好评",
        "visits with one of the five levels; no answer is not a good one",
        lambda tally: tally.rated,
    ),
    Measure(
        "response_rate",
        "rating",
        "share",
        "评价率",
        "Response rate",
        "评价数 ÷ 办结人次",
        "rated ÷ served",
        lambda tally: _share(tally.rated, tally.served),
    ),
    Measure(
        "satisfaction",
        "rating",
        "share",
        "满意率",
        "Satisfaction",
        "（非常满意 + 满意 + 基本满意）÷ 评价数；请与评价率一并看",
        "(very satisfied + satisfied + basically satisfied) ÷ rated; read it beside the response rate",
        lambda tally: _share(sum(tally.levels[SATISFIED_FROM - 1 :]), tally.rated),
    ),
    Measure(
        "rating_avg",
        "rating",
        "level",
        "平均评价",
        "Average rating",
        "Σ 级别（5 至 1）÷ 评价数",
        "Σ levels (5 to 1) ÷ rated",
        lambda tally: _share(sum(level * count for level, count in enumerate(tally.levels, 1)), tally.rated),
    ),
    Measure(
        "bad_ratings",
        "rating",
        "count",
        "差评数",
        "Bad ratings",
        "不满意 + 非常不满意",
        "dissatisfied + very dissatisfied",
        lambda tally: sum(tally.levels[: SATISFIED_FROM - 1]),
    ),
    # -- what visitors were told
    Measure(
        "told_error",
        "estimate",
        "min",
        "预计等候误差",
        "Error of the estimate",
        "Σ |实际等候 − 取号时告知的等候| ÷ 被告知且被叫号的人次（首段排队）",
        "Σ |wait − what the slip said| ÷ visits that were told a wait and called, before any transfer",
        lambda tally: _share(tally.told_off, tally.told),
    ),
    Measure(
        "told_within",
        "estimate",
        "share",
        "预计区间命中率",
        "Within the band told",
        "实际等候落在告知区间内的人次 ÷ 同上人次；区间应含八成",
        "waits within the band that was told ÷ the same visits; the band is meant to hold eight of ten",
        lambda tally: _share(tally.told_within, tally.told),
    ),
    *(
        Measure(
            f"backtest_{estimator.value}",
            "estimate",
            "min",
            f"回测误差：{zh}",
            f"Back-test: {en}",
            f"次日凌晨回测：若当日按「{zh}」告知，Σ |实际等候 − 告知| ÷ 人次（普通、未预约、单项业务）",
            f"the night's back-test: Σ |wait − what «{en}» would have said| ÷ visits of ordinary newcomers with one service",
            _judged(estimator),
        )
        for estimator, zh, en in ESTIMATORS
    ),
    # -- windows and clerks
    Measure(
        "on_post",
        "post",
        "min",
        "在岗时长",
        "On post",
        "窗口开着且未暂停的分钟数；未关的窗口算到最后一次操作",
        "minutes that windows were open and not paused; one that nobody closed counts until the last thing that happened there",
        lambda tally: tally.on_post if tally.posted else None,
    ),
    Measure(
        "serving",
        "post",
        "min",
        "办理时长",
        "Serving",
        "窗口办理中的分钟数",
        "minutes that windows were serving",
        lambda tally: tally.posted.get("serving", 0.0) if tally.posted else None,
    ),
    Measure(
        "idle",
        "post",
        "min",
        "空闲时长",
        "Idle",
        "窗口开着而无人的分钟数",
        "minutes that windows were open with nobody called",
        lambda tally: tally.posted.get("idle", 0.0) if tally.posted else None,
    ),
    Measure(
        "paused",
        "post",
        "min",
        "暂停时长",
        "Paused",
        "窗口暂停的分钟数",
        "minutes that windows were paused",
        lambda tally: tally.posted.get("paused", 0.0) if tally.posted else None,
    ),
    Measure(
        "busy_rate",
        "post",
        "share",
        "忙碌率",
        "Share busy",
        "（叫号中 + 办理中）÷ 在岗时长",
        "(calling + serving) ÷ on post",
        lambda tally: _share(
            tally.posted.get("calling", 0.0) + tally.posted.get("serving", 0.0), tally.on_post
        ),
    ),
    Measure(
        "served_per_hour",
        "post",
        "count",
        "每小时办结",
        "Served per hour",
        "办结人次 ÷ 在岗小时",
        "served ÷ hours on post",
        lambda tally: _share(60 * tally.served, tally.on_post),
    ),
    # -- the tide
    Measure(
        "tide_openings",
        "tide",
        "count",
        "潮汐开窗",
        "Tidal openings",
        "潮汐窗口由系统开启至关闭的次数",
        "times that the tide opened a window and it closed again",
        lambda tally: tally.tides,
    ),
    Measure(
        "tide_minutes",
        "tide",
        "min",
        "潮汐用工",
        "Tide: clerk minutes",
        "潮汐窗口占用工作人员的分钟数（成本）",
        "minutes of clerks at tidal windows: what it cost",
        lambda tally: tally.tide_minutes if tally.tides else None,
    ),
    Measure(
        "tide_served",
        "tide",
        "count",
        "潮汐办结",
        "Tide: served",
        "潮汐窗口办结的人次（收益）",
        "visits served at tidal windows: what it brought",
        lambda tally: tally.tide_served if tally.tides else None,
    ),
    Measure(
        "tide_wait_before",
        "tide",
        "min",
        "开窗时预计等候",
        "Tide: wait before",
        "开窗时该业务的预计等候，各次平均",
        "projected wait of the service when the window opened, mean of the openings",
        lambda tally: _share(tally.tide_before, tally.tides),
    ),
    Measure(
        "tide_wait_after",
        "tide",
        "min",
        "关窗时预计等候",
        "Tide: wait after",
        "关窗时该业务的预计等候，各次平均",
        "projected wait of the service when it closed, mean of the openings",
        lambda tally: _share(tally.tide_after, tally.tides),
    ),
)
"""Every measure, in the order in which a report shows them."""

MEASURE: dict[str, Measure] = {each.key: each for each in MEASURES}
"""Measures by key."""


def figures(tally: Tally) -> dict[str, float | None]:
    """Every measure of what was counted."""
    return {each.key: each.of(tally) for each in MEASURES}
