"""The people of a hall as its file names them: who works here, who comes for others, and what is kept of a card.

For: `Person`, `RegisteredAgent`, `KeepOfCard`: parts of a plan (plan.py).
Not for: where somebody is now (presence.py), accounts and passwords (app/store/people.py), visitors: of them a hall
knows a keyed hash at most.
What goes wrong: nothing here; app/hallaudit.py looks at what the file says.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


@dataclass(frozen=True)
class Person:
    """Somebody who works in the hall. `staff_no` (工号) is what the hall calls a clerk by; `login` is the account with
    which the person signs in, if that is another. `title` (职务), `department` (部门). `photo`: a file of the folder
    TIDEHALL_PHOTOS. `window`: where the person usually sits (固定岗位), which is where the whereabouts plate hangs."""

    staff_no: str
    name: str = ""
    name_en: str = ""
    title: str = ""
    title_en: str = ""
    department: str = ""
    department_en: str = ""
    phone: str = ""
    photo: str = ""
    window: int | None = None
    login: str = ""


class KeepOfCard(StrEnum):
    """What is kept of an identity card. `HASH`: the class by age, and a keyed hash that goes with the ticket, so that
    limits per person work. `CLASS`: the class by age alone. `NOTHING`: neither; the card may as well stay in the pocket."""

    HASH = "hash"
    CLASS = "class"
    NOTHING = "nothing"


@dataclass(frozen=True)
class RegisteredAgent:
    """Somebody who comes for others by trade (代办、中介), known by the keyed hash of the own card (`tidehall holder`
    prints it). From `valid_from` to `valid_to`, both included (None: no end), the agent takes `per_day` numbers a day
    instead of what one person may take; `services` limits them to these (empty: all). Default 5 a day: enough for a
    morning's files, and a proposal like every such figure. `name` is for the register, and shown nowhere."""

    holder: str
    valid_from: date
    valid_to: date | None = None
    per_day: int = 5
    services: tuple[str, ...] = ()
    name: str = ""

    def valid(self, day: date) -> bool:
        """Whether the registration holds on `day`."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)
