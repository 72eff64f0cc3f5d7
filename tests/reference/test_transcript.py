"""Hashes, trees and signatures agree with the library that they do not use."""

from __future__ import annotations

from hashlib import sha3_256

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from election.crypto.merkle import build_tree, derive_path
from election.crypto.signature import SECP256K1_ORDER, sign_hash
from election.crypto.transcript import Hash
from reference.ecdsa import claim_authority, recover_signer
from reference.errors import RefutedError
from reference.merkle import is_in_tree
from reference.transcript import (
    challenge,
    hash_text,
    keccak256,
    tag_word,
    tagged_hash,
    weight,
)
from tests.audit.cast_of_roles import OBSERVERS, account_of, key_of

DIGEST = Hash(keccak256(b"signed"))
ROLES = ("commission", *OBSERVERS)


def test_keccak_is_that_of_ethereum() -> None:
    empty = "c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470"
    assert keccak256(b"").hex() == empty
    assert keccak256(b"") != sha3_256(b"").digest()


def test_fields_are_words_of_a_tagged_hash() -> None:
    address, word, point = b"\1" * 20, b"\2" * 32, b"\3" * 128
    raw = b"VECHE1/att".ljust(32, b"\0") + bytes(31) + b"\7" + bytes(12) + address
    assert tagged_hash("att", 7, address, word, point) == keccak256(raw + word + point)
    assert len(tag_word("dkg-complain-delta")) == 32


def test_text_is_hashed_in_nfc() -> None:
    assert hash_text("и\u0306") == hash_text("\u0439") == keccak256("й".encode())


def test_challenge_and_weight_are_cut_as_the_protocol_says() -> None:
    assert challenge(b"\xff" * 32) < 2**255
    assert weight(b"\xff" * 16 + bytes(15) + b"\1") == 1


@settings(max_examples=20)
@given(st.integers(1, 9), st.data())
def test_leaf_is_in_its_tree_and_at_no_other_place(
    size: int, picked: st.DataObject
) -> None:
    leaves = [Hash(keccak256(bytes([number]))) for number in range(size)]
    tree = build_tree(leaves)
    index = picked.draw(st.integers(0, size - 1))
    proof = derive_path(tree, index)
    root = tree.root
    leaf = leaves[index]
    assert is_in_tree(leaf, index=index, size=size, proof=proof, root=root)
    other = picked.draw(st.integers(0, 2 * size).filter(lambda each: each != index))
    assert not is_in_tree(leaf, index=other, size=size, proof=proof, root=root)
    longer = (*proof, bytes(32))
    assert not is_in_tree(leaf, index=index, size=size, proof=longer, root=root)
    assert not is_in_tree(leaf, index=index, size=0, proof=proof, root=root)


def test_node_inside_of_a_tree_is_no_leaf() -> None:
    leaves = [Hash(keccak256(bytes([number]))) for number in range(4)]
    root, (_, upper) = build_tree(leaves).root, derive_path(build_tree(leaves), 0)
    node = tagged_hash("node", *leaves[:2])
    assert tagged_hash("node", node, upper) == root
    assert not is_in_tree(node, index=0, size=4, proof=(upper,), root=root)


def signed(role: str) -> dict[str, int]:
    signature = sign_hash(DIGEST, key_of(role))
    return {"v": signature.v, "r": signature.r, "s": signature.s}


def test_signer_is_recovered() -> None:
    assert recover_signer(DIGEST, signed("commission")) == account_of("commission")


@pytest.mark.parametrize(
    "fields",
    [
        {"v": 0},
        {"v": 29},
        {"r": 0},
        {"r": SECP256K1_ORDER},
        {"s": 0},
        {"s": SECP256K1_ORDER // 2 + 1},
        {"s": 2**256 - 1},
    ],
)
def test_signature_out_of_range_is_refused(fields: dict[str, int]) -> None:
    with pytest.raises(RefutedError, match="out of range"):
        recover_signer(DIGEST, signed("commission") | fields)


def test_signature_that_nobody_can_have_made_is_refused() -> None:
    with pytest.raises(RefutedError, match="of nobody"):
        recover_signer(DIGEST, signed("commission") | {"r": 5})


def test_signature_of_the_other_half_is_refused() -> None:
    signature = signed("commission")
    flipped = {"v": 55 - signature["v"], "s": SECP256K1_ORDER - signature["s"]}
    with pytest.raises(RefutedError, match="out of range"):
        recover_signer(DIGEST, signature | flipped)


def authorize(commission: str, *observers: str, quorum: int = 2) -> None:
    rules = {
        "commission": account_of("commission"),
        "observers": tuple(map(account_of, OBSERVERS)),
        "quorum": quorum,
    }
    claim_authority(
        DIGEST,
        rules,
        commission=signed(commission),
        observers=[signed(role) for role in observers],
    )


def test_commission_and_a_quorum_have_authority() -> None:
    authorize("commission", *OBSERVERS[:2])
    authorize("commission", *OBSERVERS)


@pytest.mark.parametrize(
    ("signers", "fact"),
    [
        ((OBSERVERS[0], *OBSERVERS[:2]), "not signed by the commission"),
        (("commission",), "no quorum"),
        (("commission", OBSERVERS[0]), "no quorum"),
        (("commission", *reversed(OBSERVERS)), "out of order or twice"),
        (("commission", OBSERVERS[0], OBSERVERS[0]), "out of order or twice"),
        (("commission", OBSERVERS[0], "commission"), "by no observer"),
        (("commission", *OBSERVERS[:2], "portal"), "by no observer"),
    ],
)
def test_fewer_or_other_signers_have_none(signers: tuple[str, ...], fact: str) -> None:
    with pytest.raises(RefutedError, match=fact):
        authorize(*signers)
