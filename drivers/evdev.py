"""A USB keypad for us alone: the kernel's event device, grabbed, so that its digits land in no other program.

    /dev/input/by-id/usb-Some_Keypad-event-kbd ── open ── EVIOCGRAB ──> struct input_event, whole ones

For: the link under drivers/wire/numkeys.py. Linux only. Not for: what the keys mean.
What goes wrong: no such device (unplugged; the keeper tries again), no right to read it (the service's user belongs
into the group `input`), and a device that another program has grabbed: all `Unreachable`, with what to do. Without the
grab a clerk's digits would also appear in whatever window has the focus: so no grab, no link.
"""

import os
from collections.abc import Callable
from typing import Final

from drivers.cable import DescriptorLink, Link, Opener
from drivers.errors import BadUrl, Unreachable

EVIOCGRAB: Final = 0x40044590
"""_IOW('E', 0x90, int) of linux/input.h, as it is on x86, ARM and RISC-V."""


def grab(descriptor: int) -> None:
    """Have the device for ourselves until the descriptor is closed. OSError: busy, or no event device."""
    import fcntl  # Linux's own

    fcntl.ioctl(descriptor, EVIOCGRAB, 1)


def opener(path: str, take: Callable[[int], None] = grab) -> Opener:
    """What opens the event device `path`. BadUrl when it is no absolute path."""
    if not path.startswith("/"):
        raise BadUrl(f"evdev: {path!r} is no absolute path; /dev/input/by-id/usb-...-event-kbd is one")

    async def open_keys() -> Link:
        try:
            descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        except PermissionError as error:
            raise Unreachable(
                f"{path}: {error}; does the service's user belong to the group input?"
            ) from error
        except OSError as error:
            raise Unreachable(f"{path}: {error}") from error
        try:
            take(descriptor)
            return DescriptorLink(descriptor, lambda: os.close(descriptor), path)
        except OSError as error:
            os.close(descriptor)
            raise Unreachable(f"{path}: not to be had for us alone ({error})") from error

    return open_keys
