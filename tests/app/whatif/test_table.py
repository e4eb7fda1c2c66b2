"""The comparison on a terminal: every rule is seen, however narrow it is."""

from io import StringIO
from itertools import product

import pytest
from rich.console import Console

from app.core.assign import POLICIES
from app.whatif.figures import Figures, Waits
from app.whatif.table import comparison
from tests.plans import small_plan


@pytest.mark.parametrize("width", [50, 80, 200])
def test_rules_that_have_no_room_beside_the_others_follow_below_beside_todays(width: int) -> None:
    rules = [Figures("credit", "confirm", "", Waits(people=11, mean=4321.5))]
    rules += [
        Figures(policy, tide, "", Waits(people=11, mean=1000.5 + place))
        for place, (policy, tide) in enumerate(product(sorted(POLICIES), ("off", "auto")))
    ]
    said = Console(file=StringIO(), width=width)
    tables = list(comparison(small_plan(), rules, said.width))
    for table in tables:
        said.print(table)
    text = said.file.getvalue()  # type: ignore[attr-defined]
    for each in rules:
        assert f"{each.waits.mean}" in text, each.name
    assert all(policy in text for policy in POLICIES)
    assert text.count("4321.5") == len(tables)
    assert max(map(len, text.splitlines())) <= width
