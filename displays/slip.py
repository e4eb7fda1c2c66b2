"""The slip in a visitor's hand: SlipScene -> media.Slip.

For: what stands on the paper and in which order. The number is what people look for, so it is four times as large as
the rest; then where to go and how many are before; the QR is for those with a telephone.
Not for: bytes (drivers/wire/escpos.py), or when it is printed (app/hardware.py).
The paper says what was true when the number was given; the page behind the QR says what is true now.
"""

from displays.scene import SlipScene
from drivers.media import Align, Feed, Qr, Rule, Slip, SlipPart, Text

NUMBER_SIZE = 4
"""Times the printer's own 24 dots: 12 mm high at 203 dpi, readable at arm's length without glasses."""

QR_MODULE = 6
"""Dots of one QR square: 0.75 mm at 203 dpi; phones read 0.5 mm and more from 20 cm."""


def compose(job: str, scene: SlipScene) -> Slip:
    """The slip of one print job."""
    parts: list[SlipPart] = [
        Text(scene.hall.zh, align=Align.CENTRE, bold=True),
        Text(scene.hall.en, align=Align.CENTRE),
        Feed(),
        Text(scene.number, size=NUMBER_SIZE, align=Align.CENTRE, bold=True),
        *([Text("领取办理结果 Pick-up", align=Align.CENTRE, bold=True)] if scene.pickup else []),
        Feed(),
        *_services(scene),
        Rule(),
        *_ahead(scene.ahead),
    ]
    if scene.estimate is not None:
        likely, low, high = scene.estimate
        parts += [
            Text(f"预计等候约 {likely} 分钟({low} 至 {high})", align=Align.CENTRE),
            Text(f"about {likely} min ({low} to {high})", align=Align.CENTRE),
        ]
    parts += [
        Text(scene.area.zh, align=Align.CENTRE, bold=True),
        Text(scene.area.en, align=Align.CENTRE),
        Rule(),
        Qr(scene.link, module=QR_MODULE),
        Text("扫码查看排队进度", align=Align.CENTRE),
        Text("Scan to follow your number", align=Align.CENTRE),
        Text(f"取号时间 Issued {scene.issued_at:%Y-%m-%d %H:%M}", align=Align.CENTRE),
    ]
    if scene.reprint:
        parts.append(Text("补打 Reprint", align=Align.CENTRE))
    parts.append(Text("过号请到服务台 If missed, ask at the desk", align=Align.CENTRE))
    return Slip(job, tuple(parts))


def _services(scene: SlipScene) -> list[SlipPart]:
    """What the number is for: large if it is one service, else the list of them, numbered if the order is fixed."""
    if not scene.services:
        return [
            Text(scene.service.zh, size=2, align=Align.CENTRE, bold=True),
            Text(scene.service.en, align=Align.CENTRE),
        ]
    parts: list[SlipPart] = [
        Text("一号办理多项" if scene.free else "一号依次办理", size=2, align=Align.CENTRE, bold=True),
        Text("In any order" if scene.free else "One after the other", align=Align.CENTRE),
    ]
    for place, name in enumerate(scene.services, 1):
        mark = "·" if scene.free else f"{place}."
        parts += [Text(f"{mark} {name.zh}", bold=True), Text(f"  {name.en}")]
    return parts


def _ahead(people: int) -> tuple[SlipPart, SlipPart]:
    """How many were before this number when it was given."""
    if people == 0:
        return (
            Text("前面没有人", size=2, align=Align.CENTRE),
            Text("Nobody before you: please listen for your number", align=Align.CENTRE),
        )
    return (
        Text(f"前面还有 {people} 人", size=2, align=Align.CENTRE),
        Text(f"{people} {'person' if people == 1 else 'people'} before you", align=Align.CENTRE),
    )
