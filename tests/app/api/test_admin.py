"""The tables of the set-up: only for administrators, every change audited and adopted, and no secret ever shown."""

import re
from collections.abc import Iterator
from html import unescape
from typing import Any

import httpx
import pytest

from app.admin.door import COOKIE
from app.hallfile import write
from tests.app.api.conftest import Face, desk_plan

PLAN = desk_plan()


class Clicker:
    """A browser of an administrator, as far as forms need one."""

    def __init__(self, face: Face, role: str = "administrator") -> None:
        self.face = face
        cookies = {COOKIE: face.tokens[role]} if face.tokens[role] else {}
        self.line = httpx.Client(
            base_url=f"{face.server.url}/admin/small", cookies=cookies, timeout=30, verify=False
        )

    def see(self, path: str) -> str:
        """A page, as text."""
        answer = self.line.get(path)
        assert answer.status_code == 200, (path, answer.status_code, answer.text[:500])
        return unescape(answer.text)

    def fill(self, path: str, **values: Any) -> httpx.Response:
        """A form, sent with what it held and `values`."""
        page = self.see(path)
        return self.line.post(path, data=fields(page) | values, headers={"origin": self.face.server.url})

    def link(self, table: str, row: str, what: str = "edit") -> str:
        """The address of a row's form."""
        page = self.see(f"/{table}/list")
        place = page.index(f">{row}<") if f">{row}<" in page else page.index(row)
        found = re.findall(rf'/admin/small(/{table}/{what}\?pk=[^"&]+)', page[:place])
        return str(found[-1])


def fields(page: str) -> dict[str, str]:
    """What the fields of a page's form hold."""
    found = {}
    for tag in re.findall(r"<input[^>]*>", page):
        attributes = dict(re.findall(r'([\w-]+)="([^"]*)"', tag))
        if attributes.get("type") == "checkbox" and "checked" not in tag:
            continue
        if "name" in attributes:
            found[attributes["name"]] = attributes.get("value", "on")
    for name, inside in re.findall(r'<select[^>]*name="([^"]+)"[^>]*>(.*?)</select>', page, re.DOTALL):
        chosen = re.search(r'<option[^>]*value="([^"]*)"[^>]*selected', inside)
        found[name] = chosen[1] if chosen else ""
    texts = re.findall(r'<textarea[^>]*name="([^"]+)"[^>]*>(.*?)</textarea>', page, re.DOTALL)
    return found | dict(texts)


def remove(tables: Clicker, table: str, pk: str) -> httpx.Response:
    """A press on a row's dustbin."""
    token = fields(tables.see(f"/{table}/create"))["csrftoken"]
    own = {"x-csrftoken": token, "origin": tables.face.server.url}
    return tables.line.post(f"/_api/{table}/row-action?pk={pk}&name=delete", headers=own)


@pytest.fixture
def tables(face: Face) -> Iterator[Clicker]:
    """The tables; afterwards the hall is as it was."""
    clicker = Clicker(face)
    yield clicker
    clicker.line.close()
    face.do("POST", "plan", {"text": write(PLAN)}, role="administrator")


def text(tables: Clicker) -> str:
    """The hall file."""
    found: str = tables.face.do("GET", "plan", role="administrator")["text"]
    return found


@pytest.mark.parametrize("role", ["", "kiosk", "clerk", "supervisor", "program"])
def test_nobody_but_an_administrator_comes_in(face: Face, role: str) -> None:
    stranger = Clicker(face, role)
    answer = stranger.line.get("/service/list")
    assert (answer.status_code, answer.headers["location"]) == (303, "/console/?hall=small#setup")
    assert stranger.line.post("/service/create", data={"code": "x"}).status_code == 303
    stranger.line.close()
    assert httpx.get(f"{face.server.url}/admin/nowhere/service/list", verify=False).status_code == 404


def test_the_console_hands_out_a_cookie_that_no_script_and_no_other_site_can_use(face: Face) -> None:
    answer = face.ask("administrator", "POST", "tables")
    cookie = answer.headers["set-cookie"]
    assert answer.status_code == 204
    for word in ("HttpOnly", "SameSite=strict", "Path=/admin/small", "Max-Age="):
        assert word in cookie


def test_a_change_from_another_site_or_without_the_forms_own_mark_is_refused(tables: Clicker) -> None:
    page = fields(tables.see("/zone/create"))
    given = {"code": "new", "name": "新", "name_en": "New", "csrftoken": page["csrftoken"]}
    answer = tables.line.post("/zone/create", data=given, headers={"origin": "https://elsewhere.example"})
    assert answer.status_code == 403
    answer = tables.line.post("/zone/create", data=given, headers={"sec-fetch-site": "cross-site"})
    assert answer.status_code == 403
    answer = tables.line.post(
        "/zone/create", data={**given, "csrftoken": "x"}, headers={"origin": tables.face.server.url}
    )
    assert answer.status_code == 403
    assert 'code = "new"' not in text(tables)


