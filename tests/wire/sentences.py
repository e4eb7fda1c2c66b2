"""A third witness for each wire: frames put together from the protocols' own words, never by the dialects' `encode`.

    SENTENCES["bx5k"]    [Sentence("ping", "host", bytes), ...]

For: tests that read bytes which neither end of a pair has made. The framers below are written from the frame drawings
alone, a few lines each, so that a mistake of a dialect is not repeated here. Vectors of other people stand in vectors/.
Not for: meaning; tests/wire/test_<dialect>.py says what a frame is to mean.
All people are impossible on purpose: division 69, birth 2099.
"""

import struct
from dataclasses import dataclass
from functools import reduce


@dataclass(frozen=True)
class Sentence:
    """What `side` says; `count` messages long. `framed`: a damaged byte must be noticed by a check."""

    name: str
    side: str
    data: bytes
    count: int = 1
    framed: bool = True

    def __str__(self) -> str:
        return f"{self.side}: {self.name}"


def xor(data: bytes) -> int:
    """XOR of all bytes."""
    return reduce(lambda one, other: one ^ other, data, 0)


def reflected(data: bytes) -> bytes:
    """Every byte with its bits the other way round."""
    return bytes(int(f"{byte:08b}"[::-1], 2) for byte in data)


def arc(data: bytes) -> int:
    """CRC-16/ARC by long division of the bits, most significant first."""
    register = 0
    for byte in reflected(data):
        register ^= byte << 8
        for _ in range(8):
            register = (register << 1 ^ 0x8005 if register & 0x8000 else register << 1) & 0xFFFF
    return int(f"{register:016b}"[::-1], 2)


# -- BX-5K --------------------------------------------------------------------------------------------------------


def bx(data: bytes, to=1, source=0x8000, kind=0xFE, mode=0, check=0, bar=b"", reserved=bytes(3)) -> bytes:
    """A frame of an ONBON font card around group, command and what follows."""
    head = struct.pack("<HH3sB", to, source, reserved, bool(bar)) + bar
    whole = head + struct.pack("<BBBBH", check, mode, kind, 2, len(data)) + data
    sum_ = {0: arc(whole), 1: sum(whole) & 0xFFFF, 2: 0}[check]
    escaped = (whole + struct.pack("<H", sum_)).replace(b"\xa6", b"\xa6\x01").replace(b"\xa5", b"\xa6\x02")
    escaped = escaped.replace(b"\x5b", b"\x5b\x01").replace(b"\x5a", b"\x5b\x02")
    return b"\xa5" * 8 + escaped + b"\x5a"


def area(text: bytes, number=0, x=0, y=0, width=16, height=16, kind=0, run=0, timeout=0, voice=b"\0", more=b"\0",
         look=bytes([0x0A, 1, 1, 1, 0, 0, 10])) -> bytes:  # fmt: skip
    """A dynamic area with its length before it."""
    rest = struct.pack("<BHHHHBBBH", kind, x, y, width, height, number, 0, run, timeout)
    rest += voice + more + look + struct.pack("<I", len(text)) + text
    return struct.pack("<H", len(rest)) + rest


def gb(text: str) -> bytes:
    """GB18030."""
    return text.encode("gb18030")


