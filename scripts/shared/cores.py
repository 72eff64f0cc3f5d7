"""Run a function over parts on all cores of this machine, each in a process of its own.

Nothing is lost if such a process dies, of too little memory for example: what it had is
done here. They ignore Ctrl-C, which reaches them too, and end when this one does.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from itertools import chain, islice
from threading import Thread
from typing import Final, Protocol, TypeVar

_Part = TypeVar("_Part")
_Done = TypeVar("_Done")
_WORTHWHILE: Final = 8  # parts; to start a process takes what two or three take
_AHEAD: Final = 2  # parts that wait, for each core: memory is bounded by them


class _Spread(Protocol):
    def __call__(
        self, work: Callable[[_Part], _Done], parts: Iterable[_Part], /
    ) -> Iterator[_Done]: ...


@contextmanager
def all_cores() -> Iterator[_Spread]:
    """Give what does as map does, on all cores once there are enough parts."""
    cores = _count_cores()
    context = multiprocessing.get_context("spawn")  # threads and forks do not agree
    try:
        pool = ProcessPoolExecutor(cores, mp_context=context, initializer=settle)
    except (ImportError, NotImplementedError, OSError):
        yield map  # a system that has no semaphores
        return

    def spread(
        work: Callable[[_Part], _Done], parts: Iterable[_Part], /
    ) -> Iterator[_Done]:
        rest = iter(parts)
        first = list(islice(rest, _WORTHWHILE))
        if len(first) < _WORTHWHILE or cores == 1:
            return map(work, chain(first, rest))
        return _run(pool, work, chain(first, rest), _AHEAD * cores)

    try:
        yield spread
    finally:
        pool.shutdown(cancel_futures=True)


def _count_cores() -> int:
    """Count the cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _run(
    pool: ProcessPoolExecutor,
    work: Callable[[_Part], _Done],
    parts: Iterable[_Part],
    ahead: int,
) -> Iterator[_Done]:
    waiting: deque[tuple[_Part, Future[_Done] | None]] = deque()
    for part in parts:
        waiting.append((part, _begin(pool, work, part)))
        if len(waiting) > ahead:
            yield _end(work, *waiting.popleft())
    while waiting:
        yield _end(work, *waiting.popleft())


def _begin(
    pool: ProcessPoolExecutor, work: Callable[[_Part], _Done], part: _Part
) -> Future[_Done] | None:
    try:
        return pool.submit(work, part)
    except (BrokenProcessPool, OSError):  # none can be started, or one has died
        return None


def _end(
    work: Callable[[_Part], _Done], part: _Part, begun: Future[_Done] | None
) -> _Done:
    try:
        return work(part) if begun is None else begun.result()
    except BrokenProcessPool:
        return work(part)


def settle() -> None:
    """Ignore Ctrl-C in this process, and end with the one that started it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    Thread(target=_follow, daemon=True).start()


def _follow() -> None:
    starter = multiprocessing.parent_process()
    if starter is not None:
        starter.join()
        os._exit(1)
