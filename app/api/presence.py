"""Where everybody is, over HTTP: the presence record for staff, a word of who is away, and the photos for the plates."""

import asyncio
from pathlib import Path

from fastapi import Request, Response
from starlette.responses import FileResponse

from app.api.deps import ask, caller, hall_service, house
from app.api.lean import LeanRouter
from app.api.schemas import PeopleOut, PresenceIn, PresenceOut, Texts
from app.api.tickets import PROBLEMS
from app.core.commands import ReportPresence
from app.core.errors import NotAllowed, UnknownPerson
from app.core.events import Event
from app.core.hall import Hall
from app.core.presence import presence
from app.core.record import Answer
from app.core.rights import Action, Role
from app.plates import says

router = LeanRouter("/api/v1/halls/{hall}", "presence", PROBLEMS)


def people_out(hall: Hall) -> PeopleOut:
    """The presence record in the API's words."""
    people = []
    for each in presence(hall):
        person, said = each.person, says(hall.plan, each)
        people.append(
            PresenceOut(
                staff_no=person.staff_no,
                name=person.name,
                name_en=person.name_en,
                title=person.title,
                title_en=person.title_en,
                department=person.department,
                department_en=person.department_en,
                phone=person.phone,
                state=each.state.value,
                window=each.window,
                since=each.since,
                reason=each.reason,
                covers=each.covers,
                covered_by=each.covered_by,
                texts=Texts(zh=said.zh, en=said.en),
            )
        )
    return PeopleOut(people=people)


@router.get("/presence", response_model=PeopleOut)
async def see_presence(request: Request, hall: str) -> PeopleOut:
    """Where everybody is, for those who work here: with names and telephone numbers."""
    service = hall_service(request, hall)
    (await caller(request)).must(Action.SEE_CLERK, hall)
    return people_out(service.hall)


@router.post("/presence", response_model=PeopleOut)
async def report_presence(request: Request, hall: str, body: PresenceIn) -> Response:
    """Somebody who sits at no window is away, or not. A clerk speaks for nobody else."""
    service = hall_service(request, hall)
    who = await caller(request)
    who.must(Action.WORK_WINDOW, hall)
    plan = service.hall.plan
    clerk = body.clerk or who.holder
    if who.role is Role.CLERK and plan.staff_no(clerk) != plan.staff_no(who.holder):
        raise NotAllowed(role=who.role, action="speak for somebody else")

    def answering(after: Hall, _: tuple[Event, ...]) -> Answer:
        return Answer(200, people_out(after).model_dump_json().encode())

    return await ask(request, service, who, ReportPresence(clerk, body.away, body.reason), answering)


@router.get("/people/{staff_no}/photo", response_class=Response)
async def see_photo(request: Request, hall: str, staff_no: str) -> Response:
    """The photo on a plate. Only of a hall that shows photos in public."""
    plan = hall_service(request, hall).hall.plan
    person = plan.person.get(staff_no)
    if person is None or not person.photo or not plan.rules.plates.photos:
        raise UnknownPerson(clerk=staff_no)
    # the form of the hall file lets no slash through; the name alone is taken all the same
    path = house(request).settings.photos / Path(person.photo).name
    if not await asyncio.to_thread(path.is_file):
        raise UnknownPerson(clerk=staff_no)
    return FileResponse(path, headers={"cache-control": "max-age=3600"})
