"""What a loudspeaker says, and when: a call -> an announcement, and one queue for each audio zone.

    compose(call, style)          请 诶 零二三 号,到 三 号窗口办理。  Number A 0 2 3, please go to window 3.
    lane = Lane(stale=30, gap=0.6)
    lane.tell(announcement, now)  # each id once, however often it is told
    lane.due(now, still)          # what is to be begun now; None: nothing, or somebody is being heard
    lane.done(id, now)            # the loudspeaker is free again

An audio zone is what one set of loudspeakers reaches: never two at once in it. A call is said once; what has waited too
long, and whom nobody calls any more, is dropped without a word; a recall takes the place of the call before it.
A number is said figure by figure, since that is how it is written on the slip; a window as the number it is.
Not for: which machine makes the sound (app/sounds.py, or the browser), or who is connected (app/voice.py).
Privacy: numbers and windows; nothing else is ever said. Times are seconds of any clock that does not go back.
"""

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

KEPT: Final = 512
"""Ids remembered in a lane: several hours of a zone's calls. Calls older than `stale` are never told again anyway."""

AHEAD: Final = 32
"""Calls that may wait in a lane; at 7 s each the last of them is stale long before its turn."""


@dataclass(frozen=True, slots=True)
class Style:
    """How a hall speaks. `languages`: codes, in their order. `yao`: a 1 in a number is 幺. `rate` and `volume` are of
    the voice's own (1)."""

    languages: tuple[str, ...] = ("zh", "en")
    yao: bool = True
    chime: bool = True
    repeat: int = 2
    rate: float = 0.9
    volume: float = 0.8


@dataclass(frozen=True, slots=True)
class Phrase:
    """One sentence. `language`: its code; `tag`: as browsers name it. `clips`: the recordings that make it, in their
    order. `sound`: where the server has it as a sound, else empty."""

    language: str
    tag: str
    text: str
    clips: tuple[str, ...]
    rate: float
    volume: float
    sound: str = ""


@dataclass(frozen=True, slots=True)
class Announcement:
    """All that is said for one call: `phrases` one after another, after a chime if the hall has one. `ticket` is the
    same for a call and its recalls."""

    id: str
    ticket: str
    number: str
    window: int
    chime: bool
    phrases: tuple[Phrase, ...]


# -- wording ------------------------------------------------------------------------------------------------------

# fmt: off
LETTERS: Final[Mapping[str, str]] = {
    "A": "诶", "B": "必", "C": "西", "D": "弟", "E": "衣", "F": "艾弗", "G": "记", "H": "艾尺", "I": "爱",
    "J": "杰", "K": "开", "L": "艾勒", "M": "艾姆", "N": "恩", "O": "欧", "P": "屁", "Q": "酷", "R": "阿尔",
    "S": "艾斯", "T": "踢", "U": "优", "V": "维", "W": "达不溜", "X": "艾克斯", "Y": "歪", "Z": "贼",
}
# fmt: on
"""How people of a hall say the letters. A Chinese voice that meets a Latin letter often skips it."""

FIGURES: Final = "零一二三四五六七八九"

TAGS: Final[Mapping[str, str]] = {"zh": "zh-CN", "en": "en"}
"""What a browser calls the languages that have sentences of their own."""


def compose(call_id: str, ticket: str, number: str, window: int, style: Style) -> Announcement:
    """What is said for a call."""
    once = tuple(_phrase(language, number, window, style) for language in style.languages)
    return Announcement(call_id, ticket, number, window, style.chime, once * style.repeat)


def _phrase(language: str, number: str, window: int, style: Style) -> Phrase:
    match language:
        case "zh":
            text = f"请 {number_zh(number, yao=style.yao)} 号,到 {cardinal_zh(window)} 号窗口办理。"
        case "en":
            text = f"Number {' '.join(number)}, please go to window {window}."
        case _:
            text = ""  # a language without a sentence here has recordings or is not heard
    tag = TAGS.get(language, language)
    return Phrase(language, tag, text, clips(number, window, style), style.rate, style.volume)


def number_zh(number: str, *, yao: bool = True) -> str:
    """A ticket's number figure by figure: A013 -> 诶 零幺三."""
    letters = "".join(LETTERS[each] for each in number if each in LETTERS)
    figures = "".join(FIGURES[int(each)] for each in number if each in "0123456789")
    if yao:
        figures = figures.replace("一", "幺")
    return f"{letters} {figures}".strip()


