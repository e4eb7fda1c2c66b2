"""/metrics: what an operator's Prometheus wants to know, read from the running parts at the moment it asks.

For: one collector over halls, screens and devices; the hot path only counts integers of its own.
Not for: reports of a day (app/store).
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Protocol

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

from app.rack import Listed
from app.service import HallService


class Screens(Protocol):
    """What app/hub.py counts."""

    skipped: int

    @property
    def screens(self) -> int:
        """Sockets that are open now."""


class HallFigures:
    """Reads the figures of every hall of this process."""

    def __init__(
        self,
        halls: Mapping[str, HallService],
        screens: Screens,
        devices: Callable[[str], Sequence[Listed]],
    ) -> None:
        self._halls = halls
        self._screens = screens
        self._devices = devices

    def collect(self) -> Iterable[Metric]:
        """The figures now. Durations are seconds."""
        commands = CounterMetricFamily("tidehall_commands", "commands carried out", labels=["hall"])
        refusals = CounterMetricFamily("tidehall_refusals", "commands refused by the rules", labels=["hall"])
        commits = CounterMetricFamily("tidehall_commits", "commits to the database", labels=["hall"])
        spent = CounterMetricFamily("tidehall_commit_seconds", "seconds spent in commits", labels=["hall"])
        seq = GaugeMetricFamily("tidehall_journal_seq", "number of the last event", labels=["hall"])
        waiting = GaugeMetricFamily("tidehall_waiting", "people waiting", labels=["hall", "service"])
        windows = GaugeMetricFamily("tidehall_windows", "windows by duty", labels=["hall", "duty"])
        devices = GaugeMetricFamily(
            "tidehall_device_online", "1 if the device answers and is well", labels=["hall", "device"]
        )
        garbled = CounterMetricFamily(
            "tidehall_device_garbled", "stretches of bytes that made no sense", labels=["hall", "device"]
        )
        latency = GaugeMetricFamily(
            "tidehall_device_latency_seconds",
            "from question to answer, of the last ones",
            labels=["hall", "device", "quantile"],
        )
        tickets = GaugeMetricFamily(
            "tidehall_tickets", "numbers of today by status", labels=["hall", "status"]
        )
        ratings = GaugeMetricFamily(
            "tidehall_ratings", "ratings of today by level, 5 to 1", labels=["hall", "level"]
        )
        oldest = GaugeMetricFamily(
            "tidehall_oldest_arrival_timestamp_seconds",
            "since when the one waits who has waited longest; nothing where nobody waits",
            labels=["hall", "service"],
        )
        error = GaugeMetricFamily(
            "tidehall_estimate_error_minutes",
            "mean absolute error of the waits that were told on the last day that was judged",
            labels=["hall", "service"],
        )
        stored = GaugeMetricFamily("tidehall_store_ok", "1 if the last commit succeeded", labels=["hall"])
        for code, service in self._halls.items():
            hall = service.hall
            commands.add_metric([code], service.commands)
            refusals.add_metric([code], service.refusals)
            commits.add_metric([code], service.commits)
            spent.add_metric([code], service.commit_seconds)
            seq.add_metric([code], hall.seq)
            stored.add_metric([code], 0 if service.trouble else 1)
            for name, queue in hall.queues.items():
                waiting.add_metric([code, name], len(queue))
                places = [lane[0][0] for lane in queue.lanes.values() if lane]
                if places:
                    oldest.add_metric([code, name], min(places).timestamp())
            for status, count in Counter(each.status for each in hall.tickets.values()).items():
                tickets.add_metric([code, status], count)
            for level, count in Counter(each.rating for each in hall.tickets.values()).items():
                if level is not None:
                    ratings.add_metric([code, str(level)], count)
            for judged in hall.judged.services if hall.judged else ():
                error.add_metric([code, judged.service], judged.told)
            duties: dict[str, int] = {}
            for window in hall.windows.values():
                duties[window.duty.value] = duties.get(window.duty.value, 0) + 1
            for duty, count in duties.items():
                windows.add_metric([code, duty], count)
            for device, word in hall.devices.items():
                devices.add_metric([code, device], 1 if word.health == "online" else 0)
            for listed in self._devices(code):
                garbled.add_metric([code, listed.plan.name], listed.condition.garbled)
                for quantile, seconds in zip(("0.5", "0.99"), listed.latency or (), strict=False):
                    latency.add_metric([code, listed.plan.name, quantile], seconds)
        screens = GaugeMetricFamily(
            "tidehall_screens", "screens that are connected", value=self._screens.screens
        )
        skipped = CounterMetricFamily(
            "tidehall_scenes_skipped", "scenes that a slow screen did not take", value=self._screens.skipped
        )
        return (
            commands,
            refusals,
            commits,
            spent,
            seq,
            stored,
            waiting,
            windows,
            devices,
            garbled,
            latency,
            error,
            tickets,
            ratings,
            oldest,
            screens,
            skipped,
        )


def figures_text(figures: HallFigures) -> bytes:
    """The figures in Prometheus' text format."""
    registry = CollectorRegistry()
    registry.register(figures)
    return generate_latest(registry)
