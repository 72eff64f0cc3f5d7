"""Ask to vote online, not to, or for a credential, as the voter's own device."""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Final

import typer

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
from election.protocol.attestation import NO_LOCK, spell_fingerprint
from election.protocol.issuance import prepare_request
from election.protocol.terms import ElectionTerms
from election.protocol.voter_list import claim_leaf
from scripts.shared.errors import NotYetError
from scripts.shared.files.key_file import Role
from scripts.shared.files.request_files import find_place, write_request
from scripts.shared.files.voter_files import find_index, read_list
from scripts.shared.options import (
    AnyRpcUrl,
    AsJson,
    KeyPath,
    OutFile,
    PasswordFile,
    PlaceIndex,
    Salt,
    TermsFile,
    TermsHash,
    VoterId,
    path_option,
)
from scripts.shared.session import go_by, reach, unlock
from scripts.shared.terminal import say, show
from scripts.voters.leaf_states import Move, require_state, require_time

EXAMPLE = (
    "veche request issue --terms terms.json --terms-hash 9f86d08188... "
    "--key keys/voter.json --list lists/list-1.json --voter-id AB-123 "
    "--salt 60303ae22b... --out request.json"
)


class Wish(StrEnum):
    """What a voter can ask for."""

    REGISTER = "register"
    WITHDRAW = "withdraw"
    ISSUE = "issue"


_MOVES: Final = {
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


def command(
    wish: Annotated[Wish, typer.Argument(help="What to ask for.")],
    terms: TermsFile,
    terms_hash: TermsHash,
    key: KeyPath,
    list_file: Annotated[Path, path_option("--list", help="The contest's list.")],
    out: OutFile,
    voter_id: VoterId = None,
    salt: Salt = None,
    index: PlaceIndex = None,
    lock: Annotated[
        bool, typer.Option("--lock", help="The leaf is, or shall be, locked.")
    ] = False,
    password_file: PasswordFile = None,
    rpc_urls: AnyRpcUrl = None,
    as_json: AsJson = False,
) -> None:
    """Write a request that the portal and the SMS gateway then attest.

    The node is asked how often the leaf has moved, what it may do next and when, and
    for nothing else. Compare the fingerprint with the one that both organisations show
    before they attest.
    """
    known = go_by(terms, terms_hash)
    key_file = unlock(key, password_file, roles={Role.VOTER})
    place = find_own_place(known, list_file, index=index, voter_id=voter_id, salt=salt)
    voter_list = reach(known, rpc_urls)
    (nonce,) = voter_list.nonces([place.leaf])
    look_ahead(voter_list, known, place.leaf, _MOVES[wish])
    asked = ask(
        wish,
        replace(place, nonce=nonce),
        secret=RecoverySecret(key_file.secrets.random),
        election_id=known.common.election_id if lock else None,
    )
    write_request(out, asked)
    result = {
        "request": str(out),
        "leaf": f"0x{place.leaf.hex()}",
        "fingerprint": spell_fingerprint(asked.request),
    }
    show(result, as_json=as_json)


def look_ahead(
    voter_list: VoterList, terms: ElectionTerms, leaf: Hash, move: Move
) -> None:
    """Refuse a request that can never be sent; say when one is early, no fault.

    Raises InputError.
    """
    try:
        require_time(voter_list, terms.election, move)
    except NotYetError as error:
        say(f"{error}; an attestation holds for a quarter of an hour: ask for it then")
    require_state(voter_list, leaf, move)


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
