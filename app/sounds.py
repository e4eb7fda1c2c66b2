"""Sounds made on the server, kept by what they say: Phrase -> the name of a WAV file.

    sounds = Sounds("espeak", Path("var/sounds"), megabytes=200)
    await sounds.of(phrase)      # "3f…e1.wav", made now or earlier; "" if it cannot be had
    sounds.path("3f…e1.wav")     # where it lies; None: there is no such sound

Three engines, by the setting `TIDEHALL_VOICE`:
  espeak            espeak-ng of the system, free, speaks Chinese from pinyin (`cmn-latn-pinyin`) and some hundred others
  clips:FOLDER      recordings: FOLDER/LANGUAGE/CLIP.wav, put together in the order of displays/voice.py (`clips`). A missing
                    sign or figure makes no sound at all; a missing joint (call, to, window) is left out
  a command         any other engine: `piper --model zh.onnx -f {out} {text}`. In braces: out, text, words (pinyin for
                    Chinese, else the text), language, rate (1 is the voice's own), wpm (words a minute), voice
                    (espeak's name)
The command is a setting of the process and never of a hall file, and it is started without a shell.
Not for: when something is said (displays/voice.py). What goes wrong: an engine that is missing, fails, is silent or takes
longer than `PATIENCE` gives no sound, is logged once, and the board's own browser speaks instead.
"""

import asyncio
import contextlib
import hashlib
import logging
import os
import re
import shlex
import tempfile
import wave
from pathlib import Path
from typing import Final

from displays.voice import Phrase, pinyin

log = logging.getLogger(__name__)

ESPEAK: Final = "espeak-ng -v {voice} -s {wpm} -w {out} -- {words}"
VOICES: Final = {"zh": "cmn-latn-pinyin", "en": "en-gb"}
"""What espeak calls the languages whose code it does not know or that it would read otherwise."""

WORDS_A_MINUTE: Final = 165
"""espeak's own speed is 175 words a minute; over loudspeakers that is hurried."""

PATIENCE: Final = 4.0
"""Seconds that an engine may take. espeak takes 0.03; a call that is heard later than this is better read."""

NAME: Final = re.compile(r"[0-9a-f]{40}\.wav")
JOINTS: Final = frozenset({"call", "to", "window"})


