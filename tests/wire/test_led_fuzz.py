"""Any bytes on a strip's line: the same messages however they are cut into pieces, bounded memory, and every message
that is read goes out as bytes that read as the same message."""

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.wire import alpha, bx5k, cpower, template
from drivers.wire.reader import FRAME_LIMIT, Reader
from tests.wire.led import vectors

WIRES: dict[str, tuple[Any, Callable[[Any], bytes]]] = {
    "bx5k host": (bx5k.parse_host, bx5k.encode),
    "bx5k card": (bx5k.parse_device, bx5k.encode),
    "cpower host": (cpower.parse_host, cpower.encode),
    "cpower card": (cpower.parse_device, cpower.encode),
    "cpower network host": (cpower.parse_host_network, cpower.encode_network),
    "cpower network card": (cpower.parse_device_network, cpower.encode_network),
    "cpower either host": (cpower.parse_host_either, cpower.encode),
    "cpower either card": (cpower.parse_device_either, cpower.encode),
    "alpha host": (alpha.parse_host, alpha.encode),
    "alpha sign": (alpha.parse_device, alpha.encode),
    "wilipu": (template.parse_host, template.encode),
}
FRAMES = [
    vector.data
    for family in ("bx5k", "cpower", "alpha", "wilipu")
    for valid in (True, False)
    for vector in vectors(family, valid=valid)
] + [
    cpower.encode(cpower.Networked(cpower.Request(cpower.PowerQuery()))),
    cpower.encode(cpower.Networked(cpower.Reply(cpower.CallAnswer(b"\x12")), 7)),
]


@st.composite
def lines(draw: st.DrawFn) -> bytes:
    """Frames as they are, with a byte changed, cut, or repeated, with noise between them."""
    line = b""
    for frame in draw(st.lists(st.sampled_from(FRAMES), max_size=5)):
        at = draw(st.integers(0, len(frame) - 1))
        match draw(st.sampled_from("=!<>+")):
            case "=":
                line += frame
            case "!":
                line += frame[:at] + bytes([draw(st.integers(0, 255))]) + frame[at + 1 :]
            case "<":
                line += frame[:at]
            case ">":
                line += frame[at:]
            case "+":
                line += frame[:at] + frame[at : at + 4] + frame[at:]
        line += draw(st.binary(max_size=6))
    return line


def read(parse: Any, data: bytes, cuts: list[int]) -> tuple[list[Any], int]:
    reader: Reader[Any] = Reader(parse)
    found: list[Any] = []
    edges = [0, *sorted(cut % (len(data) + 1) for cut in cuts), len(data)]
    for start, end in pairwise(edges):
        found += reader.feed(data[start:end])
        assert reader.held <= 2 * FRAME_LIMIT
    found += reader.end()
    return found, reader.garbled


@pytest.mark.parametrize("wire", WIRES)
@given(data=lines(), cuts=st.lists(st.integers(0, 2000), max_size=8))
def test_a_line_reads_the_same_however_it_is_cut(wire: str, data: bytes, cuts: list[int]) -> None:
    parse, encode = WIRES[wire]
    whole, garbled = read(parse, data, [])
    assert read(parse, data, cuts) == (whole, garbled)
    assert read(parse, data, list(range(len(data))))[0] == whole
    for message in whole:
        assert read(parse, encode(message), [])[0] == [message]
