"""What an agent must not forget when its power fails: which slips it began, how they ended, and what nobody has noted yet.

    {"who":"5c1e9a0f…"}                                                              made once for this disk
    {"job":"kX3….1","device":"kiosk-1-printer","state":"begun"}                      on the disk before the first dot
    {"job":"kX3….1","device":"kiosk-1-printer","state":"printed","word":""}
    {"rating":"kX3…","device":"pad-03","level":5}
    {"noted":"kX3….1"}                                                               the server has it

For: `Memory`, one small file, a line for each fact, the newest fact last. A slip that was begun and has no end when the
file is read again is `unknown`: it is never printed a second time. The last `REMEMBERED` slips are kept after they were
noted, because the server may ask again.
Not for: names, cards, what is shown. Two agents must not share a file; the file is locked while one has it.
What goes wrong: a last line that a power cut left half is passed over; a file that cannot be written raises OSError, and
then nothing is printed, because nobody could say later whether it was.
"""

import asyncio
import fcntl
import json
import os
import secrets
from contextlib import suppress
from pathlib import Path
from typing import Final

from app.agentwords import Ended, Rated

REMEMBERED: Final = 1024
"""Slips whose end is kept after the server has noted it: more than a kiosk prints in a day."""

LONGEST: Final = 8192
"""Lines after which the file is written anew."""

BEGUN: Final = "begun"
CRASHED: Final = "the agent ended while the slip was being printed"


class InUse(Exception):
    """Another agent has the memory file; give this one another with --memory."""


class Memory:
    """The file at `path`. Raises OSError, InUse."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = asyncio.Lock()
        self.who = ""
        self._jobs: dict[str, tuple[str, str, str]] = {}
        self._ratings: dict[str, Rated] = {}
        self._noted: set[str] = set()
        self._rolls: dict[str, float] = {}
        path.parent.mkdir(parents=True, exist_ok=True)
        self._held = os.open(path.with_name(path.name + ".lock"), os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(self._held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            os.close(self._held)
            raise InUse(str(path)) from error
        if path.exists():
            for line in path.read_text("utf-8", errors="replace").splitlines():
                with suppress(ValueError, KeyError, TypeError):
                    self._read(json.loads(line))
        for job, (device, state, _) in list(self._jobs.items()):
            if state == BEGUN:
                self._jobs[job] = (device, "unknown", CRASHED)
        self.who = self.who or secrets.token_hex(8)
        self._lines = 0
        self._rewrite()

    def _read(self, fact: dict[str, object]) -> None:
        if "who" in fact:
            self.who = str(fact["who"])
        elif "job" in fact:
            self._jobs[str(fact["job"])] = (
                str(fact["device"]),
                str(fact["state"]),
                str(fact.get("word", "")),
            )
        elif "rating" in fact:
            level = fact["level"]
            self._ratings[str(fact["rating"])] = Rated(
                str(fact["device"]), str(fact["rating"]), level if isinstance(level, int) else None
            )
        elif "noted" in fact:
            self._note(str(fact["noted"]))
        elif "roll" in fact:
            self._rolls[str(fact["roll"])] = float(str(fact["used_mm"]))

    def _note(self, what: str) -> None:
        self._ratings.pop(what, None)
        if what in self._jobs:
            self._noted.add(what)

    # -- what is known ------------------------------------------------------------------------------------------

    def knows(self, job: str) -> bool:
        """Whether the job was begun here, ever."""
        return job in self._jobs

    def keeps(self, what: str) -> bool:
        """Whether a job or rating of this name waits to be noted."""
        return what in self._ratings or (what in self._jobs and what not in self._noted)

    def end_of(self, job: str) -> Ended | None:
        """How a job ended; None: it is being printed, or unknown here."""
        device, state, word = self._jobs.get(job, ("", BEGUN, ""))
        return None if state == BEGUN else Ended(device, job, state, word)

    def paper_used_mm(self, printer: str) -> float:
        """What the roll of a printer had given when this was last written."""
        return self._rolls.get(printer, 0.0)

    def unnoted(self) -> list[Ended | Rated]:
        """What the server has not acknowledged."""
        ends = [end for job in self._jobs if job not in self._noted and (end := self.end_of(job))]
        return [*ends, *self._ratings.values()]

    # -- what has happened --------------------------------------------------------------------------------------

    async def begin(self, device: str, job: str) -> None:
        """From now on `job` is never printed again. On the disk when this returns. Raises OSError."""
        self._jobs[job] = (device, BEGUN, "")
        try:
            await self._write({"job": job, "device": device, "state": BEGUN})
        except OSError:
            del self._jobs[job]
            raise

    async def ended(self, end: Ended) -> None:
        """How a job ended. Raises OSError; then it is known for as long as this process lives."""
        self._jobs[end.job] = (end.device, end.state, end.word)
        await self._write({"job": end.job, "device": end.device, "state": end.state, "word": end.word})

    async def rated(self, rated: Rated) -> None:
        """What a visitor said. Raises OSError."""
        self._ratings[rated.rating] = rated
        await self._write({"rating": rated.rating, "device": rated.device, "level": rated.level})

    async def rolled(self, printer: str, used_mm: float) -> None:
        """What the roll of a printer has given by now. Raises OSError."""
        self._rolls[printer] = used_mm
        await self._write({"roll": printer, "used_mm": used_mm}, sync=False)

    async def noted(self, what: str) -> None:
        """The server has it. Raises OSError."""
        self._note(what)
        await self._write({"noted": what}, sync=False)

    async def _write(self, fact: dict[str, object], *, sync: bool = True) -> None:
        async with self._lock:
            await asyncio.to_thread(self._append, json.dumps(fact, ensure_ascii=False), sync)

    def _append(self, line: str, sync: bool) -> None:
        with self._path.open("a", encoding="utf-8") as file:
            file.write(line + "\n")
            file.flush()
            if sync:
                os.fsync(file.fileno())
        self._lines += 1
        if self._lines > LONGEST:
            self._rewrite()

    def _rewrite(self) -> None:
        """The facts that still matter, in a new file that takes the old one's place."""
        old = [job for job in self._jobs if job in self._noted][:-REMEMBERED]
        for job in old:
            del self._jobs[job]
            self._noted.discard(job)
        facts: list[dict[str, object]] = [{"who": self.who}]
        facts += [
            {"job": job, "device": device, "state": state, "word": word}
            for job, (device, state, word) in self._jobs.items()
        ]
        facts += [
            {"rating": each.rating, "device": each.device, "level": each.level}
            for each in self._ratings.values()
        ]
        facts += [{"noted": job} for job in self._noted]
        facts += [{"roll": printer, "used_mm": used} for printer, used in self._rolls.items()]
        new = self._path.with_name(self._path.name + ".new")
        with new.open("w", encoding="utf-8") as file:
            file.writelines(json.dumps(fact, ensure_ascii=False) + "\n" for fact in facts)
            file.flush()
            os.fsync(file.fileno())
        new.replace(self._path)
        self._lines = len(facts)

    def close(self) -> None:
        """Another agent may have the file."""
        with suppress(OSError):
            os.close(self._held)
