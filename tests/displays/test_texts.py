"""The message files: every language says everything, and a further language is one file."""

import json
import re
import shutil
from pathlib import Path

from playwright.async_api import expect

from tests.displays import scenes
from tests.displays.conftest import OpenPage
from tests.displays.stage import WEB, Stage

SHARED = WEB / "shared"


def texts(code: str) -> dict[str, str | dict[str, str]]:
    loaded: dict[str, str | dict[str, str]] = json.loads((SHARED / f"texts.{code}.json").read_text())
    return loaded


def test_both_languages_say_the_same_things() -> None:
    assert set(texts("zh")) == set(texts("en"))


def test_a_sentence_names_no_value_that_the_other_language_does_not_have() -> None:
    def named(sentence: str | dict[str, str]) -> set[str]:
        return set(re.findall(r"\{(\w+)\}", json.dumps(sentence)))

    zh, en = texts("zh"), texts("en")
    beside = {
        "clerk.served",
        "clerk.mean",
        "clerk.serving-for",
        "clerk.called-for",
        "clerk.recalls",
        "clerk.transfers",
        "clerk.staffed",
        "clerk.busy",
    }
    for key in set(zh) - {"language"}:
        # A second language may lean on the first for a number that stands beside it; it never asks for another one.
        assert named(en[key]) <= named(zh[key]), key
        assert named(en[key]) == named(zh[key]) or key in beside | {"ticket.ahead", "kiosk.waiting"}, key


def test_every_sentence_that_a_page_asks_for_exists_and_none_is_left_over() -> None:
    known = set(texts("zh")) - {"language"}
    sources = "\n".join(path.read_text() for path in (*WEB.rglob("*.js"), *WEB.rglob("*.html")))
    literal = set(re.findall(r"[\"'`]([a-z]+(?:\.[a-z0-9_-]+)+)[\"'`]", sources))
    families = {key.split(".")[0] for key in known}
    asked = {key for key in literal if key.split(".")[0] in families and not key.endswith((".js", ".css"))}
    assert asked <= known
    stems = {match.rstrip(".") for match in re.findall(r"`([a-z.-]+\.)\$\{", sources)}
    unused = {key for key in known - asked if not any(key.startswith(stem + ".") for stem in stems)}
    assert not {key for key in unused if not key.startswith("page.")}


async def test_a_third_language_is_one_file_and_may_be_written_from_right_to_left(
    tmp_path: Path, stage: Stage, visit: OpenPage
) -> None:
    await stage.stop()
    shutil.copytree(WEB, tmp_path / "web")
    third = {"language": {"tag": "ar", "dir": "rtl"}, "hall.waiting": "في الانتظار"}
    (tmp_path / "web" / "shared" / "texts.ar.json").write_text(json.dumps(third))
    other = Stage(web=tmp_path / "web", scenes={"hall": scenes.hall(0)})
    await other.start()
    try:
        page = await visit(other.page("hall", lang="ar,zh"), may_complain=True)
        head = page.locator("hall-waiting h2")
        await expect(head.locator(".first")).to_have_text("في الانتظار")
        await expect(head.locator(".first")).to_have_attribute("dir", "rtl")
        await expect(head.locator(".also")).to_have_text("等候人数")
        await expect(page.locator(".empty")).to_contain_text(
            "请留意屏幕叫号"
        )  # not translated yet: never empty
    finally:
        await other.stop()
        await stage.start()


async def test_the_order_of_the_languages_is_a_setting(stage: Stage, visit: OpenPage) -> None:
    stage.scenes["kiosk"] = scenes.kiosk(3)
    page = await visit(stage.page("kiosk", lang="en,zh"))
    await expect(page.locator("kiosk-menu .ask .first")).to_have_text("What would you like to do?")
    await expect(page.locator("kiosk-menu .ask .also")).to_have_text("请选择要办理的业务")
    assert await page.evaluate("document.documentElement.lang") == "en"
