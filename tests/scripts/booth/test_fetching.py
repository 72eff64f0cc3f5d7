"""What a server packed is unpacked whole, no further than the bound, or not at all."""

from __future__ import annotations

import gzip
from typing import Final

import pytest

from scripts.booth.fetching import NoAnswerError, TooLongError, _unpack

RAW: Final = b"const choice = 2;\n" * 9
PACKED: Final = gzip.compress(RAW)


def test_whole_body_of_the_largest_size_is_unpacked() -> None:
    assert _unpack(PACKED, ["gzip"], len(RAW)) == RAW


def test_body_that_unpacks_beyond_the_bound_is_too_long() -> None:
    with pytest.raises(TooLongError):
        _unpack(PACKED, ["gzip"], len(RAW) - 1)


@pytest.mark.parametrize(
    "body", [PACKED[:-1], PACKED + b"x", RAW], ids=["cut off", "more behind", "plain"]
)
def test_body_that_is_not_one_packed_whole_is_no_answer(body: bytes) -> None:
    with pytest.raises(NoAnswerError, match="nobody can unpack it"):
        _unpack(body, ["gzip"], len(RAW))
