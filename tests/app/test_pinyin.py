"""The initials by which the kiosk finds a service."""

from app.hallfile import load
from app.pinyin import LONGEST, initials, with_initials
from app.terminal import hall_path


def test_a_name_is_found_by_the_first_letters_of_its_pinyin() -> None:
    assert initials("社会保险") == "shbx"
    assert initials("“办不成事”反映") == "bbcsfy"


def test_letters_and_digits_in_a_name_stay_and_long_names_are_cut() -> None:
    assert initials("VIP 12 号") == "vip12h"
    assert len(initials("业" * 99)) == LONGEST


def test_what_the_hall_file_says_itself_is_kept() -> None:
    plan, _ = load(hall_path("county"))
    assert plan is not None
    named = with_initials(plan)
    assert all(each.initials for each in named.services)
    assert with_initials(named) is named