CALL = gb("请A023号到3号窗口")
ASK, TELL = b"\x01\0\0", b"\x02\0\0"
BX5K = [
    Sentence("ping", "host", bx(b"\xa2\x00" + ASK)),
    Sentence("ping, no reply wanted", "host", bx(b"\xa2\x00" + TELL)),
    Sentence("ping to everybody", "host", bx(b"\xa2\x00" + TELL, to=0xFFFE)),
    Sentence("ping to 90, whose number is 5A", "host", bx(b"\xa2\x00" + ASK, to=0x5A)),
    Sentence("ping to A5A6", "host", bx(b"\xa2\x00" + ASK, to=0xA5A6)),
    Sentence("ping with a bar code", "host", bx(b"\xa2\x00" + ASK, bar=bytes(range(0xA0, 0xB0)))),
    Sentence("ping, 16-bit sum", "host", bx(b"\xa2\x00" + ASK, check=1)),
    Sentence("reset", "host", bx(b"\xa2\x01" + ASK)),
    Sentence("set time", "host", bx(b"\xa2\x03" + ASK + bytes.fromhex("26 20 11 21 22 29 58 06"))),
    Sentence("read state", "host", bx(b"\xa1\x02" + ASK)),
    Sentence("format", "host", bx(b"\xa1\x00" + ASK)),
    Sentence("delete file P000", "host", bx(b"\xa1\x01" + ASK + b"\x01\0P000")),
    Sentence("begin file", "host", bx(b"\xa1\x05" + ASK + b"\x01P000" + struct.pack("<I", 300))),
    Sentence("write file", "host", bx(b"\xa1\x06" + ASK + b"P000\x01" + struct.pack("<HHI", 0, 3, 0) + b"abc")),
    *(
        Sentence(f"set time for {kind:02X}", "host", bx(b"\xa2\x03" + ASK + bytes.fromhex("2620112122295806"), kind=kind))
        for kind in (0x51, 0x58, 0x53, 0x54, 0x5C, 0x5F, 0x61, 0x62, 0x63, 0x64, 0x65, 0x66, 0x67, 0x68)
    ),
    Sentence("on", "host", bx(b"\xa3\x00" + ASK + b"\x01")),
    Sentence("off", "host", bx(b"\xa3\x00" + ASK + b"\x02")),
    Sentence("on at 8:30, off at 17:59", "host", bx(b"\xa3\x01" + ASK + bytes.fromhex("01 08 30 17 59"))),
    Sentence("cancel", "host", bx(b"\xa3\x08" + ASK)),
    *(Sentence(f"brightness {n}", "host", bx(b"\xa3\x02" + ASK + bytes([1, n]))) for n in (0, 1, 7, 15)),
    Sentence("brightness by the clock", "host", bx(b"\xa3\x02" + ASK + bytes([2, 8, *([3] * 16), *([12] * 32)]))),
    Sentence("lock P001", "host", bx(b"\xa3\x04" + ASK + b"\x01\x01P001")),
    Sentence("unlock P001", "host", bx(b"\xa3\x04" + ASK + b"\0\0P001")),
    Sentence("clear screen", "host", bx(b"\xa3\x10" + ASK)),
    Sentence("delete all areas", "host", bx(b"\xa3\x06" + ASK + b"\xff\0")),
    Sentence("delete areas 0, 1 and 90", "host", bx(b"\xa3\x06" + ASK + b"\x03\x00\x01\x5a\0")),
    Sentence("call", "host", bx(b"\xa3\x06" + ASK + b"\0\x01" + area(CALL))),
    Sentence("call, first cleared", "host", bx(b"\xa3\x06\x01\x01\0" + b"\xff\x01" + area(CALL))),
    Sentence("call Z090 at 功", "host", bx(b"\xa3\x06" + ASK + b"\0\x01" + area(gb("请Z090号到功[]Z窗口")))),
    Sentence("two areas", "host", bx(b"\xa3\x06" + ASK + b"\0\x02" + area(CALL) + area(b"\\C2A", 1, y=16, kind=6))),
    Sentence("in pixels", "host", bx(b"\xa3\x06" + ASK + b"\0\x01" + area(CALL, x=0x8005, width=0x8064))),
    Sentence("for 30 s", "host", bx(b"\xa3\x06" + ASK + b"\0\x01" + area(CALL, run=2, timeout=30))),
    Sentence("spoken", "host", bx(b"\xa3\x06" + ASK + b"\0\x01" + area(CALL, voice=b"\x01\x10\x0a\x05"))),
    Sentence(
        "another text spoken", "host",
        bx(b"\xa3\x06" + ASK + b"\0\x01" + area(CALL, voice=b"\x02\x00\x05\x05\x06\0\0\0" + gb("功夫Z5"))),
    ),
    Sentence("with a layout", "host", bx(b"\xa3\x06" + ASK + b"\0\x01" + area(CALL, more=b"\x01\x02"))),
    *(
        Sentence(f"effect {n}", "host", bx(b"\xa3\x06" + ASK + b"\0\x01" + area(CALL, look=bytes([5, 2, 2, n, 0, 18, 4]))))
        for n in range(1, 7)
    ),
    Sentence("an area without text", "host", bx(b"\xa3\x06" + ASK + b"\0\x01" + area(b""))),
    Sentence("clock", "host", bx(b"\xa3\x06" + ASK + b"\0\x01" + area(gb("北京时间\\n\\DH:\\DM:\\DS")))),
    Sentence("long text", "host", bx(b"\xa3\x06" + ASK + b"\0\x01" + area(gb("功ZA" * 300)))),
    Sentence("set IP", "host", bx(b"\xa4\x05" + TELL + bytes([1, 192, 168, 0, 90]), to=0xFFFE)),
    Sentence("set MAC", "host", bx(b"\xa4\x06" + TELL + bytes.fromhex("02005A5BA5A6"), to=0xFFFE)),
    Sentence("unknown", "host", bx(b"\xa7\x09" + ASK + b"\xa5\xa6\x5a\x5b")),
    Sentence("dynamic area first", "host", bx(b"\xa2\x00" + ASK, mode=1)),
    Sentence("done", "device", bx(b"\xa0\x00\0\0\0", to=0x8000, source=1)),
    Sentence("done, by 90", "device", bx(b"\xa0\x00\0\0\0", to=0x8000, source=0x5A)),
    Sentence("done, with an error", "device", bx(b"\xa0\x00\x03\0\0", to=0x8000, source=1)),
    *(
        Sentence(f"refused {n:02X}", "device", bx(bytes([0xA0, 1, n, 0, 0]), to=0x8000, source=2, kind=0x58))
        for n in range(0x11)
    ),
    Sentence(
        "state", "device",
        bx(
            b"\xa1\x02\0\0\0" + b"\x01\x0c" + bytes.fromhex("2620112122295806") + b"\x02P001" + b"\0\0"
            + b"\x02\x00\x5a" + bytes(range(0xA0, 0xB0)) + b"BX-NET-00001",
            to=0x8000, source=3,
        ),
    ),
    Sentence("a short state", "device", bx(b"\xa1\x02\0\0\0\x01", to=0x8000, source=3)),
    Sentence("unknown answer", "device", bx(b"\xa4\x83\0\0\0" + bytes(20), to=0x8000, source=3)),
]  # fmt: skip

