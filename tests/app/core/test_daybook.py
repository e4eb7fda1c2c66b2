"""The book of a day reads every event that it says it reads, and says so of every event that it reads."""

import ast
import inspect

from app.core import daybook


def test_every_event_that_tells_the_book_something_is_decoded_for_it() -> None:
    """Reports decode only READ: an event that the book began to read without it would be missed in silence."""
    tree = ast.parse(inspect.getsource(daybook))
    told = {
        node.cls.id
        for node in ast.walk(tree)
        if isinstance(node, ast.MatchClass) and isinstance(node.cls, ast.Name)
    }
    assert told == daybook.READ
