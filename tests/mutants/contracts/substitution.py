"""A mutant in the place of the contract it was made from, wherever that runs.

Chains on which everybody was honest so far take a third of a minute to build, so they
are built once with the right contracts; after that, each call of a contract, and each
deployment, runs the mutant's code. Immutables lie behind the code and stay.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True)
class Substitution:
    """Code of a contract, and the mutant's: initcode, and what it returns."""

    initcode: tuple[bytes, bytes]
    runtime: tuple[bytes, bytes]

    def apply(self, code: bytes) -> bytes:
        """Exchange the front of some code; arguments and immutables follow it."""
        for old, new in (self.initcode, self.runtime):
            if code.startswith(old):
                return new + code[len(old) :]
        return code


def compile_mutant(mutant: Mutant) -> tuple[Substitution, ...]:
    """Compile all contracts that a mutant changes; raises MutantError."""
    with TemporaryDirectory(prefix="veche-mutant-") as folder:
        root = Path(folder)
        shutil.copytree(artifacts.ROOT / FOLDER, root / FOLDER)
        (root / mutant.path).write_text(mutant.source)
        names = contracts_of(mutant)
        small = (SMALL_BOX,) if "BallotBox" in names else ()
        return tuple(_compile(name, mutant, root) for name in (*names, *small))


def _compile(name: str, mutant: Mutant, root: Path) -> Substitution:
    old, usual = read_artifact(name), artifacts.ROOT
    artifacts.ROOT = root  # type: ignore[misc]  # the compiler asks for it
    try:
        made = artifacts.compile_fields(name)
    except VyperException as error:
        raise MutantError(f"{mutant.name}: {error}") from error
    finally:
        artifacts.ROOT = usual  # type: ignore[misc]
    return Substitution(
        (old.initcode, bytes.fromhex(made["initcode"])),
        (old.runtime, bytes.fromhex(made["runtime"])),
    )


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
