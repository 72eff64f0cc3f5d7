"""Run a program that listens on every address where nobody can reach it.

In a network namespace of its own, from which Unix sockets lead out: run by
`unshare --net`, `python fence.py FOLDER IN OUT -- COMMAND...`. IN: ports of the
program, by commas, each reached at FOLDER/in-PORT. OUT: ports that the program may
reach, each led to FOLDER/out-PORT. It ends, with all that the program started, when its
own input does.
"""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path


async def pour(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while part := await reader.read(65_536):
            writer.write(part)
            await writer.drain()
    except ConnectionError:
        pass
    finally:
        writer.close()


async def join(
    here: tuple[asyncio.StreamReader, asyncio.StreamWriter],
    there: tuple[asyncio.StreamReader, asyncio.StreamWriter],
) -> None:
    await asyncio.gather(
        pour(here[0], there[1]), pour(there[0], here[1]), return_exceptions=True
    )


async def lead_in(path: Path, port: int) -> asyncio.Server:
    """Lead a Unix socket to a port."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            there = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            writer.close()
            return
        await join((reader, writer), there)

    return await asyncio.start_unix_server(serve, path)


async def lead_out(port: int, path: Path) -> asyncio.Server:
    """Lead a port to a Unix socket; port 0 is a free one."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            there = await asyncio.open_unix_connection(path)
        except OSError:
            writer.close()
            return
        await join((reader, writer), there)

    return await asyncio.start_server(serve, "127.0.0.1", port)


async def run(folder: Path, ports: list[list[int]], command: list[str]) -> None:
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)  # noqa: S607
    for port in ports[0]:
        await lead_in(folder / f"in-{port}", port)
    for port in ports[1]:
        await lead_out(port, folder / f"out-{port}")
    process = await asyncio.create_subprocess_exec(
        *command, cwd=folder, stdin=subprocess.DEVNULL, start_new_session=True
    )
    try:
        await asyncio.to_thread(sys.stdin.read)
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        await process.wait()


if __name__ == "__main__":
    _, where, entries, exits, _, *words = sys.argv
    split = [
        [int(each) for each in text.split(",") if each] for text in (entries, exits)
    ]
    asyncio.run(run(Path(where), split, words))
