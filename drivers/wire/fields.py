"""A payload taken apart from the front, for dialects whose commands are rows of numbers.

What goes wrong: a payload shorter than its command says raises ValueError; the dialect then keeps it whole.
"""


class Fields:
    """`data`, field by field. `bytes_left` says how much is not taken yet."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    @property
    def bytes_left(self) -> int:
        """Bytes not taken yet."""
        return len(self._data) - self._at

    def take(self, count: int) -> bytes:
        """The next `count` bytes."""
        if count > self.bytes_left:
            raise ValueError(f"{self.bytes_left} bytes left, expected {count}")
        taken = self._data[self._at : self._at + count]
        self._at += count
        return taken

    def byte(self) -> int:
        """The next byte."""
        return self.take(1)[0]

    def little(self, size: int) -> int:
        """A number of `size` bytes, low byte first."""
        return int.from_bytes(self.take(size), "little")

    def big(self, size: int) -> int:
        """A number of `size` bytes, high byte first."""
        return int.from_bytes(self.take(size), "big")

    def rest(self) -> bytes:
        """Everything that is left."""
        return self.take(self.bytes_left)
