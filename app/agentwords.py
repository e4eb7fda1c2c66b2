"""What the server and an agent say to each other: JSON over one websocket, one message in each frame.

    agent    {"say":"hello","who":"5c1e…","devices":{"kiosk-1-printer":"printer"}}          first, once
    server   {"say":"print","device":"kiosk-1-printer","job":"kX3….1","slip":{…},"seconds":60.0}
    agent    {"say":"ended","device":"kiosk-1-printer","job":"kX3….1","state":"printed","word":""}
    server   {"say":"noted","id":"kX3….1"}                                                  now the agent may forget it
    server   {"say":"show","device":"strip-03","message":{…}}                               the newest wins
    server   {"say":"ask","device":"pad-03","rating":"kX3…"}
    agent    {"say":"rated","device":"pad-03","rating":"kX3…","level":5}                    level null: not rated
    agent    {"say":"pressed","id":"5c1e….17","device":"caller-03","key":"call_next"}
    agent    {"say":"laid","id":"5c1e….18","device":"kiosk-1-idcard","card":{…}}            or "refused": why
    agent    {"say":"told","device":"strip-03","condition":{…},"latency":[0.02,0.05]}
    agent    {"say":"here"}                                                                 every few seconds

For: both ends, so that neither drifts. Not for: when something is said (app/agents.py, app/agent.py).

What makes the line's breaks harmless:
- `print` is also the question: said again after every break for a job whose end is not known. An agent that knows the job
  says how it ended and prints nothing; it keeps on its disk what it began, so that a restart prints nothing twice either.
  `seconds` is what is left of the slip's time; with none left an unknown job has failed and nothing comes out.
- `who` is made once for each agent's disk: a job that was handed to another one is not handed over a second time.
- `ended` and `rated` are said again until they are `noted`. `pressed` and `laid` only for some seconds, because a key that
  was pressed during a break must not call somebody minutes later; their ids keep them from counting twice.
- `show` is state: after a break the newest is said again.
What goes wrong: a message that makes no sense raises `BadWord`; whoever hears it closes the line, and the other end comes
back. A word of a newer version is such a message.
"""

from dataclasses import asdict
from typing import Any, Final

import msgspec

from drivers.media import Card, Condition, Feed, Key, Message, Qr, Rule, Slip, SlipPart, Text

HERE_SECONDS: Final = 3.0
"""How often an agent says that it is there."""

GONE_SECONDS: Final = 10.0
"""A line on which nothing was heard for so long is cut: three words may be lost to a busy machine."""

STALE_PRESS_SECONDS: Final = 5.0
"""A key press or a card that could not be said for so long is not said any more: whoever pressed has pressed again, or
has left."""

LONGEST_WORD: Final = 65536
"""Bytes of one message at most; a slip takes two thousand."""


class BadWord(ValueError):
    """The other end of an agent's line says something that makes no sense; the two may be of different versions."""


class _Word(msgspec.Struct, frozen=True, tag_field="say", tag=str.lower, forbid_unknown_fields=False):
    """A message."""


# -- the server says ----------------------------------------------------------------------------------------------


class Print(_Word, frozen=True):
    """Print `slip` once, if it can begin within `seconds`; or say how `job` ended."""

    device: str
    job: str
    slip: dict[str, Any]
    seconds: float


class Show(_Word, frozen=True):
    """Show this from now on."""

    device: str
    message: Message


class Dim(_Word, frozen=True):
    """So bright from now on."""

    device: str
    percent: int


class Ask(_Word, frozen=True):
    """Ask the visitor; `rating` names the question."""

    device: str
    rating: str


class Beep(_Word, frozen=True):
    """One beep, now or never."""

    device: str


class Digits(_Word, frozen=True):
    """Show the called number, or how many wait, from now on."""

    device: str
    number: str | None = None
    waiting: int | None = None


class Noted(_Word, frozen=True):
    """The job, rating, press or card `id` is dealt with."""

    id: str


# -- the agent says -----------------------------------------------------------------------------------------------


class Hello(_Word, frozen=True):
    """I am here; these devices hang on me, by name and kind. `signs`: columns, rows and whether there are Chinese
    glyphs, for each sign."""

    who: str
    devices: dict[str, str]
    signs: dict[str, tuple[int, int, bool]] = {}


class Here(_Word, frozen=True):
    """Still here."""


class Told(_Word, frozen=True):
    """How a device is; `latency` in seconds: median and 99th percentile."""

    device: str
    condition: Condition
    latency: tuple[float, float] | None = None


class Ended(_Word, frozen=True):
    """How a print job ended: printed, failed or unknown."""

    device: str
    job: str
    state: str
    word: str = ""


class Rated(_Word, frozen=True):
    """How a question to a visitor ended; None: not rated."""

    device: str
    rating: str
    level: int | None


class Pressed(_Word, frozen=True):
    """Somebody pressed a key."""

    id: str
    device: str
    key: Key


class Laid(_Word, frozen=True):
    """Somebody laid a card on a reader; `refused` says why it cannot be used."""

    id: str
    device: str
    card: Card | None = None
    refused: str = ""


ServerWord = Print | Show | Dim | Ask | Beep | Digits | Noted
AgentWord = Hello | Here | Told | Ended | Rated | Pressed | Laid

_encoder = msgspec.json.Encoder()
_server = msgspec.json.Decoder(ServerWord)
_agent = msgspec.json.Decoder(AgentWord)


def encode(word: ServerWord | AgentWord) -> str:
    """A message as it goes over the line."""
    return _encoder.encode(word).decode()


def from_server(text: str | bytes) -> ServerWord:
    """What the server said. Raises BadWord."""
    try:
        word: ServerWord = _server.decode(text)
    except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
        raise BadWord(str(error)) from error
    return word


def from_agent(text: str | bytes) -> AgentWord:
    """What an agent said. Raises BadWord."""
    try:
        word: AgentWord = _agent.decode(text)
    except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
        raise BadWord(str(error)) from error
    return word


# -- slips: parts of four kinds, each with its name ---------------------------------------------------------------

_PARTS: Final[dict[str, type[SlipPart]]] = {"text": Text, "qr": Qr, "rule": Rule, "feed": Feed}


def slip_out(slip: Slip) -> dict[str, Any]:
    """A slip for the line."""
    return {"parts": [{"part": type(part).__name__.lower(), **asdict(part)} for part in slip.parts]}


def slip_in(job: str, told: dict[str, Any]) -> Slip:
    """A slip from the line. Raises BadWord."""
    parts: list[SlipPart] = []
    try:
        for each in told["parts"]:
            given = dict(each)
            parts.append(msgspec.convert(given, _PARTS[given.pop("part")]))
    except (LookupError, TypeError, ValueError, msgspec.MsgspecError) as error:
        raise BadWord(f"the slip of job {job}: {error!r}") from error
    return Slip(job, tuple(parts))
