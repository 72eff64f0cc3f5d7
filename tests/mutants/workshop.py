"""A copy of the project in which a mutant lives, and its tests' verdict."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from election import artifacts
from election.artifacts import CONTRACTS, ROOT
from tests.mutants import witnesses
from tests.mutants.sources import Mutant

_COPIED: Final = (
    "abi", "contracts", "election", "elections", "node", "scripts", "tests",
    "hardhat-free-devnet.toml", "pyproject.toml",
)  # fmt: skip
_BUILD: Final = Path("build") / "contracts"
_PYTEST: Final = ("-m", "pytest", "-x", "-q", "-p", "no:cacheprovider")
_NICE: Final = 19
_LONGEST: Final = 900  # seconds that a mutant's tests may take
_FAILED: Final = 1  # pytest: some test failed; more is an error of ours
_RED: Final = re.compile(r"^(?:FAILED|ERROR) \S*?/?([^/\n]+?)(?: - |$)", re.MULTILINE)

TESTS: Final[Mapping[str, str]] = {
    "Election": "test_election*.py",
    "KeyCeremony": "test_key_ceremony*.py",
    "VoterList": "test_voter_list*.py",
    "BallotBox": "test_ballot_box*.py",
    "Tally": "test_tally*.py",
}
"""The tests that concern a contract; those of a module, and of all, are its users'."""

_OF_MODULES: Final = "test_curve.py"


class MutantError(Exception):
    """Report tests that could not be run at all."""


@dataclass(frozen=True, slots=True)
class Workshop:
    """A copy of the project."""

    root: Path

    def put(self, mutant: Mutant) -> None:
        """Change one source; whatever does not depend on it need not be compiled."""
        (self.root / "contracts" / mutant.path).write_text(mutant.source)
        same = [name for name in CONTRACTS if name not in mutant.contracts]
        build = self.root / _BUILD
        shutil.rmtree(build, ignore_errors=True)
        build.mkdir(parents=True)
        for name in same:
            shutil.copy(_built(name), build / f"{name}-{self._hash()}.json")

    def _hash(self) -> str:
        code = "from election import artifacts; print(artifacts._source_hash())"
        done = self._run("-c", code)
        return done.stdout.strip()

    def compile(self, mutant: Mutant) -> None:
        """Compile the mutant; raises MutantError if it is no program."""
        names = ", ".join(map(repr, mutant.contracts))
        code = "from election.artifacts import read_artifact as read"
        done = self._run("-c", f"{code}; [read(name) for name in ({names},)]")
        if done.returncode:
            raise MutantError(f"{mutant.name}: {done.stderr[-1000:]}")

    def find_red(self, tests: Sequence[str]) -> str | None:
        """Run tests; name the first that fails. Raises MutantError if none can run."""
        done = self._run(*_PYTEST, *tests)
        if done.returncode > _FAILED:
            raise MutantError(done.stdout[-2000:] + done.stderr[-2000:])
        named = _RED.search(done.stdout)
        return named[1] if named else None

    def hear_witnesses(self) -> dict[str, list[str]]:
        """Run all tests, which must be green; give the tests of each reason."""
        file = self.root / "witnesses.json"
        plugin = ("-p", witnesses.__name__)
        done = self._run(*_PYTEST, *plugin, *_all_tests(), heard=file)
        if done.returncode:
            raise MutantError(f"tests are red without a mutant\n{done.stdout[-4000:]}")
        heard: dict[str, list[str]] = json.loads(file.read_text())
        return heard

    def _run(
        self, *arguments: str, heard: Path | None = None
    ) -> subprocess.CompletedProcess[str]:
        environment = dict(os.environ)
        if heard is not None:
            environment[witnesses.FILE] = str(heard)
        return subprocess.run(  # noqa: S603  # our own interpreter
            ["nice", "-n", str(_NICE), sys.executable, *arguments],  # noqa: S607
            cwd=self.root,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=_LONGEST,
        )


@contextmanager
def open_workshop() -> Iterator[Workshop]:
    """Copy the project, and throw the copy away at the end."""
    with TemporaryDirectory(prefix="veche-mutant-") as folder:
        root = Path(folder)
        for name in _COPIED:
            if (ROOT / name).is_dir():
                ignored = shutil.ignore_patterns("__pycache__")
                shutil.copytree(ROOT / name, root / name, ignore=ignored)
            else:
                shutil.copy(ROOT / name, root / name)
        yield Workshop(root)


def tests_of(contracts: Iterable[str]) -> list[str]:
    """List the test files that concern some contracts."""
    folder = Path("tests") / "contracts"
    patterns = [TESTS[name] for name in contracts]
    found = [path for each in patterns for path in sorted((ROOT / folder).glob(each))]
    return [*(str(folder / path.name) for path in found), str(folder / _OF_MODULES)]


def _all_tests() -> list[str]:
    return tests_of(TESTS)


def _built(name: str) -> Path:
    """Give the file of a contract compiled from the unchanged source."""
    artifacts.read_artifact(name)
    return ROOT / _BUILD / f"{name}-{artifacts._source_hash()}.json"
