from __future__ import annotations

from dataclasses import replace

import pytest

from election.crypto.transcript import hash_bytes
from election.protocol.attestation import Action, Request, Role, attest
from election.protocol.board import Board
from election.protocol.events import Issued
from tests.audit.cast_of_roles import key_of
from tests.audit.story import Told
from tests.audit.tampering import change, examine, find, put
from tests.reference.low_order import ORDERS, low_order_bytes, shifted_generator_bytes


@pytest.mark.parametrize(
    "blinded",
    [
        bytes(128),
        b"\xff" * 128,
        low_order_bytes(ORDERS[0]),
        shifted_generator_bytes(ORDERS[1]),
    ],
)
def test_harmful_message_that_both_attested_is_found(
    told: Told, blinded: bytes
) -> None:
    issued = find(told.board, Issued, lambda entry: entry.event.contest == 2)
    event, subject = issued.event, hash_bytes(blinded)
    ctx = told.boxes[2].ctx
    request = Request(ctx, Action.ISSUE, event.leaf, event.nonce, subject)
    expiry = issued.log.timestamp + 1
    portal = attest(request, key_of("portal"), role=Role.PORTAL, expiry=expiry)
    role, key = Role.SMS_GATEWAY, key_of("sms gateway")
    sms = attest(request, key, role=role, expiry=expiry)
    tampered = change(told.board, issued, blinded=blinded, portal=portal, sms=sms)
    faults = examine(tampered)
    assert faults.keys() == {"issuance"}
    (finding,) = faults["issuance"]
    assert "g1 point" in finding.fact
    assert finding.blames == "validators"


def test_second_issuance_of_a_leaf_is_found(board: Board) -> None:
    issued = find(board, Issued)
    again = replace(issued.log, index=issued.log.index + 1)
    faults = examine(put(board, issued.log, issued.log, again))
    assert [finding.fact for finding in faults["issuance"]] == ["is one of several"] * 2
