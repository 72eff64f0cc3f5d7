"""The signer of a digest, against py-evm's precompile."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any
from unittest.mock import Mock

import pytest
from coincurve import PrivateKey
from eth.precompiles.ecrecover import ecrecover as theirs
from hypothesis import example, given
from hypothesis import strategies as st

from node.ecrecover import recover

_ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
_DIGEST = b"\x11" * 32
_SIGNED = PrivateKey(b"\x01" * 32).sign_recoverable(_DIGEST, hasher=None)
_V = (27 + _SIGNED[64]).to_bytes(32, "big")
_RIGHT = _DIGEST + _V + _SIGNED[:64]


def _ask_py_evm(payload: bytes) -> bytes:
    computation: Any = SimpleNamespace(
        msg=SimpleNamespace(data_as_bytes=payload),
        output=b"",
        consume_gas=Mock(),
    )
    theirs(computation)
    return bytes(computation.output)


def test_a_signature_tells_its_signer() -> None:
    assert len(recover(_RIGHT)) == 32
    assert recover(_RIGHT) == _ask_py_evm(_RIGHT)


@pytest.mark.parametrize("at", range(0, 128, 16))
def test_another_bit_tells_another_signer_or_nobody(at: int) -> None:
    changed = bytearray(_RIGHT)
    changed[at] ^= 1
    assert recover(bytes(changed)) != recover(_RIGHT)
    assert recover(bytes(changed)) == _ask_py_evm(bytes(changed))


_numbers = st.one_of(
    st.sampled_from([0, 1, 27, 28, 29, _ORDER - 1, _ORDER, 2**256 - 1]),
    st.integers(0, 2**256 - 1),
).map(lambda number: number.to_bytes(32, "big"))


@given(st.binary(max_size=32), _numbers, _numbers, _numbers, st.integers(0, 200))
@example(_DIGEST, _V, _SIGNED[:32], (_ORDER - 1).to_bytes(32, "big"), 200)
@example(_DIGEST, _V, _SIGNED[:32], bytes(32), 200)
def test_any_input_gives_what_py_evms_does(
    digest: bytes, v: bytes, r: bytes, s: bytes, size: int
) -> None:
    payload = (digest.ljust(32, b"\0") + v + r + s + b"\xff" * 72)[:size]
    assert recover(payload) == _ask_py_evm(payload)
