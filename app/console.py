"""The hall as a supervisor watches it: Hall -> ConsoleScene, pure. A neighbour of scenes.py in a file of its own.

For: the map of windows and queues by zone, the day's figures, and the alerts of core/alerts.py in words.
Not for: the tide's reasoning or the devices in full; the console asks for those when it shows them.
"""

from datetime import datetime
from itertools import islice
from typing import Final

from app.core.alerts import Alert, Level, Subject, Watch, watch
from app.core.decide import opening_at
from app.core.hall import Hall
from app.core.plan import Service, WindowKind, WindowPlan
from app.core.ticket import Status
from app.core.window import STAFFED
from app.naming import names, service_name, zone_name
from app.scenes import pause_reason
from displays.alarms import alarm
from displays.scene import (
    ConsoleAlert,
    ConsoleQueue,
    ConsoleScene,
    ConsoleWindow,
    ConsoleZone,
    WindowState,
)

_CALM: Final = ""

LATELY: Final = 100
"""The mean wait is that of so many people who were called, the youngest tickets first: drawing must not cost more in the
evening than in the morning."""


def console_scene(hall: Hall, now: datetime) -> ConsoleScene:
    """Everything that happens in the hall at `now`."""
    seen = watch(hall, now)
    levels = _levels(seen.alerts)
    windows = hall.windows.values()
    waited = _lately(hall, now)
    return ConsoleScene(
        seq=hall.seq,
        at=now,
        hall=names(hall.plan).hall,
        open=opening_at(hall, now) is not None,
        promise=hall.plan.rules.promise_minutes,
        waiting=sum(each.waiting for each in seen.queues.values()),
        late=sum(each.late for each in seen.queues.values()),
        longest=int(max((each.longest for each in seen.queues.values()), default=0.0)),
        at_windows=sum(each.ticket is not None for each in windows),
        open_windows=sum(each.duty in STAFFED for each in windows),
        windows=len(hall.windows),
        served=sum(each.served for each in windows),
        mean_wait=round(sum(waited) / len(waited), 1) if waited else None,
        proposals=len(hall.tide.proposals),
        zones=tuple(
            ConsoleZone(
                code=code,
                name=zone_name(hall.plan, code),
                windows=tuple(_window(hall, each, levels) for each in hall.plan.windows if each.zone == code),
                queues=tuple(
                    _queue(hall, each, seen, levels) for each in hall.plan.services if each.zone == code
                ),
            )
            for code in _zones(hall)
        ),
        alerts=tuple(
            ConsoleAlert(
                id=f"{each.code}:{each.key}",
                level=each.level.value,
                subject=each.subject.value,
                key=each.key,
                since=each.since,
                text=alarm(each.code, each.facts),
            )
            for each in seen.alerts
        ),
    )


def _lately(hall: Hall, now: datetime) -> list[float]:
    """The waits of the newest tickets that were called."""
    called = (
        each
        for each in reversed(hall.tickets.values())
        if each.called_at is not None and each.status is not Status.WAITING
    )
    return [each.waited(now) for each in islice(called, LATELY)]


def _zones(hall: Hall) -> list[str]:
    """The zones that hold anything, those of the file first and in its order."""
    held = dict.fromkeys(
        [*(each.zone for each in hall.plan.windows), *(each.zone for each in hall.plan.services)]
    )
    return [*(code for code in hall.plan.zone if code in held), *(c for c in held if c not in hall.plan.zone)]


def _levels(alerts: tuple[Alert, ...]) -> dict[tuple[Subject, str], Level]:
    """The most urgent level of each window and service; red comes first in `alerts`."""
    found: dict[tuple[Subject, str], Level] = {}
    for each in alerts:
        found.setdefault((each.subject, each.key), each.level)
    return found


def _window(hall: Hall, plan: WindowPlan, levels: dict[tuple[Subject, str], Level]) -> ConsoleWindow:
    window = hall.windows[plan.no]
    ticket = hall.ticket_at(window)
    proposal = hall.tide.proposals.get(plan.no)
    since = (ticket.started_at or ticket.called_at) if ticket else window.since
    return ConsoleWindow(
        no=plan.no,
        name=names(hall.plan).windows[plan.no],
        tidal=plan.kind is WindowKind.TIDAL,
        state=WindowState(window.duty.value),
        clerk=window.clerk,
        number=ticket.number if ticket else "",
        service=service_name(hall.plan, ticket.service) if ticket else None,
        since=window.since if window.duty.value == WindowState.PAUSED else since,
        pause_reason=pause_reason(hall.plan, window),
        closing=window.closing,
        serves=tuple(
            hall.plan.service[code].prefix for code in hall.serves(plan.no) if code in hall.plan.service
        ),
        served=window.served,
        pin=window.pin.value,
        proposed="" if proposal is None else "open" if proposal.opens else "close",
        level=levels.get((Subject.WINDOW, str(plan.no)), _CALM),
    )


def _queue(
    hall: Hall, service: Service, seen: Watch, levels: dict[tuple[Subject, str], Level]
) -> ConsoleQueue:
    queue = seen.queues[service.code]
    return ConsoleQueue(
        service=service.code,
        name=service_name(hall.plan, service.code),
        prefix=service.prefix,
        waiting=queue.waiting,
        longest=int(queue.longest),
        late=queue.late,
        projected=round(queue.projected) if queue.projected is not None else None,
        windows=sum(hall.windows[no].duty in STAFFED for no in hall.plan.windows_of[service.code]),
        hot=queue.hot,
        level=levels.get((Subject.SERVICE, service.code), _CALM),
    )
