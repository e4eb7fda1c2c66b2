"""What a hall shows, says and asks, as far as halls differ: the voice, the screens, the pads, notices.

For: the dataclasses behind `[rules.voice]`, `[rules.screens]`, `[rules.pad]`, `[[notice]]` and `[[rating_reason]]` of the
hall file; app/core/plan.py puts them into the plan. Each default has its unit and its reason here.
Not for: how a call is worded (displays/voice.py), how a page looks (displays/web), or which machine makes a sound: that
is a setting of the process, because a hall file must not be able to start programs.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class VoiceMode(StrEnum):
    """Who speaks: the board's own browser; the server, whose sound the board plays; nobody, after a chime; nobody."""

    BROWSER = "browser"
    SERVER = "server"
    CHIME = "chime"
    SILENT = "silent"


class One(StrEnum):
    """How a 1 is said in a number: 幺 (as telephone numbers are, not to be heard as 七) or 一."""

    YAO = "yao"
    YI = "yi"


@dataclass(frozen=True)
class VoiceRules:
    """How calls are spoken.

    mode `browser`: needs nothing installed. languages: in this order; halls of several languages say each.
    one `yao`: 一 and 七 sound alike over loudspeakers. chime: two notes before the words turn heads.
    repeat 2 times, rate 0.9 of the voice's own speed (1), volume 0.8 of the loudspeaker's (1): what halls do.
    slow_classes: priority classes that are called slow_repeat 3 times at slow_rate 0.7 and slow_volume 1: national
    guidance for the elderly asks for a slower and louder voice.
    stale_seconds 30: a call that could not be spoken for so long is dropped, because its number stands on the board
    and a late voice sends people to a window that is not theirs any more. gap_seconds 0.6 between two calls.
    """

    mode: VoiceMode = VoiceMode.BROWSER
    languages: tuple[str, ...] = ("zh", "en")
    one: One = One.YAO
    chime: bool = True
    repeat: int = 2
    rate: float = 0.9
    volume: float = 0.8
    slow_classes: tuple[str, ...] = ("elderly",)
    slow_repeat: int = 3
    slow_rate: float = 0.7
    slow_volume: float = 1.0
    stale_seconds: float = 30.0
    gap_seconds: float = 0.6


class Direction(StrEnum):
    """How a language runs: left to right, right to left, or in columns from left to right (Mongolian script)."""

    LTR = "ltr"
    RTL = "rtl"
    VERTICAL = "vertical"


class Places(StrEnum):
    """How two languages stand to each other: the second below the first, or beside it."""

    BELOW = "below"
    BESIDE = "beside"


@dataclass(frozen=True)
class ScreenRules:
    """How pages that hang in the hall are set.

    languages: the first, then the second; a code names a file of texts. named_in `en`: the language in which the hall
    file's `*_en` texts are written, so that a hall can write its second language there. second_size 0.62 of the first:
    read at half the distance; 1 where a rule of the region asks for equal size. directions: of the first and the second.
    places: how they stand to each other. notice_seconds 12: how long a notice stands, two sentences read slowly.
    masked_names: the board shows 张* beside the number of somebody whose card was read; off, since a number is enough.
    """

    languages: tuple[str, ...] = ("zh", "en")
    named_in: str = "en"
    second_size: float = 0.62
    directions: tuple[Direction, ...] = (Direction.LTR, Direction.LTR)
    places: Places = Places.BELOW
    notice_seconds: float = 12.0
    masked_names: bool = False


@dataclass(frozen=True)
class PadRules:
    """How a visitor is asked for a rating.

    ask_seconds 30: as long as pads wait (the next visitor sits down then); afterwards it is "not rated", never a good
    one. reasons_below 3: levels under it are asked why. panel_seconds 120: a sentence typed for somebody who does not
    hear stands so long.
    """

    ask_seconds: float = 30.0
    reasons_below: int = 3
    panel_seconds: float = 120.0


@dataclass(frozen=True)
class RatingReason:
    """Why somebody was not satisfied; chosen from a list, so that it can be counted."""

    key: str
    name: str
    name_en: str


RATING_REASONS: tuple[RatingReason, ...] = (
    RatingReason("attitude", "服务态度", "Manner"),
    RatingReason("skill", "业务不熟练", "Not familiar with the matter"),
    RatingReason("explained", "没有一次说清楚", "Not told everything at once"),
    RatingReason("wait", "等候时间长", "Long wait"),
    RatingReason("slow", "办理时间长", "Took long"),
    RatingReason("result", "事情没有办成", "Not settled"),
)
"""What people of service halls complain about most, as the national rating items group it."""


@dataclass(frozen=True)
class Notice:
    """Something to read while nobody is called, from the day `starts` to the day `ends`, both included. `picture`: a
    file in the folder of the site (`TIDEHALL_SITE`). `zone`: only there."""

    text: str
    text_en: str = ""
    starts: date | None = None
    ends: date | None = None
    picture: str = ""
    zone: str = ""

    def holds(self, day: date) -> bool:
        """Whether it is to be shown on `day`."""
        return (self.starts is None or self.starts <= day) and (self.ends is None or day <= self.ends)
