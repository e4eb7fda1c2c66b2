"""The picture of the moves is printed from the tables."""

from pathlib import Path

import pytest

from app.core.drawing import diagrams, mermaid, write_into
from app.core.ticket import ENDED, MOVES
from app.core.window import MOVES as WINDOW_MOVES

README = Path(__file__).parents[3] / "README.md"


@pytest.mark.skipif(not README.exists(), reason="README.md is not written yet")
@pytest.mark.parametrize("name", ["ticket", "window"])
def test_the_readme_shows_the_moves_as_the_table_has_them(name: str) -> None:
    assert diagrams()[name] in README.read_text(encoding="utf-8"), (
        "run: .venv/bin/python -m app.core.drawing README.md"
    )


def test_every_move_is_an_arrow_and_every_end_is_drawn_as_one() -> None:
    drawn = diagrams()["ticket"]
    for status, moves in MOVES.items():
        for move, to in moves.items():
            assert any(
                line.strip().startswith(f"{status} --> {to}:") and move in line for line in drawn.splitlines()
            )
    for end in ENDED:
        assert f"{end} --> [*]" in drawn
    assert "paused --> serving: resume" in diagrams()["window"]
    assert all(str(duty) in diagrams()["window"] for duty in WINDOW_MOVES)


def test_the_pictures_go_between_their_markers_and_nothing_else_changes() -> None:
    page = "# Title\n<!-- moves:ticket -->old<!-- /moves:ticket -->\ntext\n<!-- moves:window --><!-- /moves:window -->\nend\n"
    written = write_into(page)
    assert written.startswith("# Title\n")
    assert written.endswith("end\n")
    assert "old" not in written
    assert write_into(written) == written
    assert all(block in written for block in mermaid().split("\n\n"))


def test_a_page_without_the_markers_is_an_error() -> None:
    with pytest.raises(ValueError, match="moves:ticket"):
        write_into("# nothing")
