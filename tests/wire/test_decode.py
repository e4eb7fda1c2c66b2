"""Every vector through the magnifying glass: read, said again, and given as JSON."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.wire import sam
from drivers.wire.decode import WIRES, decode
from drivers.wire.reader import Reader

VECTORS = Path(__file__).parent / "vectors"
DIALECTS = {"idcard-sam": "sam", "idcard-stx": "stx", "caller-ff68": "ff68"}


def rows_of(file: Path) -> list[dict[str, Any]]:
    """The vectors of a file that a wire can carry. A row without a family is of the dialect that the file is named for."""
    told = json.loads(file.read_text("utf-8"))
    rows = told["vectors"] if isinstance(told, dict) else told
    for row in rows:
        family = row.get("family", file.stem)
        row["dialect"] = DIALECTS.get(family, family)
    return [row for row in rows if row["dialect"] in WIRES and row["direction"] != "payload"]


ROWS = [row for file in sorted(VECTORS.glob("*.json")) for row in rows_of(file)]
UNFRAMED = frozenset({"escpos"})
"""Dialects in which a piece of what is wrong may be right."""


def side_of(row: dict[str, Any]) -> str:
    return "host" if row["direction"].startswith("host") else "device"


def bit_by_bit(row: dict[str, Any]) -> tuple[bytes, int]:
    """What is said again when a vector comes byte by byte, and how much of it was garbled."""
    wire = WIRES[row["dialect"]]
    parse, limit = (
        (wire.host, wire.host_limit) if side_of(row) == "host" else (wire.device, wire.device_limit)
    )
    reader: Reader[Any] = Reader(parse, limit)
    heard = [message for byte in bytes.fromhex(row["hex"]) for message in reader.feed(bytes([byte]))]
    heard += reader.end()
    return b"".join(map(wire.encode, heard)), reader.garbled


def test_every_dialect_is_nailed_to_bytes_of_others() -> None:
    assert {row["dialect"] for row in ROWS} == set(WIRES)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["name"])
def test_a_vector_is_decoded_and_said_again(row: dict[str, Any]) -> None:
    data = bytes.fromhex(row["hex"])
    decoded = decode(row["dialect"], data, side_of(row))
    json.dumps(decoded.messages)
    if row["valid"]:
        assert decoded.messages
        assert (decoded.garbled, decoded.reencoded) == (0, data)
        assert row["dialect"] in UNFRAMED or len(decoded.messages) == 1
    elif row["dialect"] in UNFRAMED:
        assert decoded.garbled
        assert decoded.reencoded != data
    else:
        assert (decoded.messages, decoded.garbled, decoded.reencoded) == ([], 1, b"")
    assert bit_by_bit(row) == (decoded.reencoded, decoded.garbled)


def test_a_card_is_shown_by_its_items_and_its_photo_by_its_length():
    row = next(row for row in ROWS if row["name"] == "sam.rsp.read HK-Macao-Taiwan permit")
    (message,) = decode("sam", bytes.fromhex(row["hex"]), "device").messages
    assert (message["message"], message["kind"], message["photo_bytes"]) == ("CardRead", "J", 1024)
    assert message["items"]["pass_number"] == "H00000001"
    assert "574c66" not in json.dumps(message)


def test_the_words_of_a_status_and_of_a_module_are_told():
    (failed,) = decode("sam", bytes.fromhex("AA AA AA 96 69 00 04 00 00 41 45"), "device").messages
    assert failed["meaning"] == "00 00 41, the card was not read"


def test_an_address_that_is_no_text_is_told_by_its_fault():
    frame = sam.encode(sam.NewestAddress(b"\x00\xd8".ljust(70, b"\x20")))
    decoded = decode("sam", frame, "device")
    assert (decoded.messages[0]["fault"], decoded.reencoded) == (
        "the newest address is no UTF-16LE text",
        frame,
    )


def test_bytes_that_are_text_can_be_read():
    messages = decode("escpos", bytes.fromhex("1C 26 C7 EB 41 30 32 33 BA C5 0A"), "host").messages
    assert messages[1] == {"message": "Characters", "data": "c7eb41303233bac5", "data_text": "请A023号"}


def test_a_frame_that_is_cut_off_hides_nothing_behind_it():
    key = bytes.fromhex("FF 68 03 03 68 05 01 0C 12 16")
    find_failed = bytes.fromhex("AA AA AA 96 69 00 04 00 00 80 84")
    cut_read = bytes.fromhex("AA AA AA 96 69 05 08 00 00 90 01 00 04 00")
    for dialect, cut, good in (("ff68", key[:6], key), ("sam", cut_read, find_failed)):
        decoded = decode(dialect, good + cut + good, "device")
        assert (len(decoded.messages), decoded.garbled, decoded.reencoded) == (2, 1, good + good)
        decoded = decode(dialect, good + cut, "device")
        assert (len(decoded.messages), decoded.garbled) == (1, 1)


def test_what_is_no_wire_is_refused_by_name():
    with pytest.raises(ValueError, match="bx5k"):
        decode("morse", b"", "host")
    with pytest.raises(ValueError, match="host or device"):
        decode("sam", b"", "reader")
    assert decode("sam", b"", "host").messages == []


@given(st.sampled_from(sorted(WIRES)), st.sampled_from(["host", "device"]), st.binary(max_size=300))
def test_any_bytes_of_any_wire_are_told_as_json(dialect, side, data):
    decoded = decode(dialect, data, side)
    json.dumps(decoded.messages)
    assert decoded.messages or decoded.garbled or not data
