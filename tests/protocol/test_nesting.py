"""What a decoder would follow too deeply is refused, and nothing else."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from election.errors import EncodingError
from election.protocol.nesting import check_nesting
from tests.patience import grows_in_proportion

values = st.recursive(
    st.none() | st.integers() | st.text(alphabet='[]{}"\\a'),
    lambda inner: (
        st.lists(inner, max_size=9)
        | st.dictionaries(st.text(alphabet='[{"\\'), inner, max_size=9)
    ),
)


@given(values)
def test_flat_json_of_any_text_is_taken(value: Any) -> None:
    check_nesting(json.dumps([value] * 40).encode())


@pytest.mark.parametrize("opening", [b"[", b'{"":', b'[{"]":', b'["\\"]",'])
def test_json_that_nests_too_deeply_is_refused(opening: bytes) -> None:
    many = 64 // (opening.count(b"[") + opening.count(b"{"))
    check_nesting(opening * many)
    with pytest.raises(EncodingError, match="deeper than 64"):
        check_nesting(opening * (many + 1))


def test_brackets_side_by_side_are_taken() -> None:
    check_nesting(b"[" + b"[]," * 100_000 + b"[]]")


@pytest.mark.parametrize("text", [b'\\"', b'"', b"\\"])
def test_text_without_an_end_is_measured_at_once(text: bytes) -> None:
    def measure(size: int) -> None:
        check_nesting(b"[]" * 65 + b'"' + text * (size | 1))

    assert grows_in_proportion(measure)
