"""What a hall *is*: its services, windows, people and rules, as one frozen value.

For: everything that stands in the hall file. The hall file is read in app/hallfile.py; here are only the values and
the defaults, each with its unit and where it comes from. A plan is adopted by an event, so a day that is replayed
runs under the rules it was lived by.
Not for: what happens in a day (hall.py), or how a file is written.
What goes wrong: nothing here. app/hallfile.py refuses a plan that makes no sense, before it is adopted.

Minutes are floats, times of day are `datetime.time` in the hall's own time zone, and texts come in Chinese (`name`)
and English (`name_en`).
"""

from dataclasses import dataclass, field
from datetime import date, time
from enum import StrEnum
from functools import cached_property

from app.core.bookrules import BookingRules, NationalRules, Segment
from app.core.calendar import Calendar, HallDay
from app.core.calendar import Opening as Opening  # a word of every plan: who reads plans finds it here
from app.core.judged import EstimateRules
from app.core.people import KeepOfCard, Person, RegisteredAgent
from app.core.shown import RATING_REASONS, Notice, PadRules, RatingReason, ScreenRules, VoiceRules
from app.core.visitrules import VisitRules


class WindowKind(StrEnum):
    """The kinds of window (docs: Jiangxi DB36/T, sections on window setting)."""

    PROFESSIONAL = "professional"
    COMPREHENSIVE = "comprehensive"
    TIDAL = "tidal"
    ISSUING = "issuing"
    CROSS_REGION = "cross_region"
    ENTERPRISE_POLICY = "enterprise_policy"
    POSTAL = "postal"
    UNRESOLVED_CASE = "unresolved_case"


class Audience(StrEnum):
    """For whom a service is: a hall with services for either asks visitors first whom they come for."""

    EVERYBODY = "everybody"
    PERSON = "person"
    ENTERPRISE = "enterprise"


class MissedRule(StrEnum):
    """What becomes of a ticket whose holder did not come when called."""

    VOID = "void"
    TAIL = "tail"
    AFTER_N = "after_n"
    RECYCLE = "recycle"


@dataclass(frozen=True)
class Zone:
    """A part of the hall with its own waiting area. `professional` zones are at most six (Jiangxi DB36/T). `audio`: the
    loudspeakers that are heard here; zones with the same word share them, and so do all without one."""

    code: str
    name: str
    name_en: str
    professional: bool = False
    floor: str = ""
    audio: str = ""


@dataclass(frozen=True)
class Missed:
    """The missed rule of a service. `times`: it may come back so often, then it is void. `places`: it rejoins behind so
    many people of its queue, of whatever class. Default: once, after 3 places, then void; the commonest of the rules
    seen (void at once, tail, void after 3, recycle list)."""

    rule: MissedRule = MissedRule.AFTER_N
    places: int = 3
    times: int = 1


@dataclass(frozen=True)
class SegmentQuota:
    """So many numbers of a service from `starts` until before `ends` (early, lunch, late, …). A number that was given
    back counts. Outside of all segments only the quota of the day counts."""

    starts: time
    ends: time
    quota: int


class NoAnswer(StrEnum):
    """What follows when an outside system does not answer: the number is given, or it is not."""

    ALLOW = "allow"
    REFUSE = "refuse"


@dataclass(frozen=True)
class OutsideCheck:
    """Another system is asked before a number is given (app/outside.py says how). `timeout` 2 s: as long as somebody
    at a machine waits without pressing again. `no_answer`: allow, because a hall is open while another system is not."""

    url: str
    timeout: float = 2.0
    no_answer: NoAnswer = NoAnswer.ALLOW


