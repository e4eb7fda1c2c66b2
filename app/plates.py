"""Seat plates and whereabouts plates (席位牌、去向牌): the presence record as people may read it.

For: `seat_plate`, `whereabouts_plates`, `presence_scene`: parts of scenes, as far as the hall allows names, photos and
telephone numbers in public (`[rules.plates]`; none by default).
Not for: who is where (core/presence.py).
What goes wrong: nothing. Somebody whom the hall file does not name has no plate: all that is known is an account.
"""

from collections.abc import Iterable
from datetime import datetime
from urllib.parse import quote

from app.core.hall import Hall
from app.core.people import Person
from app.core.plan import HallPlan
from app.core.presence import Presence, Whereabouts, at_window, presence
from app.core.window import Duty
from displays.scene import Bilingual, PlateScene, SeatPlate, WhereaboutsPlate

SAYS: dict[Whereabouts, Bilingual] = {
    Whereabouts.AT_WINDOW: Bilingual("在岗", "At the window"),
    Whereabouts.PAUSED: Bilingual("暂停服务", "Paused"),
    Whereabouts.COVERED: Bilingual("顶岗中", "Covered"),
    Whereabouts.AWAY: Bilingual("外出", "Away"),
    Whereabouts.OFF: Bilingual("不在岗", "Off duty"),
}


def both(zh: str, en: str) -> Bilingual:
    """A text of the hall file; where one language is not written, the other stands for it."""
    return Bilingual(zh or en, en or zh)


def reason_text(plan: HallPlan, reason: str) -> Bilingual:
    """A pause reason in words; a free text as it is."""
    known = next((each for each in plan.pause_reasons if each.key == reason), None)
    return Bilingual(known.name, known.name_en) if known else Bilingual(reason, reason)


def person_text(plan: HallPlan, staff_no: str) -> Bilingual:
    """How somebody is named in public: by name if the hall shows names, else by number."""
    person = plan.person.get(staff_no)
    if person is not None and plan.rules.plates.names and (person.name or person.name_en):
        return both(person.name, person.name_en)
    if not _named(plan, staff_no):
        return Bilingual("同事", "a colleague")
    return Bilingual(f"{staff_no}号", f"No. {staff_no}")


def _named(plan: HallPlan, clerk: str) -> bool:
    """Whether the hall file names somebody: what it does not name is an account, and stays inside."""
    return clerk in plan.person or any(each.staff_no == clerk for each in plan.flexible_clerks)


def seat_plate(hall: Hall, no: int) -> SeatPlate | None:
    """Who serves at a window; None while nobody does."""
    window = hall.window(no)
    if window.duty is Duty.CLOSED or not _named(hall.plan, window.clerk):
        return None
    return _plate(hall.plan, hall.plan.person.get(window.clerk) or Person(window.clerk))


def whereabouts_plates(hall: Hall, no: int) -> tuple[WhereaboutsPlate, ...]:
    """Everybody who belongs to a window now."""
    return _plates(hall, at_window(hall, no))


def presence_scene(hall: Hall, now: datetime) -> PlateScene:
    """The whereabouts of everybody, for a board of a department or of the whole hall."""
    return PlateScene(
        seq=hall.seq,
        at=now,
        hall=Bilingual(hall.plan.name, hall.plan.name_en),
        plates=_plates(hall, presence(hall)),
    )


def _plates(hall: Hall, people: Iterable[Presence]) -> tuple[WhereaboutsPlate, ...]:
    return tuple(_whereabouts(hall.plan, each) for each in people if _named(hall.plan, each.person.staff_no))


def _plate(plan: HallPlan, person: Person) -> SeatPlate:
    shown = plan.rules.plates
    return SeatPlate(
        staff_no=person.staff_no,
        title=both(person.title, person.title_en),
        department=both(person.department, person.department_en),
        name=both(person.name, person.name_en) if shown.names else Bilingual("", ""),
        photo=photo_link(plan, person) if shown.photos and person.photo else "",
    )


def photo_link(plan: HallPlan, person: Person) -> str:
    """Where a page finds the photo of somebody."""
    return f"/api/v1/halls/{quote(plan.code)}/people/{quote(person.staff_no, safe='')}/photo"


def _whereabouts(plan: HallPlan, each: Presence) -> WhereaboutsPlate:
    return WhereaboutsPlate(
        seat=_plate(plan, each.person),
        phone=each.person.phone if plan.rules.plates.phones else "",
        state=each.state.value,
        says=says(plan, each),
        window=each.window,
        since=each.since,
    )


def says(plan: HallPlan, each: Presence) -> Bilingual:
    """Where somebody is, in a few words."""
    word = SAYS[each.state]
    why = reason_text(plan, each.reason) if each.reason else None
    match each.state:
        case Whereabouts.AT_WINDOW if each.covers:
            covered = person_text(plan, each.covers)
            return Bilingual(
                f"{each.window}号窗口,替{covered.zh}顶岗",
                f"Window {each.window}, standing in for {covered.en}",
            )
        case Whereabouts.AT_WINDOW:
            return Bilingual(f"{each.window}号窗口在岗", f"At window {each.window}")
        case Whereabouts.COVERED:
            backup = person_text(plan, each.covered_by)
            told = why or word
            return Bilingual(f"{told.zh},由{backup.zh}顶岗", f"{told.en}; {backup.en} stands in")
        case Whereabouts.PAUSED | Whereabouts.AWAY if why is not None:
            return Bilingual(f"{word.zh}:{why.zh}", f"{word.en}: {why.en}")
        case _:
            return word
