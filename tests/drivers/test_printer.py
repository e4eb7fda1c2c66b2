"""The printer driver against its simulated twin, over real TCP and real pseudo-terminals, with everything that happens
to printers. What is asked of it again and again: is what it says true, and does no slip come out twice?"""

import asyncio
from random import Random

import pytest

from drivers.errors import Unreachable
from drivers.glyphs import picture
from drivers.media import Condition, Health, Printed, Qr, Slip, Text, Trouble
from drivers.printer import MAX_JOBS, SLIP_SECONDS, Printer
from drivers.wire import escpos
from simulators.escpos import Printer as Twin
from simulators.escpos import draw
from tests.drivers.world import CABLES, World, losing, over_tcp, running

INITIALISE = bytes.fromhex("1B 40")


def slip(number: str, *more: object) -> Slip:
    """A small slip that is known by its number."""
    parts = (
        Text("服务大厅"),
        Text(number, size=2),
        Qr(f"https://q.example/{number}"),
        Text("第三区等候"),
        *more,
    )
    return Slip(number, parts)  # type: ignore[arg-type]


class Hall:
    """A printer as the app has it."""

    def __init__(self, world: World, *, roll: float = 80.0, low: float = 4.0, **url: object) -> None:
        self.world = world
        self.twin: Twin = world.simulator
        self.conditions: list[Condition] = []
        self.printer = Printer(
            world.open,
            world.clock,
            escpos.speaker(picture, **url),  # type: ignore[arg-type]
            self.conditions.append,
            roll=roll,
            low=low,
        )

    def ask(self, number: str, deadline: float = 60.0, *more: object) -> "asyncio.Task[Printed]":
        """Somebody pressed a button."""
        return asyncio.ensure_future(self.printer.print(slip(number, *more), deadline))

    async def outcome(self, job: "asyncio.Task[Printed]", seconds: float = 90.0) -> Printed:
        await self.world.until(job.done, seconds)
        return job.result()

    async def well(self) -> None:
        await self.world.until(lambda: self.printer.condition.health is Health.ONLINE)

    def out(self, number: str) -> int:
        """How many slips with this number, whole, lie in the tray."""
        return sum(
            number in each.text.split("\n") and each.codes == (f"https://q.example/{number}",)
            for each in self.twin.slips
        )

    def seen(self, number: str) -> int:
        """How many slips show this number at all."""
        return sum(each.text.count(number) for each in self.twin.slips)

    def sent(self) -> bytes:
        return b"".join(self.world.said)


@pytest.fixture(params=list(CABLES))
def cable(request):
    return CABLES[request.param]


async def test_a_slip_comes_out_and_is_called_printed_when_the_barrier_has_answered(cable):
    async with cable(Twin()) as world:
        hall = Hall(world)
        async with running(hall.printer):
            assert await hall.outcome(hall.ask("A023")) is Printed.PRINTED
            assert hall.out("A023") == 1
            assert hall.twin.slips[0].text == "服务大厅\nA023\n第三区等候"
            assert hall.printer.condition == Condition(
                Health.ONLINE, word="12 12 12 12", firmware="V1.0 TP80 SIM"
            )
            assert hall.printer.latency is not None


async def test_nothing_is_called_printed_before_the_paper_is_out():
    async with over_tcp(Twin(speed=100.0)) as world:
        hall = Hall(world)
        async with running(hall.printer):
            job = hall.ask("A023")
            await world.go(0.4)
            assert not job.done()
            assert not hall.twin.slips
            assert await hall.outcome(job, 3) is Printed.PRINTED


@pytest.mark.parametrize(
    ("what", "trouble"),
    [
        ("take_out_paper", Trouble.PAPER_OUT),
        ("open_cover", Trouble.COVER_OPEN),
        ("jam_cutter", Trouble.CUTTER),
    ],
)
async def test_a_printer_that_cannot_print_is_sent_nothing_and_the_job_fails_at_once(cable, what, trouble):
    async with cable(Twin()) as world:
        hall = Hall(world)
        async with running(hall.printer):
            await hall.well()
            getattr(hall.twin, what)()
            assert await hall.outcome(hall.ask("A023"), 1) is Printed.FAILED
            assert INITIALISE not in hall.sent()
            assert hall.printer.condition.health is Health.DEGRADED
            assert trouble in hall.printer.condition.troubles


