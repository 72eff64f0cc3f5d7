"""A value of a node is read in its one form, or refused by an error of the library."""

from __future__ import annotations

from typing import Any

import pytest

from election.client.wire import iter_list, parse_bytes, parse_number
from election.errors import EncodingError

NO_TEXT: tuple[Any, ...] = (None, True, 5, 1.5, b"0x1", [], ["0x1"], {})


@pytest.mark.parametrize("value", NO_TEXT)
def test_number_that_is_no_text_is_refused(value: Any) -> None:
    with pytest.raises(EncodingError, match="is not a number in hex"):
        parse_number(value)


@pytest.mark.parametrize("value", NO_TEXT)
def test_bytes_that_are_no_text_are_refused(value: Any) -> None:
    with pytest.raises(EncodingError, match="is not bytes in hex"):
        parse_bytes(value)


@pytest.mark.parametrize("value", [None, 5, "0x", {}])
def test_list_that_is_none_is_refused(value: Any) -> None:
    with pytest.raises(EncodingError, match="is no list"):
        list(iter_list(value))


def test_number_and_bytes_are_read_from_hex() -> None:
    assert parse_number("0x7fffffffffffffff") == 2**63 - 1
    assert parse_bytes("0x") == b""
    assert parse_bytes("0x00fF", size=2) == b"\0\xff"
