"""Verify ballots with Belenios in the same run, where it is installed.

Belenios is an election system that others wrote; Debian has its `belenios-tool`. Its
ballots are in a group modulo a prime of 2,048 bits, ours in BLS12-381: what is compared
is what an auditor waits for, not one and the same computation.
"""

from __future__ import annotations

import json
import resource
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from bench.crypto import AUDITED, BOX, SLOTS, cast, median
from bench.stopping import run_stoppable
from election.protocol.ballot import accept_batch

_GROUP: Final = "BELENIOS-2048"
_FEW, _MANY = 16, 80
TIMES: Final = 10
"""So many times faster is promised."""


class Belenios:
    """An election of Belenios in a folder: one question, one trustee, many voters."""

    def __init__(self, program: str, folder: Path) -> None:
        self._program, self._folder = program, folder
        answers = [f"candidate {number}" for number in range(SLOTS)]
        question = {"answers": answers, "min": 1, "max": 1, "question": "whom?"}
        about = {"name": "bench", "description": "", "questions": [question]}
        about |= {"administrator": "nobody", "credential_authority": "nobody"}
        self._write("template.json", json.dumps(about))
        uuid = self._run("setup", "generate-token").strip()
        whose = ("--uuid", uuid, "--group", _GROUP)
        self._run("setup", "generate-credentials", *whose, "--count", str(_MANY))
        self._find("*.pubcreds").rename(folder / "public_creds.json")
        self._run("setup", "generate-trustee-key", "--group", _GROUP)
        self._find("*.pubkey").rename(folder / "public_keys.jsons")
        self._run("setup", "make-trustees")
        self._run("setup", "make-election", *whose, "--template", "template.json")
        self._run("archive", "init")

    def cast(self) -> Iterator[int]:
        """Cast one ballot after another; gives how many there are."""
        lines = self._find("*.privcreds").read_text("utf-8").splitlines()
        for number, line in enumerate(lines):
            self._write("credential", line.split()[-1])
            choice = [int(slot == number % SLOTS) for slot in range(SLOTS)]
            self._write("choice.json", json.dumps([choice]))
            chosen = ("--privcred", "credential", "--ballot", "choice.json")
            ballot = self._run("election", "generate-ballot", "--dir", ".", *chosen)
            self._run("archive", "add-event", "--type", "Ballot", given=ballot)
            yield number + 1

    def verify(self) -> float:
        """Verify all that is there; returns the processor's milliseconds."""
        before = _spent()
        self._run("election", "verify", "--dir", ".")
        return _spent() - before

    def _run(self, *words: str, given: str = "") -> str:
        done = subprocess.run(  # noqa: S603  belenios-tool
            [self._program, *words],
            cwd=self._folder,
            input=given,
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout

    def _write(self, name: str, text: str) -> None:
        (self._folder / name).write_text(text, encoding="utf-8")

    def _find(self, name: str) -> Path:
        (found,) = self._folder.glob(name)
        return found


def _spent() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return (used.ru_utime + used.ru_stime) * 1000


@contextmanager
def _open_election(program: str) -> Iterator[Belenios]:
    with TemporaryDirectory() as folder:
        yield Belenios(program, Path(folder))


def measure(program: str) -> float:
    """Return what a ballot more takes Belenios, in ms of a processor."""
    taken = {}
    with _open_election(program) as election:
        for number in election.cast():
            if number in (_FEW, _MANY):
                taken[number] = election.verify()
    return (taken[_MANY] - taken[_FEW]) / (_MANY - _FEW)


def main() -> None:
    """Print what a verified ballot takes of both."""
    print(f"verified ballots of {SLOTS} candidates, ms of a processor each")
    program = shutil.which("belenios-tool")
    if program is None:
        print("not compared: belenios-tool is missing; Debian has it as a package")
        return
    raws = [cast(number) for number in range(AUDITED)]
    ours = median(lambda: accept_batch(raws, BOX), times=AUDITED)
    theirs = measure(program)
    print(f"audit here, {AUDITED} at once, from bytes:{ours:>10.3f}")
    print(f"belenios-tool election verify:{theirs:>17.3f}", end="")
    print(f", {theirs / ours:.1f} times  (at least {TIMES})")


if __name__ == "__main__":
    run_stoppable(main)
