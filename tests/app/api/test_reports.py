"""Reports over a real port: what the hall has just lived stands in them, in every form; nonsense is refused in words."""

import csv
import io
import re
import time
import zipfile
from xml.etree import ElementTree

import pytest

from app.core.measures import MEASURES
from app.reporting import GROUPING_NAMES

from .conftest import Face

FILES = ("table.csv", "table.xlsx", "chart.svg")


def lives(face: Face) -> None:
    """Two numbers, of which one is served at window 1."""
    face.window(1, "open", role="clerk")
    face.take("residence")
    face.take("tax")
    face.window(1, "call-next")
    face.window(1, "start")
    face.window(1, "finish")


def test_what_has_just_happened_stands_in_the_report(face: Face) -> None:
    before = face.ask("supervisor", "GET", "reports").json()
    lives(face)
    after = face.ask("supervisor", "GET", "reports").json()
    assert after["total"]["figures"]["tickets"] == before["total"]["figures"]["tickets"] + 2
    assert after["total"]["figures"]["served"] == before["total"]["figures"]["served"] + 1
    assert after["going_on"] is True
    assert after["rows"] == []
    by_service = face.ask("supervisor", "GET", "reports?by=service").json()
    assert by_service["rows"][0]["key"] == "residence"
    assert by_service["rows"][0]["name"] == "户籍登记"
    assert sum(row["figures"]["visits"] for row in by_service["rows"]) == after["total"]["figures"]["visits"]
    assert {each["key"] for each in after["measures"]} == set(after["total"]["figures"])
    assert all(each["formula"] and each["formula_en"] for each in after["measures"])


def test_it_says_of_which_days_there_are_figures(face: Face) -> None:
    days = face.ask("supervisor", "GET", "reports/days").json()
    assert days["first"] <= days["last"]
    assert set(days["groupings"]) == set(GROUPING_NAMES)


@pytest.mark.parametrize("by", GROUPING_NAMES)
def test_every_grouping_can_be_asked_for_in_every_form(face: Face, by: str) -> None:
    lives(face)
    rows = face.ask("supervisor", "GET", f"reports?by={by}").json()["rows"]
    assert bool(rows) is (by != "total")
    for name in FILES:
        answer = face.ask("supervisor", "GET", f"reports/{name}?by={by}")
        assert answer.status_code == 200, answer.text
        assert answer.headers["cache-control"] == "no-store"


def test_figures_of_each_clerk_are_for_people_and_not_for_programs(face: Face) -> None:
    lives(face)
    for name in ("", "/table.csv", "/table.xlsx", "/chart.svg"):
        assert face.ask("program", "GET", f"reports{name}?by=clerk").status_code == 403
        assert face.ask("supervisor", "GET", f"reports{name}?by=clerk").status_code == 200
    answer = face.ask("program", "GET", "reports?by=window")
    assert answer.status_code == 200
    assert "test clerk" not in answer.text


def test_a_csv_opens_in_a_spreadsheet_with_its_chinese_and_its_formulas(face: Face) -> None:
    lives(face)
    answer = face.ask("supervisor", "GET", "reports/table.csv?by=service&lang=zh")
    assert answer.content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert rows[0][:3] == ["业务", "取号总数", "排队人次"]
    assert len(rows[1]) == len(MEASURES) + 1
    said = {row[0]: row[1] for row in rows if len(row) == 2}
    assert said["满意率"].startswith("（非常满意")
    english = face.ask("supervisor", "GET", "reports/table.csv?by=service", headers={"accept-language": "en"})
    assert b"Residence registration" in english.content


def sheets(body: bytes) -> list[list[dict[str, str]]]:
    """The cells of every sheet by their place, as text."""
    with zipfile.ZipFile(io.BytesIO(body)) as file:
        space = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
        words = [
            "".join(part.text or "" for part in each.iter(f"{space}t"))
            for each in ElementTree.fromstring(file.read("xl/sharedStrings.xml"))
        ]
        found = []
        for name in sorted(name for name in file.namelist() if re.match(r"xl/worksheets/sheet\d", name)):
            tree = ElementTree.fromstring(file.read(name))
            setup = tree.find(f"{space}pageSetup")
            assert setup is not None
            assert setup.get("paperSize") == "9", "A4"
            cells = {}
            for cell in tree.iter(f"{space}c"):
                value = cell.find(f"{space}v")
                if value is not None and value.text is not None:
                    cells[cell.get("r", "")] = words[int(value.text)] if cell.get("t") == "s" else value.text
            found.append([cells])
        return found


