from __future__ import annotations

import pytest
from eth_abi.abi import encode
from hypothesis import given
from hypothesis import strategies as st

from node.rpc.revert import revert_message

_ERROR = bytes.fromhex("08c379a0")
_PANIC = bytes.fromhex("4e487b71")


@given(st.text(max_size=80))
def test_a_reason_is_read(reason: str) -> None:
    output = _ERROR + encode(["string"], [reason])
    assert revert_message(output) == f"execution reverted: {reason}"


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (0x01, "assert(false)"),
        (0x11, "arithmetic underflow or overflow"),
        (0x99, "unknown panic code: 0x99"),
    ],
)
def test_a_panic_is_named(code: int, words: str) -> None:
    output = _PANIC + encode(["uint256"], [code])
    assert revert_message(output) == f"execution reverted: {words}"


@pytest.mark.parametrize(
    "output",
    [
        b"",
        b"\x01",
        _ERROR,
        _PANIC + bytes(31),
        _ERROR + (33).to_bytes(32, "big") + bytes(64),
        _ERROR + (32).to_bytes(32, "big") + (2**255).to_bytes(32, "big"),
    ],
)
def test_other_data_has_no_reason(output: bytes) -> None:
    assert revert_message(output) == "execution reverted"


@given(st.binary(max_size=120))
def test_any_data_is_survived(output: bytes) -> None:
    assert revert_message(_ERROR + output).startswith("execution reverted")


def test_a_reason_that_is_not_utf8_is_shown_with_replacements() -> None:
    output = _ERROR + encode(["bytes"], [b"\xff!"])
    assert revert_message(output) == "execution reverted: \ufffd!"