# -- C-Power ------------------------------------------------------------------------------------------------------


def packet(protocol: int, body: bytes, card=1, info=1, start=0x68) -> bytes:
    """From 68 to the sum."""
    whole = bytes([start, 0x32, card, protocol, info]) + body
    return whole + struct.pack("<H", sum(whole) & 0xFFFF)


def wrapped(inside: bytes) -> bytes:
    """Escaped, between A5 and AE."""
    inside = inside.replace(b"\xaa", b"\xaa\x0a").replace(b"\xa5", b"\xaa\x05").replace(b"\xae", b"\xaa\x0e")
    return b"\xa5" + inside + b"\xae"


def called(data: bytes, number=0, last=0, **more) -> bytes:
    """An external call on a serial line."""
    return wrapped(packet(0x7B, struct.pack("<HBB", len(data), number, last) + data, **more))


def networked(inside: bytes, network=b"\xff\xff\xff\xff") -> bytes:
    """The same on a card's own port."""
    return network + struct.pack("<HH", len(inside), 0) + inside


def written(text: str, effect=0, align=5, font=2, colour=b"\xff\0\0", stay=3) -> bytes:
    """CC 12."""
    return (
        bytes([0x12, 0, effect, align, 0])
        + struct.pack(">H", stay)
        + bytes([font])
        + colour
        + gb(text)
        + b"\0"
    )


