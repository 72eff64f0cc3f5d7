"""Let a consensus engine talk to an application over a unix socket: the shell.

The engine opens four connections (consensus, mempool, queries, snapshots) and expects
the answers of each in order. What the application cannot answer ends the node: a state
machine that failed must not vote. One thread answers all messages, in the order in
which they came, so that clients are answered while a block is executed; who may be a
peer is said beside it, since no block's time should keep a member out.
"""

from __future__ import annotations

import asyncio
from concurrent.futures import Executor
from pathlib import Path

from node.engine.comet.application import Application
from node.engine.comet.frames import FrameReader, encode_frame

_CHUNK = 256 * 1024  # bytes read at once


async def serve_application(
    application: Application,
    path: Path,
    ended: asyncio.Future[None],
    writer: Executor,
) -> asyncio.Server:
    """Listen for the engine; ended: fails with why the application cannot go on.

    path: of the socket, in a folder that nobody else may enter. writer: one thread.
    """

    async def converse(
        incoming: asyncio.StreamReader, outgoing: asyncio.StreamWriter
    ) -> None:
        try:
            await _converse(application, incoming, outgoing, writer)
        except (ConnectionError, asyncio.CancelledError):
            pass  # the engine has gone, or this node stops; whoever runs it knows
        except Exception as error:  # noqa: BLE001  whatever it is, the node must stop
            if not ended.done():
                ended.set_exception(error)
        finally:
            outgoing.close()

    return await asyncio.start_unix_server(converse, path)


async def _converse(
    application: Application,
    incoming: asyncio.StreamReader,
    outgoing: asyncio.StreamWriter,
    writer: Executor,
) -> None:
    frames, loop = FrameReader(), asyncio.get_running_loop()
    while received := await incoming.read(_CHUNK):
        for message in frames.feed(received):
            answer = application.answer_at_once(message)
            if answer is None:
                answer = await loop.run_in_executor(writer, application.answer, message)
            outgoing.write(encode_frame(answer))
        await outgoing.drain()
