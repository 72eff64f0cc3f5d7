"""An SMS centre on this machine, for made-up people: it speaks SMPP 3.4 and keeps all.

For `veche live` and for tests of what an SMS centre does not do at a wish: lose an
answer, be late, send receipts in another order. The gateway meets it as it meets any
centre. It gives ids in hexadecimal and writes them in decimal into receipts, as some
centres do.
"""

from __future__ import annotations

import asyncio
import struct
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Final

from smpplib import consts, smpp

_LARGEST: Final = 4_096  # bytes of a message of SMPP
_FIRST_ID: Final = 0x2AD10000
_BINDS: Final = ("bind_transceiver", "bind_transmitter", "bind_receiver")


@dataclass(frozen=True, slots=True)
class Received:
    """A message as a phone shows it; time: Unix seconds."""

    phone: str
    text: str
    time: int
    parts: int = 1


@dataclass
class Manners:
    """What this centre does now; status: how it answers. keeps: whether it does.

    receipts: of which state, or None for none.
    """

    status: int = consts.SMPP_ESME_ROK
    answers: bool = True
    receipt: str | None = "DELIVRD"
    receipt_first: bool = False


@dataclass
class SmsCentre:
    """Take messages for phones that there are not.

    told: called with each. manners: may be changed at any time. clock: of the phones,
    Unix seconds.
    """

    system_id: str
    password: str = field(repr=False)
    told: Callable[[Received], None] = lambda _: None
    manners: Manners = field(default_factory=Manners)
    clock: Callable[[], int] = lambda: int(time.time())
    received: list[Received] = field(default_factory=list)
    bound: set[asyncio.StreamWriter] = field(default_factory=set)
    _count: int = 0

    async def listen(self, host: str, port: int) -> asyncio.Server:
        """Listen; returns the server, whose port may have been chosen by the system."""
        return await asyncio.start_server(self._serve, host, port)

    def hang_up(self) -> None:
        """Break all links, as a centre does that is started anew."""
        for writer in tuple(self.bound):
            writer.close()

    async def _serve(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        sequence = _Sequence()
        try:
            while True:
                pdu = await _read(reader, sequence)
                if not self._take(pdu, writer, sequence):
                    return
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError, ValueError):
            return
        finally:
            self.bound.discard(writer)
            writer.close()
            with suppress(ConnectionError):
                await writer.wait_closed()

    def _take(
        self, pdu: Any, writer: asyncio.StreamWriter, sequence: _Sequence
    ) -> bool:
        """Answer one message of SMPP; False to end the link."""
        command = pdu.command
        if command in _BINDS:
            return self._bind(pdu, writer, sequence)
        if command == "enquire_link":
            _answer(writer, pdu, "enquire_link_resp", sequence)
        elif command == "submit_sm" and writer in self.bound:
            self._submit(pdu, writer, sequence)
        elif command == "unbind":
            _answer(writer, pdu, "unbind_resp", sequence)
            return False
        return True

    def _bind(
        self, pdu: Any, writer: asyncio.StreamWriter, sequence: _Sequence
    ) -> bool:
        given = (_plain(pdu.system_id), _plain(pdu.password))
        is_right = given == (self.system_id, self.password)
        status = consts.SMPP_ESME_ROK if is_right else consts.SMPP_ESME_RINVPASWD
        _answer(writer, pdu, f"{pdu.command}_resp", sequence, status=status)
        if is_right:
            self.bound.add(writer)
        return is_right

    def _submit(
        self, pdu: Any, writer: asyncio.StreamWriter, sequence: _Sequence
    ) -> None:
        manners = self.manners
        if manners.status != consts.SMPP_ESME_ROK:
            _answer(writer, pdu, "submit_sm_resp", sequence, status=manners.status)
            return
        phone = f"+{_plain(pdu.destination_addr)}"
        raw = pdu.short_message or b""
        text = raw.decode("utf-16-be" if pdu.data_coding == 8 else "latin-1", "replace")
        received = Received(phone, text, self.clock())
        self.received.append(received)
        self.told(received)
        self._count += 1
        number = _FIRST_ID + self._count
        if manners.receipt is not None and manners.receipt_first:
            self._deliver(pdu, writer, sequence, number)
        if manners.answers:
            _answer(writer, pdu, "submit_sm_resp", sequence, message_id=f"{number:x}")
        if manners.receipt is not None and not manners.receipt_first:
            self._deliver(pdu, writer, sequence, number)

    def _deliver(
        self, pdu: Any, writer: asyncio.StreamWriter, sequence: _Sequence, number: int
    ) -> None:
        text = (
            f"id:{number} sub:001 dlvrd:001 submit date:2611281200 "
            f"done date:2611281201 stat:{self.manners.receipt} err:000 text:"
        )
        made = smpp.make_pdu(
            "deliver_sm",
            client=sequence,
            source_addr=_plain(pdu.destination_addr),
            destination_addr=_plain(pdu.source_addr),
            esm_class=consts.SMPP_MSGTYPE_DEFAULT | 0x04,
            short_message=text.encode(),
        )
        made.sequence = sequence.next_sequence()
        writer.write(made.generate())


class _Sequence:
    """What smpplib asks of a client: numbers for messages."""

    def __init__(self) -> None:
        self.sequence = 0

    def next_sequence(self) -> int:
        self.sequence += 1
        return self.sequence


async def _read(reader: asyncio.StreamReader, sequence: _Sequence) -> Any:
    head = await reader.readexactly(4)
    length = struct.unpack(">L", head)[0]
    if not 16 <= length <= _LARGEST:
        message = "no message of SMPP"
        raise ValueError(message)
    raw = head + await reader.readexactly(length - 4)
    return smpp.parse_pdu(raw, client=sequence, allow_unknown_opt_params=True)


def _answer(
    writer: asyncio.StreamWriter,
    pdu: Any,
    command: str,
    sequence: _Sequence,
    **values: Any,
) -> None:
    made = smpp.make_pdu(command, client=sequence, **values)
    made.sequence = pdu.sequence
    writer.write(made.generate())


def _plain(value: Any) -> str:
    raw = value if isinstance(value, bytes) else str(value or "").encode()
    return raw.rstrip(b"\0").decode("latin-1")