CPOWER = [
    *(Sentence(f"text, effect {n:02X}", "host", called(written("请A023号", n))) for n in (0, 6, 7, 8, 9, 0x0E, 0x46, 0xFF)),
    *(Sentence(f"text, font {n:02X}", "host", called(written("请A023号", font=n))) for n in (*range(8), 0x17, 0x72)),
    Sentence("水费 to everybody", "host", called(written("水费ゥ®", colour=b"\xa5\xaa\xae"), card=0xFF)),
    Sentence("水费, no reply", "host", called(written("水费"), info=0, card=0xA5)),
    Sentence("two lines", "host", called(written("A023\r\n3号"))),
    Sentence("an empty text", "host", called(written(""))),
    Sentence("long text", "host", called(written("水ZA" * 400))),
    Sentence("one window", "host", called(b"\x01\x01" + struct.pack(">4H", 0, 0, 128, 16))),
    Sentence("two windows", "host", called(b"\x01\x02" + struct.pack(">8H", 0, 0, 64, 16, 64, 0, 64, 16))),
    Sentence("rich", "host", called(b"\x02\0\0\0\0\0\x03" + b"\x12\xc7\xeb\x12\0A")),
    Sentence("picture", "host", called(b"\x03\0\0\0\0\x03\x01\0\0\0\0GIF89a")),
    Sentence("static", "host", called(b"\x04\0\x01\x05" + struct.pack(">4H", 0, 0, 64, 16) + b"\x02\xff\0\0" + gb("水") + b"\0")),
    Sentence("clock", "host", called(b"\x05\0\0\x05\0\x01\x38\x02\0\xff\0" + gb("时间") + b"\0")),
    Sentence("leave", "host", called(b"\x06")),
    Sentence("save", "host", called(b"\x07\0\0\0")),
    Sentence("clear", "host", called(b"\x07\x01\0\0")),
    Sentence("play 1, 2", "host", called(b"\x08\0\x02\x01\x02")),
    Sentence("play 1, 300", "host", called(b"\x09\0\0\x02\0\x01\x01\x2c")),
    *(Sentence(f"template {n:02X}", "host", called(bytes([n, 1, 2, 0xAE, 0xA5]))) for n in range(0x81, 0x89)),
    Sentence("first of two packets", "host", called(written("水费" * 40), 0, 1)),
    Sentence("second of two packets", "host", called(gb("缴纳") + b"\0", 1, 1)),
    Sentence("on", "host", wrapped(packet(0x76, bytes.fromhex("00 01 00 00 00 00 00 00 00")))),
    Sentence("off", "host", wrapped(packet(0x76, bytes.fromhex("00 00 00 00 00 00 00 00 00")))),
    Sentence("on?", "host", wrapped(packet(0x76, b"\x01"))),
    *(Sentence(f"brightness {n}", "host", wrapped(packet(0x46, bytes([0, *([n] * 24)])))) for n in (0, 1, 20, 31)),
    Sentence("brightness by the hour", "host", wrapped(packet(0x46, bytes([0, *range(24)])))),
    Sentence("restart application", "host", wrapped(packet(0xFE, b"APP!"))),
    Sentence("restart card", "host", wrapped(packet(0x2D, b"\0"))),
    Sentence("unknown", "host", wrapped(packet(0x55, b"\xa5\xaa\xae"))),
    Sentence("heartbeat", "host", bytes.fromhex("A5 91 AE"), framed=False),
    Sentence("text over the network", "host", networked(packet(0x7B, struct.pack("<HBB", 14, 0, 0) + written("水"))), framed=False),
    Sentence("on over the network", "host", networked(packet(0x76, bytes.fromhex("000100000000000000")), b"\x01\x02\x03\x04"), framed=False),
    Sentence("done", "device", called(b"\x12", info=0, start=0xE8)),
    Sentence("sum wrong", "device", called(b"\x12", info=1, start=0xE8)),
    Sentence("sequence wrong", "device", called(b"\x12", info=2, start=0xE8, card=3)),
    Sentence("done, old firmware", "device", called(b"\x12", info=0, start=0x68)),
    Sentence("done, without data", "device", called(b"", info=0, start=0xE8)),
    Sentence("brightness done", "device", wrapped(packet(0x46, b"", info=0, start=0xE8))),
    Sentence("on, it says", "device", wrapped(packet(0x76, b"\x01\x01", info=0, start=0xE8))),
    Sentence("restarting", "device", wrapped(packet(0x2D, b"", info=0, start=0xE8))),
    Sentence("heartbeat of a card", "device", bytes.fromhex("A5 91 AE"), framed=False),
    Sentence("done over the network", "device", networked(packet(0x7B, b"\x01\0\0\0\x12", info=0, start=0xE8)), framed=False),
]  # fmt: skip

# -- Alpha --------------------------------------------------------------------------------------------------------


def summed(command: bytes) -> bytes:
    """A command with 03 and its sum."""
    block = b"\x02" + command + b"\x03"
    return block + f"{sum(block) % 65536:04X}".encode()