def test_pages_load_nothing_from_elsewhere_and_are_told_so(tables: Clicker) -> None:
    answer = tables.line.get("/service/list")
    assert "default-src 'self'" in answer.headers["content-security-policy"]
    assert answer.headers["cache-control"] == "no-store"
    assert not re.search(r"https?://(?!127\.0\.0\.1|www\.w3\.org)[\w.]+\.(css|js)", answer.text)
    assert "rsms.me" not in answer.text


@pytest.mark.parametrize(
    "table",
    ["service", "window", "zone", "class", "person", "flexible_clerk", "device", "notice", "pause_reason",
     "rating_reason", "segment", "registered_agent", "hours", "exceptions", "hall", "users", "keys", "rules-general",
     "rules-alerts", "rules-tide", "rules-credit", "rules-booking", "rules-voice", "rules-screens"],
)  # fmt: skip
def test_every_table_and_its_form_can_be_opened(tables: Clicker, table: str) -> None:
    assert "Traceback" not in tables.see(f"/{table}/list")
    if table.startswith("rules-") or table == "hall":
        tables.see(f"/{table}/edit?pk=1")
    elif table != "hours":
        tables.see(f"/{table}/create")


def test_what_is_not_set_is_a_dash(tables: Clicker) -> None:
    page = tables.see("/device/list")
    assert ">–<" in page
    assert "null-" not in page


def test_a_service_is_changed_and_the_history_says_who_changed_what(tables: Clicker) -> None:
    answer = tables.fill(tables.link("service", "residence"), mean_minutes="9.5", quota="200")
    assert answer.status_code == 303, answer.text[:2000]
    assert "mean_minutes = 9.5" in text(tables) and "quota = 200" in text(tables)
    newest = tables.face.do("GET", "plans?limit=1", role="administrator")["plans"][0]
    assert newest["by"] == "test administrator"
    assert [each["en"] for each in newest["changes"]] == [
        "service residence: mean_minutes 8.4 → 9.5",
        "service residence: quota – → 200",
    ]


def test_a_form_that_is_sent_unchanged_changes_nothing(tables: Clicker) -> None:
    before = tables.face.do("GET", "plan", role="administrator")
    for table, row in (("service", "tax"), ("window", "4"), ("class", "elderly"), ("device", "printer-1")):
        assert tables.fill(tables.link(table, row)).status_code == 303, table
    for settings in (
        "general",
        "alerts",
        "tide",
        "credit",
        "booking",
        "voice",
        "screens",
        "plates",
        "national",
    ):
        assert tables.fill(f"/rules-{settings}/edit?pk=1").status_code == 303, settings
    assert tables.fill("/hall/edit?pk=1").status_code == 303
    assert tables.face.do("GET", "plan", role="administrator") == before


def test_a_mistake_stands_beside_its_field_and_changes_nothing(tables: Clicker) -> None:
    before = text(tables)
    answer = tables.fill(tables.link("service", "residence"), prefix="a1")
    assert answer.status_code == 422
    page = unescape(answer.text)
    assert "一至三个大写字母" in page and "one to three capital letters" in page
    answer = tables.fill("/service/create", code="new", name="新业务", name_en="New", prefix="N", zone="main")
    assert answer.status_code == 422 and "请填写" in answer.text  # no mean minutes
    answer = tables.fill(
        "/service/create", code="new", name="新业务", name_en="New", prefix="N", mean_minutes="5", zone="main"
    )
    assert answer.status_code == 422 and "没有窗口办理" in unescape(answer.text)
    assert text(tables) == before


@pytest.mark.parametrize("path", ["service", "/rules-alerts/edit?pk=1", "/hours/edit?pk=monday", "users"])
def test_the_second_of_two_who_change_the_same_row_is_asked_to_look_again(tables: Clicker, path: str) -> None:
    if path == "users":
        tables.fill("/users/create", login="li", name="李", role="clerk", password="a tide of tables")
        path, change, other = "/users/edit?pk=li", {"name": "李甲"}, {"name": "李乙"}
    elif path == "service":
        path = tables.link("service", "residence")
        change, other = {"mean_minutes": "9.5"}, {"quota": "200"}
    elif "alerts" in path:
        change, other = {"pause_red": "45"}, {"pause_red": "50"}
    else:
        change, other = {"openings": "09:00-12:00"}, {"openings": "09:00-11:00"}
    slow = fields(tables.see(path))
    assert tables.fill(path, **other).status_code == 303
    mine = {"headers": {"origin": tables.face.server.url}}
    for _ in range(2):  # pressing once more does not help: the form keeps what it has shown
        answer = tables.line.post(path, data=slow | change, **mine)
        page = unescape(answer.text)
        assert answer.status_code == 422 and "有人刚刚改过" in page and "Somebody has just changed" in page
        assert fields(page)["as_shown"] == slow["as_shown"]
    assert all(value in tables.see(path) for value in other.values())
    assert tables.fill(path, **change).status_code == 303, "looked at anew it is changed"


