"""The two tables of moves as Mermaid state diagrams, for README.md: the picture cannot drift from the rule.

For: `mermaid()`, and `write_into(text)`, which puts the pictures between their markers. `python -m app.core.drawing
README.md` prints the file anew; a test compares.
"""

from app.core.ticket import MOVES as TICKET_MOVES
from app.core.window import MOVES as WINDOW_MOVES
from app.core.window import Duty

FIRST = {"ticket": "waiting", "window": Duty.CLOSED.value}


def _diagram(first: str, arrows: list[tuple[str, str, str]]) -> str:
    targets: dict[tuple[str, str], list[str]] = {}
    for source, target, move in arrows:
        targets.setdefault((source, target), []).append(move)
    sources = {source for source, _ in targets}
    ends = dict.fromkeys(target for _, target in targets if target not in sources)
    lines = ["```mermaid", "stateDiagram-v2", f"    [*] --> {first}"]
    lines += [f"    {source} --> {target}: {', '.join(moves)}" for (source, target), moves in targets.items()]
    lines += [f"    {end} --> [*]" for end in ends]
    return "\n".join([*lines, "```"])


def diagrams() -> dict[str, str]:
    """Both pictures by the name of their marker. A pause leads back to where it began, so its `resume` is drawn to
    each duty that can be paused."""
    ticket = [
        (status.value, to.value, move.value)
        for status, moves in TICKET_MOVES.items()
        for move, to in moves.items()
    ]
    pausable = [duty.value for duty, moves in WINDOW_MOVES.items() if Duty.PAUSED in moves.values()]
    window = [
        (duty.value, target, move.value)
        for duty, moves in WINDOW_MOVES.items()
        for move, to in moves.items()
        for target in ([to.value] if to else pausable)
    ]
    return {"ticket": _diagram(FIRST["ticket"], ticket), "window": _diagram(FIRST["window"], window)}


def mermaid() -> str:
    """Both pictures between their markers, as they stand in README.md."""
    return "\n\n".join(_block(name, drawing) for name, drawing in diagrams().items())


def _block(name: str, drawing: str) -> str:
    return f"<!-- moves:{name} -->\n{drawing}\n<!-- /moves:{name} -->"


def write_into(text: str) -> str:
    """The text with each picture between its markers. Raises ValueError if a marker is missing."""
    for name, drawing in diagrams().items():
        before, opening, rest = text.partition(f"<!-- moves:{name} -->")
        _, closing, after = rest.partition(f"<!-- /moves:{name} -->")
        if not opening or not closing:
            raise ValueError(f"the text has no <!-- moves:{name} --> … <!-- /moves:{name} -->")
        text = before + _block(name, drawing) + after
    return text


if __name__ == "__main__":
    import sys
    from pathlib import Path

    page = Path(sys.argv[1])
    page.write_text(write_into(page.read_text(encoding="utf-8")), encoding="utf-8")
