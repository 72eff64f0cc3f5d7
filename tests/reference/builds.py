"""The compiled contracts for tests of the reference audit, without compiling again."""

from __future__ import annotations

from collections.abc import Mapping

from election.artifacts import read_artifact
from reference.build import CONTRACTS, SMALL_BOX, Build


def read_builds() -> Mapping[str, Build]:
    """Give what the library keeps of the contracts; a test holds it to be the same."""
    artifacts = map(read_artifact, (*CONTRACTS, SMALL_BOX))
    return {
        each.name: Build(each.runtime, each.initcode, each.immutables)
        for each in artifacts
    }
