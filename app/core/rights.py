"""Who may do what: roles, what each is for, and the one table that says it.

For: `Role`, `Action`, `MAY`, and `Principal` (who is asking). The shell asks `may(...)` before it hands over a command.
Not for: passwords, keys, sessions (app/store/people.py), or what the rules of the hall allow (decide.py).
"""

from dataclasses import dataclass
from enum import StrEnum

from app.core.errors import NotAllowed, WindowNotYours


class SignInRefused(Exception):
    """Login or password are wrong, the account rests, or a set-up code was used."""


class LoginTaken(Exception):
    """Somebody has this login already."""


class Role(StrEnum):
    """What somebody, or something, is to the hall. The first five are devices and programs, with keys; the others
    are people, who sign in."""

    KIOSK = "kiosk"
    SCREEN = "screen"
    AGENT = "agent"
    PROGRAM = "program"
    PAD = "pad"
    CLERK = "clerk"
    SUPERVISOR = "supervisor"
    ADMINISTRATOR = "administrator"


DEVICE_ROLES = frozenset({Role.KIOSK, Role.SCREEN, Role.AGENT, Role.PROGRAM, Role.PAD})
"""Roles that a key can carry; the others need a person with a password."""


class Action(StrEnum):
    """What may be allowed or not."""

    ISSUE = "issue a ticket"
    TEND_TICKET = "change a ticket"
    WORK_WINDOW = "work at a window"
    CALL_CHOSEN = "call out of order"
    SEE_SCREENS = "see the screens"
    SEE_CLERK = "see a clerk's screen"
    SEE_PAD = "see a window's pad"
    RATE = "rate a service at a window"
    SEE_JOURNAL = "read the journal"
    SEE_REPORTS = "see reports"
    SEE_CLERK_FIGURES = "see the figures of each clerk"
    RUN_TIDE = "run the tide"
    SEE_CONSOLE = "see the console"
    MANAGE_BOOKINGS = "manage bookings"
    RUN_DEVICES = "run devices"
    ADMINISTER = "administer"


_DESK = {
    Action.ISSUE,
    Action.TEND_TICKET,
    Action.WORK_WINDOW,
    Action.SEE_SCREENS,
    Action.SEE_CLERK,
    Action.SEE_PAD,
}

MAY: dict[Role, frozenset[Action]] = {
    Role.KIOSK: frozenset({Action.ISSUE, Action.SEE_SCREENS}),
    Role.SCREEN: frozenset({Action.SEE_SCREENS}),
    Role.AGENT: frozenset({Action.RUN_DEVICES, Action.SEE_SCREENS}),
    Role.PROGRAM: frozenset(
        {*_DESK, Action.CALL_CHOSEN, Action.SEE_JOURNAL, Action.SEE_REPORTS, Action.RATE}
    ),
    Role.PAD: frozenset({Action.SEE_PAD, Action.RATE}),
    Role.CLERK: frozenset({*_DESK, Action.CALL_CHOSEN}),
    Role.SUPERVISOR: frozenset(
        {
            *_DESK,
            Action.CALL_CHOSEN,
            Action.SEE_JOURNAL,
            Action.SEE_REPORTS,
            Action.SEE_CLERK_FIGURES,
            Action.RUN_TIDE,
            Action.SEE_CONSOLE,
            Action.MANAGE_BOOKINGS,
        }
    ),
    Role.ADMINISTRATOR: frozenset(Action),
}
"""A clerk works only at the window of the sign-in (`Principal.window`), a pad rates only there; a program like the
simulated clerks, and a supervisor, at any."""


BOUND = frozenset({Role.CLERK, Role.PAD})
"""Roles that belong to one window."""


@dataclass(frozen=True, slots=True)
class Principal:
    """Who is asking. `hall`: the only hall it may touch (empty: all). `window`: the only window a clerk works at.
    `kiosk`: the kiosk whose printer hands out the slips."""

    role: Role
    holder: str
    hall: str = ""
    window: int | None = None
    kiosk: str = ""

    def must(self, action: Action, hall: str, window: int | None = None) -> None:
        """Nothing if it may. Raises NotAllowed, WindowNotYours."""
        if action not in MAY[self.role] or self.hall not in ("", hall):
            raise NotAllowed(role=self.role, action=action)
        if window is not None and self.role in BOUND and self.window != window:
            raise WindowNotYours(window=window, yours=self.window if self.window is not None else "-")


@dataclass(frozen=True, slots=True)
class UserRow:
    """Somebody who can sign in, as an administrator sees them: never the password, not even its hash."""

    login: str
    name: str
    role: str
    active: bool
    created_at: str


@dataclass(frozen=True, slots=True)
class KeyRow:
    """A key, as an administrator sees it: never the key. `id` names it and opens nothing."""

    id: str
    role: str
    holder: str
    hall: str
    kiosk: str
    created_at: str
    expires_at: str


VISITOR = Principal(Role.SCREEN, "visitor")
"""Whoever holds a slip. The unguessable ticket id is the right to look at it and to give it back."""
