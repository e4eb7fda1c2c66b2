"""Reports: frames in packets of one size, as readers of identity cards speak over USB.

    frame     AA AA AA 96 69 00 08 00 00 9F 00 00 00 00 97        15 bytes
    report    AA AA AA 96 69 00 08 00 00 9F 00 00 00 00 97 | 00 00 00 ... 00        64 bytes, the rest is fill
              └ a long frame goes on in the next report; LEN (5th and 6th byte, high first) + 7 is its length

For: packing what is said, and taking the fill off what is heard, before drivers/wire/sam.py reads it. A report number in
front is the link's (drivers/usb.py). Not for: what a frame says.
What goes wrong: fill and data look alike, so only the length of a frame tells them apart. A report that is no part of a
frame is passed on without the zeros at its end, so that the reader counts it as garbled. A report that got lost in the
middle costs its frame; the next that begins with the start mark begins a new one.
Source: one open program that exchanges such reports (SET_REPORT, and GET_REPORT for the answer) and one that reads 64-byte
packets until LEN + 7.
"""

from typing import Final

START: Final = b"\xaa\xaa\xaa\x96\x69"
AROUND: Final = 7
"""Start mark and length: what LEN does not count."""


def pack(data: bytes, size: int) -> list[bytes]:
    """`data` in reports of `size` bytes, the last one filled with zeros."""
    return [data[at : at + size].ljust(size, b"\0") for at in range(0, len(data), size)]


class Unpacking:
    """Takes the fill off the reports of one device, in the order in which they come. `filled`: every report has the
    same size, so zeros at the end of one that is no part of a frame are fill too."""

    def __init__(self, *, filled: bool = True) -> None:
        self._filled = filled
        self._left = 0

    @property
    def whole(self) -> bool:
        """Whether nothing of a frame is missing."""
        return not self._left

    def unpack(self, report: bytes) -> bytes:
        """What `report` carries."""
        if report.startswith(START) and len(report) >= AROUND:
            self._left = int.from_bytes(report[5:7], "big") + AROUND
        if not self._left:
            return report.rstrip(b"\0") if self._filled else report
        carried = report[: self._left]
        self._left -= len(carried)
        return carried