def test_a_workbook_holds_the_figures_and_what_they_mean(face: Face) -> None:
    lives(face)
    json = face.ask("supervisor", "GET", "reports?by=service").json()
    answer = face.ask("supervisor", "GET", "reports/table.xlsx?by=service&lang=zh")
    (figures,), (meaning,) = sheets(answer.content)
    assert figures["B4"] == "取号总数\nTickets"
    assert figures["A5"] == json["rows"][0]["name"]
    assert float(figures["B5"]) == json["rows"][0]["figures"]["tickets"]
    assert meaning["A2"] == "取号总数"
    assert len([place for place in meaning if place.startswith("D")]) == len(MEASURES) + 1


def test_the_monthly_return_has_its_sums_its_formulas_and_its_lines_to_sign(face: Face) -> None:
    lives(face)
    month = face.ask("supervisor", "GET", "reports").json()["period"]["text"][:7]
    json = face.ask("supervisor", "GET", f"reports?by=service&period={month}").json()
    answer = face.ask("supervisor", "GET", f"reports/return.xlsx?period={month}&lang=zh")
    ((cells,),) = sheets(answer.content)
    assert cells["A1"].startswith("政务服务业务开展情况月报表")
    assert cells["A2"] == "填报单位：小镇便民服务中心"
    (total,) = [place for place, words in cells.items() if words == "合计"]
    assert float(cells[f"C{total[1:]}"]) == json["total"]["figures"]["tickets"]
    assert any(words.startswith("单位负责人") for words in cells.values())
    assert any(words.startswith("满意率：（") for words in cells.values())
    for words in ("2026", "2026-01-05", "2026-W02"):
        refused = face.ask("supervisor", "GET", f"reports/return.xlsx?period={words}")
        assert (refused.status_code, refused.json()["rule"]) == (422, "not-a-month")


def test_a_chart_loads_nothing_and_runs_nothing(face: Face) -> None:
    lives(face)
    answer = face.ask("supervisor", "GET", "reports/chart.svg?by=service&measure=tickets&lang=zh")
    assert answer.headers["content-type"] == "image/svg+xml"
    drawn = ElementTree.fromstring(answer.content)
    assert not [each for each in drawn.iter() if each.tag.endswith("script")]
    assert "href" not in answer.text
    assert "取号总数" in answer.text
    assert "户籍登记" in answer.text


@pytest.mark.parametrize(
    ("asked", "rule"),
    [
        ("period=nonsense", "no-such-period"),
        ("period=2026-13", "no-such-period"),
        ("period=2026-02-30", "no-such-period"),
        ("period=2026-W60", "no-such-period"),
        ("period=0000", "no-such-period"),
        ("period=9999", "period-in-future"),
        ("period=9999-12", "period-in-future"),
        ("period=9999-W52", "no-such-period"),
        ("period=2199-W20", "period-in-future"),
        ("period=2026-01-01..2025-01-01", "no-such-period"),
        ("period=1926-01-01..2026-01-01", "period-too-long"),
        ("period=2026-01-01..", "no-such-period"),
        ("period=..", "no-such-period"),
        ("period=2026-01-01..tomorrow", "no-such-period"),
        ("period=٢٠٢٦", "no-such-period"),
        ("period=" + "2" * 41, "bad-request-body"),
        ("by=name", "unknown-grouping"),
        ("by=" + "x" * 41, "bad-request-body"),
        ("by=seq;drop", "unknown-grouping"),
    ],
)
def test_nonsense_is_refused_in_words(face: Face, asked: str, rule: str) -> None:
    answer = face.ask("supervisor", "GET", f"reports?{asked}")
    assert (answer.status_code, answer.json()["rule"]) == (422, rule)
    assert answer.json()["texts"]["zh"]
    assert answer.json()["texts"]["en"]
    assert answer.json()["field"] in ("period", "by")


def test_an_unknown_measure_and_an_unknown_language_are_refused(face: Face) -> None:
    answer = face.ask("supervisor", "GET", "reports/chart.svg?measure=luck")
    assert answer.json()["rule"] == "unknown-measure"
    assert face.ask("supervisor", "GET", "reports/table.csv?lang=xx").status_code == 422


def test_prometheus_is_told_of_todays_numbers_and_who_waits_longest(face: Face) -> None:
    lives(face)
    said = face.ask("", "GET", "/metrics").text
    assert re.search(r'tidehall_tickets\{hall="small",status="finished"\} [1-9]', said)
    assert re.search(r'tidehall_tickets\{hall="small",status="waiting"\} 1\.0', said)
    since = re.search(r'tidehall_oldest_arrival_timestamp_seconds\{hall="small",service="tax"\} (\S+)', said)
    assert since is not None
    assert abs(float(since[1]) - time.time()) < 60
    assert 'tidehall_oldest_arrival_timestamp_seconds{hall="small",service="residence"}' not in said