def alpha(command: bytes, kind=b"Z", address=b"00", nuls=5, checked=True) -> bytes:
    """A transmission of one command."""
    block = summed(command) if checked else b"\x02" + command
    return bytes(nuls) + b"\x01" + kind + address + block + b"\x04"


ALPHA_COMMANDS = [
    b"AA\x1b bHI", b"AA\x1b\x22aHI", b"AA\x1b&cHI", b"AA\x1b0mHI", b"AA\x1b1oHI", b"AA\x1b2tHI", b"AB", b"AAtext",
    *(b"AA\x1b %cHI" % mode for mode in b"abcefghijklmopqrst"),
    *(b"AA\x1b n%cHI" % special for special in b"0123456789ABCSTUVWXYZ"),
    b"A0", b"A0\x1b cFIRE", b"A0\x1b c\x1c1A023", b"AA\x1b bA\x10\x31B", b"AA\x1b b\x1c1\x151\x1a3\x1e1a\x0db\x13",
    b"AA\x1b b\x071A\x070\x12B\x11", b"BA", b"B0", b"G1A023", b"G1", b"H1",
    b"I10205" b"10000\r01000\r", b"J1",
    b"E$", b"E$AAU0100FFFF", b"E$AAU0400FF001BL00200000", b"E$1DL10082000",
    b"E.SUA", b"E.SUABC", b"E.TLAB", b"E.DUA", b"E 0905", b"E 2359", b"E&1", b"E&7", b"E'S", b"E'M", b"E;112126",
    b"E/0000", b"E/0004", b"E/0102", b"E,", b"E(0", b"E(1", b"E(2A05", b"E!00", b"E!FF", b"Es0", b"Es1",
    b'F"', b"F ", b"F$", b"F*", b"F;", b"E)1234", b"X",
]  # fmt: skip
INFORMATION = b'E"1044-160B01931433M004000,0BB8'
ALPHA = [
    *(
        Sentence(f"{command!r}{' summed' * checked}", "host", alpha(command, checked=checked), framed=checked)
        for command in ALPHA_COMMANDS
        for checked in (False, True)
    ),
    *(Sentence(f"to type {kind!r}", "host", alpha(b"AA\x1b bHI", kind=kind)) for kind in (b"?", b"^", b"!", b"1", b"2")),
    *(Sentence(f"to {at!r}", "host", alpha(b"AA\x1b bHI", address=at)) for at in (b"0A", b"FF", b"??", b"0?", b"ff")),
    *(Sentence(f"{n} NULs", "host", alpha(b"AA\x1b bHI", nuls=n)) for n in (0, 1, 6, 10, 20)),
    Sentence("03 and no sum", "host", bytes(5) + b"\x01Z00\x02AA\x1b bHI\x03\x04", framed=False),
    Sentence("three commands", "host", bytes(5) + b"\x01Z00" + summed(b"E,") + summed(b"E!00") + summed(b"AA\x1b bHI") + b"\x04"),
    Sentence("three commands without sums", "host", bytes(5) + b"\x01Z00\x02E,\x03\x02E!00\x02AA\x1b bHI\x04", framed=False),
    Sentence("ack", "device", b"\x06", framed=False),
    Sentence("nak", "device", b"\x15", framed=False),
    *(
        Sentence(f"answers {command!r}", "device", alpha(command, b"0", nuls=20))
        for command in (INFORMATION, b"AA\x1b bHI", b"G1A023", b"E 0905", b"E&6", b"E'M", b"E*@", b"E$AAU0100FFFF", b"E(FF")
    ),
    Sentence("answers without a sum", "device", alpha(b"G1A023", b"0", nuls=20, checked=False), framed=False),
]  # fmt: skip

# -- FF 68 --------------------------------------------------------------------------------------------------------


def ff(address: int, function: int, data: bytes) -> bytes:
    """FF 68 L L 68 ... CS 16."""
    body = bytes([address, function]) + data
    return b"\xff\x68" + bytes([len(body)] * 2) + b"\x68" + body + bytes([sum(body) % 256, 0x16])


