"""The centre of `veche live`, in a thread, for tests of what centres do at times."""

from __future__ import annotations

import asyncio
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from services.live.centre import Received, SmsCentre
from tests.patience import wait_until

CENTRE_PASSWORD: Final = "pwd12345"  # noqa: S105  of a centre in this process
_CODE: Final = re.compile(r"\b[0-9]{6}\b")


@dataclass
class RunningCentre:
    centre: SmsCentre
    port: int
    loop: asyncio.AbstractEventLoop

    def messages(self, phone: str | None = None) -> list[Received]:
        """List what arrived, at a phone or at all."""
        return [each for each in self.centre.received if phone in (None, each.phone)]

    def wait_for(self, count: int, phone: str | None = None) -> list[Received]:
        """Wait until so many messages have arrived."""
        wait_until(lambda: len(self.messages(phone)) >= count)
        return self.messages(phone)

    def code(self, count: int, phone: str | None = None) -> str:
        """Read the code of the message with this number, from 1."""
        found = _CODE.search(self.wait_for(count, phone)[count - 1].text)
        assert found is not None
        return found.group()

    def hang_up(self) -> None:
        """Break all links."""
        self.loop.call_soon_threadsafe(self.centre.hang_up)


@contextmanager
def running_centre(port: int = 0) -> Iterator[RunningCentre]:
    """Run the centre on a free port."""
    centre = SmsCentre("veche", CENTRE_PASSWORD)
    loop = asyncio.new_event_loop()
    ports: list[int] = []
    stop = asyncio.Event()

    async def run() -> None:
        server = await centre.listen("127.0.0.1", port)
        ports.append(server.sockets[0].getsockname()[1])
        await stop.wait()
        centre.hang_up()
        server.close()
        await asyncio.sleep(0)

    thread = threading.Thread(
        target=lambda: loop.run_until_complete(run()), daemon=True
    )
    thread.start()
    wait_until(lambda: bool(ports))
    try:
        yield RunningCentre(centre, ports[0], loop)
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join()
        for task in asyncio.all_tasks(loop):
            task.cancel()
        loop.run_until_complete(asyncio.sleep(0.01))
        loop.close()
