"""A mutant in the place of the contract it was made from, wherever that runs.

Chains on which everybody was honest so far take a third of a minute to build, so they
are built once with the right contracts; after that, each call of a contract, and each
deployment, runs the mutant's code. Immutables lie behind the code and stay.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from vyper.exceptions import VyperException  # type: ignore[import-untyped]

from election import artifacts
from election.artifacts import SMALL_BOX, read_artifact
from node.evm.interpreter import Computation
from tests.mutants.contracts.sources import FOLDER, contracts_of
from tests.mutants.mutant import Mutant


class MutantError(Exception):
    """Report a mutant that does not compile."""


class Substitution:
    """Code of a contract, and the mutant's, which is compiled when it is first met."""

    def __init__(self, name: str, mutant: Mutant) -> None:
        """Begin with the name of a build of a contract."""
        self._name, self._mutant = name, mutant
        self._old = read_artifact(name)
        self._made: Mapping[str, Any] = {}

    def apply(self, code: bytes) -> bytes:
        """Exchange the front of some code; arguments and immutables follow it.

        Raises MutantError.
        """
        for field in ("initcode", "runtime"):
            old: bytes = getattr(self._old, field)
            if code.startswith(old):
                return bytes.fromhex(self.compile()[field]) + code[len(old) :]
        return code

    def compile(self) -> Mapping[str, Any]:
        """Compile the mutant's contract, once; raises MutantError."""
        self._made = self._made or self._compile()
        return self._made

    def _compile(self) -> Mapping[str, Any]:
        with TemporaryDirectory(prefix="veche-mutant-") as folder:
            root, usual = Path(folder), artifacts.ROOT
            shutil.copytree(usual / FOLDER, root / FOLDER)
            (root / self._mutant.path).write_text(self._mutant.source)
            artifacts.ROOT = root  # type: ignore[misc]  # the compiler asks for it
            try:
                return artifacts.compile_fields(self._name)
            except VyperException as error:
                raise MutantError(f"{self._mutant.name}: {error}") from error
            finally:
                artifacts.ROOT = usual  # type: ignore[misc]


def compile_mutant(mutant: Mutant) -> tuple[Substitution, ...]:
    """Compile one contract that a mutant changes, and prepare all; raises MutantError.

    Compiling takes seconds for each, and most tests meet few contracts.
    """
    names = contracts_of(mutant)
    small = (SMALL_BOX,) if "BallotBox" in names else ()
    found = tuple(Substitution(name, mutant) for name in (*small, *names))
    if not found:
        raise MutantError(f"{mutant.name}: no contract has this code")
    found[0].compile()
    return found


def substitute(substitutions: Sequence[Substitution]) -> None:
    """Let every node of this process run the mutant, for good."""
    run: Callable[..., Any] = Computation.apply_computation.__func__  # type: ignore[attr-defined]

    def apply_computation(
        cls: type[Computation], state: Any, message: Any, *rest: Any, **named: Any
    ) -> Any:
        for each in substitutions:
            message.code = each.apply(message.code)
        return run(cls, state, message, *rest, **named)

    Computation.apply_computation = classmethod(apply_computation)  # type: ignore[assignment, method-assign]
