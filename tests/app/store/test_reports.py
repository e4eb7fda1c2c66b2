"""Reports, on days that were lived through the core, against the same figures worked out from the bare events."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import text

from app.core.booking import Booking, Channel
from app.core.events import (
    BookingCancelled,
    BookingCheckedIn,
    BookingNoShow,
    DayOpened,
    EstimatesJudged,
    Event,
    PlanAdopted,
    SlotBooked,
)
from app.core.judged import Judged
from app.core.measures import MEASURES
from app.core.periods import period
from app.core.record import Recorded, Writing
from app.core.visitrules import DayEnd
from app.reporting import Report, Row, report
from app.store.database import Database
from app.store.journal import SqlJournal
from app.store.reports import Reports
from tests.app.core import reportdays
from tests.app.core.reportdays import MONDAY, Days, Stay, expected, stays

TUESDAY = MONDAY.date() + timedelta(days=1)


def written(database: Database, days: Days, upto: int | None = None) -> None:
    """Put what happened into the journal; again from where it stopped."""
    kept = SqlJournal(database)
    last = kept.last(days.plan.code)
    recorded = [Recorded(n, event) for n, event in enumerate(days.journal, 1) if n > last][:upto]
    kept.append(days.plan.code, [Writing(MONDAY, tuple(recorded))])


@pytest.fixture(scope="module", params=[(3, DayEnd.VOIDED), (4, DayEnd.CARRIED)], ids=["voided", "carried"])
def lived(request: pytest.FixtureRequest) -> Days:
    """Two days, whose first ends for everybody or goes on in the second."""
    seed, day_end = request.param
    return Days(seed, reportdays.report_plan(day_end=day_end)).live()


def visits_of(days: Days) -> dict[date, list[Stay]]:
    """The visits of each day, by the second opinion."""
    return {day: stays(events, over=day < TUESDAY) for day, events in days.days().items()}


def made(database: Database, days: Days, words: str, by: str = "total") -> Report:
    """A report at the end of what was lived."""
    now = days.now.astimezone(ZoneInfo("Asia/Shanghai"))
    return report(Reports(database), days.plan, period(words, now.date()), by, now)


def agrees(row: Row, some: list[Stay]) -> None:
    """Every figure of visits is what the second opinion says."""
    for key, wanted in expected(some, 9.0).items():
        found = row.figures[key]
        assert found == (None if wanted is None else pytest.approx(wanted, abs=0.006)), (row.key, key)


def test_every_figure_of_two_days_is_what_the_events_say(database: Database, lived: Days) -> None:
    written(database, lived)
    both = [stay for some in visits_of(lived).values() for stay in some]
    assert len(both) > 200
    endings = {"finished", "transferred", "cancelled", "abandoned", "void", "day_ended", ""}
    carries = lived.plan.rules.visit.day_end is DayEnd.CARRIED
    assert {each.ending for each in both} == (endings | {"carried"} if carries else endings)
    agrees(made(database, lived, "2026-03").total, both)
    for day, some in visits_of(lived).items():
        agrees(made(database, lived, day.isoformat()).total, some)


KEYS: dict[str, Callable[[Stay], str]] = {
    "service": lambda stay: stay.service,
    "department": lambda stay: "tax" if stay.service == "tax" else "main",
    "window": lambda stay: str(stay.window),
    "clerk": lambda stay: stay.clerk,
    "hour": lambda stay: str(stay.began.hour),
    "class": lambda stay: stay.kind,
    "channel": lambda stay: stay.channel,
    "weekday": lambda stay: str(stay.began.weekday()),
    "day": lambda stay: stay.began.date().isoformat(),
    "week": lambda stay: "2026-W10",
    "month": lambda stay: "2026-03",
}


@pytest.mark.parametrize("by", KEYS)
def test_every_grouping_puts_every_visit_into_its_group(database: Database, lived: Days, by: str) -> None:
    written(database, lived)
    groups: dict[str, list[Stay]] = {}
    for some in visits_of(lived).values():
        for stay in some:
            groups.setdefault(KEYS[by](stay), []).append(stay)
    found = made(database, lived, "2026-W10", by)
    with_visits = {row.key: row for row in found.rows if row.tally.visits}
    assert set(with_visits) == set(groups)
    for key, row in with_visits.items():
        agrees(row, groups[key])
    agrees(found.total, [stay for some in groups.values() for stay in some])


def test_minutes_of_windows_are_what_each_window_did(database: Database, lived: Days) -> None:
    written(database, lived)
    monday = lived.days()[MONDAY.date()]
    rows = {row.key: row for row in made(database, lived, MONDAY.date().isoformat(), "window").rows}
    for no in (1, 2, 3, 4):
        wanted = reportdays.window_minutes(monday, no)
        found = {duty: spent for duty, spent in rows[str(no)].tally.posted.items() if spent > 0}
        last = wanted.keys() | found.keys()
        for duty in last:
            assert found.get(duty, 0.0) == pytest.approx(wanted.get(duty, 0.0), abs=0.01), (no, duty)
    by_hour = made(database, lived, MONDAY.date().isoformat(), "hour")
    assert sum(row.tally.on_post for row in by_hour.rows) == pytest.approx(
        sum(row.tally.on_post for row in rows.values())
    )
    assert all(spent <= 60 * 4 for row in by_hour.rows for spent in [row.tally.on_post])


def test_the_tide_says_what_it_cost_and_brought(database: Database, lived: Days) -> None:
    written(database, lived)
    brought = [each for events in lived.days().values() for each in reportdays.tides(events)]
    total = made(database, lived, "2026").total.figures
    assert total["tide_openings"] == len(brought)
    assert brought
    assert total["tide_served"] == sum(each.served for each in brought)
    assert total["tide_minutes"] == pytest.approx(sum(each.clerk_minutes for each in brought), abs=0.01)


def test_bookings_are_counted_by_what_became_of_them(database: Database) -> None:
    noon = MONDAY.replace(hour=12)
    plan = reportdays.report_plan()

    def slot(booking: str, service: str, at: datetime) -> SlotBooked:
        return SlotBooked(at=at, booking=booking, number="1", service=service, starts=noon, ends=noon)

    monday: list[Event] = [
        PlanAdopted(at=MONDAY, plan=plan),
        DayOpened(at=MONDAY, day=MONDAY.date()),
        *(slot(f"b{n}", "tax", MONDAY) for n in range(4)),
        slot("b4", "social", MONDAY),
        BookingCancelled(at=noon, booking="b0"),
        BookingCheckedIn(at=noon, booking="b1", ticket="t"),
        BookingNoShow(at=noon, booking="b2"),
    ]
    kept = tuple(
        Booking(f"b{n}", "1", "tax" if n < 4 else "social", noon, noon, "", Channel.WEB, MONDAY)
        for n in (3, 4)
    )
    tuesday = [
        DayOpened(at=MONDAY + timedelta(days=1), day=TUESDAY, bookings=kept),
        BookingNoShow(at=noon + timedelta(days=1), booking="b3"),
        BookingCheckedIn(at=noon + timedelta(days=1), booking="b4", ticket="t"),
    ]
    days = Days(1)
    days.plan, days.journal, days.now = plan, [*monday, *tuesday], noon + timedelta(days=1)
    written(database, days)
    figures = {row.key: row.figures for row in made(database, days, "2026-03", "service").rows}
    asked = ("bookings", "bookings_cancelled", "booking_no_shows", "booking_no_show_rate")
    assert [figures["tax"][key] for key in asked] == [4, 1, 2, pytest.approx(2 / 3, abs=1e-4)]
    assert [figures["social"][key] for key in asked] == [1, 0, 0, 0.0]
    total = made(database, days, "2026-03", "window").total.figures
    assert [total[key] for key in asked] == [5, 1, 2, 0.5]


def test_the_back_test_of_a_night_stands_under_the_day_it_judges(database: Database) -> None:
    def judged(service: str, people: int, **errors: float) -> Judged:
        return Judged(service, people, errors)

    days = Days(1)
    days.plan = reportdays.report_plan()
    days.now = MONDAY + timedelta(days=2)
    days.journal = [
        PlanAdopted(at=MONDAY, plan=days.plan),
        DayOpened(at=MONDAY, day=MONDAY.date()),
        DayOpened(at=MONDAY + timedelta(days=1), day=TUESDAY),
        EstimatesJudged(
            at=MONDAY + timedelta(days=1),
            day=MONDAY.date(),
            services=(judged("tax", 30, schedule=4.0, blend=3.0), judged("social", 10, schedule=8.0)),
        ),
        DayOpened(at=days.now, day=days.now.date()),
        EstimatesJudged(at=days.now, day=TUESDAY, services=(judged("tax", 50, schedule=2.0, blend=1.0),)),
    ]
    written(database, days)
    monday = made(database, days, MONDAY.date().isoformat()).total.figures
    assert (monday["backtest_schedule"], monday["backtest_blend"]) == (5.0, 3.0)
    assert monday["backtest_queue"] is None
    both = {row.key: row.figures for row in made(database, days, "2026-W10", "service").rows}
    assert both["tax"]["backtest_schedule"] == pytest.approx((30 * 4 + 50 * 2) / 80)
    assert [row.key for row in made(database, days, "2026-03", "day").rows if row.tally.judged] == [
        MONDAY.date().isoformat(),
        TUESDAY.isoformat(),
    ]


def test_a_day_is_read_once_and_the_day_that_goes_on_grows(database: Database, lived: Days) -> None:
    half = len(lived.journal) - 200
    written(database, lived, half)
    lines = Reports(database)
    now = lived.now
    first = lines.count("small", TUESDAY, TUESDAY, "total", now)[""]
    assert lines.keep_days("small") == 0, "Monday was read by the report"
    written(database, lived)
    second = lines.count("small", TUESDAY, TUESDAY, "total", now)[""]
    assert second.visits > first.visits
    assert second.visits == len(visits_of(lived)[TUESDAY])
    with database.reading() as connection:
        assert connection.scalar(text("SELECT count(*) FROM kept_days")) == 1
        kept = connection.scalar(text("SELECT count(*) FROM visits"))
    assert kept == len(visits_of(lived)[MONDAY.date()])


def test_a_crash_in_the_middle_of_keeping_a_day_leaves_nothing_and_it_is_read_again(
    database: Database, lived: Days
) -> None:
    written(database, lived)
    with database.writing() as connection:
        connection.execute(
            text("CREATE TRIGGER crash BEFORE INSERT ON tides BEGIN SELECT RAISE(ABORT, 'x'); END")
        )
        connection.execute(
            text("CREATE TRIGGER late BEFORE INSERT ON posts BEGIN SELECT RAISE(ABORT, 'x'); END")
        )
    assert Reports(database).keep_days("small") == 0
    with database.writing() as connection:
        for table in ("visits", "posts", "tides", "kept_days"):
            assert connection.scalar(text(f"SELECT count(*) FROM {table}")) == 0
        connection.execute(text("DROP TRIGGER crash"))
        connection.execute(text("DROP TRIGGER late"))
    assert Reports(database).keep_days("small") == 1
    agrees(made(database, lived, MONDAY.date().isoformat()).total, visits_of(lived)[MONDAY.date()])


def test_another_reading_of_a_day_takes_the_place_of_the_older_one(database: Database, lived: Days) -> None:
    written(database, lived)
    Reports(database).keep_days("small")
    with database.writing() as connection:
        connection.execute(text("UPDATE kept_days SET fold = 99"))
        connection.execute(text("UPDATE visits SET waited = 1000"))
    assert Reports(database).keep_days("small") == 1
    agrees(made(database, lived, MONDAY.date().isoformat()).total, visits_of(lived)[MONDAY.date()])


def test_lines_older_than_the_hall_keeps_them_are_let_go_and_not_read_again(
    database: Database, lived: Days
) -> None:
    written(database, lived)
    lines = Reports(database)
    lines.keep_days("small")
    assert lines.forget("small", MONDAY.date()) == 0
    assert lines.forget("small", TUESDAY) == 1
    assert lines.forget("small", TUESDAY) == 0
    assert lines.keep_days("small") == 0
    assert lines.count("small", date(2026, 1, 1), MONDAY.date(), "total", lived.now) == {}


def test_a_hall_without_a_day_has_an_empty_report(database: Database) -> None:
    now = datetime(2026, 3, 2, 9, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
    empty = report(Reports(database), reportdays.report_plan(), period("2026", now.date()), "service", now)
    assert empty.rows == ()
    assert empty.total.figures["tickets"] == 0
    assert empty.total.figures["wait_avg"] is None
    assert Reports(database).days("small") is None


def test_nothing_personal_stands_in_the_lines(database: Database, lived: Days) -> None:
    written(database, lived)
    Reports(database).keep_days("small")
    with database.reading() as connection:
        for table in ("visits", "posts", "tides"):
            for row in connection.execute(text(f"SELECT * FROM {table}")).mappings():
                assert not any("ticket-" in str(value) for value in row.values())
                assert not {"ticket", "holder", "name"} & set(row)


def test_every_measure_has_both_names_and_both_formulas_and_they_are_its_own() -> None:
    for words in ("key", "zh", "en", "formula_zh", "formula_en"):
        said = [getattr(each, words) for each in MEASURES]
        assert all(said)
        assert len(set(said)) == len(said), words
