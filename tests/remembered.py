"""What the library asks of the curve, computed once for all elections of the tests.

Audits and members verify the same ceremonies and ballots again and again, and hardly
anything else of theirs takes time. Each answer is that of the curve to the same bytes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from hashlib import blake2b
from typing import Any, Final

import pytest

from election.crypto import group

_MOST: Final = 100_000  # answers of an operation, each of some hundred bytes
_SLOW: Final = ("multiply", "sum_products", "is_member", "are_members")


@contextmanager
def remembering_curve() -> Iterator[None]:
    """Let the library's curve answer what it was asked before from memory."""
    curve = group._CURVE
    with pytest.MonkeyPatch.context() as patch:
        for place, owner in enumerate((curve.g1, curve.g2)):
            for name in _SLOW:
                patch.setattr(owner, name, _remembered(place, name))
        patch.setattr(curve, "is_product_one", _remembered(2, "is_product_one"))
        yield


@cache  # also from one folder of tests to the next
def _remembered(place: int, name: str) -> Callable[..., Any]:
    curve = group._CURVE
    compute = getattr((curve.g1, curve.g2, curve)[place], name)
    known: dict[bytes, Any] = {}

    def answer(*given: bytes | Sequence[bytes]) -> Any:
        key = _digest(given)
        if key not in known:
            if len(known) == _MOST:
                known.clear()
            known[key] = compute(*given)
        return known[key]

    return answer


def _digest(given: tuple[bytes | Sequence[bytes], ...]) -> bytes:
    """Hash what an operation is given: points are of one size, and so are scalars."""
    digest = blake2b(digest_size=20)
    for each in given:
        raws = [each] if isinstance(each, bytes) else each
        digest.update(len(raws).to_bytes(8, "big"))
        for raw in raws:
            digest.update(raw)
    return digest.digest()
