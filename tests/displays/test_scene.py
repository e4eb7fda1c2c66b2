"""What all scenes have in common."""

from dataclasses import fields, is_dataclass

from displays import scene


def test_every_screen_is_told_how_fast_its_halls_clock_goes() -> None:
    """The hub says so where a demonstration owns the clock; a scene without the field would never be shown there."""
    words = {
        kind.__name__: {field.name for field in fields(kind)}
        for kind in vars(scene).values()
        if isinstance(kind, type) and is_dataclass(kind)
    }
    screens = {name for name, has in words.items() if "seq" in has}
    assert "ConsoleScene" in screens and screens == {name for name, has in words.items() if "speed" in has}
