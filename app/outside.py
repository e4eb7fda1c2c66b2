"""Another system's yes or no before a number is given: a registry that blocks, a quota that the city keeps.

    POST the URL of the service's `check`
    {"hall": "county", "service": "vehicle", "holder": "<64 hexadecimal characters, or empty>",
     "priority_class": "ordinary", "at": "2026-11-23T09:12:44+08:00"}

    200 {"may": true}
    200 {"may": false, "zh": "您有未处理的违法记录", "en": "There is an unpaid fine"}      the sentences are optional

For: `Outside.must_allow`. Of the visitor nothing is told but the keyed hash (app/identity.py), and that only where a card
was laid down. The other system needs no right here, and cannot change anything.
Not for: limits of the hall's own (core/limits.py).
What goes wrong: no answer within the check's seconds, another status than 200, something that is not such an answer: then
the hall's own rule (`no_answer`) says yes or no. `OutsideSaysNo` carries the other system's sentence, `OutsideSilent` says
that it is silent. A redirection is not followed, a proxy of the environment not used: the address is the hall file's.
"""

import asyncio
import json
import logging
import re
from datetime import datetime
from typing import TYPE_CHECKING, Final

from app.core.errors import OutsideSaysNo, OutsideSilent
from app.core.plan import NoAnswer, OutsideCheck, Service

if TYPE_CHECKING:
    import httpx

log = logging.getLogger(__name__)

ANSWER_AT_MOST: Final = 4096
"""Bytes of an answer that are read: two sentences are a tenth of it."""

SENTENCE_AT_MOST: Final = 200
"""Characters of a sentence: what a kiosk can show."""

NO_REASON: Final = {
    "zh": "另一系统未予通过,请咨询服务台",
    "en": "another system does not allow it; please ask at the reception",
}
"""Where the other system says no and not why."""


class Outside:
    """Asks other systems. One client for all of them, made when it is first needed."""

    def __init__(self) -> None:
        self._client: httpx.AsyncClient | None = None

    async def must_allow(
        self, hall: str, service: Service, holder: str, priority_class: str, now: datetime
    ) -> None:
        """Nothing if a number may be given. Raises OutsideSaysNo, OutsideSilent."""
        check = service.check
        if check is None:
            return
        question = {
            "hall": hall,
            "service": service.code,
            "holder": holder,
            "priority_class": priority_class,
            "at": now.isoformat(),
        }
        names = {"service": service.name_en, "service_zh": service.name}
        answer = await self._ask(check, question)
        if answer is None:
            if check.no_answer is NoAnswer.REFUSE:
                raise OutsideSilent(**names)
        elif not answer["may"]:
            raise OutsideSaysNo(
                **names, sentence=_sentence(answer, "en", "zh"), sentence_zh=_sentence(answer, "zh", "en")
            )

    async def _ask(self, check: OutsideCheck, question: dict[str, str]) -> dict[str, object] | None:
        """The answer, or None for what is none."""
        import httpx

        client = self._client
        if client is None:
            # its certificates take longer to read than everything else here: not in the loop
            client = await asyncio.to_thread(httpx.AsyncClient, trust_env=False, follow_redirects=False)
            self._client = client
        try:
            async with asyncio.timeout(check.timeout):
                status, body = await _exchange(client, check.url, question)
            answer = json.loads(body) if status == 200 else None
        except (TimeoutError, httpx.HTTPError, httpx.InvalidURL, ValueError, RecursionError) as trouble:
            log.warning("%s did not answer: %r", check.url, trouble)
            return None
        if not isinstance(answer, dict) or not isinstance(answer.get("may"), bool):
            log.warning('%s answered %s without "may"', check.url, status)
            return None
        return answer

    async def close(self) -> None:
        """No more questions."""
        if self._client is not None:
            await self._client.aclose()


async def _exchange(client: "httpx.AsyncClient", url: str, question: dict[str, str]) -> tuple[int, bytes]:
    """Status and beginning of the answer."""
    async with client.stream("POST", url, json=question, timeout=None) as response:
        body = b""
        async for part in response.aiter_bytes():
            body += part
            if len(body) > ANSWER_AT_MOST:
                break
        return response.status_code, body[:ANSWER_AT_MOST]


def _sentence(answer: dict[str, object], language: str, other: str) -> str:
    """What the other system says, as one line; in the other language where it says it in one alone."""
    for each in (language, other):
        said = answer.get(each)
        if isinstance(said, str) and (tidy := re.sub(r"[\x00-\x1f\x7f]+", " ", said).strip()):
            return tidy[:SENTENCE_AT_MOST]
    return NO_REASON[language]
