"""Text for cards whose font holds GB2312 or GBK: one byte for ASCII, two for Chinese, nothing longer.

For: the sign dialects. Not for printers: they take GB18030 and draw rare characters as pictures.
What goes wrong: a character that the card's font cannot hold becomes 〓 (A1 FE), the mark that typesetters leave for a
missing character, so that nobody reads a wrong name. Control characters are dropped: on these wires they are commands.
"""

MISSING = "〓"
_ALIKE = {"¥": "￥", "\u00a0": " "}


def gbk(text: str) -> bytes:
    """`text` in GBK; what GBK lacks becomes 〓."""
    return b"".join(_one(_ALIKE.get(character, character)) for character in text)


def _one(character: str) -> bytes:
    if ord(character) < 0x20 or ord(character) == 0x7F:
        return b""
    try:
        return character.encode("gbk")
    except UnicodeEncodeError:
        return MISSING.encode("gbk")


def ungbk(data: bytes) -> str:
    """The text of `data`; a byte that is no GBK becomes �."""
    return data.decode("gbk", errors="replace")