def cardinal_zh(n: int) -> str:
    """A whole number below 10,000 as it is read: 12 -> 十二, 105 -> 一百零五, 20 -> 二十."""
    if not 0 <= n < 10_000:
        return "".join(FIGURES[int(each)] for each in str(n) if each.isdecimal())
    if n < 10:
        return FIGURES[n]
    words, gap = "", False
    for weight, unit in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        figure = n // weight % 10
        if figure:
            words += ("零" if gap and words else "") + FIGURES[figure] + unit
        gap = not figure
    return words.removeprefix("一") if 10 <= n < 20 else words


def clips(number: str, window: int, style: Style) -> tuple[str, ...]:
    """The recordings of a call, the same in every language: `call`, the number sign by sign, `to`, the window by its
    parts, `window`. A language that has nothing to say at one of the joints has no such recording."""
    one = "1-yao" if style.yao else "1"
    signs = tuple(one if each == "1" else each for each in number)
    return ("call", *signs, "to", *_window_clips(window), "window")


def _window_clips(window: int) -> tuple[str, ...]:
    """Its parts as Chinese says them: 112 -> 1 100 10 2."""
    parts = []
    for weight in (1000, 100, 10):
        figure = window // weight % 10
        if figure:
            parts += [str(figure)] * (figure > 1 or (weight > 10)) + [str(weight)]
    if window % 10 or not parts:
        parts.append(str(window % 10))
    return tuple(parts)


def pinyin(text: str) -> str:
    """A Chinese sentence as syllables with tones, for voices that read no characters: qing3 ei1 ling2 …"""
    # Imported by whoever needs it: its tables take a tenth of a second.
    from pypinyin import Style as PinyinStyle
    from pypinyin import lazy_pinyin

    return " ".join(each.strip() for each in lazy_pinyin(text, style=PinyinStyle.TONE3) if each.strip())


def seconds(announcement: Announcement) -> float:
    """How long saying it takes at most, for whoever is not told when it was over: four Chinese signs or twelve letters a
    second, half as long again for a slow engine, and the chime."""
    said = sum(
        (1.0 + len(each.text or each.clips) / (4 if each.language == "zh" else 12)) / each.rate
        for each in announcement.phrases
    )
    return 1.5 * said + 3.0


# -- whose turn it is ---------------------------------------------------------------------------------------------


class Lane:
    """The queue of one audio zone. `stale` and `gap` in seconds."""

    def __init__(self, stale: float, gap: float) -> None:
        self.stale = stale
        self.gap = gap
        self._known: dict[str, None] = {}
        self._waiting: deque[tuple[float, Announcement]] = deque()
        self._saying: Announcement | None = None
        self._since = 0.0
        self._free_at = float("-inf")
        self.dropped = 0

    @property
    def saying(self) -> Announcement | None:
        """What is being said."""
        return self._saying

    @property
    def waiting(self) -> int:
        """How many wait."""
        return len(self._waiting)

    def tell(self, announcement: Announcement, now: float, age: float = 0.0) -> bool:
        """A call was made `age` seconds ago. False: it was told before, or is too old."""
        if announcement.id in self._known:
            return False
        self._known[announcement.id] = None
        while len(self._known) > KEPT:
            del self._known[next(iter(self._known))]
        if age > self.stale:
            self.dropped += 1
            return False
        before = len(self._waiting)
        self._waiting = deque(each for each in self._waiting if each[1].ticket != announcement.ticket)
        self._waiting.append((now - age, announcement))
        while len(self._waiting) > AHEAD:
            self._waiting.popleft()
        self.dropped += before + 1 - len(self._waiting)
        return True

    def due(self, now: float, still: Callable[[Announcement], bool] = lambda _: True) -> Announcement | None:
        """What is to be begun now, and begins with that. `still`: whether that call still stands."""
        if self._saying is not None or now < self._free_at:
            return None
        while self._waiting:
            since, first = self._waiting.popleft()
            if now - since <= self.stale and still(first):
                self._saying, self._since = first, since
                return first
            self.dropped += 1
        return None

    def again_in(self, now: float) -> float | None:
        """Seconds until `due` is worth asking again; None: when something is told or done."""
        if self._saying is not None or not self._waiting:
            return None
        return max(0.0, self._free_at - now)

    def done(self, announcement_id: str, now: float) -> bool:
        """It was said, or given up. False: that is not what is being said."""
        if self._saying is None or self._saying.id != announcement_id:
            return False
        self._saying = None
        self._free_at = now + self.gap
        return True

    def take_back(self) -> None:
        """Whoever was to say it has gone before the first word: the next one shall, if it is not too late by then."""
        if self._saying is not None:
            self._waiting.appendleft((self._since, self._saying))
            self._saying = None
