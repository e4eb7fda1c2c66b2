"""The set-up over HTTP: read, checked, adopted, listed, and taken back; and nobody overwrites what he has not seen."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from app.hallfile import write
from tests.app.api.conftest import Face, desk_plan

PLAN = desk_plan()


@pytest.fixture
def office(face: Face) -> Iterator[Face]:
    """The administrator's desk; afterwards the hall is as it was."""
    yield face
    face.do("POST", "plan", {"text": write(PLAN)}, role="administrator")


def slower(minutes: float) -> str:
    """The hall file with another mean for the first service."""
    return write(
        replace(PLAN, services=(replace(PLAN.services[0], mean_minutes=minutes), *PLAN.services[1:]))
    )


def test_a_file_is_checked_line_by_line_and_changes_nothing(office: Face) -> None:
    present = office.do("GET", "plan", role="administrator")
    wrong = present["text"].replace('zone = "tax"', 'zone = "taxes"', 1)
    checked = office.do("POST", "plan/check", {"text": wrong}, role="administrator")
    assert not checked["usable"]
    (finding,) = [each for each in checked["findings"] if each["severity"] == "error"]
    assert "taxes" in wrong.splitlines()[finding["line"] - 1]
    assert "taxes" in finding["wrong"]["zh"] and finding["right"]["en"]
    done = office.do("POST", "plan", {"text": wrong}, role="administrator")
    assert done["adopted"] is False and done["findings"] == checked["findings"]
    assert office.do("GET", "plan", role="administrator") == present
    good = office.do("POST", "plan/check", {"text": slower(9.5)}, role="administrator")
    assert good["usable"] and good["changes"][0]["zh"] == "业务 residence：mean_minutes 8.4 → 9.5"


def test_a_change_is_in_force_at_once_and_stands_in_the_history_with_its_author(office: Face) -> None:
    before = office.do("GET", "plan", role="administrator")["seq"]
    assert office.do("POST", "plan", {"text": slower(9.5), "seen": before}, role="administrator")["adopted"]
    history = office.do("GET", "plans?limit=2", role="administrator")
    newest = history["plans"][0]
    assert newest["seq"] > before and newest["by"] == "test administrator"
    assert [each["en"] for each in newest["changes"]] == ["service residence: mean_minutes 8.4 → 9.5"]
    assert "mean_minutes = 9.5" in office.do("GET", "plan", role="administrator")["text"]


def test_an_earlier_plan_is_adopted_again_and_that_stands_in_the_history_too(office: Face) -> None:
    before = office.do("GET", "plan", role="administrator")
    office.do("POST", "plan", {"text": slower(7.5)}, role="administrator")
    old = office.do("GET", f"plans/{before['seq']}", role="administrator")
    assert old == before
    seen = office.do("GET", "plan", role="administrator")["seq"]
    assert office.do("POST", f"plans/{before['seq']}/adopt", {"seen": seen}, role="administrator")["adopted"]
    assert office.do("GET", "plan", role="administrator")["text"] == before["text"]
    assert office.do("GET", "plans?limit=1", role="administrator")["plans"][0]["changes"][0]["en"].endswith(
        "7.5 → 8.4"
    )
    assert office.ask("administrator", "GET", f"plans/{before['seq'] + 1}").status_code in (200, 404)
    assert office.ask("administrator", "GET", "plans/2").json()["rule"] == "unknown-plan"


def test_what_somebody_else_changed_meanwhile_is_not_overwritten(office: Face) -> None:
    seen = office.do("GET", "plan", role="administrator")["seq"]
    office.do("POST", "plan", {"text": slower(6.5)}, role="administrator")
    answer = office.ask("administrator", "POST", "plan", json={"text": slower(5.5), "seen": seen})
    assert (answer.status_code, answer.json()["rule"]) == (409, "plan-moved")
    assert "mean_minutes = 6.5" in office.do("GET", "plan", role="administrator")["text"]


def test_the_hall_refuses_a_plan_without_the_service_that_people_wait_for(office: Face) -> None:
    office.take("tax")
    fewer = replace(
        PLAN,
        services=PLAN.services[:2],
        windows=tuple(
            replace(each, serves=tuple(s for s in each.serves if s.service != "tax"))
            for each in PLAN.windows
            if each.no != 3
        ),
    )
    answer = office.ask("administrator", "POST", "plan", json={"text": write(fewer)})
    assert (answer.status_code, answer.json()["rule"]) == (409, "service-still-wanted")


def test_a_hall_keeps_its_code_and_the_history_has_pages(office: Face) -> None:
    answer = office.ask("administrator", "POST", "plan", json={"text": write(replace(PLAN, code="other"))})
    assert answer.status_code == 403
    for minutes in (5.0, 6.0, 7.0):
        office.do("POST", "plan", {"text": slower(minutes)}, role="administrator")
    first = office.do("GET", "plans?limit=2", role="administrator")
    second = office.do("GET", f"plans?limit=2&before={first['next']}", role="administrator")
    seqs = [each["seq"] for page in (first, second) for each in page["plans"]]
    assert seqs == sorted(seqs, reverse=True) and len(set(seqs)) == 4


def test_a_hall_file_may_be_larger_than_another_body(office: Face) -> None:
    text = write(PLAN) + "# " + "x" * 200_000 + "\n"
    assert office.do("POST", "plan/check", {"text": text}, role="administrator")["usable"]
    assert office.ask("program", "POST", "tickets", json={"service": "x" * 200_000}).status_code == 413