KEYS = ("0C", "0D", "0B", "0E", "06 0F", "00 0F", "03 0F", "11", "12", "13", "01 02 0F")
FF68 = [
    *(
        Sentence(
            f"keys {keys} from {at}, function {function:02X}", "device", ff(at, function, bytes.fromhex(keys))
        )
        for keys in KEYS
        for at, function in ((5, 0x01), (0x16, 0x02), (0x68, 0xFF), (0xFF, 0x68))
    ),
    *(
        Sentence(f"value {value} from {at}", "device", ff(at, 0x11, bytes([value])))
        for value in (*range(6), 0x16)
        for at in (1, 5, 0x16, 0x68, 0xFF)
    ),
    *(Sentence(f"echo of {keys}", "host", ff(5, 1, bytes.fromhex(keys))) for keys in KEYS),
    *(Sentence(f"thanks for {value}", "host", ff(0x68, 1, bytes([value]))) for value in range(4)),
    *(Sentence(f"beep {at}", "host", ff(at, 3, b"")) for at in (0, 5, 0x13, 0xFF)),
    *(Sentence(f"{n} stars", "host", ff(5, 2, bytes([n]))) for n in range(6)),
    Sentence("rate", "host", ff(0x16, 1, b"\x0b")),
    Sentence("ticket 023", "host", ff(5, 2, bytes.fromhex("0A 0A 0A 00 02 03"))),
    Sentence("12 wait", "host", ff(5, 2, bytes.fromhex("00 01 02 0A 0A 0A"))),
    Sentence("a long one", "host", ff(5, 0x20, bytes(range(253)))),
]

# -- SAM ----------------------------------------------------------------------------------------------------------


def sam(body: bytes) -> bytes:
    """AA AA AA 96 69, length, body, XOR."""
    inner = struct.pack(">H", len(body) + 1) + body
    return b"\xaa\xaa\xaa\x96\x69" + inner + bytes([xor(inner)])


def card(*items: tuple[int, str]) -> bytes:
    """The 256 bytes of text with items at their offsets."""
    text = bytearray("\x20".encode("utf-16-le") * 128)
    for at, item in items:
        encoded = item.encode("utf-16-le")
        text[at : at + len(encoded)] = encoded
    return bytes(text)


PERSON = card((0, "测试甲"), (30, "1"), (32, "01"), (36, "20990101"), (52, "样例省虚构市1号"), (122, "699999209901010010"),
              (158, "样例市公安局"), (188, "20200101"), (204, "长期"))  # fmt: skip
FOREIGNER = card((0, "测试戊"), (30, "2"), (32, "01"), (36, "20990101"), (52, "TEST, PERSON"), (122, "969156209901010012"),
                 (188, "20200101"), (204, "20300101"), (242, "CAN"), (248, "Y"), (250, "011"))  # fmt: skip
PHOTO = bytes.fromhex("57 4C 66 00 7E 00 32 00 00 FF 85") + bytes(1013)
PRINTS = b"C\x01" + bytes(1022)
SAM = [
    *(
        Sentence(name, "host", sam(bytes.fromhex(body)))
        for name, body in {
            "reset": "10 FF", "status": "11 FF", "id": "12 FF", "find": "20 01", "select": "20 02", "read": "30 01",
            "read all": "30 10", "newest address": "30 03", "packet 50": "61 FF 50", "unknown": "77 88 01 02",
            "115200": "60 00", "57600": "60 01", "38400": "60 02", "19200": "60 03", "9600": "60 04", "?": "60 05",
        }.items()
    ),
    *(
        Sentence(f"{status}", "device", sam(bytes.fromhex(status)))
        for status in ("00 00 90", "00 00 80", "00 00 81", "00 00 41", "00 00 91", "00 00 10", "00 00 11", "00 00 21",
                       "00 00 24", "01 02 31", "00 FF 32", "00 00 33", "00 00 40", "00 00 47", "00 00 60", "00 00 66")
    ),
    Sentence("found", "device", sam(b"\0\0\x9f" + bytes(4))),
    Sentence("found, with a serial", "device", sam(b"\0\0\x9f\xaa\xaa\x96\x69")),
    Sentence("selected", "device", sam(b"\0\0\x90" + bytes(8))),
    Sentence("id", "device", sam(b"\0\0\x90" + struct.pack("<HHIII", 5, 1, 20990101, 1, 2))),
    *(
        Sentence(f"{name}, photo of {len(photo)}", "device", sam(b"\0\0\x90" + struct.pack(">HH", 256, len(photo)) + text + photo))
        for name, text in {"resident": PERSON, "foreigner": FOREIGNER}.items()
        for photo in (PHOTO, b"")
    ),
    Sentence("with prints", "device", sam(b"\0\0\x90" + struct.pack(">HHH", 256, 1024, 1024) + PERSON + PHOTO + PRINTS)),
    Sentence("without prints", "device", sam(b"\0\0\x90" + struct.pack(">HHH", 256, 1024, 0) + PERSON + PHOTO)),
    Sentence("address", "device", sam(b"\0\0\x90" + "样例省虚构市2号".encode("utf-16-le").ljust(70, b"\0"))),
    Sentence("unknown data", "device", sam(b"\0\0\x90" + bytes(33))),
]  # fmt: skip