def test_the_librarys_own_sentences_are_chinese_and_english_for_who_chooses_it(tables: Clicker) -> None:
    path = tables.link("service", "residence")
    for language, wrong, done in (("zh", "必填", "已成功修改"), ("en", "required", "changed successfully")):
        tables.line.cookies.set("language", language)
        answer = tables.fill("/users/create", login="")
        found = re.findall(r"invalid-feedback[^>]*>\s*([^<]+)", unescape(answer.text))
        assert answer.status_code == 422 and wrong in " ".join(found), found
        answer = tables.fill(path, mean_minutes="nine")
        assert "“nine”无法识别,应为数字,例如 8.5" in unescape(answer.text)
        assert tables.fill(path).status_code == 303
        assert done in tables.see("/service/list")


def test_entries_are_added_with_their_parts_and_taken_away(tables: Clicker) -> None:
    answer = tables.fill(
        "/window/create", no="9", kind="comprehensive", zone="main",
        **{"serves.1.service": "tax", "serves.1.rank": "2", "serves.1.slowness": "1.2", "serves.1.help_above": "0"},
    )  # fmt: skip
    assert answer.status_code == 303, re.findall(r"invalid-feedback[^>]*>([^<]*)", answer.text)
    assert '{ service = "tax", rank = 2, slowness = 1.2 }' in text(tables)
    assert remove(tables, "window", "9").status_code == 200
    assert "no = 9" not in text(tables)
    tables.face.window(2, "open")
    refused = remove(tables, "window", "2")
    assert refused.status_code == 400 and "2" in refused.json()["msg"]
    assert "no = 2" in text(tables)


def test_the_calendar_is_changed_by_day(tables: Clicker) -> None:
    assert tables.fill("/hours/edit?pk=monday", openings="09:00-12:00, 13:30-17:00").status_code == 303
    assert 'monday = ["09:00-12:00", "13:30-17:00"]' in text(tables)
    assert tables.fill("/exceptions/create", day="2099-10-01", openings="").status_code == 303
    assert "2099-10-01 = []" in text(tables)
    answer = tables.fill("/hours/edit?pk=monday", openings="12:00-09:00")
    assert answer.status_code == 422


def test_a_setting_out_of_bounds_is_told_with_its_bounds(tables: Clicker) -> None:
    assert tables.fill("/rules-alerts/edit?pk=1", pause_red="45").status_code == 303
    assert "pause_red = 45" in text(tables)
    answer = tables.fill("/rules-alerts/edit?pk=1", pause_red="5")
    assert answer.status_code == 422 and "红色会早于黄色" in unescape(answer.text)


def test_people_are_added_changed_and_shut_out_and_no_hash_is_shown(tables: Clicker) -> None:
    added = tables.fill(
        "/users/create",
        login="wang.li",
        name="王",
        role="supervisor",
        password="a tide of tables",
        active="on",
    )
    assert added.status_code == 303, added.text[-3000:]
    sign_in = {"login": "wang.li", "password": "a tide of tables"}
    session = tables.face.do("POST", "sessions", sign_in, role="")
    assert session["role"] == "supervisor"
    page = tables.see("/users/list")
    assert "wang.li" in page and "$argon2" not in page
    edit = "/users/edit?pk=wang.li"
    assert "$argon2" not in tables.see(edit)
    too_short = tables.fill(edit, password="short")
    assert too_short.status_code == 422 and "密码太短" in too_short.text
    form = fields(tables.see(edit))
    form.pop("active", None)
    assert tables.line.post(edit, data=form, headers={"origin": tables.face.server.url}).status_code == 303
    assert tables.face.ask("", "POST", "sessions", json=sign_in).status_code == 401
    own = {"authorization": f"Bearer {session['token']}"}
    assert tables.face.ask("", "GET", "tide", headers=own).status_code == 401


def test_a_key_is_told_once_works_and_is_ended(tables: Clicker) -> None:
    answer = tables.fill("/keys/create", role="kiosk", holder="machine-7", kiosk="kiosk-1", days="30")
    assert answer.status_code == 303
    page = tables.see("/keys/list")
    found = re.search(r"shown only now: ([\w-]{43})", page)
    assert found, "the new key is shown above the list"
    mine = {"authorization": f"Bearer {found[1]}"}
    assert tables.face.ask("", "POST", "tickets", json={"service": "tax"}, headers=mine).status_code == 201
    again = tables.see("/keys/list")
    assert found[1] not in again and "machine-7" in again
    for token in tables.face.tokens.values():
        assert not token or token not in again
    which = re.findall(r"\b[0-9a-f]{12}\b", again[: again.index("machine-7")])[-1]
    assert remove(tables, "keys", which).status_code == 200
    assert tables.face.ask("", "POST", "tickets", json={"service": "tax"}, headers=mine).status_code == 401


def test_the_last_administrator_stays_one(tables: Clicker) -> None:
    added = tables.fill(
        "/users/create",
        login="chief",
        name="chief",
        role="administrator",
        password="a tide of tables",
        active="on",
    )
    assert added.status_code == 303
    answer = tables.fill("/users/edit?pk=chief", role="clerk")
    assert answer.status_code == 422 and "最后一个" in answer.text
