"""Have other machines verify parts of a record, and believe them as far as a sample.

Dask brings bytes to workers and yes or no back; it is imported only here, and only
when a cluster is asked for. The auditor reads the record, cuts it into parts and sums
up; what a worker says of a part is used, and of every few parts one, drawn by lot, is
verified here, too. A worker that is gone, silent or at fault costs time: its parts are
verified by another one, or here.

Whoever is in a Dask cluster can run code on all its machines, this one included: that
is how Dask works. So the workers are to be the auditor's own, and the sample guards
against a machine that is broken or was altered, not against an enemy in the cluster.
"""

from __future__ import annotations

import secrets
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypeVar
from urllib.parse import urlsplit

from scripts.shared.errors import InputError
from scripts.shared.program import digest_program
from scripts.shared.terminal import say

if TYPE_CHECKING:
    from distributed import Client, Future

_Part = TypeVar("_Part")
_Done = TypeVar("_Done")
_AHEAD: Final = 3  # parts that wait, for each thread of a worker
_CONNECTING: Final = "20s"
_SILENT: Final = 120.0  # seconds for a part that takes less than one
_LOOPBACK: Final = ("127.0.0.1", "::1", "localhost")


class WorkerLiedError(Exception):
    """Report an answer that is not what the part gives; no answer counts then."""

    def __init__(self, workers: tuple[str, ...]) -> None:
        """Keep who had it: where Dask copied it, more than one."""
        named = ", ".join(workers) or "a worker that is gone"
        super().__init__(f"{named} answered something else than the part gives")
        self.workers = workers


@dataclass(slots=True)
class Answers:
    """What came of the parts of a record.

    given: parts that workers answered. recomputed: of those, how many were verified
    here, too. redone: parts that no worker answered, verified here. one_of: of so many
    parts one is recomputed. lied: workers of whom an answer was false.
    """

    one_of: int
    workers: int
    given: int = 0
    recomputed: int = 0
    redone: int = 0
    lied: tuple[str, ...] = ()

    def chance(self, lies: int) -> float:
        """Give the chance, at most, with which so many false answers go unnoticed.

        One of each group is drawn: lies in different groups are missed each with
        1 - 1/n, and those in one group with less.
        """
        return (1 - 1 / self.one_of) ** lies

    def lines(self) -> Iterator[str]:
        """Tell of it in lines of text."""
        if self.lied:
            yield f"cluster: {', '.join(self.lied)} answered falsely: none of its"
            yield "  answers counts, and all was verified here"
            return
        yield f"cluster: {self.given} parts answered by {self.workers} workers; of each"
        yield f"  {self.one_of} one was drawn and verified here, too: {self.recomputed}"
        yield f"  in all, and none differed; {self.redone} had no answer, verified here"
        if self.one_of > 1:
            one, many = self.chance(1), self.chance(50)
            yield f"  one false answer goes unnoticed with a chance of {one:.0%}, 50"
            yield f"  with {many:.2g} at most; --recompute 100 believes nobody"

    def render(self) -> dict[str, Any]:
        """Give it as values of JSON."""
        return {
            "workers": self.workers,
            "given": self.given,
            "recomputed": self.recomputed,
            "redone": self.redone,
            "lied": list(self.lied),
            "chance_of_one_unnoticed": self.chance(1),
        }


