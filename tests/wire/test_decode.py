"""Every vector through the magnifying glass: read, said again, and given as JSON."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.wire.decode import WIRES, decode

VECTORS = Path(__file__).parent / "vectors"
DIALECTS = {"idcard-sam": "sam", "idcard-stx": "stx", "caller-ff68": "ff68"}
ROWS = [
    row
    for file in ("pads.json", "idcard.json")
    for row in json.loads((VECTORS / file).read_text("utf-8"))
    if row["family"] in DIALECTS and row["direction"] != "payload"
]


def side_of(row) -> str:
    return "host" if row["direction"].startswith("host") else "device"


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["name"])
def test_a_vector_is_decoded_and_said_again(row):
    data = bytes.fromhex(row["hex"])
    decoded = decode(DIALECTS[row["family"]], data, side_of(row))
    json.dumps(decoded.messages)
    if row["valid"]:
        assert (len(decoded.messages), decoded.garbled, decoded.reencoded) == (1, 0, data)
    else:
        assert (decoded.messages, decoded.garbled, decoded.reencoded) == ([], 1, b"")


def test_a_card_is_shown_by_its_items_and_its_photo_by_its_length():
    row = next(row for row in ROWS if row["name"] == "sam.rsp.read HK-Macao-Taiwan permit")
    (message,) = decode("sam", bytes.fromhex(row["hex"]), "device").messages
    assert (message["message"], message["kind"], message["photo_bytes"]) == ("CardRead", "J", 1024)
    assert message["items"]["pass_number"] == "H00000001"
    assert "574c66" not in json.dumps(message)


def test_the_words_of_a_status_and_of_a_module_are_told():
    (failed,) = decode("sam", bytes.fromhex("AA AA AA 96 69 00 04 00 00 41 45"), "device").messages
    assert failed["meaning"] == "00 00 41, the card was not read"


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
