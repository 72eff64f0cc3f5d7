"""Send by HTTP, as Kannel's `sendsms` takes it; receipts come back to `/receipts`.

By POST, since addresses are logged everywhere, and these would have phone and code in
them.
"""

from __future__ import annotations

import asyncio
import hmac
import logging
from typing import Final

import httpx2

from services.gateway.senders.reports import VALID_MINUTES, Letter, Note, Report
from services.gateway.states import Event
from services.shell.bounded import Bounded

_AT_ONCE: Final = 10
_ANSWER: Final = 15  # seconds
_LARGEST: Final = 65_536  # bytes of an answer, of which the status alone is read
_MASK: Final = 1 | 2 | 16  # delivered, not delivered, refused by the centre
_RECEIPTS: Final = {1: Event.ARRIVED, 2: Event.MISSED, 16: Event.MISSED}
_TOKEN: Final = 32  # hex digits

# it logs the address of every request, which is the centre's business only
logging.getLogger("httpx2").setLevel(logging.WARNING)


class KannelSender:
    """Ask a gateway by HTTP to send.

    url: of `sendsms`. receipts: where it reports to, our own address. secret: by which
    a report is known to come from what we asked.
    """

    def __init__(
        self,
        url: str,
        *,
        username: str,
        password: str,
        sender: str,
        receipts: str,
        secret: bytes,
    ) -> None:
        self._url, self._receipts, self._secret = url, receipts, secret
        self._headers = {
            "X-Kannel-Username": username,
            "X-Kannel-Password": password,
            "X-Kannel-From": sender,
        }
        self._client = httpx2.AsyncClient(
            timeout=_ANSWER, trust_env=False, transport=Bounded(_LARGEST)
        )
        self._tasks: set[asyncio.Task[None]] = set()
        self._note: Note = lambda _: None

    def start(self, note: Note) -> None:
        """Begin."""
        self._note = note

    def room(self) -> int:
        """Say how many letters can leave now."""
        return max(0, _AT_ONCE - len(self._tasks))

    def send(self, letter: Letter) -> None:
        """Send a letter, which is marked already."""
        task = asyncio.create_task(self._post(letter))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def stop(self) -> None:
        """Let what was sent be answered for a moment, and leave."""
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=1)
        for task in tuple(self._tasks):
            task.cancel()
        await self._client.aclose()

    async def _post(self, letter: Letter) -> None:
        report = await self._ask(letter)
        await asyncio.to_thread(self._note, report)

    async def _ask(self, letter: Letter) -> Report:
        number = letter.number
        try:
            response = await self._client.post(
                self._url,
                content=letter.text.encode("utf-16-be"),
                headers={**self._headers, **self._describe(letter)},
            )
        except (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout):
            return Report(Event.PUT_BACK, number, reason="not_reached")
        except (httpx2.HTTPError, OSError):
            return Report(Event.LOST, number, reason="no_answer")
        return judge(number, response.status_code)

    def _describe(self, letter: Letter) -> dict[str, str]:
        token = make_token(self._secret, letter.number)
        return {
            "Content-Type": "application/octet-stream",
            "X-Kannel-To": letter.phone,
            "X-Kannel-Coding": "2",
            "X-Kannel-Charset": "UTF-16BE",
            "X-Kannel-Validity": str(VALID_MINUTES),
            "X-Kannel-DLR-Mask": str(_MASK),
            "X-Kannel-DLR-Url": f"{self._receipts}/{letter.number}/{token}?type=%d",
        }


def judge(number: int, status: int) -> Report:
    """Say what a status of the gateway means for a message.

    202 is both "accepted" and "queued", which are the gateway's to keep from then on;
    503 is "temporal failure, try again later".
    """
    if status in (200, 202):
        return Report(Event.ACCEPTED, number)
    if status in (429, 503):
        return Report(Event.PUT_BACK, number, reason=f"http_{status}")
    if 400 <= status < 500:
        return Report(Event.REFUSED, number, reason=f"http_{status}")
    return Report(Event.LOST, number, reason=f"http_{status}")


def make_token(secret: bytes, number: int) -> str:
    """Make the secret by which a report about this message is known."""
    return hmac.new(secret, f"{number}".encode(), "sha256").hexdigest()[:_TOKEN]


def read_report(secret: bytes, number: int, *, token: str, kind: str) -> Report | None:
    """Read a report about a message; None unless it has the secret and is final."""
    expected = make_token(secret, number)
    if not hmac.compare_digest(expected.encode(), token.encode()):
        return None
    event = _RECEIPTS.get(int(kind)) if kind.isascii() and kind.isdigit() else None
    if event is None:
        return None
    reason = None if event is Event.ARRIVED else f"dlr_{kind}"
    return Report(event, number, reason=reason)
