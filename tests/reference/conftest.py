"""The election of the audit's story, for both audits."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, Final

import pytest

from reference import ecdsa
from reference.build import Build
from reference.checks import images
from reference.curve import are_equal, begin_pairing
from tests.audit.conftest import board, told
from tests.reference.builds import read_builds
from tests.remembered import remembering_curve

__all__ = ["board", "told"]


@pytest.fixture(autouse=True, scope="package")
def _remembered_curve() -> Iterator[None]:
    with remembering_curve():
        yield


@pytest.fixture(scope="session")
def builds() -> Mapping[str, Build]:
    """Give the compiled contracts."""
    return read_builds()


@pytest.fixture(scope="session", autouse=True)
def _remembered() -> Iterator[None]:
    """Compare two pairings and recover a signer once for all audits.

    All else of an audit takes a tenth of that time.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ecdsa._PURE_PYTHON, "ecdsa_recover", _recover)
        patch.setattr(images, "begin_pairing", _begin)
        patch.setattr(
            images,
            "are_equal",
            lambda left, right: _compare(_keys[id(left)], _keys[id(right)]),
        )
        yield


# Beyond a session of tests, too, for mutants in processes that inherit all of it.
_begun: Final[dict[tuple[bytes, bytes], Any]] = {}
_keys: Final[dict[int, tuple[bytes, bytes]]] = {}
_recover: Final = cache(ecdsa._PURE_PYTHON.ecdsa_recover)


def _begin(left: Any, right: Any) -> Any:
    key = (left.compress(), right.compress())
    pairing = _begun.setdefault(key, begin_pairing(left, right))
    _keys[id(pairing)] = key
    return pairing


@cache
def _compare(left: tuple[bytes, bytes], right: tuple[bytes, bytes]) -> bool:
    return are_equal(_begun[left], _begun[right])