@dataclass(frozen=True)
class Service:
    """What a queue is kept for. `prefix` is one to three capital letters and no other service's. `mean_minutes` is the
    prior of the running mean. `quota` is the number of tickets a day (None: no limit), `quotas` of parts of it. `check`:
    another system has a say. `audience`: for whom it is. `initials`: the first letters of its name's pinyin, by which it is
    found on a kiosk (empty: worked out when the file is imported). `pickup`: it hands out results; `result_at`: the
    pick-up service at which its own are handed out. `trace_queues` are the ids under which a recorded day knows this
    service; only the demonstration reads them. `bookable`: a time can be booked for it. `slot_capacity`: bookings in one
    slot, where the
    hall says so itself (None: worked out, see `BookingRules`)."""

    code: str
    name: str
    name_en: str
    prefix: str
    mean_minutes: float
    zone: str
    missed: Missed = Missed()
    quota: int | None = None
    last_ticket: time | None = None
    trace_queues: tuple[int, ...] = ()
    bookable: bool = False
    slot_capacity: int | None = None
    quotas: tuple[SegmentQuota, ...] = ()
    check: OutsideCheck | None = None
    audience: Audience = Audience.EVERYBODY
    initials: str = ""
    pickup: bool = False
    result_at: str = ""


@dataclass(frozen=True)
class Serves:
    """That a window serves a service. `rank`: 1 is the window's own work, 2 and more is help. `slowness`: 1.2 takes a
    fifth longer here than the mean. `help_above`: help only while more than so many wait (0: always)."""

    service: str
    rank: int = 1
    slowness: float = 1.0
    help_above: int = 0


@dataclass(frozen=True)
class WindowPlan:
    """A place where people are served."""

    no: int
    kind: WindowKind
    zone: str
    serves: tuple[Serves, ...]
    name: str = ""
    name_en: str = ""

    @cached_property
    def services(self) -> dict[str, Serves]:
        """What this window serves, by service code."""
        return {serves.service: serves for serves in self.serves}

    @cached_property
    def service_codes(self) -> tuple[str, ...]:
        """The codes of what this window serves."""
        return tuple(self.services)


@dataclass(frozen=True)
class PriorityClass:
    """A publicly announced reason to be called earlier. `rank` orders classes for the `priority` rule (0 first).
    `head_start` minutes and `slope` are the credit of the `credit` rule. `from_age`: given by itself from this age
    in years, on the day, by the identity card. Granting any other class by hand needs a reason. `valid_from`, `valid_to`:
    the first and the last day on which it is given (None: always), for what is announced for a season or a year."""

    key: str
    name: str
    name_en: str
    rank: int = 1
    head_start: float = 0.0
    slope: float = 1.0
    evidence: str = ""
    from_age: int | None = None
    valid_from: date | None = None
    valid_to: date | None = None

    def valid(self, day: date) -> bool:
        """Whether the class is given on `day`."""
        return (self.valid_from is None or self.valid_from <= day) and (
            self.valid_to is None or day <= self.valid_to
        )


ORDINARY = "ordinary"
"""The class of everybody without another; every hall has it."""


@dataclass(frozen=True)
class FlexibleClerk:
    """Somebody who opens a tidal window when the queue swells. `skills` are service codes; empty: all."""

    staff_no: str
    name: str = ""
    skills: tuple[str, ...] = ()


class DeviceKind(StrEnum):
    """The kinds of device that stand in a hall."""

    PRINTER = "printer"
    SIGN = "sign"
    PAD = "pad"
    CALLER = "caller"
    CARD_READER = "card_reader"


@dataclass(frozen=True)
class DevicePlan:
    """A device and where it is, as a URL of drivers/catalog.py. `window`, `kiosk` or `zone` says whom it serves."""

    name: str
    kind: DeviceKind
    url: str
    kiosk: str = ""
    window: int | None = None
    zone: str = ""


@dataclass(frozen=True)
class PauseReason:
    """Why a window pauses; visitors read it. `outage`: something broke; whoever stood there then comes back as a second
    visit (`VisitRules.return_after`)."""

    key: str
    name: str
    name_en: str
    outage: bool = False


