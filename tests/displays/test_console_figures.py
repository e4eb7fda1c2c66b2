"""Reports and what-if: what was asked for stands in the table, the picture and the file, each figure beside its formula."""

from collections.abc import Awaitable, Callable

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page, expect
from starlette.responses import Response

from tests.displays import scenes
from tests.displays.conftest import OpenPage
from tests.displays.stage import Stage, problem, saying

Keep = Callable[[Page, str], Awaitable[None]]
WALL = {"width": 1920, "height": 1080}
SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 20"><path d="M0 10h40" stroke="#00628c"/></svg>'
)

MEASURES = [
    {"key": "wait_avg", "family": "wait", "unit": "min", "name": "平均等候", "name_en": "Average wait", "formula": "Σ 等候 ÷ 人次", "formula_en": "sum of waits / people"},
    {"key": "wait_p90", "family": "wait", "unit": "min", "name": "等候 90 分位", "name_en": "Wait, nine of ten", "formula": "九成不超过此值", "formula_en": "nine of ten wait no longer"},
    {"key": "over_promise_rate", "family": "wait", "unit": "share", "name": "超承诺等候率", "name_en": "Over the promise", "formula": "超过承诺 ÷ 人次", "formula_en": "over the promise / people"},
    {"key": "served", "family": "volume", "unit": "count", "name": "办结人次", "name_en": "Served", "formula": "办结的人次", "formula_en": "people served"},
]  # fmt: skip


def row(key: str, zh: str, en: str, wait: float | None) -> dict[str, object]:
    figures = {"wait_avg": wait, "wait_p90": 31.25, "over_promise_rate": 0.048, "served": 120}
    return {"key": key, "name": zh, "name_en": en, "figures": figures, "levels": {}, "pauses": {}}


WAITS = {"people": 90, "mean": 3.1, "p50": 0.3, "p90": 10.6, "max": 36.0, "over": 0.048}


def rule(policy: str) -> dict[str, object]:
    return {
        "policy": policy,
        "tide": "recorded",
        "windows": "",
        "waits": WAITS,
        "classes": {},
        "services": {},
        "overtakes": 59,
        "most_overtaken": 4,
        "utilisation": 0.26,
        "clerk_hours": 271.6,
        "tidal_hours": 10.8,
        "switches": 3,
        "served": 90,
        "gave_up": 0,
        "turned_away": {},
        "waiting": [],
        "ended": 1043.5,
    }


@pytest.fixture
def room(stage: Stage) -> Stage:
    """The county hall with a day of figures."""
    stage.hall = scenes.hall_info()
    stage.scenes["console"] = scenes.console()

    async def picture(*_: object) -> Response:
        return Response(SVG, media_type="image/svg+xml")

    async def table(*_: object) -> Response:
        headers = {"content-disposition": 'attachment; filename="county-2099-03-01-service.csv"'}
        return Response("业务,平均等候\r\n", media_type="text/csv", headers=headers)

    groupings = {"total": ["合计", "Total"], "service": ["业务", "Service"], "clerk": ["工作人员", "Clerk"]}
    for path, body in {
        "/sessions/current": scenes.WHO,
        "/tide": scenes.TIDE,
        "/reports/days": {
            "first": "2099-02-01",
            "last": "2099-03-01",
            "groupings": groupings,
            "measures": MEASURES,
        },
        "/reports": {
            "hall": "county",
            "period": {
                "kind": "month",
                "text": "2099-03",
                "first": "2099-03-01",
                "last": "2099-03-31",
                "days": 31,
            },
            "by": "service",
            "by_name": "业务",
            "by_name_en": "Service",
            "made_at": "2099-03-02T09:00:00+08:00",
            "going_on": False,
            "version": 2,
            "promise_minutes": 15.0,
            "measures": MEASURES,
            "rows": [row("s-a", "户籍登记", "Residence", 2.44), row("s-b", "身份证", "Identity card", None)],
            "total": row("", "合计", "Total", 2.5),
        },
        "/whatif": {"days": ["2099-03-02", "2099-03-01"], "running": False, "hall": "", "done": 0, "of": 0},
    }.items():
        stage.answers[f"GET {path}"] = saying(body)
    stage.answers["GET /reports/chart.svg"] = picture  # type: ignore[assignment]
    stage.answers["GET /reports/table.csv"] = table  # type: ignore[assignment]
    return stage


async def test_a_report_shows_its_figures_their_formulas_and_a_picture(
    room: Stage, visit: OpenPage, shot: Keep
) -> None:
    page = await visit(room.page("console"), **WALL)
    await page.locator("[data-room=reports]").click()
    table = page.locator("[data-tab=reports] tbody tr")
    await expect(table).to_have_count(3)
    await expect(table.nth(0)).to_contain_text("2.4")
    await expect(table.nth(0)).to_contain_text("4.8 %")
    await expect(table.nth(1).locator("td").first).to_have_text("–")
    await expect(page.locator(".formulas")).to_contain_text("九成不超过此值")
    picture = page.locator("[data-tab=reports] .chart")
    assert await picture.evaluate("image => image.decode().then(() => image.naturalWidth > 0)")
    await shot(page, "console-reports")
    await page.get_by_label("指标").select_option("volume")
    await expect(table.nth(0).locator("td")).to_have_text(["120"])


