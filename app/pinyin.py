"""Services by the initials of their pinyin, for the search of the kiosk: 社会保险 is found by `shbx`.

For: `with_initials(plan)`, once when a plan is adopted. Not for a running server: the table of readings takes a second to
load and 40 MiB to keep.
What goes wrong: a character with several readings may get the wrong one; the hall file then says `initials` itself.
"""

from dataclasses import replace

from app.core.plan import HallPlan

LONGEST = 40
"""Letters of the longest initials; the name of a service that fits on a button has fewer characters."""


def initials(text: str) -> str:
    """The first letters of a Chinese text, lower case; letters and digits in it stay, all else is left out."""
    from pypinyin import Style, lazy_pinyin

    letters = "".join(lazy_pinyin(text, style=Style.FIRST_LETTER)).lower()
    return "".join(each for each in letters if each.isascii() and each.isalnum())[:LONGEST]


def with_initials(plan: HallPlan) -> HallPlan:
    """The same plan, and every service has its initials."""
    if all(each.initials for each in plan.services):
        return plan
    services = tuple(
        each if each.initials else replace(each, initials=initials(each.name)) for each in plan.services
    )
    return replace(plan, services=services)
