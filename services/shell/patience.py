"""How long a connection may be open without a request.

The server that we use bounds the pause after an answer and not the time before a
request's last header, so that a thousand silent connections would keep everybody else
out for as long as they like.
"""

from __future__ import annotations

import asyncio
from typing import Any, Final

from typing_extensions import override
from uvicorn.protocols.http.h11_impl import H11Protocol

HEAD: Final = 15
"""Seconds that a request's line and headers may take, from the connection's beginning
or the answer before."""


class PatientProtocol(H11Protocol):
    """HTTP/1.1 that hangs up on who asks for nothing."""

    _waiting: asyncio.TimerHandle | None = None

    @override
    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._mind()

    @override
    def handle_events(self) -> None:
        super().handle_events()
        self._mind()

    @override
    def on_response_complete(self) -> None:
        self._stop_waiting()
        super().on_response_complete()
        self._mind()

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_waiting()
        super().connection_lost(exc)

    def _mind(self) -> None:
        """Wait for a head, or for none while a request is being answered."""
        # None until the first request: uvicorn's own type does not say so
        cycle: Any = self.cycle
        if cycle is not None and not cycle.response_complete:
            self._stop_waiting()
        elif self._waiting is None and not self.transport.is_closing():
            self._waiting = self.loop.call_later(HEAD, self.transport.close)

    def _stop_waiting(self) -> None:
        if self._waiting is not None:
            self._waiting.cancel()
            self._waiting = None
