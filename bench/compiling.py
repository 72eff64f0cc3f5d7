"""Measure what compiling takes, and what it spares: `python -m bench.compiling`.

The bounds in `node/evm/compiler/` stand on these figures.
"""

from __future__ import annotations

import gc
import time
import tracemalloc
from collections.abc import Callable
from typing import Any, Final
from unittest.mock import patch

from bench.polls import open_polls
from bench.stopping import run_stoppable
from node.evm.compiler import program as bounds
from node.evm.compiler.path import write_path
from node.evm.compiler.program import Program
from node.evm.compiler.programs import compile_path, read_program
from tests.in_process import connect_in_process

_SLOTS: Final = 5
_BATCH: Final = 32
_BATCHES: Final = 12
_COLD: Final = 4  # batches at the beginning
_JUMPDEST, _STOP = b"\x5b", b"\x00"
_MANY: Final = 10_000
_VISITED: Final = 24_000  # soon after the table of them doubled, which is the worst
_VISITS: Final = (0, 1, 2, 4, 8, 16, 2**60)


def cast(visits: int) -> list[float]:
    """Cast batches from a cold start; returns the ms of CPU of a ballot of each.

    Proofs and state are part of it: they are the same whatever is compiled.
    """
    read_program.cache_clear()
    with patch.object(bounds, "_HOT_VISITS", visits):
        connection = connect_in_process()
        polls = open_polls(connection, slots=_SLOTS, ballots=_BATCH * _BATCHES)
        box, relay, records = polls
        taken = []
        for at in range(0, len(records), _BATCH):
            act = box.handle.cast(records[at : at + _BATCH])
            begun = time.process_time()
            connection.send_all([act], key=relay)
            taken.append((time.process_time() - begun) * 1e3 / _BATCH)
        return taken


def measure_source() -> None:
    """Write and compile anew what casting has compiled, and print what that takes."""
    programs = list(read_program._kept.values())  # noqa: SLF001
    begun = time.thread_time()
    written = [[write_path(each, start) for start in each.paths] for each in programs]
    ended = time.thread_time()
    letters = [sum(map(len, sources)) for sources in written]
    total = sum(letters)
    print(f"{total:,} letters of all programs, {max(letters):,} of the longest one")
    sources = [source for each in written for source in each]
    print(f"{sum(each.count(chr(10)) for each in sources):,} lines")
    print(f"{(ended - begun) * 1e6 / total:.2f} us a letter to write")
    begun = time.thread_time()
    for source in sources:
        compile(source, "path", "exec")
    print(f"{(time.thread_time() - begun) * 1e6 / total:.2f} us a letter to compile")
    copies = [Program(each.code) for each in programs]

    def compile_all() -> None:
        for copy, each in zip(copies, programs, strict=True):
            copy._visits = each._visits  # noqa: SLF001
            for start in each.paths:
                compile_path(copy, start)

    print(f"{weigh(compile_all) / total:.1f} bytes a letter")


def measure_short() -> None:
    """Print the memory of places that are known of code, and of the shortest path."""
    size = weigh(lambda: Program(_JUMPDEST * _MANY))
    print(f"{size / _MANY:.0f} bytes a jump destination")
    visited = Program(_STOP)

    def visit() -> None:
        for place in range(_VISITED):
            visited.count_visit(place)

    print(f"{weigh(visit) / _VISITED:.0f} bytes a place that a run began at")
    program = Program((_JUMPDEST + _STOP) * _MANY)

    def compile_all() -> None:
        for start in program.destinations:
            compile_path(program, start)

    size = weigh(compile_all)
    print(f"{size / _MANY:,.0f} bytes a path of {program._letters // _MANY} letters")  # noqa: SLF001


def weigh(make: Callable[[], Any]) -> int:
    """Return the bytes of memory that are kept of what is made."""
    gc.collect()
    tracemalloc.start()
    kept = make()
    gc.collect()
    size, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    del kept
    return size


def main() -> None:
    """Print the figures."""
    print(f"compiling, L = {_SLOTS}, {_BATCHES} batches of {_BATCH} ballots")
    for visits in _VISITS:
        taken = cast(visits)
        first, last = sum(taken[:_COLD]) / _COLD, min(taken[_COLD:])
        name = f"after {visits} visits" if visits < max(_VISITS) else "never"
        print(f"hot {name:15} {first:.2f} ms a ballot at first, {last:.2f} ms later")
    cast(bounds._HOT_VISITS)  # noqa: SLF001
    measure_source()
    measure_short()


if __name__ == "__main__":
    run_stoppable(main)
