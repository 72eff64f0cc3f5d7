from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from election.crypto.signature import Signature
from election.protocol.board import Board
from election.protocol.events import Issued, Registered, Withdrawn
from tests.audit.cast_of_roles import account_of
from tests.audit.tampering import change, examine, find

KINDS = (Registered, Withdrawn, Issued)
UNSIGNED = Signature(0, 0, 0)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("role", ["portal", "sms"])
@pytest.mark.parametrize("field", ["expiry", "v", "r", "s"])
def test_changed_attestation_is_found(
    board: Board, kind: type[Any], role: str, field: str
) -> None:
    moved = find(board, kind)
    attestation = getattr(moved.event, role)
    if field == "expiry":
        wrong = replace(attestation, expiry=attestation.expiry + 1)
    else:
        signature = attestation.signature
        signature = replace(signature, **{field: getattr(signature, field) ^ 1})
        wrong = replace(attestation, signature=signature)
    faults = examine(change(board, moved, **{role: wrong}))
    assert faults.keys() == {"attestations"}
    assert len(faults["attestations"]) == 1
    assert faults["attestations"][0].blames == "validators"


@pytest.mark.parametrize("kind", KINDS)
def test_portal_that_attests_for_both_is_found(board: Board, kind: type[Any]) -> None:
    moved = find(board, kind)
    faults = examine(change(board, moved, sms=moved.event.portal))
    assert faults.keys() == {"attestations"}


@pytest.mark.parametrize(("offset", "said"), [(-1, "expired"), (901, "valid for more")])
def test_attestation_out_of_its_time_is_found(
    board: Board, offset: int, said: str
) -> None:
    moved = find(board, Registered)
    wrong = replace(moved.event.portal, expiry=moved.log.timestamp + offset)
    fact = examine(change(board, moved, portal=wrong))["attestations"][0].fact
    assert said in fact


def test_other_lock_is_found(board: Board) -> None:
    moved = find(board, Registered, lambda entry: entry.event.contest == 2)
    tampered = change(board, moved, lock=account_of("thief"))
    findings = examine(tampered)["attestations"]
    assert len(findings) == 2  # the registration, and the unsigned issuance


@pytest.mark.parametrize("kind", [Withdrawn, Issued])
def test_locked_leaf_without_its_signature_is_found(
    board: Board, kind: type[Any]
) -> None:
    locked = find(board, Withdrawn).event.leaf
    moved = find(board, kind, lambda entry: entry.event.leaf == locked)
    faults = examine(change(board, moved, lock_signature=UNSIGNED))
    assert faults.keys() == {"attestations"}


def test_signature_for_a_leaf_without_a_lock_is_found(board: Board) -> None:
    signature = find(board, Withdrawn).event.lock_signature
    moved = find(board, Issued, lambda entry: entry.event.contest == 2)
    faults = examine(change(board, moved, lock_signature=signature))
    assert faults["attestations"][0].fact == "is signed by a lock it has not"


def test_signature_of_the_lock_over_another_act_is_found(board: Board) -> None:
    withdrawn = find(board, Withdrawn).event
    moved = find(board, Issued, lambda entry: entry.event.leaf == withdrawn.leaf)
    tampered = change(board, moved, lock_signature=withdrawn.lock_signature)
    faults = examine(tampered)
    assert faults.keys() == {"attestations"}
    assert faults["attestations"][0].fact == "is not signed by its lock"