async def test_a_visitor_is_told_of_missing_paper_within_seconds_of_its_end():
    async with over_tcp(Twin()) as world:
        hall = Hall(world)
        async with running(hall.printer):
            await hall.well()
            hall.twin.take_out_paper()
            await world.go(3.5)
            assert Trouble.PAPER_OUT in hall.printer.condition.troubles
            hall.twin.put_in_paper()
            await world.go(3.5)
            assert hall.printer.condition.troubles == set()
            assert await hall.outcome(hall.ask("A023")) is Printed.PRINTED


async def test_with_automatic_status_the_visitor_is_told_at_once():
    async with over_tcp(Twin()) as world:
        hall = Hall(world, automatic=True)
        async with running(hall.printer):
            await hall.well()
            hall.twin.open_cover()
            await world.go(0.1)
            assert Trouble.COVER_OPEN in hall.printer.condition.troubles


async def test_a_thin_roll_degrades_the_printer_and_it_prints():
    async with over_tcp(Twin()) as world:
        hall = Hall(world)
        hall.twin.shorten_paper(3000)
        async with running(hall.printer):
            assert await hall.outcome(hall.ask("A023")) is Printed.PRINTED
            assert hall.printer.condition.troubles == {Trouble.PAPER_LOW}


async def test_a_hot_head_is_waited_for():
    async with over_tcp(Twin()) as world:
        hall = Hall(world)
        hall.twin.heat_head()
        async with running(hall.printer):
            job = hall.ask("A023")
            await world.go(10)
            assert not job.done()
            assert Trouble.HEAD_HOT in hall.printer.condition.troubles
            hall.twin.cool_head()
            assert await hall.outcome(job, 5) is Printed.PRINTED


async def test_a_cutter_error_goes_by_itself_once_the_jam_is_removed():
    async with over_tcp(Twin()) as world:
        hall = Hall(world)
        async with running(hall.printer):
            await hall.well()
            hall.twin.jam_cutter()
            await world.go(4)
            assert hall.printer.condition.troubles == {Trouble.CUTTER}
            hall.twin.clear_jam()
            await world.go(7)
            assert hall.printer.condition.health is Health.ONLINE


async def test_jobs_come_out_one_after_another_in_the_order_in_which_they_were_asked_for(cable):
    async with cable(Twin(speed=200.0)) as world:
        hall = Hall(world)
        async with running(hall.printer):
            jobs = [hall.ask(f"B{n:03}") for n in range(5)]
            await world.until(lambda: all(job.done() for job in jobs), 20)
            assert {job.result() for job in jobs} == {Printed.PRINTED}
            assert [each.text.split("\n")[1] for each in hall.twin.slips] == [f"B{n:03}" for n in range(5)]


async def test_the_same_job_asked_for_twice_is_one_slip():
    async with over_tcp(Twin()) as world:
        hall = Hall(world)
        async with running(hall.printer):
            first, second = hall.ask("A023"), hall.ask("A023")
            assert await hall.outcome(first) is await hall.outcome(second) is Printed.PRINTED
            assert await hall.outcome(hall.ask("A023")) is Printed.PRINTED
            assert hall.seen("A023") == 1


async def test_a_failed_job_may_be_asked_for_again_under_its_name():
    async with over_tcp(Twin()) as world:
        hall = Hall(world)
        hall.twin.take_out_paper()
        async with running(hall.printer):
            assert await hall.outcome(hall.ask("A023")) is Printed.FAILED
            hall.twin.put_in_paper()
            assert await hall.outcome(hall.ask("A023")) is Printed.PRINTED


async def test_a_printer_that_comes_back_prints_nothing_stale(cable):
    async with cable(Twin()) as world:
        hall = Hall(world)
        async with running(hall.printer):
            await hall.well()
            hall.twin.answers = False
            world.to_device = lambda data: b""
            stale, fresh = hall.ask("A001", 20), hall.ask("A002", 300)
            assert await hall.outcome(stale, 21) is Printed.FAILED
            assert hall.printer.condition.health is Health.OFFLINE
            assert hall.printer.condition.troubles == {Trouble.NO_ANSWER}
            await world.go(60)
            hall.twin.answers = True
            world.to_device = lambda data: data
            assert await hall.outcome(fresh, 60) is Printed.PRINTED
            assert (hall.seen("A001"), hall.out("A002")) == (0, 1)