# -- STX ----------------------------------------------------------------------------------------------------------


def stx(body: bytes) -> bytes:
    """02, length, body, XOR of the body, 03."""
    return b"\x02" + struct.pack(">H", len(body)) + body + bytes([xor(body), 3])


STX = [
    *(
        Sentence(name, "host", stx(bytes.fromhex(body)))
        for name, body in {
            "version": "31 11", "reset": "31 12", "beep": "31 13", "beep twice": "31 13 02 03", "find": "32 25",
            "apdu": "32 26 00 A4 04 00 02 03", "all": "CA 01 00", "number": "CA 01 01", "name": "CA 01 02",
            "text": "CA 01 03", "?": "CA 01 09", "unknown": "55 66 02 03 02",
        }.items()
    ),
    *(
        Sentence(f"status {status:04X}", "device", stx(struct.pack(">H", status)))
        for status in (0x9000, 0x0001, 0x00F1, 0x00F2, 0x00F3, 0x00F4, 0x00FD, 0x00FE, 0x6A82)
    ),
    Sentence("version", "device", stx(b"\x90\0V1.02")),
    Sentence("number", "device", stx(b"\x90\0" + "699999209901010010".encode("utf-16-le"))),
    Sentence("everything", "device", stx(b"\x90\0" + struct.pack(">HH", 256, 1024) + PERSON + PHOTO)),
    Sentence("with prints", "device", stx(b"\x90\0" + struct.pack(">HHH", 256, 1024, 1024) + FOREIGNER + PHOTO + PRINTS)),
]  # fmt: skip

# -- ESC/POS ------------------------------------------------------------------------------------------------------

