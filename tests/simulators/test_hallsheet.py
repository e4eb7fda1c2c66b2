"""What the simulated people read in a hall file."""

from datetime import date

import pytest

from simulators.hallsheet import Serves, Unreadable, read
from tests.simulators.daylight import HALL, MONDAY, at, hall_file, sheet_of


def test_what_may_be_written_short_is_understood(tmp_path):
    sheet = sheet_of(tmp_path, HALL.replace('["09:00-10:00", "10:30-11:00"]', '"09:00-10:00"'))
    assert sheet.windows[0].serves == (Serves("residence"), Serves("tax", 1.5))
    assert [each.starts for each in sheet.arrivals] == ["09:00:00", "08:30"]
    assert [(each.opens, each.closes) for each in sheet.openings(MONDAY)] == [(at(sheet, 9), at(sheet, 10))]


def test_an_exception_replaces_the_whole_day(tmp_path):
    sheet = sheet_of(tmp_path, HALL + '[exceptions]\n2026-11-23 = []\n2026-11-24 = ["13:00-14:30"]\n')
    assert sheet.openings(MONDAY) == ()
    assert [each.closes.hour for each in sheet.openings(date(2026, 11, 24))] == [14]
    assert sheet.openings(date(2026, 11, 25)) == ()


def test_a_hall_without_hours_is_open_all_day(tmp_path):
    text = HALL.replace('[hours]\nmonday = ["09:00-10:00", "10:30-11:00"]', "")
    (opening,) = sheet_of(tmp_path, text).openings(MONDAY)
    assert (opening.opens.hour, opening.closes.hour, opening.closes.minute) == (0, 23, 59)


def test_the_example_halls_are_read_whole():
    for name, windows in (("county", 30), ("township", 4)):
        sheet = read_example(name)
        assert len(sheet.windows) == windows
        assert {each.service for each in sheet.arrivals} <= {each.code for each in sheet.services}


def read_example(name):
    from importlib.resources import files
    from pathlib import Path

    return read(Path(str(files("app") / "halls" / f"{name}.toml")))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[hall", "Expected"),
        (HALL.replace('code = "little"\n', ""), "code"),
        (HALL.replace("Asia/Shanghai", "Asia/Nowhere"), "Asia/Nowhere"),
        (HALL.replace("09:00-10:00", "nine to ten"), "nine to ten"),
        (HALL.replace('"08:30"', '"half past"'), "half past"),
    ],
)
def test_a_file_that_cannot_be_used_is_one_sentence_with_its_name(tmp_path, text, said):
    path = hall_file(tmp_path, text)
    with pytest.raises(Unreadable, match=said) as caught:
        read(path)
    assert str(path) in str(caught.value)


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(Unreadable, match=r"missing\.toml"):
        read(tmp_path / "missing.toml")