async def test_a_job_that_nobody_waits_for_any_more_is_not_printed():
    async with over_tcp(Twin()) as world:
        hall = Hall(world)
        world.plugged = False
        async with running(hall.printer):
            job = hall.ask("A001")
            await world.go(1)
            job.cancel()
            await world.go(0.1)
            world.plugged = True
            await hall.well()
            await world.go(5)
            assert hall.seen("A001") == 0


async def test_silence_is_never_fine():
    async with over_tcp(Twin(answers=False)) as world:
        hall = Hall(world)
        async with running(hall.printer):
            assert await hall.outcome(hall.ask("A023", 30)) is Printed.FAILED
            assert Health.ONLINE not in {each.health for each in hall.conditions}
            assert "not answered" in hall.printer.condition.word
            assert INITIALISE not in hall.sent()


async def test_a_printer_that_answers_rubbish_is_garbled_and_gets_no_slip():
    chance = Random(5)
    async with over_tcp(Twin()) as world:
        hall = Hall(world)
        world.to_host = lambda data: bytes(chance.choice((0x80, 0xC1, 0xFF)) for _ in data)
        async with running(hall.printer):
            assert await hall.outcome(hall.ask("A023", 30)) is Printed.FAILED
            assert hall.printer.condition.health is Health.OFFLINE
            assert hall.printer.condition.troubles == {Trouble.GARBLED}
            assert INITIALISE not in hall.sent()


async def test_a_flood_of_any_bytes_neither_stops_the_driver_nor_fills_its_memory():
    chance = Random(6)
    async with over_tcp(Twin()) as world:
        hall = Hall(world)
        async with running(hall.printer):
            await hall.well()
            for _ in range(12):
                world.send_raw(chance.randbytes(4096))
                await world.settle()
            assert hall.printer._dialect._reader.held <= escpos.DEVICE_LIMIT
            await world.go(40)
            assert await hall.outcome(hall.ask("A023")) is Printed.PRINTED


async def cut_at(world: World, hall: Hall, count: int) -> None:
    """Pull the cable when `count` bytes of the next slip have arrived."""
    left = [count]

    def break_off(data: bytes) -> bytes:
        if INITIALISE in data or left[0] < count:
            arrived = data[: left[0]]
            left[0] -= len(arrived)
            if left[0] <= 0:
                world.to_device = lambda later: later
                asyncio.get_running_loop().call_soon(world.cut)
            return arrived
        return data

    world.to_device = break_off


@pytest.mark.parametrize("count", [1, 30, 100, 180, 800, 1500])
async def test_a_cable_cut_in_the_middle_of_a_slip_is_unknown_and_the_next_slip_is_whole(count):
    async with over_tcp(Twin()) as world:
        hall = Hall(world)
        async with running(hall.printer):
            await hall.well()
            await cut_at(world, hall, count)
            assert await hall.outcome(hall.ask("A001", 60, Text("张𠮷"))) is Printed.UNKNOWN
            assert await hall.outcome(hall.ask("A002")) is Printed.PRINTED
            await world.go(30)
            assert hall.out("A002") == 1
            assert hall.twin.slips[-1].text.split("\n")[0] == "服务大厅"
            assert "A001" not in hall.twin.slips[-1].text
            assert hall.seen("A001") <= 1


async def test_a_lost_answer_is_unknown_and_never_a_second_slip():
    async with over_tcp(Twin()) as world:
        hall = Hall(world)
        async with running(hall.printer):
            await hall.well()
            world.to_host = lambda data: bytes(byte for byte in data if byte & 0x10)
            assert await hall.outcome(hall.ask("A001")) is Printed.UNKNOWN
            assert hall.printer.condition.health is Health.ONLINE, "it still answers, so the link is good"
            world.to_host = lambda data: data
            assert await hall.outcome(hall.ask("A002")) is Printed.PRINTED
            assert (hall.out("A001"), hall.out("A002")) == (1, 1)


