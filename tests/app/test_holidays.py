"""The country's calendar is resolved for the core, and where it ends somebody is told."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from app import hallfile
from app.core.calendar import Calendar, Holiday
from app.holidays import national_calendar, unknown_days
from tests.app.core.hands import plan
from tests.app.core.test_calendar import open_plan

COUNTY = Path(hallfile.__file__).parent / "halls" / "county.toml"


def test_the_holidays_of_a_year_and_the_days_worked_for_them_are_known() -> None:
    calendar = national_calendar(date(2026, 1, 5))
    assert calendar.holidays[date(2026, 10, 1)] == Holiday("国庆节", "National Day")
    assert calendar.holidays[date(2026, 10, 3)].name == "国庆节", "a Saturday within the holiday"
    assert calendar.workdays[date(2026, 10, 10)].name == "国庆节", "a Saturday that is worked"
    assert date(2026, 10, 17) not in calendar.holidays, "a plain Saturday is none"
    assert all(day.weekday() >= 5 for day in calendar.workdays)


def test_two_years_are_given_where_two_are_known() -> None:
    calendar = national_calendar(date(2025, 12, 31))
    assert {day.year for day in calendar.holidays} == {2025, 2026}
    assert calendar.known_until == date(2026, 12, 31)


def test_a_year_that_nobody_knows_has_no_holidays_and_is_said_so() -> None:
    today = date(2199, 5, 1)
    calendar = national_calendar(today)
    assert calendar == Calendar()
    warning = unknown_days(open_plan(), calendar, today)
    assert warning is not None
    assert "2199" in warning.zh
    assert "2199" in warning.en


def test_the_warning_comes_two_months_before_the_end_and_not_to_halls_that_do_not_keep_holidays() -> None:
    known = Calendar(known_until=date(2026, 12, 31))
    assert unknown_days(open_plan(), known, date(2026, 10, 1)) is None
    soon = unknown_days(open_plan(), known, date(2026, 12, 31) - timedelta(days=59))
    assert soon is not None
    assert "2027-01-01" in soon.en
    assert unknown_days(open_plan(holidays=False), known, date(2026, 12, 31)) is None
    assert unknown_days(plan(), known, date(2026, 12, 31)) is None, "a hall without hours is always open"


@pytest.mark.parametrize(("today", "warned"), [(date(2026, 3, 2), False), (date(2026, 12, 1), True)])
def test_hall_check_warns_of_a_year_that_is_not_known(today: date, warned: bool) -> None:
    made, findings = hallfile.load(COUNTY, today)
    assert made is not None
    assert any("2027" in each.wrong.en for each in findings) is warned
