"""A request is found again by all that it asks for, and no other passes for it."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any, Final

import pytest

from election.client.contracts.voter_list import NO_SIGNATURE
from election.client.leaf_requests import (
    LeafRequest,
    Place,
    ask_for_credential,
    ask_to_register,
    ask_to_withdraw,
)
from election.crypto.group import G
from election.crypto.scalar import Scalar
from election.crypto.transcript import Hash
from election.protocol.attestation import Attestation
from election.protocol.events import Issued, PaperMarked, Registered, Withdrawn
from election.protocol.voter_list import LeafClaim
from scripts.voters.leaf_history import find_transaction
from tests import honest

SENT: Final = Hash(b"\x07" * 32)
CLAIM: Final = LeafClaim(1, 0, Hash(b"\x11" * 32), ())
PLACE: Final = Place(honest.ELECTION_ID, honest.box().ctx, CLAIM, 3)
BY: Final = (Attestation(0, NO_SIGNATURE), Attestation(0, NO_SIGNATURE))
AT: Final = (1, PLACE.leaf, CLAIM)

REGISTERED: Final = Registered(*AT, honest.account(1), 3, *BY)
WITHDRAWN: Final = Withdrawn(*AT, NO_SIGNATURE, 3, *BY)
ASKED: Final = ask_for_credential(PLACE, G * Scalar(5))
ISSUED: Final = Issued(*AT, ASKED.blinded, NO_SIGNATURE, 3, *BY)


def find(event: Any, asked: LeafRequest) -> Hash | None:
    log = SimpleNamespace(transaction=SENT)
    contract = SimpleNamespace(read_entries=lambda *_: ((log, event),))
    voter_list: Any = SimpleNamespace(contract=contract)
    return find_transaction(voter_list, asked)


@pytest.mark.parametrize(
    ("event", "asked"),
    [
        (REGISTERED, ask_to_register(PLACE, lock=honest.account(1))),
        (WITHDRAWN, ask_to_withdraw(PLACE)),
        (ISSUED, ASKED),
    ],
)
def test_request_is_found_by_its_own_event_alone(
    event: Any, asked: LeafRequest
) -> None:
    assert find(event, asked) == SENT
    for other in (REGISTERED, WITHDRAWN, ISSUED, PaperMarked(*AT, 3)):
        assert (find(other, asked) is None) == (other != event)
    assert find(replace(event, nonce=1), asked) is None
    assert find(replace(event, leaf=SENT), asked) is None


def test_other_lock_or_credential_is_another_request() -> None:
    assert find(REGISTERED, ask_to_register(PLACE)) is None
    assert find(ISSUED, ask_for_credential(PLACE, G * Scalar(6))) is None


def test_registration_without_a_lock_is_no_withdrawal() -> None:
    event = replace(REGISTERED, lock=ask_to_register(PLACE).lock)
    assert find(event, ask_to_register(PLACE)) == SENT
    assert find(event, ask_to_withdraw(PLACE)) is None