@pytest.mark.parametrize("identify", [True, False])
@pytest.mark.parametrize("lost", ["the answer", "the slip"])
async def test_what_was_lost_on_the_way_is_unknown_after_three_seconds_and_the_next_visitor_is_served(
    identify, lost
):
    async with over_tcp(Twin()) as world:
        hall = Hall(world, identify=identify)
        async with running(hall.printer):
            await hall.well()
            await world.go(1)
            if lost == "the answer":
                world.to_host = lambda data: bytes(byte for byte in data if byte & 0x10)
            else:
                world.to_device = lambda data: b"" if INITIALISE in data else data
            first = hall.ask("A001")
            await world.go(1.5)
            world.to_host = world.to_device = lambda data: data
            second = hall.ask("A002")
            assert await hall.outcome(first, 5) is Printed.UNKNOWN
            assert await hall.outcome(second, 5) is Printed.PRINTED
            assert (hall.out("A001"), hall.out("A002")) == (int(lost == "the answer"), 1)
            assert hall.twin.slips[-1].text == "服务大厅\nA002\n第三区等候"


@pytest.mark.parametrize("identify", [True, False])
async def test_a_printer_that_takes_longer_than_three_seconds_has_printed_all_the_same(identify):
    async with over_tcp(Twin(speed=10.0)) as world:
        hall = Hall(world, identify=identify)
        async with running(hall.printer):
            await hall.well()
            job = hall.ask("A001")
            await world.go(5)
            assert not job.done()
            assert await hall.outcome(job, 15) is Printed.PRINTED
            assert hall.out("A001") == 1
            assert await hall.outcome(hall.ask("A002"), 20) is Printed.PRINTED


async def test_an_answer_that_comes_too_late_is_not_taken_for_the_next_slip():
    late: list[bytes] = []
    async with over_tcp(Twin()) as world:
        hall = Hall(world)

        def hold(data: bytes) -> bytes:
            late.append(bytes(byte for byte in data if not byte & 0x10))
            return bytes(byte for byte in data if byte & 0x10)

        async with running(hall.printer):
            await hall.well()
            await world.go(1)
            world.to_host = hold
            assert await hall.outcome(hall.ask("A001")) is Printed.UNKNOWN
            hall.twin.open_cover()
            world.to_host = lambda data: data
            world.send_raw(b"".join(late))
            assert await hall.outcome(hall.ask("A002", 5)) is Printed.FAILED
            hall.twin.close_cover()
            assert await hall.outcome(hall.ask("A003")) is Printed.PRINTED
            assert (hall.out("A001"), hall.seen("A002"), hall.out("A003")) == (1, 0, 1)


async def test_paper_that_ends_in_the_middle_is_unknown_and_the_rest_never_sticks_to_the_next_slip():
    async with over_tcp(Twin()) as world:
        hall = Hall(world)
        hall.twin.shorten_paper(20)
        async with running(hall.printer):
            job = hall.ask("A001")
            await world.go(3)
            assert Trouble.PAPER_OUT in hall.printer.condition.troubles
            assert await hall.outcome(job, SLIP_SECONDS) is Printed.UNKNOWN
            hall.twin.put_in_paper()
            await hall.well()
            assert await hall.outcome(hall.ask("A002")) is Printed.PRINTED
            assert hall.twin.slips[0].torn
            assert hall.seen("A001") == 1
            assert hall.twin.slips[-1].text == "服务大厅\nA002\n第三区等候"


async def test_paper_that_is_replaced_quickly_lets_the_slip_be_finished():
    async with over_tcp(Twin()) as world:
        hall = Hall(world)
        hall.twin.shorten_paper(20)
        async with running(hall.printer):
            job = hall.ask("A001")
            await world.go(5)
            hall.twin.put_in_paper()
            assert await hall.outcome(job, 5) is Printed.PRINTED


