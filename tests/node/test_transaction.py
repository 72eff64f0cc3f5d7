from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from node import rlp
from node.errors import (
    BadSignatureError,
    FeeError,
    MalformedTransactionError,
    OversizedError,
    TransactionRefusedError,
    WrongChainError,
)
from node.transaction import (
    MAX_TRANSACTION_SIZE,
    accept_transaction,
    restore_transaction,
)
from tests.node.wallet import CHAIN_ID, KINDS, Wallet

_ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
_FIELDS = {
    "legacy": "nonce price gas to value payload v r s",
    "access_list": "chain nonce price gas to value payload accesses v r s",
    "dynamic_fee": "chain nonce tip fee gas to value payload accesses v r s",
}


def _replace(raw: bytes, kind: str, **changes: Any) -> bytes:
    """Re-encode a transaction with other fields under the same signature."""
    head = b"" if kind == "legacy" else raw[:1]
    fields: Any = rlp.decode(raw[len(head) :])
    for name, value in changes.items():
        fields[_FIELDS[kind].split().index(name)] = value
    return head + rlp.encode(fields)


@pytest.mark.parametrize("to", [None, b"\x11" * 20])
def test_the_tests_own_signature_is_that_of_a_client(to: bytes | None) -> None:
    ours, theirs = Wallet(), Wallet()
    for fields in ({}, {"data": b"\0\xff" * 40, "gas": 77}, {"nonce": 300}):
        assert ours.sign(to, **fields) == theirs.sign_slowly(to, **fields)
    assert ours.nonce == theirs.nonce == 301


def _field(raw: bytes, kind: str, name: str) -> Any:
    fields: Any = rlp.decode(raw if kind == "legacy" else raw[1:])
    return fields[_FIELDS[kind].split().index(name)]


@pytest.mark.parametrize("kind", KINDS)
def test_sender_and_fields_are_read_back(kind: str, wallet: Wallet) -> None:
    raw = wallet.sign(b"\x22" * 20, kind=kind, value=5, data=b"\x01\x02", nonce=9)
    tx = accept_transaction(raw, CHAIN_ID)
    assert (tx.sender, tx.nonce, tx.value) == (wallet.address, 9, 5)
    assert (tx.to, tx.payload, tx.gas) == (b"\x22" * 20, b"\x01\x02", 1_000_000)
    assert tx.kind == KINDS.index(kind)
    assert tx.access_list == (((b"\x11" * 20, (7,)),) if kind == "access_list" else ())


@pytest.mark.parametrize("kind", KINDS)
def test_a_transaction_without_recipient_creates(kind: str, wallet: Wallet) -> None:
    assert accept_transaction(wallet.sign(kind=kind), CHAIN_ID).to is None


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("nonce", b"\x07"),
        ("gas", b"\x52\x08"),
        ("to", b"\x33" * 20),
        ("value", b"\x01"),
        ("payload", b"\xff"),
    ],
)
def test_a_tampered_field_is_not_the_senders(
    kind: str, field: str, value: bytes, wallet: Wallet
) -> None:
    raw = _replace(wallet.sign(b"\x22" * 20, kind=kind), kind, **{field: value})
    with suppress(BadSignatureError):  # the changed hash may recover no key at all
        assert accept_transaction(raw, CHAIN_ID).sender != wallet.address


@pytest.mark.parametrize("kind", KINDS)
def test_another_chains_transaction_is_refused(kind: str) -> None:
    raw = Wallet(chain_id=1).sign(kind=kind)
    with pytest.raises(WrongChainError) as refusal:
        accept_transaction(raw, CHAIN_ID)
    assert (refusal.value.expected, refusal.value.found) == (CHAIN_ID, 1)


def test_a_transaction_for_every_chain_is_refused(wallet: Wallet) -> None:
    raw = _replace(wallet.sign(kind="legacy"), "legacy", v=b"\x1b")
    with pytest.raises(WrongChainError):
        accept_transaction(raw, CHAIN_ID)


@pytest.mark.parametrize("kind", KINDS)
def test_the_other_signature_of_the_same_message_is_refused(
    kind: str, wallet: Wallet
) -> None:
    """Else anyone could change a transaction's hash (EIP-2)."""
    raw = wallet.sign(kind=kind)
    s = int.from_bytes(_field(raw, kind, "s"), "big")
    v = int.from_bytes(_field(raw, kind, "v"), "big")
    flipped = v + (1 if (v if kind != "legacy" else v - 35) % 2 == 0 else -1)
    twin = _replace(
        raw,
        kind,
        s=rlp.encode_integer(_ORDER - s),
        v=rlp.encode_integer(flipped),
    )
    with pytest.raises(BadSignatureError):
        accept_transaction(twin, CHAIN_ID)