async def test_the_period_is_asked_for_as_the_hall_reads_it(room: Stage, visit: OpenPage) -> None:
    page = await visit(room.page("console"), **WALL)
    await page.locator("[data-room=reports]").click()
    await expect(page.locator("[data-tab=reports] tbody tr")).to_have_count(3)
    await page.locator("[name=from]").fill("2099-01-01")
    for kind, said in (
        ("week", "2099-W01"),
        ("month", "2099-01"),
        ("year", "2099"),
        ("range", "2099-01-01..2099-03-01"),
    ):
        await page.get_by_label("周期").select_option(kind)
        async with page.expect_request(lambda asked: "/reports?" in asked.url) as asking:
            await page.get_by_role("button", name="统计").click()
        asked = await asking.value
        assert f"period={said}&by=service" in asked.url
    await expect(page.get_by_role("button", name="月报表")).to_be_visible()


async def test_a_file_is_taken_away_under_its_own_name(room: Stage, visit: OpenPage) -> None:
    page = await visit(room.page("console"), **WALL)
    await page.locator("[data-room=reports]").click()
    await expect(page.locator("[data-tab=reports] tbody tr")).to_have_count(3)
    async with page.expect_download() as taking:
        await page.get_by_role("button", name="csv").click()
    taken = await taking.value
    assert taken.suggested_filename == "county-2099-03-01-service.csv"


async def test_a_day_is_lived_again_under_other_rules(room: Stage, visit: OpenPage, shot: Keep) -> None:
    lived = {
        "day": "2099-03-01",
        "people": 90,
        "promise_minutes": 15.0,
        "as_it_was": WAITS,
        "remarks": [{"zh": "3 人当天没有办完", "en": "3 people were not served to the end"}],
        "rules": [rule("credit"), rule("fifo")],
        "chart": SVG,
        "lessons": [],
    }
    room.answers["POST /whatif"] = saying(lived)
    page = await visit(room.page("console"), **WALL)
    await page.locator("[data-room=whatif]").click()
    await expect(page.locator("[name=day]")).to_have_value("2099-03-01")  # the present day is not over
    await page.locator("[name=windows]").fill("7+tax")
    await page.locator("[data-tab=whatif] [type=submit]").click()
    lines = page.locator("[data-tab=whatif] tbody tr")
    await expect(lines).to_have_count(3)
    await expect(lines.nth(2)).to_contain_text("先到先办")
    await expect(lines.nth(1)).to_contain_text("271.6")
    await expect(page.locator("[data-tab=whatif]")).to_contain_text("3 人当天没有办完")
    assert [each.body for each in room.asked] == [
        {"day": "2099-03-01", "policies": ["credit", "fifo"], "tides": [], "windows": ["7+tax"]}
    ]
    await shot(page, "console-whatif")


async def test_what_should_be_learned_is_asked_for_and_tried_at_once(
    room: Stage, visit: OpenPage, shot: Keep
) -> None:
    lesson = {
        "window": 7,
        "service": "s-b",
        "mean": -2.31,
        "over": -0.042,
        "service_mean": -6.2,
        "days": 5,
        "spread": 0.8,
    }
    lived: dict[str, object] = {
        "day": "2099-03-01", "people": 90, "promise_minutes": 15.0, "as_it_was": WAITS, "remarks": [],
        "rules": [rule("credit")], "chart": "", "lessons": [lesson, {**lesson, "window": 9, "mean": -1.1}],
    }  # fmt: skip
    room.answers["POST /whatif"] = saying(lived)
    page = await visit(room.page("console"), **WALL)
    await page.locator("[data-room=whatif]").click()
    await page.locator("[name=slowness]").fill("1.5")
    await page.get_by_role("button", name="该学哪项业务").click()
    lines = page.locator("[data-tab=whatif] tbody tr:visible")
    await expect(lines).to_have_count(2)
    await expect(lines.first).to_contain_text("−2.3 ± 0.4")
    await expect(lines.first).to_contain_text("居民身份证")
    assert room.asked[-1].body == {"day": "2099-03-01", "learn": True, "slowness": 1.5}
    await shot(page, "console-learn")
    await lines.first.get_by_role("button").click()
    await expect(page.locator("[data-tab=whatif]")).to_contain_text("当天实际")
    assert room.asked[-1].body["windows"] == ["7+s-b"]
    room.answers["POST /whatif"] = saying({**lived, "lessons": []})
    await page.get_by_role("button", name="该学哪项业务").click()
    await expect(page.locator("[data-tab=whatif]")).to_contain_text("没有哪个窗口多学一项业务能缩短等候")


async def test_a_refused_comparison_says_why(room: Stage, visit: OpenPage) -> None:
    async def no(*_: object) -> Response:
        return problem(422, "comparison-wrong", "无法比较:没有这个窗口。", "There is no such window.")

    room.answers["POST /whatif"] = no  # type: ignore[assignment]
    page = await visit(room.page("console"), may_complain=True, **WALL)
    await page.locator("[data-room=whatif]").click()
    await page.locator("[data-tab=whatif] [type=submit]").click()
    await expect(page.locator("[data-tab=whatif] .said")).to_contain_text("没有这个窗口")


@pytest.mark.parametrize("name", ["reports", "whatif"])
async def test_the_rooms_of_figures_shut_nobody_out_and_fit_every_screen(
    room: Stage, visit: OpenPage, name: str, shot: Keep
) -> None:
    page = await visit(room.page("console"), width=1280, height=800, bypass_csp=True)
    await page.locator(f"[data-room={name}]").click()
    await expect(page.locator(f"[data-tab={name}]")).to_be_visible()
    await page.wait_for_load_state("networkidle")
    found = (await Axe().run(page)).response["violations"]
    worst = [each for each in found if each["impact"] in ("serious", "critical")]
    assert not [(each["id"], [node["html"] for node in each["nodes"]]) for each in worst]
    for width in (1920, 820, 640):
        await page.set_viewport_size({"width": width, "height": 900})
        assert await page.evaluate("document.documentElement.scrollWidth") <= width
        await shot(page, f"console-{name}-{width}")
