"""`abi/` is what the compiler makes of `contracts/`."""

from __future__ import annotations

import json

import pytest

from election.artifacts import (
    CONTRACTS,
    DIGESTS,
    ROOT,
    SMALL_BOX,
    digest_fields,
    read_artifact,
)
from scripts.developer.abi import render_abi


@pytest.mark.parametrize("name", CONTRACTS)
def test_committed_abi_is_generated_from_the_source(name: str) -> None:
    assert (ROOT / "abi" / f"{name}.json").read_text() == render_abi(name)


@pytest.mark.parametrize("name", [*CONTRACTS, SMALL_BOX])
def test_committed_digest_is_of_the_build_of_the_source(name: str) -> None:
    """Else every process would compile again; `make abi` writes it."""
    made = read_artifact(name)
    fields = {
        "abi": made.abi,
        "initcode": made.initcode.hex(),
        "runtime": made.runtime.hex(),
        "immutables": made.immutables,
    }
    committed = json.loads((ROOT / DIGESTS).read_text())
    assert committed[name] == digest_fields(fields)


@pytest.mark.parametrize("name", CONTRACTS)
def test_contract_fits_the_limits_of_the_chain(name: str) -> None:
    artifact = read_artifact(name)
    immutables = sum(length for _, _, length in artifact.immutables)
    assert len(artifact.runtime) + immutables <= 24_576
    assert len(artifact.blueprint_code) <= 24_576


def test_abi_folder_holds_no_other_contract() -> None:
    assert {path.stem for path in (ROOT / "abi").iterdir()} == set(CONTRACTS)
