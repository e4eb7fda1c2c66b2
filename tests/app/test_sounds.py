"""Sounds of the server: put together from recordings, made by any command, kept, and never a sound that is none."""

import logging
import os
import shutil
import stat
import sys
import wave
from pathlib import Path

import pytest

from app.sounds import Sounds, join_clips
from displays.voice import Phrase, Style, compose


def phrase(number: str = "A023", language: str = "zh", **style: float) -> Phrase:
    return compose("i", "t", number, 3, Style(languages=(language,), **style)).phrases[0]  # type: ignore[arg-type]


def record(folder: Path, *names: str, frames: int = 100, rate: int = 8000) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name in names:
        with wave.open(str(folder / f"{name}.wav"), "wb") as sound:
            sound.setparams((1, 2, rate, 0, "NONE", ""))
            sound.writeframes(name[:1].encode() * 2 * frames)


def frames_of(path: Path) -> bytes:
    with wave.open(str(path)) as sound:
        return sound.readframes(sound.getnframes())


async def test_recordings_are_put_together_in_the_order_of_the_call(tmp_path: Path) -> None:
    record(tmp_path / "zh", "call", "A", "0", "2", "3", "to", "window", frames=1)
    sounds = Sounds(f"clips:{tmp_path}", tmp_path / "made", 1)
    path = sounds.path(await sounds.of(phrase()))
    assert path is not None
    assert frames_of(path) == b"ccAA002233tt33ww"


async def test_a_language_that_says_nothing_at_a_joint_has_no_recording_of_it(tmp_path: Path) -> None:
    record(tmp_path / "mn", "A", "0", "2", "3", "to", frames=1)
    sounds = Sounds(f"clips:{tmp_path}", tmp_path / "made", 1)
    path = sounds.path(await sounds.of(phrase(language="mn")))
    assert path is not None and frames_of(path) == b"AA002233tt33"


async def test_without_a_recording_of_yao_a_one_is_said_as_yi(tmp_path: Path) -> None:
    record(tmp_path / "zh", "A", "1", "3", frames=1)
    sounds = Sounds(f"clips:{tmp_path}", tmp_path / "made", 1)
    path = sounds.path(await sounds.of(phrase("A1")))
    assert path is not None and frames_of(path) == b"AA1133"


async def test_half_a_number_is_worse_than_none(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    record(tmp_path / "zh", "call", "A", "0", "2")
    sounds = Sounds(f"clips:{tmp_path}", tmp_path / "made", 1)
    with caplog.at_level(logging.WARNING):
        assert [await sounds.of(phrase()) for _ in range(3)] == ["", "", ""]
    assert len(caplog.records) == 1 and "3.wav" in caplog.text
    assert not list((tmp_path / "made").iterdir())


def test_recordings_of_different_kinds_are_not_mixed(tmp_path: Path) -> None:
    record(tmp_path, "A")
    record(tmp_path, "1", rate=16000)
    with pytest.raises(ValueError, match="16000"):
        join_clips(tmp_path, ("A", "1"), tmp_path / "out.wav")


def engine(tmp_path: Path, body: str) -> str:
    path = tmp_path / "engine.py"
    path.write_text(f"import sys, wave\nout, text = sys.argv[1:3]\n{body}\n", encoding="utf-8")
    return f"{sys.executable} {path} {{out}} {{text}}"


GOOD = """with open(out + ".times", "a") as times: times.write(text)
with wave.open(out, "wb") as sound:
    sound.setparams((1, 2, 8000, 0, "NONE", "")); sound.writeframes(bytes(4000))"""


@pytest.mark.parametrize(
    ("body", "word"),
    [
        ("sys.exit('no voice')", "no voice"),
        ("open(out, 'wb').write(b'rubbish')", "no WAV sound"),
        (
            "with wave.open(out, 'wb') as sound: sound.setparams((1, 2, 8000, 0, 'NONE', '')); sound.writeframes(b'')",
            "without a sound",
        ),
    ],
    ids=["fails", "no sound", "silent"],
)
async def test_an_engine_that_fails_leaves_nothing_behind(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, body: str, word: str
) -> None:
    sounds = Sounds(engine(tmp_path, body), tmp_path / "made", 1)
    with caplog.at_level(logging.WARNING):
        assert await sounds.of(phrase()) == ""
    assert word in caplog.text
    assert not list((tmp_path / "made").iterdir())


async def test_an_engine_that_is_not_there_is_told_of_and_costs_nothing(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    sounds = Sounds("no-such-engine {out} {text}", tmp_path / "made", 1)
    with caplog.at_level(logging.WARNING):
        assert await sounds.of(phrase()) == ""
    assert "no-such-engine" in caplog.text


async def test_a_text_is_never_a_command(tmp_path: Path) -> None:
    evil = Phrase("zh", "zh-CN", f"; touch {tmp_path}/pwned $(id) `id` {{out}}", (), 1.0, 1.0)
    sounds = Sounds(engine(tmp_path, GOOD), tmp_path / "made", 1)
    assert await sounds.of(evil)
    assert not (tmp_path / "pwned").exists()
    said = next((tmp_path / "made").glob("*.times")).read_text()
    assert said == evil.text


async def test_the_sounds_that_nobody_asked_for_the_longest_go_first(tmp_path: Path) -> None:
    sounds = Sounds(engine(tmp_path, GOOD), tmp_path / "made", 0.009)  # room for two of 4 kB
    names = []
    for n, number in enumerate(("A001", "A002", "A003")):
        names.append(await sounds.of(phrase(number)))
        os.utime(tmp_path / "made" / names[-1], (n, n))
    assert [sounds.path(name) is not None for name in names] == [False, True, True]
    assert stat.S_ISREG((tmp_path / "made" / names[1]).stat().st_mode)


@pytest.mark.skipif(shutil.which("espeak-ng") is None, reason="espeak-ng is not installed here")
async def test_espeak_speaks_both_languages(tmp_path: Path) -> None:
    sounds = Sounds("espeak", tmp_path, 10)
    for language in ("zh", "en"):
        path = sounds.path(await sounds.of(phrase(language=language)))
        assert path is not None
        with wave.open(str(path)) as sound:
            assert 1.5 < sound.getnframes() / sound.getframerate() < 12
