"""Any bytes at any time, for as long as one likes: every `parse` under a fuzzer.

    python -m tests.wire.fuzz --seconds 600                  every wire in turn, ten minutes each, part of `make soak`
    python -m tests.wire.fuzz --only sam.device --seconds 60 --seed 7
    python -m tests.wire.fuzz_led sam.device 600 var/fuzz    the same led by coverage, where atheris is installed

Sentences of tests/wire/sentences.py are bent, cut, joined and shuffled by hypothesis, which makes a find as short as it can.
What is asked of every parse, whatever comes:

- nothing is raised, and what is kept is bounded;
- every message can be said again, and means the same when it is heard again;
- it does not matter in which pieces the bytes arrive;
- behind enough good frames the line is in step again.

A find is written to the folder --finds (default var/fuzz) as its bytes; keep it as a row of FINDS in test_fuzz.py.
"""

import argparse
import sys
import time
from functools import partial
from pathlib import Path
from random import Random

import hypothesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from drivers.wire import numkeys, reports, template
from drivers.wire.decode import WIRES, decode
from drivers.wire.reader import Reader, Wire
from tests.wire.sentences import SENTENCES


class Find(AssertionError):
    """Bytes that a parse does not survive; the message says what was expected."""


def _frames(dialect: str, side: str) -> list[bytes]:
    """Sentences to begin with; of a dialect that has none yet a single byte."""
    return [each.data for each in SENTENCES.get(dialect, ()) if each.side == side] or [b"\0"]


WIRE_OF_LINES = Wire(template.parse_host, template.parse_host, template.encode)
WIRE_OF_KEYS = Wire(numkeys.parse_device, numkeys.parse_device, numkeys.encode)
LINES: dict[str, tuple[Wire, str, list[bytes]]] = {
    **{
        f"{dialect}.{side}": (wire, side, _frames(dialect, side))
        for dialect, wire in WIRES.items()
        for side in ("host", "device")
    },
    "wilipu.host": (WIRE_OF_LINES, "host", [template.encode(template.Line(n, b"A023")) for n in (1, 2, 3)]),
    "numkeys.device": (WIRE_OF_KEYS, "device", [numkeys.encode(numkeys.Event(1, 2, 1, 78, 1))]),
}
"""What can be fuzzed: a parse, and sentences to begin with."""

IN_STEP_EVERY = 40
"""One input of so many is followed by good frames until the line must be in step."""

MOST_FINDS = 5
"""Then something is wrong that has to be mended before more is looked for."""

SETTINGS = settings(
    max_examples=200,
    deadline=None,
    database=None,
    phases=(Phase.generate, Phase.shrink),
    suppress_health_check=list(HealthCheck),
)
"""One batch; the next one has another seed, until the time is over."""

UNFRAMED = frozenset({"escpos.host", "escpos.device", "numkeys.device"})
"""Lines without start marks, on which damaged bytes may shift everything behind them for good."""


def reader_of(line: str) -> Reader[object]:
    """A reader of one line."""
    wire, side, _ = LINES[line]
    return Reader(wire.host, wire.host_limit) if side == "host" else Reader(wire.device, wire.device_limit)


def limit_of(line: str) -> int:
    """How much it may keep."""
    wire, side, _ = LINES[line]
    return wire.host_limit if side == "host" else wire.device_limit


