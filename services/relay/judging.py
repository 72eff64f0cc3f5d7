"""Verify ballots in processes of their own, and no more at once than are soon done.

The process that answers requests never does curve arithmetic: while strangers have
ballots verified, it goes on telling others where theirs are.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import signal
from collections.abc import Iterable, Mapping
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from dataclasses import dataclass
from threading import Thread
from typing import Final

from election.crypto.group import encode_g2
from election.crypto.transcript import Hash
from election.errors import BallotError
from election.protocol.ballot import accept_unsolicited
from election.protocol.context import Box, decode_box
from election.protocol.encoding import encode_points

MOST_WAITING: Final = 64
"""Ballots that wait for a verifier; each takes a few milliseconds."""


class BusyError(Exception):
    """Report that as many ballots wait as may, or that a verifier has just died."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a verifier found: the ballot hash, or else what is wrong."""

    ballot_hash: Hash | None
    fault: str = ""


_Spelt = tuple[int, Hash, bytes, bytes]
_boxes: dict[Hash, Box] = {}


class Judges:
    """Verifiers of ballots for these boxes, by ctx."""

    def __init__(
        self, boxes: Iterable[Box], *, processes: int, most_waiting: int = MOST_WAITING
    ) -> None:
        self._spelt = [_spell(box) for box in boxes]
        self._processes = processes
        self._most = most_waiting
        self._pool: ProcessPoolExecutor | None = None
        self.waiting = 0

    async def judge(self, context: Hash, raw: bytes) -> Verdict:
        """Have a record of a contest verified; raises BusyError."""
        if self.waiting >= self._most:
            raise BusyError
        self.waiting += 1
        try:
            work = self._open().submit(_judge, context, raw)
            return await asyncio.wrap_future(work)
        except BrokenProcessPool:
            self._drop()
            raise BusyError from None
        finally:
            self.waiting -= 1

    def close(self) -> None:
        """End the processes."""
        self._drop()

    def _open(self) -> ProcessPoolExecutor:
        if self._pool is None:
            self._pool = ProcessPoolExecutor(
                self._processes,
                mp_context=multiprocessing.get_context("spawn"),
                initializer=_begin,
                initargs=(self._spelt,),
            )
        return self._pool

    def _drop(self) -> None:
        pool, self._pool = self._pool, None
        if pool is not None:
            pool.shutdown(wait=False, cancel_futures=True)


def _spell(box: Box) -> _Spelt:
    keys = encode_points(box.election_keys)
    return box.contest, box.ctx, keys, encode_g2(box.credential_key)


def _begin(spelt: Iterable[_Spelt]) -> None:
    """Prepare a verifier, which ends with the process that it works for."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    Thread(target=_end_with_parent, daemon=True).start()
    _boxes.update(_read(spelt))


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        with suppress(OSError):
            parent.join()
        os._exit(0)


def _read(spelt: Iterable[_Spelt]) -> Mapping[Hash, Box]:
    return {
        ctx: decode_box(contest, ctx, election_keys=keys, credential_key=key)
        for contest, ctx, keys, key in spelt
    }


def _judge(context: Hash, raw: bytes) -> Verdict:
    try:
        return Verdict(accept_unsolicited(raw, _boxes[context]).ballot_hash)
    except BallotError as error:
        return Verdict(None, error.fact)