@dataclass(frozen=True)
class Arrivals:
    """Figures of a real day for the demonstration hall: tickets of a service per half-hour, from `starts`.
    `weekday` 0 is Monday. Not used by any rule."""

    service: str
    weekday: int
    starts: time
    half_hours: tuple[float, ...]


@dataclass(frozen=True)
class CreditRules:
    """The numbers of the `credit` rule of calling. Minutes are given for a promise of 15 minutes and stretch with
    the hall's own (`Rules.stretch`), as do the head starts of the priority classes. Source of all: the project's
    simulations of fitted and real days, on which the thresholds proved forgiving.

    overtaken_limit 15 people: whoever has been passed so often is passed no more.
    guard 60 min: somebody so old is served before any other service, wherever somebody can.
    booking_start 10 min: at its slot a booking counts as having waited so long.
    earlier_share 0.5 of the wait at earlier windows of the visit counts, up to earlier_cap 15 min.
    short_exponent 0.75, within short_min 0.5 and short_max 2: how much a service shorter than the others is favoured.
    drain_cap 60 min: the time that a queue needs to clear counts up to this.
    """

    overtaken_limit: int = 15
    guard: float = 60.0
    booking_start: float = 10.0
    earlier_share: float = 0.5
    earlier_cap: float = 15.0
    short_exponent: float = 0.75
    short_min: float = 0.5
    short_max: float = 2.0
    drain_cap: float = 60.0


@dataclass(frozen=True)
class RatioRules:
    """The numbers of the `ratio` rule: a window calls `priority` people of the priority classes, then `ordinary`
    others. Default 2 to 1: at least every third call goes to those without a privilege, the usual guard "at most k of
    n" of priority by class."""

    priority: int = 2
    ordinary: int = 1


class TideMode(StrEnum):
    """What the tide does with what it wants: `suggest` to a supervisor; turn unless nobody objects within some seconds
    (`confirm`); turn by itself (`auto`)."""

    SUGGEST = "suggest"
    CONFIRM = "confirm"
    AUTO = "auto"


@dataclass(frozen=True)
class CalendarTide:
    """On these `days` of every month, between `starts` and `ends`, at least so many tidal `windows` are open. A city's
    social insurance hall foresees two more on days 1 to 5."""

    days: tuple[int, ...] = (1, 2, 3, 4, 5)
    windows: int = 2
    starts: time = time(9, 0)
    ends: time = time(16, 0)


@dataclass(frozen=True)
class TideRules:
    """The numbers of the tidal controller, in minutes unless said otherwise. `open_at` and `close_at` are for a promise
    of 15 minutes and stretch with the hall's own; the others are about clerks and stay. Source: the project's
    simulations, in which anything from 6/2 to 30/12 gave the same trade of waiting against clerk hours.

    open_at 8: a service is hot while its projected wait is above; close_at 3: a window is not missed below.
    open_after 2, close_after 5: for so long. setup 4: until a clerk has walked there and signed in.
    horizon 8: the projection looks so far beyond the setup. min_open 20, rest 10: at most one opening and one closing
    in half an hour. look_every 1. confirm_seconds 60: the objection time of `confirm`. arrival_memory 15: how long an
    arrival counts in the arrival rate.
    """

    mode: TideMode = TideMode.SUGGEST
    open_at: float = 8.0
    close_at: float = 3.0
    open_after: float = 2.0
    close_after: float = 5.0
    setup: float = 4.0
    horizon: float = 8.0
    min_open: float = 20.0
    rest: float = 10.0
    look_every: float = 1.0
    confirm_seconds: float = 60.0
    arrival_memory: float = 15.0
    calendar: tuple[CalendarTide, ...] = ()


TIDE_SETTINGS: dict[str, tuple[float, float]] = {"service": (8.0, 3.0), "thrifty": (15.0, 5.0)}
"""Two settings of (open_at, close_at) to offer a hall: for short waits, and for few clerk hours."""