async def test_a_power_cut_in_the_middle_is_unknown_and_leaves_the_next_slip_clean():
    async with over_tcp(Twin(speed=50.0)) as world:
        hall = Hall(world)
        async with running(hall.printer):
            await hall.well()
            job = hall.ask("A001")
            await world.go(0.5)
            hall.twin.power_off()
            world.cut()
            assert await hall.outcome(job, 30) is Printed.UNKNOWN
            await world.go(20)
            hall.twin.power_on()
            assert await hall.outcome(hall.ask("A002", 120), 120) is Printed.PRINTED
            assert hall.twin.slips[-1].text == "服务大厅\nA002\n第三区等候"


async def test_a_driver_that_is_stopped_in_the_middle_says_unknown_to_who_waits():
    async with over_tcp(Twin(speed=10.0)) as world:
        hall = Hall(world)
        async with running(hall.printer):
            begun, waiting = hall.ask("A001"), hall.ask("A002")
            await world.go(1)
        await world.settle()
        assert (begun.result(), waiting.result()) == (Printed.UNKNOWN, Printed.FAILED)


@pytest.mark.parametrize("seed", range(4))
async def test_over_a_bad_cable_no_slip_comes_out_twice_and_printed_means_printed(seed):
    chance = Random(seed)
    async with over_tcp(Twin(speed=300.0)) as world:
        hall = Hall(world)
        world.to_device = lambda data: b"" if chance.random() < 0.05 else data
        world.to_host = lambda data: b"" if chance.random() < 0.05 else data
        jobs = {}
        async with running(hall.printer):
            for n in range(30):
                jobs[f"C{n:03}"] = hall.ask(f"C{n:03}", 60)
                await world.go(chance.random() * 3)
                if n % 8 == 7:
                    world.cut()
            await world.until(lambda: all(job.done() for job in jobs.values()), 300)
        for number, job in jobs.items():
            assert hall.seen(number) <= 1
            if job.result() is Printed.PRINTED:
                assert hall.out(number) == 1
            if job.result() is Printed.FAILED:
                assert hall.seen(number) == 0
        assert sum(job.result() is Printed.PRINTED for job in jobs.values()) > 15


@pytest.mark.parametrize("seed", range(2))
async def test_a_kiosk_in_full_use_on_a_line_that_loses_five_per_cent_and_is_cut_every_30_s_keeps_up(seed):
    """A twelfth of ten tickets a second, each to be begun within 30 s: nothing fails, nothing comes out twice, and what
    is not known to be printed is the share of slips or answers that the line has lost."""
    chance = Random(seed)
    async with over_tcp(Twin()) as world:
        hall = Hall(world)
        world.to_device = world.to_host = lambda data: b"" if chance.random() < 0.05 else data
        jobs = {}
        async with running(hall.printer):
            for n in range(100):
                jobs[f"C{n:03}"] = hall.ask(f"C{n:03}", 30)
                await world.go(1.2)
                if n % 25 == 24:
                    world.cut()
            world.to_device = world.to_host = lambda data: data
            await world.until(lambda: all(job.done() for job in jobs.values()), 40)
        states = [job.result() for job in jobs.values()]
        assert Printed.FAILED not in states
        assert states.count(Printed.PRINTED) >= 80
        assert max(map(hall.seen, jobs)) == 1
        assert all(hall.out(number) == 1 for number, job in jobs.items() if job.result() is Printed.PRINTED)


async def test_bytes_lost_anywhere_leave_a_driver_that_prints_again_on_a_good_cable():
    async with over_tcp(Twin()) as world:
        hall = Hall(world)
        async with running(hall.printer):
            world.to_device, world.to_host = losing(0.05, 1), losing(0.05, 2)
            jobs = [hall.ask(f"D{n:03}", 30) for n in range(10)]
            await world.until(lambda: all(job.done() for job in jobs), 400)
            world.to_device = world.to_host = lambda data: data
            assert await hall.outcome(hall.ask("E001", 120), 120) is Printed.PRINTED
            assert hall.twin.slips[-1].text == "服务大厅\nE001\n第三区等候"