def examine(line: str, data: bytes, pieces: tuple[int, ...] = (1, 7), *, in_step: bool = True) -> None:
    """Raises Find when `data` is too much for the parse of `line`. `in_step`: also whether the line comes back into step,
    which takes more bytes than anything else here."""
    wire, side, frames = LINES[line]
    whole = reader_of(line)
    messages = whole.feed(data)
    if whole.held > limit_of(line) + 8:
        raise Find(f"{whole.held} bytes are kept, {limit_of(line)} at most")
    said = [wire.encode(message) for message in messages]
    for message, frame in zip(messages, said, strict=True):
        again = reader_of(line)
        heard = again.feed(frame)
        if heard != [message] and b"".join(map(wire.encode, heard)) != frame:
            raise Find(f"{message!r} is said as {frame.hex(' ')} and heard as {heard!r}")
    for piece in pieces:
        bits = reader_of(line)
        heard = [each for at in range(0, len(data), piece) for each in bits.feed(data[at : at + piece])]
        if b"".join(map(wire.encode, heard)) != b"".join(said):
            raise Find(f"in pieces of {piece} it is heard as {heard!r}, at once as {messages!r}")
        if bits.garbled != whole.garbled:
            raise Find(f"in pieces of {piece} {bits.garbled} stretches are garbled, at once {whole.garbled}")
    if line.partition(".")[0] in WIRES:
        decode(line.partition(".")[0], data, side)
    if in_step and line not in UNFRAMED and len(frames) > 1:
        good = min(frames, key=len) if line != "alpha.device" else max(frames, key=len)
        for _ in range(2 * limit_of(line) // len(good) + 3):
            behind = whole.feed(good)
        if not behind or wire.encode(behind[-1]) != good:
            raise Find(f"behind {2 * limit_of(line)} bytes of good frames the line is still out of step")


def examine_reports(data: bytes) -> None:
    """Reports of a card reader over USB: never longer than they came."""
    unpacking = reports.Unpacking()
    for at in range(0, len(data), 64):
        if len(unpacking.unpack(data[at : at + 64])) > 64:
            raise Find("a report grew")


def bent(frames: list[bytes], chance: Random) -> bytes:
    """Some sentences, with something done to them."""
    data = bytearray(b"".join(chance.choice(frames) for _ in range(chance.randint(1, 4))))
    for _ in range(chance.choice((0, 1, 1, 2, 3, 8))):
        at = chance.randrange(len(data) + 1)
        match chance.randrange(7):
            case 0 if at < len(data):
                data[at] ^= 1 << chance.randrange(8)
            case 1 if at < len(data):
                data[at] = chance.choice((0, 1, 2, 3, 4, 0x10, 0x1B, 0x5A, 0x68, 0xA5, 0xAA, 0xAE, 0xFF))
            case 2:
                data[at:at] = chance.randbytes(chance.randint(1, 9))
            case 3:
                del data[at : at + chance.randint(1, 30)]
            case 4:
                other = chance.choice(frames)
                cut = chance.randrange(len(other) + 1)
                data[at:at] = other[:cut]
            case 5:
                del data[at:]
            case _:
                piece = data[at : at + chance.randint(1, 12)]
                data[at:at] = piece * chance.randint(1, 5)
    return bytes(data[:6000])


def fuzz(line: str, seconds: float, seed: int, finds: Path) -> tuple[int, int]:
    """How many inputs were tried, and how many were finds; each find is written as the shortest bytes that show it."""
    inputs = st.randoms(use_true_random=False).map(partial(bent, LINES[line][2])) | st.binary(max_size=200)
    tried = found = batch = 0
    last = b""

    def one(data: bytes) -> None:
        nonlocal tried, last
        tried, last = tried + 1, data
        examine(line, data, in_step=tried % IN_STEP_EVERY == 0)
        examine_reports(data)

    end = time.monotonic() + seconds
    while time.monotonic() < end and found < MOST_FINDS:
        batch += 1
        try:
            hypothesis.seed(f"{line} {seed} {batch}")(SETTINGS(given(inputs)(one)))()
        except Exception as error:
            found += 1
            finds.mkdir(parents=True, exist_ok=True)
            (finds / f"{line}-{seed}-{batch}.bin").write_bytes(last)
            print(f"FIND {line}: {error!r}\n  {last.hex(' ')}", file=sys.stderr)
    return tried, found


def main() -> int:
    """The command; the exit code is not 0 when something was found."""
    parser = argparse.ArgumentParser(description="fuzz every parse")
    parser.add_argument("--seconds", type=float, default=600.0, help="for each line")
    parser.add_argument("--only", action="append", choices=sorted(LINES), help="this line; may be repeated")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--finds", type=Path, default=Path("var/fuzz"))
    told = parser.parse_args()
    lines = told.only or sorted(LINES)
    total = 0
    for line in lines:
        tried, found = fuzz(line, told.seconds, told.seed, told.finds)
        total += found
        print(f"{line}: {tried} inputs in {told.seconds:g} s, {found} finds")
        sys.stdout.flush()
    return 1 if total else 0


if __name__ == "__main__":
    sys.exit(main())
