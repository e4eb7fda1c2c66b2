"""A hall's days: its own exception first, then the country's notice, then the week; and the segments of a day."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta

from app.core.bookrules import NationalRules, Segment
from app.core.calendar import Calendar, DayKind, Holiday
from app.core.commands import CloseWindow, IssueTicket, OpenDay
from app.core.errors import HallClosed, ServiceNotNow, WalkInsLater
from app.core.events import CalendarLearned
from app.core.hours import day_of, next_opening, segment_at
from app.core.plan import HallPlan, Opening, Rules

from .hands import MONDAY, Hand, plan

NINE_TO_FIVE = (Opening(time(9), time(17)),)
MORNING = (Opening(time(9), time(13)),)
LONG = (Opening(time(8), time(18)),)
SATURDAY = (MONDAY + timedelta(days=5)).date()
CALENDAR = Calendar(
    {(MONDAY + timedelta(days=1)).date(): Holiday("清明", "Tomb-sweeping Day")},
    {SATURDAY: Holiday("清明", "Tomb-sweeping Day"), SATURDAY + timedelta(days=1): Holiday("清明", "T")},
    date(2026, 12, 31),
)


def open_plan(holidays: bool = True, **others: object) -> HallPlan:
    """Open from nine to five, long on Mondays, on Saturday in the morning."""
    hours = {0: LONG, **dict.fromkeys((1, 2, 3, 4), NINE_TO_FIVE), 5: MORNING}
    rules = Rules(national=NationalRules(holidays=holidays))
    return replace(plan(rules=rules, hours=hours), **others)  # type: ignore[arg-type]


def days(made: HallPlan, calendar: Calendar = CALENDAR) -> list[tuple[str, int]]:
    """Kind and opening hours of Monday to Sunday."""
    week = [day_of(made, calendar, MONDAY.date() + timedelta(days=each)) for each in range(7)]
    return [
        (day.kind.value, sum(each.closes.hour - each.opens.hour for each in day.openings)) for day in week
    ]


def test_a_public_holiday_is_closed_and_a_worked_saturday_has_the_hours_of_a_weekday() -> None:
    assert days(open_plan()) == [
        ("week", 10),
        ("holiday", 0),
        ("week", 8),
        ("week", 8),
        ("week", 8),
        ("workday", 8),
        ("workday", 8),
    ]
    assert days(open_plan(), Calendar())[5:] == [("week", 4), ("week", 0)], (
        "the week's rule where nothing is known"
    )
    monday = open_plan(rules=Rules(national=NationalRules(workday_as="monday")))
    assert days(monday)[5] == ("workday", 10)


def test_a_hall_may_keep_no_holidays_and_its_own_exception_comes_first() -> None:
    assert days(open_plan(holidays=False)) == days(open_plan(), Calendar())
    tuesday = (MONDAY + timedelta(days=1)).date()
    own = open_plan(exceptions={tuesday: MORNING, SATURDAY: ()})
    assert day_of(own, CALENDAR, tuesday).openings == MORNING
    assert day_of(own, CALENDAR, SATURDAY) == ((), DayKind.EXCEPTION, 2, None)


def test_numbers_are_given_out_on_a_worked_saturday_and_refused_on_a_holiday_by_its_name() -> None:
    day = Hand(open_plan())
    day.now = MONDAY
    learned = day.do(OpenDay(CALENDAR))
    assert [type(each) for each in learned[-1:]] == [CalendarLearned]
    assert day.do(OpenDay(CALENDAR)) == (), "what is known is not learned again"
    day.now = MONDAY + timedelta(days=1)
    refusal = day.refuses(IssueTicket("t", "tax"), HallClosed)
    assert "Tomb-sweeping Day" in refusal.text("en")
    assert "清明" in refusal.text("zh")
    assert "2026-03-04 at 09:00" in refusal.text("en")
    day.now = datetime.combine(SATURDAY, time(16), MONDAY.tzinfo)
    day.take("tax")
    assert day.hall.calendar == CALENDAR, "the calendar outlives the night"


def test_the_next_opening_looks_over_the_holidays() -> None:
    evening = MONDAY.replace(hour=20)
    assert next_opening(open_plan(), evening, CALENDAR) == MONDAY + timedelta(days=2)
    assert next_opening(open_plan(), evening) == MONDAY + timedelta(days=1)


LUNCH = Segment("lunch", "午间", "Lunch", time(12), time(14), services=("tax",))
BOOKED = Segment("late", "延时", "Late", time(16), time(17), weekdays=("wednesday",), walk_in=False)


def test_a_segment_limits_services_and_walk_ins_while_it_lasts() -> None:
    made = open_plan(segments=(LUNCH, BOOKED))
    day = Hand(made)
    day.now = MONDAY.replace(hour=12)
    day.take("tax")
    assert "Lunch, until 14:00" in day.refuses(IssueTicket("t", "social"), ServiceNotNow).text()
    day.now = MONDAY.replace(hour=16)
    day.take("social")
    day.now += timedelta(days=2)
    assert "午间" not in day.refuses(IssueTicket("t", "tax"), WalkInsLater).text("zh")


def test_a_worked_saturday_has_the_segments_of_the_weekday_that_it_follows() -> None:
    made = open_plan(segments=(BOOKED,))
    four = datetime.combine(SATURDAY, time(16), MONDAY.tzinfo)
    assert segment_at(made, four, CALENDAR) is BOOKED
    assert segment_at(made, four) is None


def test_where_a_segment_names_its_windows_nobody_takes_a_number_that_none_of_them_serves() -> None:
    late = Segment("late", "延时", "Late", time(16), time(17), windows=(2,))
    day = Hand(open_plan(segments=(late,)), MONDAY.replace(hour=16, minute=30))
    day.do(IssueTicket("t1", "social"))
    assert "Late, until 17:00" in day.refuses(IssueTicket("t2", "tax"), ServiceNotNow).text()
    day.open(3)
    day.do(IssueTicket("t2", "tax"))
    day.do(CloseWindow(3))
    day.refuses(IssueTicket("t3", "tax"), ServiceNotNow)