@pytest.mark.parametrize("r", range(1, 9))
def test_a_parity_of_two_is_refused(r: int, wallet: Wallet) -> None:
    """For small r it would recover a key: of the point whose x is r + n."""
    raw = _replace(wallet.sign(), "dynamic_fee", r=bytes([r]), v=b"\x02")
    with pytest.raises(BadSignatureError):
        accept_transaction(raw, CHAIN_ID)


@pytest.mark.parametrize(
    "changes",
    [
        {"r": b""},
        {"s": b""},
        {"r": _ORDER.to_bytes(32, "big")},
        {"v": b"\x02"},
        {"r": (2**256 - 1).to_bytes(32, "big")},
    ],
)
def test_a_signature_out_of_range_is_refused(
    changes: dict[str, bytes], wallet: Wallet
) -> None:
    raw = _replace(wallet.sign(), "dynamic_fee", **changes)
    with pytest.raises(BadSignatureError):
        accept_transaction(raw, CHAIN_ID)


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"nonce": b"\x00"}, id="leading zero"),
        pytest.param({"nonce": b"\x01" * 9}, id="nonce of 72 bits"),
        pytest.param({"gas": b"\x01" * 9}, id="gas of 72 bits"),
        pytest.param({"value": b"\x01" * 33}, id="value of 264 bits"),
        pytest.param({"to": b"\x01" * 19}, id="short recipient"),
        pytest.param({"to": [b""]}, id="recipient is a list"),
        pytest.param({"payload": []}, id="payload is a list"),
        pytest.param({"accesses": b""}, id="access list is bytes"),
        pytest.param({"accesses": [b"\x01" * 20]}, id="entry is bytes"),
        pytest.param({"accesses": [[b"\x01" * 19, []]]}, id="entry's address"),
        pytest.param({"accesses": [[b"\x01" * 20, [b"\x01"]]]}, id="entry's slot"),
        pytest.param({"accesses": [[b"\x01" * 20, [[]]]]}, id="slot is a list"),
    ],
)
def test_a_malformed_field_is_refused(changes: dict[str, Any], wallet: Wallet) -> None:
    raw = _replace(wallet.sign(b"\x22" * 20), "dynamic_fee", **changes)
    with pytest.raises(MalformedTransactionError):
        accept_transaction(raw, CHAIN_ID)


@pytest.mark.parametrize("first", [0x00, 0x03, 0x04, 0x05, 0x7F, 0x80])
def test_another_type_is_refused(first: int, wallet: Wallet) -> None:
    with pytest.raises(MalformedTransactionError):
        accept_transaction(bytes([first]) + wallet.sign()[1:], CHAIN_ID)


@pytest.mark.parametrize("kind", KINDS)
def test_a_field_too_many_is_refused(kind: str, wallet: Wallet) -> None:
    raw = wallet.sign(kind=kind)
    head = b"" if kind == "legacy" else raw[:1]
    fields: Any = rlp.decode(raw[len(head) :])
    with pytest.raises(MalformedTransactionError):
        accept_transaction(head + rlp.encode([*fields, b""]), CHAIN_ID)


def test_trailing_bytes_are_refused(wallet: Wallet) -> None:
    with pytest.raises(MalformedTransactionError):
        accept_transaction(wallet.sign() + b"\0", CHAIN_ID)


def test_an_oversized_encoding_is_refused() -> None:
    with pytest.raises(OversizedError):
        accept_transaction(bytes(MAX_TRANSACTION_SIZE + 1), CHAIN_ID)


def test_a_tip_above_the_maximum_fee_is_refused(wallet: Wallet) -> None:
    raw = _replace(wallet.sign(), "dynamic_fee", tip=b"\x01")
    with pytest.raises(FeeError):
        accept_transaction(raw, CHAIN_ID)


@given(st.binary(max_size=300))
def test_any_bytes_are_refused_without_another_error(raw: bytes) -> None:
    with pytest.raises(TransactionRefusedError):
        accept_transaction(raw, CHAIN_ID)


@given(st.integers(0, 10_000), st.integers(1, 255))
def test_a_flipped_byte_never_keeps_sender_and_hash(place: int, mask: int) -> None:
    wallet = Wallet()
    raw = bytearray(wallet.sign(b"\x22" * 20, data=b"abc"))
    honest = accept_transaction(bytes(raw), CHAIN_ID)
    raw[place % len(raw)] ^= mask
    try:
        tampered = accept_transaction(bytes(raw), CHAIN_ID)
    except TransactionRefusedError:
        return
    assert (tampered.sender, tampered.hash) != (honest.sender, honest.hash)
    assert tampered.sender != honest.sender


def test_what_is_signed_for_every_chain_was_never_kept(wallet: Wallet) -> None:
    raw = _replace(wallet.sign(kind="legacy"), "legacy", v=b"\x1b")
    with pytest.raises(MalformedTransactionError, match="every chain"):
        restore_transaction(raw, wallet.address)
