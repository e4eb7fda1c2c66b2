"""The hall's clock as its visitors and clerks carry it."""

from datetime import UTC, datetime, timedelta

from simulators.hallclient import HallClock

NINE = datetime(2026, 11, 23, 9, tzinfo=UTC)


class Watch:
    """Real seconds that a test holds."""

    def __init__(self):
        self.seconds = 100.0

    def __call__(self):
        return self.seconds


def clock_at_nine(speed=60.0):
    watch = Watch()
    clock = HallClock(watch)
    clock.hear(NINE, speed, 99.9, 100.1)
    return clock, watch


def test_the_hall_s_time_runs_as_fast_as_the_hall_says():
    clock, watch = clock_at_nine(speed=60)
    watch.seconds += 10
    assert clock.now() == NINE + timedelta(minutes=10)
    assert clock.real(NINE + timedelta(minutes=12)) == 2
    assert clock.real(NINE) == 0


def test_what_the_round_trip_can_explain_does_not_move_the_clock():
    clock, watch = clock_at_nine(speed=60)
    watch.seconds = 101
    clock.hear(NINE + timedelta(seconds=70), 60, 100.8, 101.2)
    assert clock.now() == NINE + timedelta(seconds=60)


def test_a_clock_that_was_set_is_followed():
    clock, watch = clock_at_nine(speed=60)
    watch.seconds = 101
    clock.hear(NINE - timedelta(hours=1), 60, 100.99, 101.01)
    assert clock.now() == NINE - timedelta(hours=1)
    clock.hear(clock.now(), 1, 100.99, 101.01)
    watch.seconds = 102
    assert clock.now() == NINE - timedelta(hours=1) + timedelta(seconds=1)
