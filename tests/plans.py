"""Small halls for tests. No hours: they are always open, whatever the time of the machine."""

from app.core.plan import (
    ORDINARY,
    DeviceKind,
    DevicePlan,
    HallPlan,
    PauseReason,
    PriorityClass,
    Serves,
    Service,
    WindowKind,
    WindowPlan,
    Zone,
)


def small_plan(code: str = "small", printer: str = "") -> HallPlan:
    """Three services, four windows, two classes; one kiosk, whose printer is at the URL `printer` if one is given."""
    devices = (DevicePlan("printer-1", DeviceKind.PRINTER, printer, kiosk="kiosk-1"),) if printer else ()
    return HallPlan(
        code=code,
        name="小镇便民服务中心",
        name_en="Little Town Service Hall",
        timezone="Asia/Shanghai",
        zones=(Zone("main", "综合区", "Main area"), Zone("tax", "税务区", "Tax area", professional=True)),
        services=(
            Service("residence", "户籍登记", "Residence registration", "A", 8.4, "main"),
            Service("social", "社会保险", "Social insurance", "B", 6.0, "main"),
            Service("tax", "税务", "Tax", "C", 9.0, "tax"),
        ),
        windows=(
            WindowPlan(1, WindowKind.COMPREHENSIVE, "main", (Serves("residence"), Serves("social"))),
            WindowPlan(2, WindowKind.COMPREHENSIVE, "main", (Serves("residence"), Serves("social"))),
            WindowPlan(3, WindowKind.PROFESSIONAL, "tax", (Serves("tax"),)),
            WindowPlan(
                4, WindowKind.TIDAL, "main", (Serves("residence"), Serves("social"), Serves("tax", rank=2))
            ),
        ),
        classes=(
            PriorityClass(ORDINARY, "普通", "Ordinary"),
            PriorityClass("elderly", "老年人", "Elderly", rank=0, head_start=45.0, slope=2.0, from_age=60),
        ),
        pause_reasons=(PauseReason("documents", "整理材料", "Sorting documents"),),
        devices=devices,
    )
