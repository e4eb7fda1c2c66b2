"""The people and the limits of a hall file: they come back from it, and what contradicts itself is named on its line."""

from datetime import date, time

import pytest

from app import hallfile
from app.core.people import KeepOfCard, Person, RegisteredAgent
from app.core.plan import NoAnswer, OutsideCheck, PlateRules, SegmentQuota
from app.hallfile import Severity
from tests.app.test_hallfile import SMALL

HASH = "0f" * 32
TEXT = (
    SMALL.replace(
        'policy = "priority"\n',
        """policy = "priority"
case_url = "https://cases.example/?n={number}&s={service}"

[rules.plates]
names = true

[rules.holder]
keep = "hash"
per_day = 3
""",
    ).replace(
        "trace_queues = [182]\n",
        """trace_queues = [182]
quota = 100
quotas = [
  { starts = "09:00", ends = "12:00", quota = 40 },
  { starts = 13:30:00, ends = "17:00", quota = 30 },
]
check = { url = "http://10.0.0.20/may-take", timeout = 1.5, no_answer = "refuse" }
""",
    )
    + f"""
[[person]]
staff_no = "F01"
name = "测六九"
title = "机动专员"
department = "综合科"
phone = "0999-1234567"
photo = "F01.jpg"
window = 2
login = "ce.liujiu"

[[registered_agent]]
holder = "{HASH}"
valid_from = 2026-01-01
valid_to = "2026-12-31"
per_day = 5
services = ["idcard"]

[[class]]
key = "harvest"
name = "农忙优先"
name_en = "Harvest"
valid_from = 2026-06-01
valid_to = 2026-06-30
"""
)


def test_people_and_limits_stand_in_the_file_and_come_back_from_it() -> None:
    made, findings = hallfile.read(TEXT, "small.toml")
    assert made is not None, findings
    assert findings == []
    assert made.people == (
        Person("F01", "测六九", "", "机动专员", "", "综合科", "", "0999-1234567", "F01.jpg", 2, "ce.liujiu"),
    )
    assert made.registered_agents == (
        RegisteredAgent(HASH, date(2026, 1, 1), date(2026, 12, 31), 5, ("idcard",)),
    )
    assert made.service["residence"].quotas == (
        SegmentQuota(time(9), time(12), 40),
        SegmentQuota(time(13, 30), time(17), 30),
    )
    assert made.service["residence"].check == OutsideCheck("http://10.0.0.20/may-take", 1.5, NoAnswer.REFUSE)
    assert made.rules.plates == PlateRules(names=True)
    assert made.rules.holder.keep is KeepOfCard.HASH
    assert made.staff_no("ce.liujiu") == "F01"
    harvest = made.priority_class["harvest"]
    assert [harvest.valid(date(2026, *day)) for day in ((5, 31), (6, 1), (6, 30), (7, 1))] == [
        False,
        True,
        True,
        False,
    ]
    assert made.staff_no("somebody") == "somebody"
    assert hallfile.read(hallfile.write(made), "small.toml") == (made, [])


MISTAKES = {
    "a segment that ends before it starts": ('ends = "12:00"', 'ends = "08:00"', "ends before it starts", "starts before"),
    "segments that overlap": ("13:30:00", "11:30:00", "overlaps 09:00-12:00", "12:00 or later"),
    "a quota below nothing": ("quota = 40", "quota = -1", "must not be below 0", "quota = 40"),
    "a time-out without end": ("timeout = 1.5", "timeout = 60", "must not be above 30", "seconds"),
    "an address that is none": ("http://10.0.0.20/may-take", "ask-them", "not in the right form", "http://"),
    "an answer that is none": ('"refuse"', '"perhaps"', "not in the right form", "allow"),
    "a place in the case's address": ("{number}", "{id}", "{id} is not known", "only {number} and {service}"),
    "a person at no window": ("window = 2\nlogin", "window = 9\nlogin", "no window 9", "a window that there is"),
    "a photo outside of its folder": ("F01.jpg", "../F01.jpg", "not in the right form", "a file of the folder"),
    "an agent without a hash": (HASH, "330781", "not in the right form", "tidehall holder"),
    "an agent who ends before the beginning": ("2026-12-31", "2025-12-31", "is before its first day", "valid_from or later"),
    "a day that no calendar has": ("2026-12-31", "2026-02-30", "is not a date", "year-month-day"),
    "an agent for nothing": ('services = ["idcard"]\n', 'services = ["passport"]\n', "no service passport", "one of"),
    "two agents with one card": (
        "[[registered_agent]]", f'[[registered_agent]]\nholder = "{HASH}"\nvalid_from = 2026-01-01\n[[registered_agent]]',
        "is already taken by line", "once",
    ),
    "a class that ends before the beginning": ("2026-06-30", "2026-05-30", "is before its first day", "valid_from or later"),
    "days for everybody": ('key = "harvest"', 'key = "ordinary"', "has no days of its own", "in a priority class"),
    "a band of more outcomes than are kept": (
        "[rules.plates]", "[rules.estimate]\nfew = 200\n[rules.plates]", "only 120 outcomes are kept", "not above outcomes",
    ),
    "a staff number twice": ("[[person]]", '[[person]]\nstaff_no = "F01"\n[[person]]', "already taken by line", "not taken"),
    "a kind of keeping that is none": ('keep = "hash"', 'keep = "all"', "not in the right form", 'keep = "hash"'),
}  # fmt: skip


@pytest.mark.parametrize("mistake", MISTAKES)
def test_what_makes_no_sense_is_refused_by_name(mistake: str) -> None:
    before, after, wrong, right = MISTAKES[mistake]
    assert before in TEXT
    made, findings = hallfile.read(TEXT.replace(before, after), "small.toml")
    assert made is None
    hits = [each for each in findings if wrong in each.wrong.en and right in each.right.en]
    assert len(hits) == 1, findings
    assert hits[0].severity is Severity.ERROR
    assert hits[0].wrong.zh != hits[0].wrong.en


WARNINGS = {
    "a segment with more than the day": ("quota = 40", "quota = 400", "more than the 100 of the day"),
    "more for a service than a day": ("per_day = 3", "per_day = 2\nper_service = 3", "3 numbers for a service"),
    "limits without hashes": ('keep = "hash"', 'keep = "class"', "have no effect"),
    "a flexible clerk whom nobody knows": ('[[person]]\nstaff_no = "F01"', '[[person]]\nstaff_no = "F02"', "is not among"),
    "an ordinary class by age": ('name_en = "Ordinary"', 'name_en = "Ordinary"\nfrom_age = 6', "without an age"),
    "a guard below the promise": ("[rules.plates]", "[rules.credit]\nguard = 10\n[rules.plates]", "only arrival counts"),
    "more tidal windows than there are": (
        "[rules.plates]", "[[rules.tide.calendar]]\nwindows = 3\n[rules.plates]", "wants 3 tidal windows of 1"
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", WARNINGS)
def test_what_should_be_looked_at_is_a_warning(case: str) -> None:
    before, after, wrong = WARNINGS[case]
    assert before in TEXT
    made, findings = hallfile.read(TEXT.replace(before, after), "small.toml")
    assert made is not None, findings
    assert [each.severity for each in findings] == [Severity.WARNING]
    assert wrong in findings[0].wrong.en


def test_a_calendar_that_ends_before_it_starts_is_refused() -> None:
    text = TEXT.replace(
        "[rules.plates]", '[[rules.tide.calendar]]\nwindows = 1\nends = "08:00"\n[rules.plates]'
    )
    made, findings = hallfile.read(text, "small.toml")
    assert made is None
    assert "ends before it starts" in findings[0].wrong.en
