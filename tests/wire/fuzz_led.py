"""The fuzzer of fuzz.py led by coverage: atheris (libFuzzer) bends what reached a new branch.

    python -m tests.wire.fuzz_led sam.device 600 var/fuzz          one line, seconds, where finds and the corpus go

atheris is not in the lock: `pip install atheris hypothesis` into an environment of its own and run this from there. It never
comes back into Python: the exit code is libFuzzer's.
"""

import sys
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["drivers.wire"]):
    from drivers.wire import decode, numkeys, reports, template

from tests.wire.fuzz import IN_STEP_EVERY, LINES, examine, examine_reports

FUZZED = (decode, numkeys, reports, template)


def main() -> None:
    """The command."""
    line, seconds, folder = sys.argv[1], int(float(sys.argv[2])), Path(sys.argv[3])
    corpus = folder / "corpus" / line
    corpus.mkdir(parents=True, exist_ok=True)
    for n, frame in enumerate(LINES[line][2]):
        (corpus / f"sentence-{n}").write_bytes(frame)

    def one(data: bytes) -> None:
        examine(line, data, in_step=len(data) % IN_STEP_EVERY == 0)
        examine_reports(data)

    arguments = [
        sys.argv[0],
        f"-max_total_time={seconds}",
        "-max_len=6000",
        f"-artifact_prefix={folder}/{line}-",
    ]
    atheris.Setup([*arguments, str(corpus)], one)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
