"""What is said for a call, and that a zone hears one thing at a time, each once, and nothing that is over."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from displays.voice import (
    AHEAD,
    Announcement,
    Lane,
    Style,
    cardinal_zh,
    clips,
    compose,
    number_zh,
    pinyin,
    seconds,
)

PLAIN = Style()


def said(number: str, window: int, style: Style = PLAIN) -> list[str]:
    return [each.text for each in compose("id", "t", number, window, style).phrases]


def test_a_call_is_said_figure_by_figure_in_every_language_and_again() -> None:
    zh, en = "请 诶 零二三 号,到 三 号窗口办理。", "Number A 0 2 3, please go to window 3."
    assert said("A023", 3) == [zh, en, zh, en]
    assert said("A023", 3, Style(languages=("en",), repeat=1)) == [en]
    assert said("A023", 3, Style(languages=("en", "zh"), repeat=1)) == [en, zh]


def test_a_one_in_a_number_is_yao_if_the_hall_says_so_and_never_in_a_window() -> None:
    assert said("A101", 1)[0] == "请 诶 幺零幺 号,到 一 号窗口办理。"
    assert said("A101", 1, Style(yao=False))[0] == "请 诶 一零一 号,到 一 号窗口办理。"
    assert number_zh("TX1108") == "踢艾克斯 幺幺零八"


@pytest.mark.parametrize(
    ("n", "words"),
    [(0, "零"), (3, "三"), (10, "十"), (12, "十二"), (20, "二十"), (21, "二十一"), (105, "一百零五"), (110, "一百一十"), (112, "一百一十二"), (1003, "一千零三"), (1020, "一千零二十"), (10000, "一零零零零")],
)  # fmt: skip
def test_a_window_is_said_as_the_number_it_is(n: int, words: str) -> None:
    assert cardinal_zh(n) == words


@given(st.integers(0, 9999))
def test_every_number_of_a_window_is_said_and_no_two_alike(n: int) -> None:
    values = {"千": 1000, "百": 100, "十": 10}
    total, figure = 0, 0
    words = cardinal_zh(n)
    for sign in words:
        if sign in values:
            total += (figure or 1) * values[sign]
            figure = 0
        elif sign != "零":
            figure = "零一二三四五六七八九".index(sign)
    assert total + figure == n
    assert "零零" not in words


def test_a_voice_that_reads_no_characters_gets_syllables_with_tones() -> None:
    assert pinyin(said("B017", 12)[0]) == (
        "qing3 bi4 ling2 yao1 qi1 hao4 , dao4 shi2 er4 hao4 chuang1 kou3 ban4 li3 。"
    )


def test_recordings_have_one_order_for_every_language() -> None:
    assert clips("A101", 12, PLAIN) == ("call", "A", "1-yao", "0", "1-yao", "to", "10", "2", "window")
    assert clips("A1", 120, Style(yao=False)) == ("call", "A", "1", "to", "1", "100", "2", "10", "window")
    assert clips("A1", 30, PLAIN)[-3:] == ("3", "10", "window")


def test_a_language_without_a_sentence_has_recordings_or_is_silent() -> None:
    (phrase,) = compose("i", "t", "A023", 3, Style(languages=("mn",), repeat=1)).phrases
    assert (phrase.text, phrase.tag, phrase.clips[0]) == ("", "mn", "call")


def test_the_patience_with_a_sentence_grows_with_it() -> None:
    short, long = (
        compose("i", "t", "A023", 3, Style(repeat=1)),
        compose("i", "t", "A023", 3, Style(repeat=3, rate=0.5)),
    )
    assert 5 < seconds(short) < seconds(long) < 120


# -- the lane -----------------------------------------------------------------------------------------------------


def call(call_id: str, ticket: str = "") -> Announcement:
    return compose(call_id, ticket or call_id, "A023", 3, PLAIN)


def test_the_second_call_waits_for_the_first_and_a_breath() -> None:
    lane = Lane(stale=30, gap=0.6)
    lane.tell(call("a"), 0.0)
    lane.tell(call("b"), 0.1)
    first = lane.due(0.1)
    assert first is not None and first.id == "a"
    assert lane.due(0.2) is None and lane.again_in(0.2) is None
    assert not lane.done("b", 5.0)
    assert lane.done("a", 5.0)
    assert lane.due(5.1) is None
    assert lane.again_in(5.1) == pytest.approx(0.5)
    second = lane.due(5.7)
    assert second is not None and second.id == "b"


def test_what_waited_too_long_is_dropped_and_what_follows_is_said() -> None:
    lane = Lane(stale=30, gap=0)
    lane.tell(call("a"), 0.0)
    lane.tell(call("b"), 20.0)
    due = lane.due(31.0)
    assert due is not None and due.id == "b"
    assert lane.dropped == 1


def test_a_recall_takes_the_place_of_the_call_that_was_not_said_yet() -> None:
    lane = Lane(stale=30, gap=0)
    lane.tell(call("t.1.0", "t"), 0.0)
    lane.tell(call("t.1.1", "t"), 1.0)
    due = lane.due(1.0)
    assert due is not None and due.id == "t.1.1"
    lane.done("t.1.1", 2.0)
    assert lane.due(3.0) is None


def test_who_is_called_no_more_is_not_called() -> None:
    lane = Lane(stale=30, gap=0)
    lane.tell(call("a"), 0.0)
    lane.tell(call("b"), 0.0)
    due = lane.due(1.0, still=lambda each: each.id != "a")
    assert due is not None and due.id == "b"


def test_a_call_whose_loudspeaker_went_before_a_word_is_said_by_the_next() -> None:
    lane = Lane(stale=30, gap=5)
    lane.tell(call("a"), 0.0)
    assert lane.due(0.0) is not None
    lane.take_back()
    due = lane.due(2.0)
    assert due is not None and due.id == "a"
    lane.take_back()
    assert lane.due(31.0) is None, "its time is that of the call"


class AnyZone(RuleBasedStateMachine):
    """A zone with calls that come in any order and at any time, told again and again, and a loudspeaker that takes its
    time, goes and comes back."""

    def __init__(self) -> None:
        super().__init__()
        self.lane = Lane(stale=30, gap=0.6)
        self.now = 0.0
        self.told: dict[str, float] = {}
        self.begun: list[str] = []
        self.over: set[str] = set()
        self.open: str | None = None

    @rule(
        ticket=st.integers(0, 5), recall=st.integers(0, 9), age=st.sampled_from([0.0, 0.0, 5.0, 29.0, 31.0])
    )
    def tell(self, ticket: int, recall: int, age: float) -> None:
        new = call(f"{ticket}.1.{recall}", str(ticket))
        taken = self.lane.tell(new, self.now, age)
        assert taken is (new.id not in self.told and age <= 30)
        self.told.setdefault(new.id, self.now - age)

    @rule(ticket=st.integers(0, 5))
    def is_served(self, ticket: int) -> None:
        self.over |= {each for each in self.told if each.startswith(f"{ticket}.")}

    @rule()
    def ask(self) -> None:
        due = self.lane.due(self.now, lambda each: each.id not in self.over)
        if due is not None:
            assert self.open is None, "never two at once"
            assert due.id not in self.begun, "each once"
            assert due.id not in self.over, "nobody who is served already"
            assert self.now - self.told[due.id] <= 30, "nothing stale"
            self.begun.append(due.id)
            self.open = due.id

    @rule(seconds=st.floats(0.01, 20))
    def time_passes(self, seconds: float) -> None:
        self.now += seconds

    @precondition(lambda self: self.open is not None)
    @rule()
    def it_ends(self) -> None:
        assert self.open is not None
        assert self.lane.done(self.open, self.now)
        self.open = None

    @rule(wrong=st.sampled_from(["", "9.9.9"]))
    def a_stranger_says_it_ended(self, wrong: str) -> None:
        assert not self.lane.done(wrong, self.now)

    @invariant()
    def the_queue_is_bounded(self) -> None:
        assert self.lane.waiting <= AHEAD
        assert (self.lane.saying is None) is (self.open is None)


TestAnyZone = AnyZone.TestCase