TICKET = bytes.fromhex(
    "1B 40 1C 26 1B 61 01 1D 21 00 CA BE C0 FD 0A 1D 21 11 1C 21 0C 41 30 32 33 0A 1D 21 00 1C 21 00 A3 AC 35 0A"
    "1D 28 6B 04 00 31 41 32 00 1D 28 6B 03 00 31 43 06 1D 28 6B 03 00 31 45 31 1D 28 6B 09 00 31 50 30 68 74 74 70"
    "3A 2F 1D 28 6B 03 00 31 51 30 0A 1D 56 42 03"
)
COMMANDS = {
    "reset": "1B 40", "Chinese on": "1C 26", "Chinese off": "1C 2E", "code page": "1B 74 00", "size": "1D 21 77",
    "Latin": "1B 21 B9", "Chinese style": "1C 21 8C", "quadruple": "1C 57 01", "gaps": "1C 53 02 03", "bold": "1B 45 01",
    "underline": "1B 2D 02", "Chinese underline": "1C 2D 01", "left": "1B 61 00", "right": "1B 61 02", "centre": "1B 61 31",
    "lines": "1B 64 06", "dots": "1B 4A FF", "pitch": "1B 33 1E", "default pitch": "1B 32", "margin": "1D 4C 18 00",
    "width": "1D 57 80 01", "full cut": "1D 56 00", "part cut": "1D 56 01", "full cut 30": "1D 56 30",
    "fed full": "1D 56 41 00", "fed part": "1D 56 42 03", "model": "1D 28 6B 04 00 31 41 32 00",
    "module": "1D 28 6B 03 00 31 43 06", "level": "1D 28 6B 03 00 31 45 33", "store": "1D 28 6B 06 00 31 50 30 1B 40 10",
    "print": "1D 28 6B 03 00 31 51 30", "height": "1D 68 50", "bar": "1D 77 03", "text below": "1D 48 02", "font": "1D 66 00",
    "EAN13": "1D 6B 43 0C 36 39 30 31 32 33 34 35 36 37 38 39", "CODE128": "1D 6B 49 06 7B 42 41 30 32 33",
    "CODE39 old": "1D 6B 04 41 30 32 33 00", "CODE39": "1D 6B 45 04 41 30 32 33",
    "raster": "1D 76 30 00 02 00 03 00 FF 00 10 04 01 1B", "raster wide": "1D 76 30 01 01 00 01 00 0A",
    "raster both": "1D 76 30 03 01 00 02 00 AA 55", "buzz": "1B 42 02 03", "drawer": "1B 70 00 19 FA",
    **{f"identity {n:02X}": f"1D 49 {n:02X}" for n in (1, 2, 3, 0x41, 0x42, 0x43, 0x44)},
    **{f"status {n}": f"10 04 {n:02X}" for n in range(1, 5)}, "full status": "10 04 14", "recover": "10 05 02",
    "asb": "1D 61 0F", "asb off": "1D 61 00", "barrier": "1D 72 01", "drawer?": "1D 72 02", "mark": "1D 0C",
    **{f"presenter {n}": f"1D 65 {n:02X}" for n in (0, 1, 2, 4, 5, 6)}, "present 3": "1D 65 03 10",
    "font b": "1B 4D 01", "line spacing": "1B 20 02", "upside down": "1B 7B 01", "inverse": "1D 42 01", "density": "1D 7C 04", "pitch in 1/360": "1B 2B 05", "pitch in 1/60": "1B 41 05", "tabs": "1B 44 08 10 00",
    "bit image": "1B 2A 21 02 00 01 02 03 04 05 06", "page": "1B 4C", "drawer pulse": "10 14 01 00 01", "graphics": "1D 28 4C 02 00 30 32",
    "move": "1D 50 CB CB", "absolute": "1B 24 10 00", "LF": "0A", "CR": "0D", "tab": "09", "VT": "0B", "FF": "0C", "CAN": "18",
}  # fmt: skip
ESCPOS = [
    *(Sentence(name, "host", bytes.fromhex(data), framed=False) for name, data in COMMANDS.items()),
    Sentence("text", "host", gb("请A023号"), framed=False),
    Sentence("a text of four bytes a character", "host", "¥𠮷".encode("gb18030"), framed=False),
    Sentence("full-width only, as a library sends it", "host", bytes.fromhex("1B 74 00 3F"), 2, framed=False),
    Sentence("a ticket", "host", TICKET, 21, framed=False),
    *(
        Sentence(f"status {value:02X}", "device", bytes([value]), framed=False)
        for value in (0x12, 0x16, 0x1A, 0x1E, 0x32, 0x36, 0x3A, 0x52, 0x5A, 0x72, 0x7E)
    ),
    *(Sentence(f"paper {value:02X}", "device", bytes([value]), framed=False) for value in (0x00, 0x03, 0x0C, 0x0F, 0x20, 0x02)),
    *(
        Sentence(f"asb {data}", "device", bytes.fromhex(data), framed=False)
        for data in ("10 00 00 00", "14 00 00 0F", "18 00 0C 00", "18 00 0F 0F", "38 00 00 0F", "58 00 00 00", "18 08 00 00",
                     "18 04 00 00", "18 20 00 00", "18 40 00 00", "10 00 03 00", "1C 6F 0F 0F")
    ),
    *(Sentence(f"identity {text!r}", "device", b"_" + text + b"\0", framed=False) for text in (b"TP80K", b"1.02 ESC/POS", b"EPSON", b"")),
    Sentence("XON", "device", b"\x11", framed=False),
    Sentence("XOFF", "device", b"\x13", framed=False),
    Sentence("full status", "device", bytes.fromhex("10 0F 04 02 01 00"), framed=False),
    Sentence("status between two reports", "device", bytes.fromhex("00 12 03"), 3, framed=False),
]  # fmt: skip

SENTENCES = {
    "bx5k": BX5K,
    "cpower": CPOWER,
    "alpha": ALPHA,
    "ff68": FF68,
    "sam": SAM,
    "stx": STX,
    "escpos": ESCPOS,
}
