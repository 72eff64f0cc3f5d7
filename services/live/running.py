"""All parts together: started, shown, and stopped."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any, Final

import uvicorn
from typing_extensions import override

from election.errors import ElectionError
from election.protocol.booth_list import NAME, digest_list
from scripts.shared.session import enter
from services.live.acts import Tell
from services.live.centre import SmsCentre
from services.live.configs import CENTRE_USER, update_homes
from services.live.control import Control, make_app
from services.live.layout import SERVED, Layout, require_free_ports
from services.live.phones import make_phones
from services.live.preparing import prepare, secret_of
from services.live.processes import (
    await_answer,
    start_booth,
    start_chain,
    start_provider,
    start_service,
)
from services.shell.serving import open_socket

_HOST: Final = "127.0.0.1"


@contextmanager
def running(layout: Layout, tell: Tell) -> Iterator[Control]:
    """Hold everything up while the block lasts. Raises ElectionError."""
    with ExitStack() as stack:
        require_free_ports(layout)
        tell("the chain")
        start_chain(layout, stack)
        if layout.is_ready:
            update_homes(layout)  # an older program may have made them
        else:
            prepare(layout, tell)
        opened = enter(layout.record, layout.url("chain"))
        control = Control(layout, opened)
        control.follow()
        stack.enter_context(_serving(layout, control))
        tell(f"the identity provider, the booth, and {', '.join(SERVED)}")
        begun = [start_provider(layout, stack), start_booth(layout, stack)]
        begun += [start_service(layout, name, stack) for name in SERVED]
        for each in begun:
            await_answer(layout, each)
        yield control


@contextmanager
def _serving(layout: Layout, control: Control) -> Iterator[None]:
    """Serve the SMS centre and the pages, in a thread of their own."""
    centre = SmsCentre(
        CENTRE_USER, secret_of(layout, "gateway"), clock=control.clock.now
    )
    app = make_app(control, make_phones(lambda: centre.received))
    server = _Quiet(
        uvicorn.Config(app, log_config=None, access_log=False, lifespan="off")
    )
    failed: list[BaseException] = []
    with open_socket(_HOST, layout.ports["live"]) as listening:

        async def serve() -> None:
            smpp = await centre.listen(_HOST, layout.ports["centre"])
            try:
                await server.serve([listening])
            finally:
                smpp.close()
                centre.hang_up()

        def work() -> None:
            try:
                asyncio.run(serve())
            except BaseException as error:  # noqa: BLE001  told to whoever waits
                failed.append(error)

        thread = threading.Thread(target=work, daemon=True)
        thread.start()
        _await_start(server, thread)
        if failed:
            raise ElectionError("live", f"cannot serve its pages: {failed[0]}")
        try:
            yield
        finally:
            server.should_exit = True
            thread.join(10)


def _await_start(server: uvicorn.Server, thread: threading.Thread) -> None:
    while thread.is_alive() and not server.started:
        time.sleep(0.02)


class _Quiet(uvicorn.Server):
    """Leave signals to the command."""

    @override
    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Take none."""
        yield


def describe(layout: Layout) -> dict[str, Any]:
    """Say where everything answers."""
    urls = {name: layout.url(name) for name in SERVED}
    return {
        "live": layout.url("live"),
        "phones": f"{layout.url('live')}/phones/",
        "provider": layout.url("provider"),
        "chain": layout.url("chain"),
        "booth": layout.url("booth"),
        "booth_hash": f"0x{digest_list((layout.site / NAME).read_bytes()).hex()}",
        **urls,
        "election": str(layout.record),
        "home": str(layout.folder),
    }
