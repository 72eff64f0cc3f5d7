"""Whether a request was carried out before: what its leaf's own events say."""

from __future__ import annotations

from election.client.contracts.voter_list import VoterList
from election.client.leaf_requests import LeafRequest
from election.crypto.transcript import Hash
from election.protocol.attestation import Action
from election.protocol.events import Event, Issued, Registered, Withdrawn


def find_transaction(voter_list: VoterList, asked: LeafRequest) -> Hash | None:
    """Find the transaction that carried out this very request; None if none did.

    A request that was sent twice is no fault, but another one for the same step is:
    it would have given the leaf another lock, or another credential.
    """
    entries = voter_list.contract.read_entries(None, None, asked.request.leaf)
    return next((log.transaction for log, event in entries if _is(event, asked)), None)


def _is(event: Event, asked: LeafRequest) -> bool:
    action = asked.request.action
    if isinstance(event, Registered):
        is_same = action is Action.REGISTER and event.lock == asked.lock
    elif isinstance(event, Withdrawn):
        is_same = action is Action.WITHDRAW
    elif isinstance(event, Issued):
        is_same = event.blinded == asked.blinded
    else:
        return False
    return (
        is_same
        and event.leaf == asked.request.leaf
        and event.nonce == asked.request.nonce
    )
