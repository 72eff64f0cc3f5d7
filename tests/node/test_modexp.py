from __future__ import annotations

from eth.precompiles.modexp import _modexp
from eth.vm.forks.berlin.computation import _compute_modexp_gas_fee_eip_2565
from hypothesis import given
from hypothesis import strategies as st

from node.modexp import modexp, modexp_gas


def _payload(base: bytes, exponent: bytes, modulus: bytes) -> bytes:
    lengths = (len(base), len(exponent), len(modulus))
    return b"".join(n.to_bytes(32, "big") for n in lengths) + base + exponent + modulus


def test_an_empty_base_to_an_empty_power_is_one() -> None:
    assert modexp(_payload(b"", b"", b"\x05")) == b"\x01"


def test_an_empty_base_to_a_zero_power_is_one() -> None:
    assert modexp(_payload(b"", b"\x00", b"\x00\x05")) == b"\x00\x01"


def test_an_empty_base_to_a_positive_power_is_zero() -> None:
    assert modexp(_payload(b"", b"\x02", b"\x05")) == b"\x00"


def test_one_modulo_one_is_zero() -> None:
    assert modexp(_payload(b"", b"", b"\x01")) == b"\x00"


def test_a_zero_modulus_gives_zeros() -> None:
    assert modexp(_payload(b"\x03", b"\x02", b"\x00\x00")) == b"\x00\x00"


def test_no_modulus_gives_nothing() -> None:
    assert modexp(_payload(b"\x03", b"\x02", b"")) == b""


def test_fermat_example_of_the_eip() -> None:
    p = 2**256 - 2**32 - 977
    payload = _payload(b"\x03", (p - 1).to_bytes(32, "big"), p.to_bytes(32, "big"))
    assert modexp(payload) == (1).to_bytes(32, "big")
    assert modexp_gas(payload) == 1_360


def test_lengths_beyond_any_memory_cost_more_than_any_limit() -> None:
    lengths = (0, 2**255, 1)
    payload = b"".join(n.to_bytes(32, "big") for n in lengths)
    assert modexp_gas(payload) > 2**200


@given(
    st.binary(min_size=1, max_size=40), st.binary(max_size=40), st.binary(max_size=40)
)
def test_py_evm_agrees_when_the_base_is_not_empty(
    base: bytes, exponent: bytes, modulus: bytes
) -> None:
    payload = _payload(base, exponent, modulus)
    assert int.from_bytes(modexp(payload), "big") == _modexp(payload)
    assert modexp_gas(payload) == _compute_modexp_gas_fee_eip_2565(payload)


@given(st.binary(max_size=100))
def test_py_evm_agrees_on_the_gas_of_truncated_input(tail: bytes) -> None:
    payload = _payload(b"\x01" * 33, b"\x02" * 33, b"\x03" * 33)[: 96 + len(tail)]
    assert modexp_gas(payload) == _compute_modexp_gas_fee_eip_2565(payload)