class Sounds:
    """The sounds of this process. `megabytes`: the oldest go when the folder holds more."""

    def __init__(self, engine: str, folder: Path, megabytes: float) -> None:
        self._engine = engine
        self._folder = folder
        self._room = int(megabytes * 1_000_000)
        self._making: dict[str, asyncio.Task[bool]] = {}
        self._complained: set[str] = set()

    async def of(self, phrase: Phrase) -> str:
        """The sound of a phrase; asked for twice at once it is made once."""
        name = self._name(phrase)
        task = self._making.get(name)
        if task is None:
            if await asyncio.to_thread(self._touched, name):
                return name
            task = self._making.get(name) or asyncio.create_task(self._make(phrase, name))
            self._making[name] = task
            task.add_done_callback(lambda _: self._making.pop(name, None))
        return name if await asyncio.shield(task) else ""

    def path(self, name: str) -> Path | None:
        """Where a sound lies. Only names that this class makes are looked for."""
        path = self._folder / name
        return path if NAME.fullmatch(name) and path.is_file() else None

    def _name(self, phrase: Phrase) -> str:
        said = phrase.clips if self._engine.startswith("clips:") else (phrase.text, f"{phrase.rate:g}")
        words = "\n".join((self._engine, phrase.language, *said))
        return f"{hashlib.sha256(words.encode()).hexdigest()[:40]}.wav"

    def _touched(self, name: str) -> bool:
        """Whether the sound is there; it is as new as its last use."""
        path = self.path(name)
        if path is None:
            return False
        with contextlib.suppress(OSError):
            os.utime(path)
        return True

    async def _make(self, phrase: Phrase, name: str) -> bool:
        try:
            await asyncio.to_thread(self._folder.mkdir, parents=True, exist_ok=True)
            handle, draft = await asyncio.to_thread(tempfile.mkstemp, ".part", name[:8], self._folder)
            os.close(handle)
            try:
                if self._engine.startswith("clips:"):
                    folder = Path(self._engine.removeprefix("clips:")) / phrase.language
                    await asyncio.to_thread(join_clips, folder, phrase.clips, Path(draft))
                else:
                    await self._run(phrase, draft)
                await asyncio.to_thread(_must_sound, Path(draft))
                await asyncio.to_thread(os.replace, draft, self._folder / name)
            finally:
                with contextlib.suppress(OSError):
                    await asyncio.to_thread(os.unlink, draft)
            await asyncio.to_thread(self._make_room)
        except (OSError, ValueError, EOFError, wave.Error) as wrong:
            word = f"{self._engine}: {str(wrong) or 'what it made is no WAV sound'}"
            if word not in self._complained and len(self._complained) < 100:
                self._complained.add(word)
                log.warning("no sound for %r: %s", phrase.text or " ".join(phrase.clips), word)
            return False
        return True

    async def _run(self, phrase: Phrase, draft: str) -> None:
        if not phrase.text:
            raise ValueError(f"there is no sentence in {phrase.language}")
        template = ESPEAK if self._engine == "espeak" else self._engine
        facts = {
            "out": draft,
            "text": phrase.text,
            "words": pinyin(phrase.text) if phrase.language == "zh" else phrase.text,
            "language": phrase.language,
            "rate": f"{phrase.rate:g}",
            "wpm": str(round(WORDS_A_MINUTE * phrase.rate)),
            "voice": VOICES.get(phrase.language, phrase.language),
        }
        command = [_filled(each, facts) for each in shlex.split(template)]
        process = await asyncio.create_subprocess_exec(
            *command,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
        )
        try:
            async with asyncio.timeout(PATIENCE):
                _, said = await process.communicate()
        except TimeoutError:
            raise ValueError(f"took longer than {PATIENCE:g} s") from None
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
        if process.returncode:
            raise ValueError(
                f"ended with {process.returncode}: {said.decode(errors='replace')[-200:].strip()}"
            )

    def _make_room(self) -> None:
        """Let the sounds go that nobody has asked for the longest. Blocks."""
        found = []
        for path in self._folder.glob("*.wav"):
            with contextlib.suppress(OSError):
                about = path.stat()
                found.append((about.st_mtime, about.st_size, path))
        size = sum(each for _, each, _ in found)
        for _, each, path in sorted(found)[:-1]:
            if size <= self._room:
                return
            with contextlib.suppress(OSError):
                path.unlink()
            size -= each


def _filled(word: str, facts: dict[str, str]) -> str:
    """One word of a command. Whatever stands in braces and is no fact is left as it is."""
    return re.sub(r"\{(\w+)\}", lambda found: facts.get(found[1], found[0]), word)


def _must_sound(path: Path) -> None:
    """Raises wave.Error, EOFError or ValueError if `path` is not a sound that can be heard. Blocks."""
    with wave.open(str(path), "rb") as sound:
        if not sound.readframes(1):
            raise ValueError("made a sound without a sound in it")


def join_clips(folder: Path, names: tuple[str, ...], out: Path) -> None:
    """Recordings one after another into one. Raises OSError or ValueError if one that matters is missing, or if they were
    recorded in different ways. Blocks."""
    shape: tuple[int, int, int] | None = None
    parts = []
    for name in names:
        path = folder / f"{name}.wav"
        if not path.is_file() and name == "1-yao":
            path = folder / "1.wav"
        if not path.is_file() and name in JOINTS:
            continue
        with wave.open(str(path), "rb") as sound:
            this = (sound.getnchannels(), sound.getsampwidth(), sound.getframerate())
            if shape not in (None, this):
                raise ValueError(f"{path.name} was recorded as {this}, those before it as {shape}")
            shape = this
            parts.append(sound.readframes(sound.getnframes()))
    if shape is None:
        raise ValueError(f"there are no recordings in {folder}")
    with wave.open(str(out), "wb") as whole:
        whole.setnchannels(shape[0])
        whole.setsampwidth(shape[1])
        whole.setframerate(shape[2])
        whole.writeframes(b"".join(parts))
