"""The process in which records are verified, so that answers are given meanwhile."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import signal
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from threading import Thread

from election.client.deployment import Deployment
from scripts.shared.files.key_file import KeyFile
from services.issuer.record import Progress, Record

Told = Mapping[str, tuple[Deployment, Sequence[str]]]
_records: dict[str, Record] = {}


class Worker:
    """Run passes, one at a time; a process that died is replaced at the next."""

    def __init__(self, told: Told, key_file: KeyFile) -> None:
        self._told, self._key_file = told, key_file
        self._pool: ProcessPoolExecutor | None = None

    async def advance(self, election: str) -> Progress:
        """Verify and answer what is new of an election; raises as `Record` does."""
        if self._pool is None:
            self._pool = ProcessPoolExecutor(
                1,
                mp_context=multiprocessing.get_context("spawn"),
                initializer=_begin,
                initargs=(self._told, self._key_file),
            )
        try:
            return await asyncio.wrap_future(self._pool.submit(_advance, election))
        except BrokenProcessPool:
            self.close()
            raise

    def close(self) -> None:
        """End the process."""
        pool, self._pool = self._pool, None
        if pool is not None:
            pool.shutdown(wait=False, cancel_futures=True)


def _begin(told: Told, key_file: KeyFile) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    Thread(target=_end_with_parent, daemon=True).start()
    for name, (deployment, urls) in told.items():
        _records[name] = Record(deployment, urls, key_file)


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        with suppress(OSError):
            parent.join()
        os._exit(0)


def _advance(election: str) -> Progress:
    try:
        return _records[election].advance()
    except Exception as error:  # noqa: BLE001  as text, which any pipe takes
        raise PassError(type(error).__name__, str(error)) from None


class PassError(Exception):
    """Report why a pass ended, in the words of what ended it."""

    def __init__(self, kind: str, text: str) -> None:
        super().__init__(kind, text)
        self.kind, self.text = kind, text
