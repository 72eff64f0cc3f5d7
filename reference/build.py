"""What the compiler makes of the contracts, asked for anew on its command line.

docs/protocol.md §7: vyper 0.4.3 for prague, optimized for gas.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from reference.errors import NoBuildError

CONTRACTS: Final = (
    "Election",
    "KeyCeremony",
    "CeremonyProofs",
    "VoterList",
    "BallotBox",
    "Tally",
)
"""All but the Deployer, whose code proves nothing: an address is a hash."""
SMALL_BOX: Final = "SmallBallotBox"
"""BallotBox once more, for at most 6 candidates instead of 16."""
_LARGE, _SMALL = (f"\n_MAX_SLOTS: constant(uint256) = {most}\n" for most in (16, 6))
_VERSION: Final = "0.4.3"
_SETTINGS: Final = ("--evm-version", "prague", "-O", "gas")
_FORMATS: Final = ("-f", "bytecode,bytecode_runtime,layout")


@dataclass(frozen=True, slots=True)
class Build:
    """A compiled contract.

    runtime: without the immutables, which follow it on chain. immutables: the name, the
    offset behind the runtime code and the length of each, in bytes.
    """

    runtime: bytes
    initcode: bytes
    immutables: tuple[tuple[str, int, int], ...]


def compile_contracts(
    folder: Path, *, progress: Callable[[str], None]
) -> Mapping[str, Build]:
    """Compile every contract of a folder, in half a minute, and keep nothing.

    progress is told each name. Raises NoBuildError.
    """
    version = _run("--version").split("+")[0].strip()
    if version != _VERSION:
        raise NoBuildError(f"vyper is {version} instead of {_VERSION}")
    builds = {}
    for name in CONTRACTS:
        progress(name)
        builds[name] = _compile(folder, folder / f"{name}.vy")
    progress(SMALL_BOX)
    return {**builds, SMALL_BOX: _compile_small_box(folder)}


def _compile_small_box(folder: Path) -> Build:
    parts = (folder / "BallotBox.vy").read_text(encoding="utf-8").split(_LARGE)
    if len(parts) != 2:
        raise NoBuildError("BallotBox.vy: does not say once how many slots it has")
    try:
        with TemporaryDirectory(prefix="veche-small-box-") as apart:
            source = Path(apart) / "BallotBox.vy"
            source.write_text(_SMALL.join(parts), encoding="utf-8")
            return _compile(folder, source)
    except OSError as error:
        fact = f"the temporary folder takes no source: {error.strerror}"
        raise NoBuildError(f"BallotBox.vy: {fact}") from error


def _compile(folder: Path, source: Path) -> Build:
    lines = _run("-p", str(folder), *_SETTINGS, *_FORMATS, str(source)).splitlines()
    initcode, runtime = (bytes.fromhex(each.removeprefix("0x")) for each in lines[:2])
    layout = json.loads(lines[2]).get("code_layout", {})
    places = ((key, each["offset"], each["length"]) for key, each in layout.items())
    return Build(runtime, initcode, tuple(places))


def _run(*arguments: str) -> str:
    compiler = Path(sys.executable).with_name("vyper")
    try:
        done = subprocess.run(  # noqa: S603  its arguments are ours
            [compiler, *arguments], capture_output=True, text=True, check=True
        )
    except OSError as error:
        raise NoBuildError(f"{compiler}: does not run: {error.strerror}") from error
    except subprocess.CalledProcessError as error:
        why = (error.stderr.strip().splitlines() or ["no reason"])[-1]
        raise NoBuildError(f"{compiler}: compiles nothing: {why}") from error
    return done.stdout
