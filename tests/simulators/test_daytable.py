"""The closing table of a day, as it is read on a terminal."""

from datetime import UTC, datetime
from io import StringIO

import pytest
from rich.console import Console

from simulators.daybook import Figures, Waits
from simulators.daytable import Staffing, day_tables, progress_line
from tests.simulators.daylight import HALL, sheet_of

RESIDENCE = Figures("residence", 31, 29, 2, 0, Waits(12.34, 8.0, 40.06))
TAX = Figures("tax", 0, 0, 0, 0, Waits(None, None, None))
ALL = Figures("", 31, 29, 2, 0, Waits(12.34, 8.0, 40.06))


def drawn(sheet, staffing, width):
    console = Console(file=StringIO(), width=width)
    for table in day_tables(sheet, [RESIDENCE, TAX], ALL, staffing, width):
        console.print(table)
    return [line.split() for line in console.file.getvalue().splitlines()]


def test_a_service_has_its_tickets_waits_and_those_who_did_not_come(tmp_path):
    lines = drawn(sheet_of(tmp_path), {}, 80)
    assert ["户籍登记", "31", "29", "12.3", "8.0", "40.1", "2", "-"] in lines
    assert ["合计", "All", "31", "29", "12.3", "8.0", "40.1", "2", "-"] in lines
    assert not any("税务" in line for line in lines)


def test_a_wide_terminal_shows_the_names_in_english_too(tmp_path):
    assert ["户籍登记", "Residence", "31", "29", "12.3", "8.0", "40.1", "2", "-"] in drawn(
        sheet_of(tmp_path), {}, 120
    )


def test_windows_of_one_name_stand_together_with_the_least_and_the_most_used(tmp_path):
    text = HALL.replace(
        'no = 2\nkind = "professional"\nzone = "main"\nname = "户籍窗口"\nname_en = "Residence"',
        'no = 2\nkind = "comprehensive"\nzone = "main"\nname = "综合窗口"\nname_en = "General"',
    )
    staffing = {1: Staffing(10, 60, 120), 2: Staffing(20, 90, 120), 3: Staffing(0, 0, 0)}
    lines = drawn(sheet_of(tmp_path, text), staffing, 80)
    assert ["综合窗口", "1-2", "30", "4.0", "62", "%", "50-75", "%"] in lines
    assert ["合计", "All", "2", "30", "4.0", "62", "%", "50-75", "%"] in lines
    assert not any("潮汐窗口" in line for line in lines)


@pytest.mark.parametrize("width", [40, 80, 200])
def test_any_terminal_gets_a_table(tmp_path, width):
    assert drawn(sheet_of(tmp_path), {1: Staffing(1, 1, 1)}, width)


def test_the_line_of_the_day_tells_time_tickets_and_who_waits():
    assert (
        progress_line(datetime(2026, 11, 23, 9, 5, tzinfo=UTC), 12, 3)
        == "11-23 09:05  取号 tickets 12  等候 waiting 3"
    )
