"""Send by SMPP 3.4: one bound connection, in a thread of its own.

smpplib speaks the protocol; here is what a link needs that lasts for weeks: reconnect,
enquire_link both ways, a window of unanswered messages, receipts. What it does is in
one order: the answer to a message is kept before a receipt of it is read.
"""

from __future__ import annotations

import asyncio
import logging
import os
import select
import socket
import ssl
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from threading import Event as Flag
from threading import Lock, Thread
from typing import Any, Final

from smpplib import consts, smpp
from smpplib.client import Client
from smpplib.exceptions import ConnectionError as LinkLostError
from smpplib.exceptions import PDUError

from services.gateway.senders.receipts import read_receipt
from services.gateway.senders.reports import VALID_MINUTES, Letter, Note, Report
from services.gateway.states import Event

_WINDOW: Final = 20  # messages without an answer
_IDLE: Final = 20  # seconds of silence before we ask whether the link is alive
_DEAD: Final = 20  # more seconds of silence that say it is not
_ANSWER: Final = 30  # seconds for the answer to one message
_SOCKET: Final = 10  # seconds for the rest of what has begun to arrive
_LONGEST_PAUSE: Final = 30  # seconds between tries to connect
_LATER: Final = {
    consts.SMPP_ESME_RSYSERR: "system",
    consts.SMPP_ESME_RMSGQFUL: "queue_full",
    consts.SMPP_ESME_RTHROTTLED: "throttled",
    consts.SMPP_ESME_RX_T_APPN: "temporary",
}
"""Answers by which a centre has not taken a message, and may take it later."""
_TEMPORARY: Final = consts.SMPP_ESME_RX_T_APPN

_SILENT: Final = "veche.smpp.silent"
# smpplib logs whole messages, with code and phone
logging.getLogger(_SILENT).disabled = True
logging.getLogger("smpplib").setLevel(logging.CRITICAL)


@dataclass(frozen=True, slots=True)
class Centre:
    """Where a centre is, and as whom we bind. sender: shown as whom it is from."""

    host: str
    port: int
    system_id: str
    sender: str
    is_tls: bool = False


class _Link(Client):  # type: ignore[misc]  # smpplib has no types
    def __init__(self, centre: Centre) -> None:
        super().__init__(
            centre.host,
            centre.port,
            timeout=_SOCKET,
            logger_name=_SILENT,
            allow_unknown_opt_params=True,  # centres add their own
        )
        self._centre = centre

    @property
    def wire(self) -> socket.socket:
        """Give the open socket; raises LinkLostError."""
        found: socket.socket | None = self._socket
        if found is None:
            raise LinkLostError
        return found

    def _create_socket(self) -> socket.socket:
        raw = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        raw.settimeout(_SOCKET)
        if not self._centre.is_tls:
            return raw
        context = ssl.create_default_context()
        return context.wrap_socket(raw, server_hostname=self._centre.host)


