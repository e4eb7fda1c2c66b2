"""What a hall file says of visits: second ones, results that are picked up, the day's end."""

import pytest

from app import hallfile
from app.core.visitrules import DayEnd, SentAway
from tests.app.test_hallfile import SMALL

ISSUING = """
[[service]]
code = "results"
name = "领取结果"
name_en = "Results"
prefix = "R"
mean_minutes = 2
zone = "police"
pickup = true

[[window]]
no = 3
kind = "issuing"
zone = "police"
serves = ["results"]
"""
LEAVES = SMALL.replace("trace_queues = [182]\n", 'trace_queues = [182]\nresult_at = "results"\n')
RULES = '\n[rules.visit]\nday_end = "carried"\nreturn_class = "elderly"\nreturn_after = ["outage"]\nservices = 3\n'


def test_the_rules_of_a_visit_are_read_and_written() -> None:
    made, findings = hallfile.read(LEAVES.replace("\n[hours]", RULES + "\n[hours]") + ISSUING, "hall.toml")
    assert made is not None, findings
    rules = made.rules.visit
    assert (rules.day_end, rules.return_class, rules.services) == (DayEnd.CARRIED, "elderly", 3)
    assert rules.return_after == (SentAway.OUTAGE,)
    assert made.pickups == {"results"}
    assert made.service["residence"].result_at == "results"
    again, _ = hallfile.read(hallfile.write(made), "hall.toml")
    assert again == made


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (LEAVES, "there is no service results"),
        (LEAVES + ISSUING.replace("pickup = true\n", ""), "results is no service that hands out results"),
        (
            LEAVES + ISSUING.replace("pickup = true", 'pickup = true\nresult_at = "results"'),
            "results would hand out results of its own handing out",
        ),
        (SMALL.replace("\n[hours]", '\n[rules.visit]\nreturn_class = "vip"\n\n[hours]'), "no class vip"),
        (SMALL.replace("\n[hours]", '\n[rules.visit]\nday_end = "never"\n\n[hours]'), "day_end"),
        (SMALL.replace("\n[hours]", "\n[rules.visit]\nservices = 0\n\n[hours]"), "services"),
    ],
)
def test_a_rule_of_a_visit_that_makes_no_sense_is_refused(text: str, said: str) -> None:
    made, findings = hallfile.read(text, "hall.toml")
    assert made is None
    assert any(said in each.wrong.en for each in findings), [each.wrong.en for each in findings]


def test_results_that_no_issuing_window_hands_out_are_said() -> None:
    made, findings = hallfile.read(LEAVES + ISSUING.replace("issuing", "comprehensive"), "hall.toml")
    assert made is not None
    assert any("no window of kind issuing" in each.wrong.en for each in findings)
