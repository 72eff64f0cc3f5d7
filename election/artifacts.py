"""What the compiler makes of the contracts: ABI, initcode, runtime code.

The source in `contracts/` is the truth. Compiling takes half a minute, so a result is
kept under `build/contracts/` by the hash of everything that enters it. What is kept is
used only if it has the digest that `contracts/builds.json` commits to, so that a stale,
torn or foreign folder decides no audit; else the source is compiled again.
"""

from __future__ import annotations

import hashlib
import json
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any, Final

from election.whole_file import write_whole

ROOT: Final = Path(__file__).resolve().parent.parent
CONTRACTS: Final = (
    "Election",
    "KeyCeremony",
    "CeremonyProofs",
    "VoterList",
    "BallotBox",
    "Tally",
    "Deployer",
    "ObserverRegistry",
)
SMALL_BOX: Final = "SmallBallotBox"
_VARIANTS: Final = {
    SMALL_BOX: (
        "BallotBox",
        "\n_MAX_SLOTS: constant(uint256) = 16\n",
        "\n_MAX_SLOTS: constant(uint256) = 6\n",
    )
}
"""Contracts made of another one's source: its name, a text, and what replaces it."""

DIGESTS: Final = "contracts/builds.json"
"""Digests of what the compiler makes of every contract, written by `make abi`."""

EVM_VERSION: Final = "prague"
OPTIMIZE: Final = "gas"
COMPILER: Final = "0.4.3"
BLUEPRINT_PREAMBLE: Final = bytes.fromhex("fe7100")  # ERC-5202, version 0, no data


@dataclass(frozen=True, slots=True)
class Artifact:
    """One compiled contract.

    abi: as solc's JSON. initcode: without constructor arguments. runtime: without the
    immutables, which follow it on chain. immutables: where each lies behind the runtime
    code, as (name, offset, length in bytes), in order.
    """

    name: str
    abi: tuple[dict[str, Any], ...]
    initcode: bytes
    runtime: bytes
    immutables: tuple[tuple[str, int, int], ...]

    @property
    def blueprint_code(self) -> bytes:
        """Code of the contract's blueprint on chain (ERC-5202)."""
        return BLUEPRINT_PREAMBLE + self.initcode

    def read_immutables(self, code: bytes) -> dict[str, bytes]:
        """Cut what the constructor fixed out of code on chain, whatever that is."""
        fixed = code[len(self.runtime) :]
        return {name: fixed[at : at + size] for name, at, size in self.immutables}

    @property
    def code_size(self) -> int:
        """Give the length of the contract's code on chain, in bytes."""
        return len(self.runtime) + sum(size for _, _, size in self.immutables)

    @property
    def blueprint_initcode(self) -> bytes:
        """Initcode that returns `blueprint_code`."""
        size = len(self.blueprint_code).to_bytes(2, "big")
        return (
            bytes.fromhex("61")
            + size
            + bytes.fromhex("3d81600a3d39f3")
            + (self.blueprint_code)
        )


@cache
def read_artifact(name: str) -> Artifact:
    """Return a contract compiled from the source, from the cache if nothing changed."""
    kept = ROOT / "build" / "contracts" / f"{name}-{_source_hash()}.json"
    fields = _read_kept(kept, name)
    if fields is None:
        fields = compile_fields(name)
        # where nothing can be kept, it is compiled again next time
        with suppress(OSError), write_whole(kept, replacing=True) as file:
            file.write(json.dumps(fields).encode())
    return Artifact(
        name=name,
        abi=tuple(fields["abi"]),
        initcode=bytes.fromhex(fields["initcode"]),
        runtime=bytes.fromhex(fields["runtime"]),
        immutables=tuple((n, o, s) for n, o, s in fields["immutables"]),
    )


def digest_builds() -> str:
    """Hash what all contracts are built to, in hexadecimal: the SHA-256 of DIGESTS.

    Whoever has the source compares it by `sha256sum contracts/builds.json`.
    """
    return hashlib.sha256((ROOT / DIGESTS).read_bytes()).hexdigest()


def digest_fields(fields: object) -> str:
    """Hash what the compiler made of a contract, or what is kept as that."""
    text = json.dumps(fields, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def _read_kept(path: Path, name: str) -> dict[str, Any] | None:
    try:
        fields: dict[str, Any] = json.loads(path.read_text())
        committed = json.loads((ROOT / DIGESTS).read_text())
    except (OSError, ValueError):  # not there, or damaged
        return None
    return fields if committed.get(name) == digest_fields(fields) else None


@cache
def _source_hash() -> str:
    """Hash of the compiler's version, its settings and every source file."""
    digest = hashlib.sha256(f"{COMPILER} {EVM_VERSION} {OPTIMIZE}".encode())
    for path in sorted((ROOT / "contracts").rglob("*.vy*")):
        digest.update(str(path.relative_to(ROOT)).encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:32]


def compile_fields(name: str) -> dict[str, Any]:
    """Compile a contract, whatever is kept, into the values that make an `Artifact`."""
    output = _compile(name, "abi", "bytecode", "bytecode_runtime", "layout")
    layout = output["layout"].get("code_layout", {})
    return {
        "abi": output["abi"],
        "initcode": output["bytecode"].removeprefix("0x"),
        "runtime": output["bytecode_runtime"].removeprefix("0x"),
        "immutables": sorted(_flatten(layout), key=lambda row: row[1]),
    }


def compile_storage(name: str) -> dict[str, Any]:
    """Ask the compiler in which slot a contract keeps each of its variables."""
    return dict(_compile(name, "layout")["layout"]["storage_layout"])


def _compile(name: str, *formats: str) -> dict[str, Any]:
    from vyper.compiler import compile_from_file_input  # type: ignore[import-untyped]
    from vyper.compiler.input_bundle import FilesystemInputBundle  # type: ignore[import-untyped]
    from vyper.compiler.settings import OptimizationLevel, Settings  # type: ignore[import-untyped]

    bundle = FilesystemInputBundle([ROOT / "contracts"])
    origin, text, other = _VARIANTS.get(name, (name, "", ""))
    source = bundle.load_file(Path(f"{origin}.vy"))
    if text:
        before, after = source.source_code.split(text)
        source = replace(source, contents=before + other + after)
    output: dict[str, Any] = compile_from_file_input(
        source,
        input_bundle=bundle,
        output_formats=formats,
        settings=Settings(
            evm_version=EVM_VERSION, optimize=OptimizationLevel.from_string(OPTIMIZE)
        ),
    )
    return output


def _flatten(layout: dict[str, Any], prefix: str = "") -> list[tuple[str, int, int]]:
    """List the immutables of a contract and of its modules."""
    rows: list[tuple[str, int, int]] = []
    for name, entry in layout.items():
        if "offset" in entry and "length" in entry:
            rows.append((prefix + name, entry["offset"], entry["length"]))
        else:
            rows.extend(_flatten(entry, f"{prefix}{name}."))
    return rows
