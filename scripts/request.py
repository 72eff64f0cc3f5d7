"""Ask to vote online, not to, or for a credential, as the voter's own device."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from election.client.leaf_requests import (
    LeafRequest,
    Place,
    ask_for_credential,
    ask_to_register,
    ask_to_withdraw,
)
from election.crypto.blind_credential import RecoverySecret
from election.crypto.signature import derive_address
from election.protocol.attestation import NO_LOCK
from election.protocol.context import derive_election_id
from election.protocol.issuance import prepare_request
from election.protocol.voter_list import claim_leaf
from scripts.errors import InputError
from scripts.files.key_file import KeyFile, Role
from scripts.files.request_files import find_place, write_request
from scripts.files.voter_files import read_list
from scripts.options import (
    DEFAULT_URL,
    AsJson,
    ElectionFile,
    KeyPath,
    OutFile,
    PasswordFile,
    RpcUrl,
)
from scripts.session import enter, unlock
from scripts.terminal import show

EXAMPLE = (
    "veche request issue --election election.json --key keys/voter.json "
    "--list lists/list-1.json --index 7 --out request.json"
)


class Wish(StrEnum):
    """What a voter can ask for."""

    REGISTER = "register"
    WITHDRAW = "withdraw"
    ISSUE = "issue"


def ask(wish: Wish, place: Place, *, key_file: KeyFile, locked: bool) -> LeafRequest:
    """Make a request; the recovery secret gives M', the account is the lock's key."""
    lock_key = key_file.key if locked else None
    if wish is Wish.REGISTER:
        lock = derive_address(key_file.key) if locked else NO_LOCK
        return ask_to_register(place, lock=lock)
    if wish is Wish.WITHDRAW:
        return ask_to_withdraw(place, lock_key=lock_key)
    secret = RecoverySecret(key_file.secrets.random)
    request = prepare_request(secret, ctx=place.ctx, leaf=place.leaf)
    return ask_for_credential(place, request.blinded, lock_key=lock_key)


def command(
    wish: Annotated[Wish, typer.Argument(help="What to ask for.")],
    election: ElectionFile,
    key: KeyPath,
    list_file: Annotated[Path, typer.Option("--list", help="The contest's list.")],
    index: Annotated[int, typer.Option(min=0, help="Place on the list, from 0.")],
    out: OutFile,
    lock: Annotated[
        bool, typer.Option("--lock", help="The leaf is, or shall be, locked.")
    ] = False,
    password_file: PasswordFile = None,
    rpc_url: RpcUrl = DEFAULT_URL,
    as_json: AsJson = False,
) -> None:
    """Write a request that the portal and the SMS gateway then attest."""
    opened = enter(election, rpc_url)
    key_file = unlock(key, password_file, roles={Role.VOTER})
    election_id = derive_election_id(opened.rules.slug)
    voters = read_list(list_file, election_id=election_id)
    if index >= len(voters.voters):
        raise InputError(f"index {index}", f"is not below {len(voters.voters)}")
    place = find_place(opened, claim_leaf(voters, index))
    write_request(out, ask(wish, place, key_file=key_file, locked=lock))
    show({"request": str(out), "leaf": f"0x{place.leaf.hex()}"}, as_json=as_json)