class SmppSender:
    """Keep a link to a centre, and send over it."""

    def __init__(
        self, centre: Centre, password: str, *, log: Any, pause: float = 1
    ) -> None:
        self._centre, self._password, self._log = centre, password, log
        self._pause = pause
        self._queue: deque[Letter] = deque()
        self._open: dict[int, tuple[Letter, float]] = {}  # by sequence number
        self._lock = Lock()
        self._bound = Flag()
        self._stopping = Flag()
        self._wake = os.pipe()
        os.set_blocking(self._wake[1], False)
        self._thread = Thread(target=self._keep, name="smpp", daemon=True)
        self._note: Note = lambda _: None
        self._heard = 0.0
        self._asked = False

    def start(self, note: Note) -> None:
        """Begin to reach the centre."""
        self._note = note
        self._thread.start()

    def room(self) -> int:
        """Say how many letters can leave now."""
        with self._lock:
            taken = len(self._queue) + len(self._open)
        return max(0, _WINDOW - taken) if self._bound.is_set() else 0

    def send(self, letter: Letter) -> None:
        """Send a letter, which is marked already."""
        with self._lock:
            self._queue.append(letter)
        self._poke()

    async def stop(self) -> None:
        """Let what was sent be answered for a moment, and leave."""
        until = time.monotonic() + 1
        while self._open and time.monotonic() < until:
            await asyncio.sleep(0.02)
        self._stopping.set()
        self._poke()
        if self._thread.is_alive():
            await asyncio.to_thread(self._thread.join, 2)

    def _poke(self) -> None:
        with suppress(OSError):
            os.write(self._wake[1], b"!")

    def _keep(self) -> None:
        """Connect again and again until we stop."""
        pause = self._pause
        while not self._stopping.is_set():
            link = _Link(self._centre)
            try:
                self._bind(link)
                pause = self._pause
                self._pump(link)
            except PDUError as error:
                code = error.args[1] if len(error.args) > 1 else 0
                self._log.warning("centre_refused", status=f"0x{code:x}")
            except (LinkLostError, OSError) as error:
                self._log.warning("centre_lost", error=type(error).__name__)
            except Exception as error:  # noqa: BLE001  the link is made anew
                self._log.error("centre_fault", error=type(error).__name__)
            finally:
                self._leave(link)
            self._stopping.wait(pause)
            pause = min(2 * pause, _LONGEST_PAUSE)

    def _bind(self, link: _Link) -> None:
        link.connect()
        link.bind_transceiver(system_id=self._centre.system_id, password=self._password)
        self._heard, self._asked = time.monotonic(), False
        self._bound.set()
        self._log.info("centre_bound")

    def _leave(self, link: _Link) -> None:
        """Close the link, and say of every letter what we know of it."""
        self._bound.clear()
        if self._stopping.is_set():
            with suppress(Exception):
                link.send_pdu(smpp.make_pdu("unbind", client=link))
        with suppress(Exception):
            link.disconnect()
        with self._lock:
            lost = [letter for letter, _ in self._open.values()]
            kept = list(self._queue)
            self._open.clear()
            self._queue.clear()
        for letter in lost:
            self._tell(Report(Event.LOST, letter.number, reason="link_lost"))
        for letter in kept:
            self._tell(Report(Event.PUT_BACK, letter.number, reason="not_sent"))

    def _tell(self, report: Report) -> bool:
        try:
            self._note(report)
        except Exception as error:  # noqa: BLE001  what was marked is found again
            self._log.error("report_not_kept", error=type(error).__name__)
            return False
        return True

    def _pump(self, link: _Link) -> None:
        while not self._stopping.is_set():
            wire, wake = link.wire, self._wake[0]
            watched: list[Any] = [wire, wake]
            readable = select.select(watched, [], [], 1)[0]
            if wake in readable:
                os.read(wake, 4096)
            if wire in readable:
                self._read(link)
            while isinstance(wire, ssl.SSLSocket) and wire.pending():
                self._read(link)
            self._write(link)
            self._look(link)

    def _write(self, link: _Link) -> None:
        while True:
            with self._lock:
                if not self._queue or len(self._open) >= _WINDOW:
                    return
                letter = self._queue.popleft()
                pdu = make_submit(link, self._centre, letter)
                self._open[pdu.sequence] = letter, time.monotonic()
            link.send_pdu(pdu)

    def _read(self, link: _Link) -> None:
        pdu = link.read_pdu()
        self._heard, self._asked = time.monotonic(), False
        answers: dict[str, Callable[[_Link, Any], None]] = {
            "submit_sm_resp": self._take_answer,
            "generic_nack": self._take_answer,
            "deliver_sm": self._take_delivery,
            "enquire_link": self._reply("enquire_link_resp"),
            "unbind": self._take_unbind,
        }
        take = answers.get(pdu.command)
        if take is not None:
            take(link, pdu)

    def _reply(
        self, command: str, status: int = consts.SMPP_ESME_ROK
    ) -> Callable[[_Link, Any], None]:
        def reply(link: _Link, pdu: Any) -> None:
            made = smpp.make_pdu(command, client=link, status=status)
            made.sequence = pdu.sequence
            link.send_pdu(made)

        return reply

    def _take_unbind(self, link: _Link, pdu: Any) -> None:
        self._reply("unbind_resp")(link, pdu)
        raise LinkLostError

    def _take_answer(self, _: _Link, pdu: Any) -> None:
        with self._lock:
            letter, _since = self._open.pop(pdu.sequence, (None, 0.0))
        if letter is None:
            return
        if pdu.status == consts.SMPP_ESME_ROK and pdu.command == "submit_sm_resp":
            given = _text(pdu.message_id)
            self._tell(Report(Event.ACCEPTED, letter.number, centre_id=given))
            return
        word = _LATER.get(pdu.status)
        event = Event.PUT_BACK if word else Event.REFUSED
        reason = word or f"smpp_0x{pdu.status:x}"
        self._tell(Report(event, letter.number, reason=reason))

    def _take_delivery(self, link: _Link, pdu: Any) -> None:
        """Keep a receipt, then answer; what is no receipt is nothing to us."""
        report = read_receipt(
            pdu.short_message or b"",
            sender=_text(pdu.source_addr) or "",
            given_id=_text(pdu.receipted_message_id),
            given_state=_number(pdu.message_state),
        )
        is_kept = report is None or self._tell(report)
        status = consts.SMPP_ESME_ROK if is_kept else _TEMPORARY
        self._reply("deliver_sm_resp", status)(link, pdu)

    def _look(self, link: _Link) -> None:
        """Find what has waited too long: an answer, or the centre itself."""
        now = time.monotonic()
        if any(now - since > _ANSWER for _, since in self._open.values()):
            raise LinkLostError  # it takes what it does not answer, or nothing
        silent = now - self._heard
        if silent > _IDLE + _DEAD:
            raise LinkLostError
        if silent > _IDLE and not self._asked:
            self._asked = True
            link.send_pdu(smpp.make_pdu("enquire_link", client=link))


def make_submit(link: Any, centre: Centre, letter: Letter) -> Any:
    """Make the PDU of a message: one part of UCS-2, with a receipt asked for."""
    return smpp.make_pdu(
        "submit_sm",
        client=link,
        source_addr_ton=consts.SMPP_TON_ALNUM,
        source_addr_npi=consts.SMPP_NPI_UNK,
        source_addr=centre.sender,
        dest_addr_ton=consts.SMPP_TON_INTL,
        dest_addr_npi=consts.SMPP_NPI_ISDN,
        destination_addr=letter.phone.removeprefix("+"),
        validity_period=f"00000000{VALID_MINUTES:02d}00000R",
        data_coding=consts.SMPP_ENCODING_ISO10646,
        esm_class=consts.SMPP_MSGMODE_DEFAULT,
        registered_delivery=1,
        short_message=letter.text.encode("utf-16-be"),
    )


def _text(value: Any) -> str | None:
    """Take a text of a PDU, which is bytes, with or without a zero after it."""
    if value is None:
        return None
    raw = value if isinstance(value, bytes) else str(value).encode()
    return raw.rstrip(b"\0").decode("ascii", "replace")[:64] or None


def _number(value: Any) -> int | None:
    if isinstance(value, bytes):
        return int.from_bytes(value, "big")
    return value if isinstance(value, int) else None
