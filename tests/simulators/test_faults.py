"""Cables with faults, each on its own and one after another."""

from random import Random

from hypothesis import given
from hypothesis import strategies as st

from simulators.faults import (
    ByteByByte,
    Cable,
    Chain,
    Corrupted,
    CutAfter,
    CutEvery,
    Duplicated,
    Late,
    Lossy,
    Plain,
)


def through(cable: Cable, data: bytes) -> bytes:
    return b"".join(cable.carry(data))


def test_a_good_cable_changes_nothing_and_a_slow_one_only_the_pieces() -> None:
    assert Plain().carry(b"abc") == [b"abc"]
    assert ByteByByte().carry(b"abc") == [b"a", b"b", b"c"]
    assert Plain().carry(b"") == []


def test_a_lossy_cable_loses_its_share_of_bytes_or_of_writes() -> None:
    assert 900 < len(through(Lossy(Random(1), 0.05), bytes(1000))) < 990
    whole = Lossy(Random(1), 0.05, pieces=True)
    arrived = [whole.carry(b"12") for _ in range(1000)]
    assert all(each in ([], [b"12"]) for each in arrived)
    assert 900 < sum(map(bool, arrived)) < 990


def test_a_noisy_cable_turns_single_bits_and_an_echoing_one_says_twice() -> None:
    noisy = through(Corrupted(Random(1), 0.1), bytes(1000))
    assert len(noisy) == 1000
    assert 50 < sum(map(bool, noisy)) < 150
    assert all(byte.bit_count() <= 1 for byte in noisy)
    assert Duplicated(Random(1), 1.0).carry(b"ab") == [b"ab", b"ab"]


def test_a_late_cable_keeps_the_order_and_delivers_when_time_has_passed() -> None:
    cable = Late(0.5)
    assert cable.carry(b"a") == []
    assert cable.tick(0.3) == []
    assert cable.carry(b"b") == []
    assert cable.tick(0.3) == [b"a"]
    assert cable.tick(0.3) == [b"b"]


def test_a_cable_breaks_after_so_many_bytes_or_so_many_seconds() -> None:
    cable = CutAfter(4)
    assert cable.carry(b"abc") == [b"abc"]
    assert not cable.cut
    assert cable.carry(b"def") == [b"d"]
    assert cable.cut
    assert cable.carry(b"g") == []
    old = CutEvery(30)
    old.tick(29)
    assert not old.cut
    old.tick(1)
    assert old.cut


@given(st.binary(min_size=1, max_size=50))
def test_faults_come_one_after_another(data: bytes) -> None:
    chain = Chain(ByteByByte(), Late(1.0), Duplicated(Random(0), 1.0))
    assert chain.carry(data) == []
    assert b"".join(chain.tick(1.0)) == b"".join(bytes([byte, byte]) for byte in data)
    assert Chain(Plain(), CutAfter(1)).carry(data) == [data[:1]]
