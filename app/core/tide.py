"""The tidal controller: which tidal window opens or closes, why, why not, and when to look again.

For: `look(hall, now) -> Look`. Once a minute the wait of every service is projected to the moment when a window opened
now would help:

    H    = setup + horizon                                      (4 + 8 minutes)
    wait = max(work, work + inflow - capacity x H) / capacity   work = waiting x mean, inflow = rate x mean x min(H, to closing)

A service is *hot* while its wait is above the opening threshold (8 min). Hot for 2 minutes, it gets the window that
relieves most, if one is closed, rested and not pinned, and a flexible clerk with the skill is free. A tidal window is
*calm* while without it every one of its services would stay below the closing threshold (3 min). Open for 20 minutes and
calm for 5, it closes, one at a time; never the last window of a service while the hall is open, never below what the
calendar asks for. After closing time it closes when its queues are empty, unless that were its third turn in half an hour.
Opening and closing thresholds lie apart,
because with one threshold the control oscillates (Perry and Whitt 2013); 20 minutes open and 10 of rest bound it to one
opening and one closing in half an hour.
Not for: making it so (turning.py), sleeping (app/beat.py). What the controller remembers is `hall.tide`, which is folded
from the journal like everything else, so a restart in the middle of a tide changes nothing.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.core.errors import Fact
from app.core.hall import Hall
from app.core.hours import closes_in, next_opening, opening
from app.core.load import capacity, counts, waiting_work
from app.core.plan import FlexibleClerk, TideMode, WindowKind
from app.core.ticket import Reason
from app.core.window import Duty, Pin, Window

NOBODY = 999.0
"""The projected wait, in minutes, of a service that has work and no window: longer than any day."""


@dataclass(frozen=True, slots=True)
class Forecast:
    """What awaits one service. `wait`: projected minutes. `rate`: arrivals a minute. `capacity`: windows that it can
    count on."""

    service: str
    waiting: int
    mean: float
    rate: float
    capacity: float
    wait: float


@dataclass(frozen=True, slots=True)
class Turn:
    """A window that should open for `services` with `clerk`, or close, and why. `service`: whom it relieves."""

    window: int
    opens: bool
    services: tuple[str, ...]
    clerk: str
    service: str
    why: Reason


@dataclass(frozen=True, slots=True)
class Look:
    """What the controller sees at one moment. `hot` and `calm`: since when. `withheld`: why a hot service gets no
    window. `again`: when to look next; None: nothing will ever turn here."""

    at: datetime
    forecasts: dict[str, Forecast]
    hot: dict[str, datetime]
    calm: dict[int, datetime]
    turns: tuple[Turn, ...]
    withheld: dict[str, Reason]
    again: datetime | None


Offers = dict[int, tuple[str, ...]]
"""The windows that can be counted on, and what each serves."""


def look(hall: Hall, now: datetime) -> Look:
    """What the tide does now."""
    rules, stretch = hall.plan.rules.tide, hall.plan.rules.stretch
    offers: Offers = {no: hall.serves(no) for no, window in hall.windows.items() if counts(window)}
    forecasts = project(hall, offers, now)
    is_open = opening(hall.plan, now, hall.calendar) is not None
    hot = {
        code: hall.tide.hot.get(code, now)
        for code, each in forecasts.items()
        if each.wait > rules.open_at * stretch and is_open
    }
    calm = {
        window.no: hall.tide.calm.get(window.no, now)
        for window in _open_tidal(hall)
        if _missed_by(hall, offers, window.no, now, is_open) is None
    }
    turns, withheld = _openings(hall, offers, forecasts, hot, now) if is_open else ((), {})
    if not turns:
        turns = _closings(hall, forecasts, calm, now, is_open)
    return Look(now, forecasts, hot, calm, turns, withheld, _again(hall, now, is_open))


def project(hall: Hall, offers: Mapping[int, tuple[str, ...]], now: datetime) -> dict[str, Forecast]:
    """The projected wait of every service if the windows in `offers` can be counted on. Windows are shared by the work
    that waits and will have come: a service for which nobody waits this minute still needs its share."""
    rules = hall.plan.rules.tide
    ahead = rules.setup + rules.horizon
    coming = min(ahead, closes_in(hall.plan, now, hall.calendar))
    work = waiting_work(hall)
    rates = {code: hall.arrivals_per_minute(code, now) for code in work}
    inflow = {code: rates[code] * hall.mean_minutes(code) * coming for code in work}
    share = capacity(list(offers.values()), {code: work[code] + inflow[code] for code in work})
    forecasts: dict[str, Forecast] = {}
    for code in work:
        if share[code]:
            wait = max(work[code], work[code] + inflow[code] - share[code] * ahead) / share[code]
        else:
            wait = NOBODY if work[code] + inflow[code] else 0.0
        forecasts[code] = Forecast(
            code,
            len(hall.queues[code]),
            hall.mean_minutes(code),
            rates[code],
            share[code],
            min(NOBODY, wait),
        )
    return forecasts


def free_clerks(hall: Hall) -> tuple[FlexibleClerk, ...]:
    """The flexible clerks who sit nowhere, and are neither covered (顶岗) nor away."""
    seated = [window for window in hall.windows.values() if window.duty is not Duty.CLOSED]
    out = {window.clerk for window in seated} | {window.away.clerk for window in seated if window.away}
    out.update(hall.absent)
    return tuple(each for each in hall.plan.flexible_clerks if each.staff_no not in out)


def skilled(clerk: FlexibleClerk, service: str) -> bool:
    """Whether a flexible clerk may serve a service."""
    return not clerk.skills or service in clerk.skills


# -- opening ----------------------------------------------------------------------------------------------------


def _openings(
    hall: Hall, offers: Offers, forecasts: dict[str, Forecast], hot: dict[str, datetime], now: datetime
) -> tuple[tuple[Turn, ...], dict[str, Reason]]:
    rules, stretch = hall.plan.rules.tide, hall.plan.rules.stretch
    long_enough = timedelta(minutes=rules.open_after)
    offers, clerks = dict(offers), list(free_clerks(hall))
    now_forecasts = forecasts
    turns: list[Turn] = []

    def opens(window: int, clerk: FlexibleClerk, services: tuple[str, ...], service: str, code: str) -> None:
        nonlocal now_forecasts
        before = now_forecasts[service]
        clerks.remove(clerk)
        offers[window] = services
        now_forecasts = project(hall, offers, now)
        facts = _facts(hall, window, services, before) | {
            "limit": round(rules.open_at * stretch, 1),
            "hot_minutes": round((now - hot.get(service, now)).total_seconds() / 60, 1),
            "wait_with": round(now_forecasts[service].wait, 1),
            "clerk": clerk.staff_no,
            "clerks_out": len(hall.plan.flexible_clerks) - len(clerks),
            "clerks": len(hall.plan.flexible_clerks),
        }
        turns.append(Turn(window, True, services, clerk.staff_no, service, Reason(code, facts)))

    def best(wanted: Collection[str]) -> tuple[int, FlexibleClerk, tuple[str, ...]] | None:
        """The pair of window and clerk that relieves most, of those that can do something `wanted`. A pair already
        proposed is preferred, so that a proposal stands still while somebody thinks about it; then clerks of few
        skills, so that generalists stay free."""
        found: list[tuple[bool, float, int, int, FlexibleClerk, tuple[str, ...]]] = []
        for no in _openable(hall, now):
            if no in offers:
                continue
            for clerk in clerks:
                services = tuple(s for s in hall.plan.window[no].service_codes if skilled(clerk, s))
                if not any(each in wanted for each in services):
                    continue
                relief = sum(now_forecasts[s].wait - rules.close_at * stretch for s in services)
                proposed = hall.tide.proposals.get(no)
                new = proposed is None or (proposed.opens, proposed.clerk) != (True, clerk.staff_no)
                found.append((new, -relief, len(clerk.skills) or NEVER_FEW, no, clerk, services))
        if not found:
            return None
        *_, no, clerk, services = min(found, key=lambda each: each[:4])
        return no, clerk, services

    while True:
        tried = [
            code
            for code, each in sorted(now_forecasts.items(), key=lambda item: (-item[1].wait, item[0]))
            if code in hot and each.wait > rules.open_at * stretch and now - hot[code] >= long_enough
        ]
        wanted = [code for code in tried if not _declined(hall, code, now)]
        pair = best(wanted)
        if pair is None:
            break
        no, clerk, services = pair
        opens(no, clerk, services, next(code for code in wanted if code in services), "tide_open")
    withheld = {code: _withheld(hall, now_forecasts[code], clerks, now) for code in tried}
    floor = _calendar_floor(hall, now)
    while sum(hall.plan.window[no].kind is WindowKind.TIDAL for no in offers) < floor:
        pair = best(hall.queues)
        if pair is None:
            break
        no, clerk, services = pair
        opens(no, clerk, services, max(services, key=lambda each: now_forecasts[each].wait), "tide_calendar")
    return tuple(turns), withheld


NEVER_FEW = 1_000_000
"""How many skills a clerk with all of them has."""


def _openable(hall: Hall, now: datetime) -> list[int]:
    return [no for no in _tidal(hall) if _obstacle(hall, no, now) is None]


def _obstacle(hall: Hall, no: int, now: datetime) -> str | None:
    """Why a tidal window cannot open now, apart from clerks."""
    window = hall.windows[no]
    rest = timedelta(minutes=hall.plan.rules.tide.rest)
    if window.duty is not Duty.CLOSED:
        return "tide_all_open"
    if window.pin is Pin.CLOSED:
        return "tide_pinned"
    if window.since is not None and now - window.since < rest:
        return "tide_resting"
    dismissed = hall.tide.dismissed.get(no)
    if dismissed is not None and now - dismissed < rest:
        return "tide_resting"
    return None


def _declined(hall: Hall, service: str, now: datetime) -> bool:
    """Whether a supervisor has just turned down an opening for a service, whichever the window."""
    at = hall.tide.declined.get(service)
    return at is not None and now - at < timedelta(minutes=hall.plan.rules.tide.rest)


def _withheld(hall: Hall, forecast: Forecast, clerks: list[FlexibleClerk], now: datetime) -> Reason:
    """Why a hot service gets no window: the line that a supervisor needs most."""
    able = [no for no in _tidal(hall) if forecast.service in hall.plan.window[no].services]
    obstacles = [_obstacle(hall, no, now) for no in able]
    facts: dict[str, Fact] = _service_facts(hall, forecast) | {
        "clerks_out": len(hall.plan.flexible_clerks) - len(clerks),
        "clerks": len(hall.plan.flexible_clerks),
    }
    if not able:
        return Reason("tide_no_window", facts)
    if _declined(hall, forecast.service, now):
        return Reason("tide_dismissed", facts)
    if None in obstacles:
        return Reason("tide_no_skill" if clerks else "tide_no_clerk", facts)
    for code in ("tide_resting", "tide_pinned"):
        if code in obstacles:
            return Reason(code, facts | {"window": able[obstacles.index(code)]})
    return Reason("tide_all_open", facts)


def soon(hall: Hall, seen: Look) -> dict[str, Reason]:
    """Why a service in need gets no window yet: it has not been in need for long enough."""
    rules = hall.plan.rules.tide
    relieved = {code for turn in seen.turns if turn.opens for code in turn.services}
    return {
        code: Reason(
            "tide_soon",
            _service_facts(hall, seen.forecasts[code])
            | {"hot_minutes": round(_minutes(since, seen.at), 1), "open_after": rules.open_after},
        )
        for code, since in seen.hot.items()
        if code not in seen.withheld and code not in relieved
    }


# -- closing ----------------------------------------------------------------------------------------------------


def _closings(
    hall: Hall, forecasts: dict[str, Forecast], calm: dict[int, datetime], now: datetime, is_open: bool
) -> tuple[Turn, ...]:
    rules, stretch = hall.plan.rules.tide, hall.plan.rules.stretch
    ready = []
    open_ = _open_tidal(hall)
    for window in open_:
        if window.pin is Pin.OPEN or window.no not in calm:
            continue
        dismissed = hall.tide.dismissed.get(window.no)
        if dismissed is not None and now - dismissed < timedelta(minutes=rules.rest):
            continue
        stays = _minutes(window.opened_at, now)
        if not is_open:
            if _third_turn_may(hall, window.no, now):
                ready.append((calm[window.no], window.no, "tide_evening"))
        elif stays >= rules.min_open and _minutes(calm[window.no], now) >= rules.close_after:
            ready.append((calm[window.no], window.no, "tide_close"))
    if is_open:
        ready = ready[: max(0, len(open_) - _calendar_floor(hall, now))]
    if not ready:
        return ()
    chosen = sorted(ready)[:1] if is_open else sorted(ready)
    turns: list[Turn] = []
    for _, no, code in chosen:
        window = hall.windows[no]
        services = hall.serves(no)
        worst = max(services, key=lambda each: forecasts[each].wait)
        facts = _facts(hall, no, services, forecasts[worst]) | {
            "limit": round(rules.close_at * stretch, 1),
            "calm_minutes": round(_minutes(calm[no], now), 1),
            "open_minutes": round(_minutes(window.opened_at, now)),
            "served": window.served,
        }
        turns.append(Turn(no, False, services, window.clerk, worst, Reason(code, facts)))
    return tuple(turns)


def _third_turn_may(hall: Hall, no: int, now: datetime) -> bool:
    """Whether a window that opened after a rest may close without having stayed its time: not if it would be its third
    turn in half an hour."""
    rules, stay = hall.plan.rules.tide, hall.tide.stays.get(no)
    closed = stay.closed_at if stay else None
    return closed is None or _minutes(closed, now) >= rules.rest + rules.min_open


def staying(hall: Hall, seen: Look) -> dict[int, Reason]:
    """Why each open tidal window does not close yet."""
    rules, now = hall.plan.rules.tide, seen.at
    offers: Offers = {no: hall.serves(no) for no, window in hall.windows.items() if counts(window)}
    is_open = opening(hall.plan, now, hall.calendar) is not None
    closing = {turn.window for turn in seen.turns if not turn.opens}
    found: dict[int, Reason] = {}
    for window in _open_tidal(hall):
        facts: dict[str, Fact] = {
            "window": window.no,
            "open_minutes": round(_minutes(window.opened_at, now)),
            "min_open": rules.min_open,
            "close_after": rules.close_after,
        }
        missed = _missed_by(hall, offers, window.no, now, is_open)
        if window.no in closing:
            continue
        if window.pin is Pin.OPEN:
            found[window.no] = Reason("tide_kept", facts)
        elif missed is not None:
            code, wait = missed
            service = hall.plan.service[code]
            limit = round(rules.close_at * hall.plan.rules.stretch, 1)
            facts |= {"service_zh": service.name, "service_en": service.name_en, "wait": wait, "limit": limit}
            code = "tide_queue" if not is_open else "tide_last" if wait == NOBODY else "tide_needed"
            found[window.no] = Reason(code, facts)
        elif facts["open_minutes"] < rules.min_open:  # type: ignore[operator]
            found[window.no] = Reason("tide_young", facts)
        else:
            facts["calm_minutes"] = round(_minutes(seen.calm.get(window.no), now), 1)
            found[window.no] = Reason("tide_calm", facts)
    return found


def _missed_by(hall: Hall, offers: Offers, no: int, now: datetime, is_open: bool) -> tuple[str, float] | None:
    """The service that would miss a window most, and its wait without it; None if nobody would miss it. NOBODY: it is the
    last that serves it."""
    services = hall.serves(no)
    if not is_open:
        waiting = [code for code in services if len(hall.queues[code])]
        return (waiting[0], 0.0) if waiting else None
    without = {other: served for other, served in offers.items() if other != no}
    covered = {code for served in without.values() for code in served}
    for code in services:
        if code not in covered:
            return code, NOBODY
    limit = hall.plan.rules.tide.close_at * hall.plan.rules.stretch
    forecasts = project(hall, without, now)
    worst = max(services, key=lambda code: forecasts[code].wait)
    wait = forecasts[worst].wait
    return None if wait < limit else (worst, round(min(wait, NOBODY - 1), 1))


def _calendar_floor(hall: Hall, now: datetime) -> int:
    """How many tidal windows the calendar wants open now."""
    clock = now.time()
    return max(
        (
            each.windows
            for each in hall.plan.rules.tide.calendar
            if now.day in each.days and each.starts <= clock < each.ends
        ),
        default=0,
    )


# -- small things -----------------------------------------------------------------------------------------------


def _tidal(hall: Hall) -> list[int]:
    return [each.no for each in hall.plan.windows if each.kind is WindowKind.TIDAL]


def _open_tidal(hall: Hall) -> list[Window]:
    return [
        hall.windows[no]
        for no in _tidal(hall)
        if hall.windows[no].duty is not Duty.CLOSED and not hall.windows[no].closing and hall.serves(no)
    ]


def _minutes(since: datetime | None, now: datetime) -> float:
    return (now - since).total_seconds() / 60 if since else 0.0


def _service_facts(hall: Hall, forecast: Forecast) -> dict[str, Fact]:
    service = hall.plan.service[forecast.service]
    return {
        "service": service.code,
        "service_zh": service.name,
        "service_en": service.name_en,
        "wait": round(forecast.wait, 1),
        "waiting": forecast.waiting,
        "mean": round(forecast.mean, 1),
        "rate": round(forecast.rate, 2),
        "capacity": round(forecast.capacity, 1),
    }


def _facts(hall: Hall, no: int, services: tuple[str, ...], forecast: Forecast) -> dict[str, Fact]:
    names = [hall.plan.service[code] for code in services]
    return _service_facts(hall, forecast) | {
        "window": no,
        "services_zh": "、".join(each.name for each in names),
        "services_en": ", ".join(each.name_en for each in names),
    }


def _again(hall: Hall, now: datetime, is_open: bool) -> datetime | None:
    """In a minute; sooner if a proposal takes effect before; at the next opening if nothing can move until then."""
    if not _tidal(hall):
        return None
    if not is_open and not _open_tidal(hall):
        return next_opening(hall.plan, now, hall.calendar)
    rules = hall.plan.rules.tide
    soon = now + timedelta(minutes=rules.look_every)
    if rules.mode is TideMode.CONFIRM:
        wait = timedelta(seconds=rules.confirm_seconds)
        soon = min([soon, *(each.at + wait for each in hall.tide.proposals.values() if each.at + wait > now)])
    return soon
