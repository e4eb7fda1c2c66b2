"""The waiting over the day as a picture: one line for each rule.

For: `svg(columns)`, an SVG of its own, without scripts and without anything from elsewhere.
Not for: pages. They show it as an image (`data:image/svg+xml`), since it brings its own style, which a page's content
policy forbids in the page itself.
"""

import re
from collections.abc import Sequence

from app.charts import FACE, pygal_quietly
from app.whatif.figures import Figures

COLOURS = ("#00628c", "#c8553d", "#4f9d69", "#8a6fb0", "#d9a441", "#5a6b75", "#2a9d9d", "#a23b72")
"""Blue first: today's rule. All stand out on white and differ in lightness too."""

SCRIPT = re.compile(rb"<script.*?</script>|<!--.*?-->", re.DOTALL)
"""pygal leaves its settings in a picture, for a script that would be fetched from elsewhere, and its name. None is
fetched."""


def _clock(minute: float) -> str:
    return f"{int(minute) // 60:02}:{int(minute) % 60:02}"


def svg(columns: Sequence[Figures], *, title: str = "") -> bytes:
    """People waiting over the day, a line per column; UTF-8."""
    pygal = pygal_quietly()
    style = pygal.style.Style(
        background="#ffffff",
        plot_background="#ffffff",
        foreground="#51626d",
        foreground_strong="#10202b",
        foreground_subtle="#d5dde2",
        guide_stroke_color="#e9eef1",
        major_guide_stroke_color="#e9eef1",
        guide_stroke_dasharray="0",
        major_guide_stroke_dasharray="0",
        stroke_width="2.5",
        opacity="1",
        opacity_hover="1",
        colors=COLOURS,
        font_family=FACE,
        title_font_size=18,
        legend_font_size=14,
        label_font_size=13,
        major_label_font_size=13,
    )
    chart = pygal.XY(
        style=style,
        width=960,
        height=440,
        show_dots=False,
        legend_at_bottom=True,
        legend_at_bottom_columns=3,
        legend_box_size=12,
        show_x_guides=False,
        x_value_formatter=_clock,
        value_formatter=lambda people: f"{people:.0f}",
        title=" · ".join(filter(None, (title, "等候人数 People waiting"))),
        js=(),
        pretty_print=False,
        disable_xml_declaration=False,
        no_prefix=True,
        range=(0, max((many for each in columns for _, many in each.waiting), default=0) or 1),
    )
    minutes = [minute for each in columns for minute, _ in each.waiting] or [0.0, 60.0]
    first, last = int(min(minutes)) // 60, -(-int(max(minutes)) // 60)
    chart.x_labels = [60 * hour for hour in range(first, max(last, first + 1) + 1)]
    for each in columns:
        chart.add(each.name, [(minute, many) for minute, many in each.waiting])
    return SCRIPT.sub(b"", bytes(chart.render()))
