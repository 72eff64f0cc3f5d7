"""Make a voter's request, for the voter's own leaf."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from election.client.contracts.voter_list import VoterList
from election.client.leaf_requests import (
    LeafRequest,
    Place,
    ask_for_credential,
    ask_to_register,
    ask_to_withdraw,
)
from election.crypto.blind_credential import RecoverySecret, derive_lock_key
from election.crypto.signature import derive_address
from election.crypto.transcript import Hash
from election.protocol.attestation import NO_LOCK
from election.protocol.issuance import prepare_request
from election.protocol.terms import ElectionTerms
from election.protocol.voter_list import claim_leaf
from scripts.shared.errors import InputError, NotYetError
from scripts.shared.files.request_files import find_place
from scripts.shared.files.voter_files import find_index, read_list
from scripts.voters.leaf_states import Move, require_state, require_time
from scripts.voters.wishes import Wish

MOVES: Final = {
    Wish.REGISTER: Move.REGISTER,
    Wish.WITHDRAW: Move.WITHDRAW,
    Wish.ISSUE: Move.ISSUE,
}


def ask(
    wish: Wish, place: Place, *, secret: RecoverySecret, election_id: Hash | None
) -> LeafRequest:
    """Make a request; the recovery secret gives M', and the lock's key.

    election_id: of the election in which the leaf is, or shall be, locked, or None.
    """
    lock_key = None
    if election_id is not None:
        lock_key = derive_lock_key(secret, election_id=election_id)
    if wish is Wish.REGISTER:
        lock = NO_LOCK if lock_key is None else derive_address(lock_key)
        return ask_to_register(place, lock=lock)
    if wish is Wish.WITHDRAW:
        return ask_to_withdraw(place, lock_key=lock_key)
    request = prepare_request(secret, ctx=place.ctx, leaf=place.leaf)
    return ask_for_credential(place, request.blinded, lock_key=lock_key)


def require_path(path: Path | None, option: str) -> Path:
    """Raise InputError for an option that no home has filled in."""
    if path is None:
        raise InputError(option, "is missing: give it, or act in a home (--home)")
    return path


def look_ahead(
    voter_list: VoterList, terms: ElectionTerms, leaf: Hash, move: Move
) -> str | None:
    """Refuse a request that can never be sent; give what makes one early, no fault.

    Raises InputError.
    """
    early = None
    try:
        require_time(voter_list, terms.election, move)
    except NotYetError as error:
        early = str(error)
    require_state(voter_list, leaf, move)
    return early


def find_own_place(
    terms: ElectionTerms,
    path: Path,
    *,
    index: int | None,
    voter_id: str | None,
    salt: str | None,
) -> Place:
    """Find the voter's leaf on the list of a file, which has to be the published one.

    Raises InputError, VoterIdError, TermsError.
    """
    voters = read_list(path, election_id=terms.common.election_id)
    found = find_index(voters.voters, index=index, voter_id=voter_id, salt=salt)
    return find_place(terms, claim_leaf(voters, found), nonce=0)