@dataclass(frozen=True)
class HolderRules:
    """How many numbers one person may take on one day, where the hall knows the person by an identity card: `per_service`
    1, `per_day` 2 (one person, one number is what halls announce; two, for those who have two errands). 0: no limit. A
    number given back or void does not count. The person is only ever a keyed hash; `keep` says what is kept of a card at
    all."""

    per_service: int = 1
    per_day: int = 2
    keep: KeepOfCard = KeepOfCard.HASH


@dataclass(frozen=True)
class PlateRules:
    """What of its people a hall shows in public. Staff number and title always; `names`, `photos` (seat plate and
    whereabouts plate) and `phones` (whereabouts plate only) when the hall turns them on. All off by default: what is
    personal is shown because somebody decided so."""

    names: bool = False
    photos: bool = False
    phones: bool = False


@dataclass(frozen=True)
class AlertRules:
    """When the console calls a supervisor (alerts.py). `..._amber` is a first word, `..._red` a second.

    wait_amber 1, wait_red 2 times the promise: at 15 minutes promised that is 15 and 30, the target that cities publish
    and the wait at which halls say they act. projected_red 2 times the promise; amber is the tide's own `open_at`.
    handling_amber 2, handling_red 3 times the mean of the service: products warn at 1.5 and 2, but where lengths scatter
    as an exponential law does, 22 and 14 of a hundred services would; at 2 and 3 it is 14 and 5.
    pause_amber 15, pause_red 30 min: a pause for papers, and half a lunch.
    offline_amber 1, offline_red 5 min: a device that restarts is back within the first.
    """

    wait_amber: float = 1.0
    wait_red: float = 2.0
    projected_red: float = 2.0
    handling_amber: float = 2.0
    handling_red: float = 3.0
    pause_amber: float = 15.0
    pause_red: float = 30.0
    offline_amber: float = 1.0
    offline_red: float = 5.0


@dataclass(frozen=True)
class ReportRules:
    """What reports go by. `long_service` 2.0: handling longer than so many times the service's planned `mean_minutes`
    counts as long; products count against a limit per service, and a mean is what every hall knows. `keep_years` 5:
    the lines that reports are made of are kept so long, which lets a year be compared with the four before it; 0:
    for ever. The journal keeps what happened either way."""

    long_service: float = 2.0
    keep_years: int = 5


@dataclass(frozen=True)
class Rules:
    """Every number that a hall could want otherwise. Units: minutes, unless the name says seconds or people.

    promise_minutes 15: the wait a hall promises; Longshan county hall reports "within 15 minutes" on average.
    recall_cap 3, recall_gap_seconds 15: three calls at least 15 s apart are what halls and products do.
    number_digits 3: prefix and three digits; past 999 the number widens, it never starts again.
    policy: whom call-next takes; a name of assign.POLICIES.
    slip_stale_seconds 60: a printer that comes back does not print a slip older than this: by then the visitor
    has the number from the screen or has asked for another.
    keep_answers_hours 48: how long a repeated Idempotency-Key gets the first answer (a weekend's power cut).
    case_url: where a clerk finds the case of a called ticket, with {number} and {service} (empty: no link).
    """

    policy: str = "credit"
    promise_minutes: float = 15.0
    recall_cap: int = 3
    recall_gap_seconds: float = 15.0
    number_digits: int = 3
    slip_stale_seconds: float = 60.0
    keep_answers_hours: float = 48.0
    credit: CreditRules = CreditRules()
    ratio: RatioRules = RatioRules()
    tide: TideRules = TideRules()
    holder: HolderRules = HolderRules()
    voice: VoiceRules = VoiceRules()
    screens: ScreenRules = ScreenRules()
    pad: PadRules = PadRules()
    visit: VisitRules = VisitRules()
    national: NationalRules = NationalRules()
    booking: BookingRules = BookingRules()
    plates: PlateRules = PlateRules()
    case_url: str = ""
    alerts: AlertRules = AlertRules()
    reports: ReportRules = ReportRules()
    estimate: EstimateRules = EstimateRules()

    @property
    def stretch(self) -> float:
        """What the minutes of the calling rules are multiplied by: they are given for a promise of 15 minutes."""
        return self.promise_minutes / 15.0