class Cluster:
    """Workers that are connected. silent: seconds after which a part is done here."""

    def __init__(self, client: Client, one_of: int, *, silent: float = _SILENT) -> None:
        threads = client.nthreads()
        self._client, self._silent = client, silent
        self._ahead = _AHEAD * max(1, sum(threads.values()))
        self.answers = Answers(one_of, len(threads))

    def spread(
        self, work: Callable[[_Part], _Done], parts: Iterable[_Part], /
    ) -> Iterator[_Done]:
        """Do as map does; raises WorkerLiedError."""
        waiting: deque[tuple[_Part, Future | None, bool]] = deque()
        drawn = _draw_lots(self.answers.one_of)
        for part in parts:
            waiting.append((part, self._begin(work, part), next(drawn)))
            if len(waiting) > self._ahead:
                yield self._end(work, *waiting.popleft())
        while waiting:
            yield self._end(work, *waiting.popleft())

    def _begin(self, work: Callable[[_Part], _Done], part: _Part) -> Future | None:
        if self._client.status != "running":
            return None
        return self._client.submit(work, part, pure=False)

    def _end(
        self,
        work: Callable[[_Part], _Done],
        part: _Part,
        begun: Future | None,
        is_drawn: bool,
    ) -> _Done:
        if begun is None or not self._is_answered(begun):
            self.answers.redone += 1
            return work(part)
        given: _Done = begun.result()
        self.answers.given += 1
        if is_drawn:
            own = work(part)
            if type(own) is not type(given) or own != given:
                raise WorkerLiedError(self._find_workers(begun))
            self.answers.recomputed += 1
        return given

    def _is_answered(self, begun: Future) -> bool:
        """Wait for a part; false if its worker failed, or nobody answers."""
        try:
            begun.result(timeout=self._silent)
        except Exception:  # noqa: BLE001  of a worker, of Dask, or of the time
            begun.cancel()
            return False
        return True

    def _find_workers(self, begun: Future) -> tuple[str, ...]:
        return tuple(next(iter(self._client.who_has([begun]).values()), ()))


def _draw_lots(one_of: int) -> Iterator[bool]:
    """Draw one of each group of so many, which nobody can foresee."""
    while True:
        drawn = secrets.randbelow(one_of)
        yield from (place == drawn for place in range(one_of))


def accept_address(address: str) -> str:
    """Accept where a scheduler is; raises InputError for what anybody could read.

    Who speaks to a scheduler can run code here: so only by TLS, with the certificates
    of the auditor's Dask configuration, or on this machine.
    """
    try:
        parts = urlsplit(address)
        is_own = parts.hostname in _LOOPBACK and parts.port is not None
    except ValueError:
        is_own, parts = False, urlsplit("")
    if parts.scheme == "tls" and parts.hostname:
        return address
    if parts.scheme == "tcp" and is_own:
        return address
    fact = "is no tls://HOST:PORT, and no tcp:// address of this machine"
    hint = "who reaches a scheduler runs code on all its machines: give it TLS, or a "
    hint += "tunnel of ssh to a port here"
    raise InputError("--cluster", fact, hint=hint)


@contextmanager
def connected(address: str, recompute: int) -> Iterator[Cluster]:
    """Connect to a scheduler; recompute: percent of the parts, at least.

    Raises InputError where there is no Dask, no scheduler, no worker, or one that runs
    another program.
    """
    accept_address(address)
    try:
        from distributed import Client
    except ImportError:
        fact = "needs Dask, which is not installed"
        hint = "install it with the extra `cluster`: pip install 'veche[cluster]'"
        raise InputError("--cluster", fact, hint=hint) from None
    say(f"{address}: looking for workers")
    try:
        client = Client(address, timeout=_CONNECTING, set_as_default=False)
    except (OSError, TimeoutError, ValueError, RuntimeError) as error:
        fact = "no scheduler of Dask answers there"
        raise InputError(address, fact, hint="is `dask scheduler` running?") from error
    with client:
        _require_same(client, address)
        yield Cluster(client, max(1, 100 // recompute))


def _require_same(client: Client, address: str) -> None:
    """Raise InputError unless there are workers, all of this very program."""
    try:
        found = client.run(digest_program)
    except Exception as error:  # noqa: BLE001  whatever a worker has in its place
        fact = f"has a worker without this program ({type(error).__name__})"
        hint = "install the same release there, and start `dask worker` with it"
        raise InputError(address, fact, hint=hint) from None
    if not found:
        hint = f"on each machine: .venv/bin/dask worker {address}"
        raise InputError(address, "has no workers", hint=hint)
    own = digest_program()
    for worker, digest in found.items():
        if digest != own:
            fact = f"runs another version of this program, for {address}"
            raise InputError(str(worker), fact)
