"""What things of a hall are called: services, windows, zones, where to wait, which printer.

For: scenes, slips and the answers of the API. Not for: scenes themselves (scenes.py), which are only made for displays.
"""

from dataclasses import dataclass

from app.core.errors import Refusal
from app.core.plan import DeviceKind, HallPlan, Service, WindowKind, WindowPlan
from displays.words import Bilingual

KIND_NAMES: dict[WindowKind, Bilingual] = {
    WindowKind.PROFESSIONAL: Bilingual("专业窗口", "Specialist window"),
    WindowKind.COMPREHENSIVE: Bilingual("综合窗口", "Comprehensive window"),
    WindowKind.TIDAL: Bilingual("潮汐窗口", "Tidal window"),
    WindowKind.ISSUING: Bilingual("统一出件窗口", "Collection window"),
    WindowKind.CROSS_REGION: Bilingual("异地通办窗口", "Cross-region window"),
    WindowKind.ENTERPRISE_POLICY: Bilingual("惠企政策兑现窗口", "Enterprise policy window"),
    WindowKind.POSTAL: Bilingual("邮递服务窗口", "Postal window"),
    WindowKind.UNRESOLVED_CASE: Bilingual("“办不成事”反映窗口", "Unresolved case window"),
}

NOWHERE = Bilingual("", "")


@dataclass(frozen=True, slots=True)
class Names:
    """What is written over everything in a hall."""

    plan: HallPlan
    hall: Bilingual
    services: dict[str, Bilingual]
    windows: dict[int, Bilingual]
    areas: dict[str, Bilingual]


_names: dict[str, Names] = {}


def names(plan: HallPlan) -> Names:
    """The names of a hall, made once for a plan: a board that shows thirty calls says most of them after each call."""
    known = _names.get(plan.code)
    if known is None or known.plan is not plan:
        known = _names[plan.code] = Names(
            plan,
            Bilingual(plan.name, plan.name_en),
            {each.code: Bilingual(each.name, each.name_en) for each in plan.services},
            {each.no: window_name(each) for each in plan.windows},
            {each.code: _area(plan, each) for each in plan.services},
        )
    return known


def service_name(plan: HallPlan, code: str) -> Bilingual:
    """What people call a service."""
    return names(plan).services.get(code) or Bilingual(code, code)


def window_name(window: WindowPlan) -> Bilingual:
    """What is written over a window: its own name, else its kind."""
    return Bilingual(window.name, window.name_en) if window.name else KIND_NAMES[window.kind]


def zone_name(plan: HallPlan, code: str) -> Bilingual:
    """What is written over a zone."""
    zone = plan.zone.get(code)
    return Bilingual(zone.name, zone.name_en) if zone else Bilingual(code, code)


def area_of(plan: HallPlan, code: str) -> Bilingual:
    """Where to wait: the zone, and the windows that do this as their own work, as runs of numbers. Empty for a service
    that the plan has dropped since."""
    return names(plan).areas.get(code, NOWHERE)


def _area(plan: HallPlan, service: Service) -> Bilingual:
    zone = zone_name(plan, service.zone)
    own = [no for no in plan.windows_of[service.code] if plan.window[no].services[service.code].rank == 1]
    runs = _runs(sorted(own or plan.windows_of[service.code]))
    if not runs:
        return zone
    return Bilingual(
        f"{zone.zh} {'、'.join(runs)}号窗口".strip(), f"{zone.en}, window {', '.join(runs)}".lstrip(", ")
    )


def _runs(numbers: list[int]) -> list[str]:
    runs: list[list[int]] = []
    for no in numbers:
        if runs and no == runs[-1][1] + 1:
            runs[-1][1] = no
        else:
            runs.append([no, no])
    return [f"{first}" if first == last else f"{first}-{last}" for first, last in runs]


def refusal_text(refusal: Refusal) -> Bilingual:
    """A refusal as people read it."""
    return Bilingual(refusal.text("zh"), refusal.text("en"))


def printer_of(plan: HallPlan, kiosk: str) -> str:
    """The printer that stands in a kiosk; empty if it has none."""
    return next(
        (
            each.name
            for each in plan.devices
            if each.kind is DeviceKind.PRINTER and each.kiosk == kiosk and kiosk
        ),
        "",
    )
