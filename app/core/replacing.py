"""Another value of a named tuple, made quickly.

For: `quick_replace`, over a NamedTuple of many fields that changes all day. The `_replace` that Python makes asks after
every field by its name; the fold of a day of 20,000 tickets calls it 240,000 times, which was a quarter of its time. This
one only looks up what changes, and is typed as before.
What goes wrong: a field that does not exist raises KeyError with its name.
"""

from typing import NamedTuple, TypeVar

T = TypeVar("T", bound=NamedTuple)


def quick_replace(kind: type[T]) -> type[T]:
    """The same class with a quicker `_replace`."""
    places = {name: place for place, name in enumerate(kind._fields)}

    def replaced(self: T, /, **fields: object) -> T:
        values = list(self)
        for name, value in fields.items():
            values[places[name]] = value
        return tuple.__new__(kind, values)

    setattr(kind, "_replace", replaced)  # noqa: B010  # assigned plainly, mypy would have it be the old one
    return kind