@dataclass(frozen=True)
class HallPlan:
    """A whole hall. `code` names it in URLs. `timezone` is an IANA name. `hours` are per weekday, 0 is Monday;
    `exceptions` replace a whole day (an empty tuple: closed that day)."""

    code: str
    name: str
    name_en: str
    timezone: str
    services: tuple[Service, ...]
    windows: tuple[WindowPlan, ...]
    zones: tuple[Zone, ...] = ()
    site: str = ""
    site_en: str = ""
    classes: tuple[PriorityClass, ...] = (PriorityClass(ORDINARY, "普通", "Ordinary"),)
    flexible_clerks: tuple[FlexibleClerk, ...] = ()
    devices: tuple[DevicePlan, ...] = ()
    hours: dict[int, tuple[Opening, ...]] = field(default_factory=dict)
    exceptions: dict[date, tuple[Opening, ...]] = field(default_factory=dict)
    pause_reasons: tuple[PauseReason, ...] = ()
    rules: Rules = Rules()
    arrivals: tuple[Arrivals, ...] = ()
    rating_reasons: tuple[RatingReason, ...] = RATING_REASONS
    notices: tuple[Notice, ...] = ()
    segments: tuple[Segment, ...] = ()
    people: tuple[Person, ...] = ()
    registered_agents: tuple[RegisteredAgent, ...] = ()

    @cached_property
    def service(self) -> dict[str, Service]:
        """Services by code."""
        return {service.code: service for service in self.services}

    @cached_property
    def pickups(self) -> frozenset[str]:
        """The services that hand out results."""
        return frozenset(service.code for service in self.services if service.pickup)

    @cached_property
    def window(self) -> dict[int, WindowPlan]:
        """Windows by number."""
        return {window.no: window for window in self.windows}

    @cached_property
    def zone(self) -> dict[str, Zone]:
        """Zones by code."""
        return {zone.code: zone for zone in self.zones}

    @cached_property
    def person(self) -> dict[str, Person]:
        """People by staff number, and by the account with which they sign in."""
        by_login = {each.login: each for each in self.people if each.login}
        return by_login | {each.staff_no: each for each in self.people}

    @cached_property
    def people_of_window(self) -> dict[int, tuple[Person, ...]]:
        """Whose usual place each window is."""
        usual = {each.window for each in self.people if each.window is not None}
        return {no: tuple(each for each in self.people if each.window == no) for no in usual}

    def staff_no(self, clerk: str) -> str:
        """The staff number of somebody known by it or by an account; whoever the file does not name keeps the name."""
        known = self.person.get(clerk)
        return known.staff_no if known else clerk

    @cached_property
    def registered_agent(self) -> dict[str, RegisteredAgent]:
        """Registered agents by their keyed hash."""
        return {each.holder: each for each in self.registered_agents}

    @cached_property
    def priority_class(self) -> dict[str, PriorityClass]:
        """Priority classes by key."""
        return {each.key: each for each in self.classes}

    @cached_property
    def windows_of(self) -> dict[str, tuple[int, ...]]:
        """The numbers of the windows that serve each service, own work first, then by number."""
        return {
            service.code: tuple(
                window.no
                for window in sorted(
                    (each for each in self.windows if service.code in each.services),
                    key=lambda each: (each.services[service.code].rank, each.no),
                )
            )
            for service in self.services
        }

    @cached_property
    def days(self) -> dict[date, tuple[Calendar, HallDay]]:
        """What was worked out of days (hours.day_of), each with the calendar that it came from."""
        return {}

    def openings(self, day: date) -> tuple[Opening, ...]:
        """When the hall is open on `day` by its own file; hours.py knows the country's holidays as well."""
        if day in self.exceptions:
            return self.exceptions[day]
        return self.hours.get(day.weekday(), ())