async def test_paper_is_counted_and_a_new_roll_begins_at_nothing():
    async with over_tcp(Twin()) as world:
        hall = Hall(world, roll=0.3, low=0.2)
        async with running(hall.printer):
            for n in range(3):
                assert await hall.outcome(hall.ask(f"A{n:03}")) is Printed.PRINTED
            used = hall.twin.roll_mm - hall.twin.paper_mm
            assert abs(hall.printer.paper_used_mm - used) < 0.05 * used
            assert hall.printer.condition.troubles == {Trouble.PAPER_LOW}
            hall.twin.take_out_paper()
            await world.go(4)
            hall.twin.put_in_paper()
            await world.go(4)
            assert hall.printer.paper_used_mm == 0
            assert hall.printer.condition.troubles == set()


async def test_a_person_may_say_that_the_roll_is_new():
    async with over_tcp(Twin()) as world:
        hall = Hall(world, roll=0.11, low=0.09)
        async with running(hall.printer):
            await hall.outcome(hall.ask("A001"))
            assert hall.printer.condition.troubles == {Trouble.PAPER_LOW}
            hall.printer.paper_replaced()
            assert hall.printer.condition.troubles == set()


async def test_without_a_way_back_a_slip_is_printed_and_called_unknown():
    async with over_tcp(Twin(answers=False)) as world:
        hall = Hall(world, answers=False)
        async with running(hall.printer):
            assert await hall.outcome(hall.ask("A001")) is Printed.UNKNOWN
            assert await hall.outcome(hall.ask("A002")) is Printed.UNKNOWN
            assert (hall.out("A001"), hall.out("A002")) == (1, 1)
            assert hall.printer.condition.health is Health.UNKNOWN
            assert hall.printer.condition.troubles == {Trouble.NO_BACK_CHANNEL}


async def test_a_rare_character_is_on_the_paper_as_a_picture():
    async with over_tcp(Twin()) as world:
        hall = Hall(world)
        async with running(hall.printer):
            assert await hall.outcome(hall.ask("A001", 60, Text("张𠮷"))) is Printed.PRINTED
            assert any(type(mark).__name__ == "Picture" for mark in hall.twin.slips[0].marks)
            assert "?" not in hall.twin.slips[0].text
            assert draw(hall.twin.slips[0]).startswith(b"\x89PNG")


@pytest.mark.parametrize("enlarges", [True, False])
async def test_chinese_is_twice_as_large_whichever_command_the_printer_obeys(enlarges):
    async with over_tcp(Twin(gs_enlarges_chinese=enlarges)) as world:
        hall = Hall(world)
        async with running(hall.printer):
            await hall.outcome(hall.ask("A001", 60, Text("三号窗口", size=2), Text("请稍候")))
            spans = [span for mark in hall.twin.slips[0].marks for span in getattr(mark, "spans", ())]
            sizes = {span.text: (span.width, span.height) for span in spans}
            assert sizes["A001"] == sizes["三号窗口"] == (2, 2)
            assert sizes["请稍候"] == (1, 1)


async def test_a_slip_that_no_printer_can_print_fails_alone():
    async with over_tcp(Twin()) as world:
        hall = Hall(world)
        async with running(hall.printer):
            assert await hall.outcome(hall.ask("A001", 60, Qr("x" * 5000))) is Printed.FAILED
            assert await hall.outcome(hall.ask("A002")) is Printed.PRINTED


async def test_more_slips_than_anybody_could_wait_for_are_not_taken():
    async with over_tcp(Twin()) as world:
        hall = Hall(world)
        world.plugged = False
        async with running(hall.printer):
            jobs = [hall.ask(f"F{n:03}", 5) for n in range(MAX_JOBS + 1)]
            await world.settle()
            assert [job.done() for job in jobs] == [False] * MAX_JOBS + [True]
            await world.until(lambda: all(job.done() for job in jobs), 10)
            assert {job.result() for job in jobs} == {Printed.FAILED}


async def test_a_printer_that_is_plugged_in_later_is_found():
    async with over_tcp(Twin()) as world:
        hall = Hall(world)
        world.plugged = False
        async with running(hall.printer):
            await world.go(100)
            assert hall.printer.condition.health is Health.OFFLINE
            assert str(Unreachable("the test has pulled the cable")) == hall.printer.condition.word
            world.plugged = True
            await world.go(36)
            assert hall.printer.condition.health is Health.ONLINE
