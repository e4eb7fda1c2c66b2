"""The fitter's verbs: what bytes say, how the devices are, and a conversation with one of them."""

import asyncio
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from app.cli import app
from app.fitting import HINTS, Interpreter, cause_of, converse
from drivers.media import Condition, Health, Trouble
from drivers.wire import sam, stx
from drivers.wire.decode import WIRES
from simulators.cards import PEOPLE, PHOTO
from tests.hall.devicehall import device_hall, device_plans, set_up_bench
from tests.hallserver import free_port

run = CliRunner().invoke


@pytest.mark.parametrize(
    "given", [["FF6803036805010C1216"], ["FF", "68", "03", "03", "68", "05", "01", "0C", "12", "16"]]
)
def test_decoded_bytes_are_messages_what_was_garbled_and_the_same_bytes_again(given: list[str]) -> None:
    told = run(app, ["wire", "decode", "ff68", *given, "--from", "device", "--json"])
    assert told.exit_code == 0
    assert json.loads(told.stdout) == {
        "messages": [{"message": "Keyed", "address": 5, "function": 1, "keys": "0c"}],
        "garbled": 0,
        "reencoded": "FF6803036805010C1216",
    }


def test_rubbish_is_counted_and_not_an_error() -> None:
    told = run(app, ["wire", "decode", "sam", "0102030405", "--from", "device", "--json"])
    assert told.exit_code == 0
    assert json.loads(told.stdout) == {"messages": [], "garbled": 1, "reencoded": ""}


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["ff86", "FF"], "no wire is called 'ff86'"),
        (["ff68", "XY"], "not hexadecimal"),
        (["ff68", "FF", "--from", "cat"], "it is host or device"),
    ],
)
def test_what_cannot_be_decoded_is_said_in_both_languages(arguments: list[str], words: str) -> None:
    told = run(app, ["wire", "decode", *arguments])
    assert told.exit_code == 1
    assert words in told.stderr
    assert any("\u4e00" <= each <= "\u9fff" for each in told.stderr)


async def test_devices_are_listed_for_people_and_for_programs(tmp_path: Path) -> None:
    async with device_hall(tmp_path) as hall:
        await hall.until_well("printer-1", "strip-1")
        options = ["devices", "--url", hall.server.url, "--token", hall.program]
        table = await asyncio.to_thread(run, app, options)
        assert table.exit_code == 0, table.stderr
        for word in ("printer-1", "online", "last word", "garbled", "p50/p99"):
            assert word in table.stdout
        listed = json.loads((await asyncio.to_thread(run, app, [*options, "--json"])).stdout)
        assert [each["name"] for each in listed] == [plan.name for plan in hall.plans]
        refused = await asyncio.to_thread(run, app, ["devices", "--url", hall.server.url, "--token", "wrong"])
        assert refused.exit_code == 1
        assert "device key" in refused.stderr


async def test_a_conversation_shows_every_frame_with_its_meaning() -> None:
    plans = {plan.name: plan for plan in device_plans()}
    bench = await set_up_bench(list(plans.values()))
    living = asyncio.ensure_future(bench.bench.live(0.02))
    try:
        lines: list[str] = []
        found = await converse(plans["printer-1"].url, 1.0, lines.append, slip=True)
        assert (found.cause, found.condition.health) == ("", Health.ONLINE)
        assert any("-> 10 04 01" in line for line in lines)
        assert any("已打印 printed" in line for line in lines)
        assert any('"message": "Status"' in line for line in lines)
        lines.clear()
        found = await converse(plans["strip-1"].url, 1.0, lines.append)
        assert found.cause == ""
        assert "A023" in bench.stands["strip-1"].port.device.shown  # type: ignore[attr-defined]
        assert found.latency is not None
    finally:
        living.cancel()
        await asyncio.gather(living, return_exceptions=True)
        await bench.bench.close()


CARD = PEOPLE["resident"].text
ASKED = {
    "sam": (sam.Ask(sam.Order.READ), sam.CardRead(CARD, PHOTO)),
    "stx": (stx.ReadId(stx.What.ALL), stx.CardRead(CARD, PHOTO)),
}


def shown_of_a_card(dialect: str, pieces: int, damaged: int, show: bool) -> tuple[str, bytes]:
    """What a conversation in which a card is read shows, and the bytes in it that came from the reader."""
    lines: list[str] = []
    ears = Interpreter(dialect, lines.append, show_card=show)
    question, answer = ASKED[dialect]
    said = bytearray(WIRES[dialect].encode(answer))
    said[damaged] ^= 1
    ears.passed("host", WIRES[dialect].encode(question))
    for at in range(0, len(said), pieces):
        ears.passed("device", bytes(said[at : at + pieces]))
    return "\n".join(lines), bytes.fromhex("".join(line[16:] for line in lines if line[12:16] == " <- "))


@pytest.mark.parametrize("dialect", ASKED)
@pytest.mark.parametrize("damaged", [0, 3, 200])
@pytest.mark.parametrize("pieces", [1, 7, 5000])
def test_what_stands_on_a_card_is_shown_only_to_who_asked_for_it(
    dialect: str, damaged: int, pieces: int
) -> None:
    told, said = shown_of_a_card(dialect, pieces, damaged, show=False)
    assert (said, "699999" in told, "测试甲" in told) == (b"", False, False)
    told, said = shown_of_a_card(dialect, pieces, damaged, show=True)
    assert CARD[:20] in said


def test_a_reader_at_work_is_seen_all_the_same() -> None:
    lines: list[str] = []
    ears = Interpreter("sam", lines.append)
    ears.passed("host", WIRES["sam"].encode(ASKED["sam"][0]))
    ears.passed("device", WIRES["sam"].encode(ASKED["sam"][1]))
    ears.passed("device", WIRES["sam"].encode(sam.Answer(0, 0, sam.NO_CARD)))
    assert any("1295 bytes, which are somebody's" in line for line in lines)
    assert any(line.endswith("<- AA AA AA 96 69 00 04 00 00 80 84") for line in lines)


async def test_a_cable_without_a_device_is_called_a_cable() -> None:
    lines: list[str] = []
    found = await converse(f"escpos+tcp://127.0.0.1:{free_port()}", 0.2, lines.append)
    assert found.cause == "cable"
    assert any("look at the cable" in line for line in lines)


@pytest.mark.parametrize(
    ("condition", "cause"),
    [
        (Condition(Health.ONLINE), ""),
        (Condition(Health.OFFLINE, frozenset({Trouble.NO_ANSWER})), "cable"),
        (Condition(Health.OFFLINE, frozenset({Trouble.GARBLED})), "bytes"),
        (Condition(Health.DEGRADED, frozenset({Trouble.PAPER_OUT})), "device"),
        (Condition(Health.DEGRADED, frozenset({Trouble.PAPER_LOW})), ""),
        (Condition(Health.UNKNOWN, frozenset({Trouble.NO_BACK_CHANNEL})), "silent"),
    ],
)
def test_each_trouble_has_its_place_and_its_hint(condition: Condition, cause: str) -> None:
    assert cause_of(condition) == cause
    assert not cause or (HINTS[cause].zh and HINTS[cause].en)
