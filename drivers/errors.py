"""Whose fault it is when a device does not do what it was asked: the cable's, the bytes', the device's, the card's.

    DeviceError
    ├── Unreachable   the cable: no link, a link that ended, no answer in time
    ├── Garbled       the bytes: an answer came and made no sense
    ├── Unwilling     the device: it understood and refused, or cannot now (paper, cover, unknown command)
    └── BadCard       the card that was laid down: the reader refuses it, or what it says cannot be right

The class docstring is the first half of the message; what was expected and what came is the second.
Nothing here is for the visitor: the hall says it in its own words.
"""


class DeviceError(Exception):
    """A device did not do what it was asked."""

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail

    def __str__(self) -> str:
        return f"{(type(self).__doc__ or '').strip().rstrip('.')}: {self.detail}"


class Unreachable(DeviceError):
    """No answer; look at the cable, the address and the power."""


class Garbled(DeviceError):
    """The answer makes no sense; look at the speed and wiring of the line, or whether another device answers."""


class Unwilling(DeviceError):
    """The device answered that it will not."""


class BadCard(DeviceError):
    """The card cannot be used; the number is to be typed, or the window decides."""


class BadUrl(ValueError):
    """A device URL that names no known dialect or link; the message says which part and what would be right."""
