"""How a hall wants its pages set: what a page asks first, before it says a word. For everybody, since it hangs on walls."""

from typing import Literal

from fastapi import Request

from app.api.deps import hall_service, house
from app.api.lean import LeanRouter
from app.api.schemas import Shape
from app.api.tickets import PROBLEMS
from app.core.shown import Direction, VoiceMode

router = LeanRouter("/api/v1/halls/{hall}", "screens", PROBLEMS)

THEME = "theme.css"
LOGOS = ("logo.svg", "logo.png")


class LookOut(Shape):
    """The languages of the pages, the first and the second, and how these run and stand. `named_in`: the language of the
    hall file's second names. `second_size`: of the first. `theme`, `logo`: where they are served; empty: the usual."""

    languages: list[str]
    named_in: str
    second_size: float
    directions: list[Literal["ltr", "rtl", "vertical"]]
    places: Literal["below", "beside"]
    theme: str
    logo: str
    chime: bool


@router.get("/look", response_model=LookOut)
async def see_look(request: Request, hall: str) -> LookOut:
    """How pages of this hall are set."""
    rules = hall_service(request, hall).hall.plan.rules
    shown = rules.screens
    site = house(request).settings.site
    there = {each for each in (THEME, *LOGOS) if site is not None and (site / each).is_file()}
    return LookOut(
        languages=list(shown.languages),
        named_in=shown.named_in,
        second_size=shown.second_size,
        directions=[Direction(each).value for each in shown.directions],
        places=shown.places.value,
        theme=f"/site/{THEME}" if THEME in there else "",
        logo=next((f"/site/{each}" for each in LOGOS if each in there), ""),
        chime=rules.voice.mode is not VoiceMode.SILENT and rules.voice.chime,
    )
