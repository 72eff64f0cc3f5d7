"""Note that a voter is given a paper ballot."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from election.protocol.context import derive_election_id
from election.protocol.voter_list import claim_leaf
from scripts.errors import InputError
from scripts.files.key_file import Role
from scripts.files.voter_files import read_list
from scripts.leaf_acts import send_for_leaf
from scripts.options import (
    DEFAULT_URL,
    AsJson,
    ElectionFile,
    KeyPath,
    PasswordFile,
    RpcUrl,
)
from scripts.session import enter, unlock

EXAMPLE = (
    "veche mark-paper --list lists/list-1.json --index 7 "
    "--election election.json --key keys/station.json"
)


def command(
    list_file: Annotated[Path, typer.Option("--list", help="The contest's list.")],
    index: Annotated[int, typer.Option(min=0, help="Place on the list, from 0.")],
    election: ElectionFile,
    key: KeyPath,
    password_file: PasswordFile = None,
    rpc_url: RpcUrl = DEFAULT_URL,
    as_json: AsJson = False,
) -> None:
    """Note that a voter is given a paper ballot, as the polling station."""
    opened = enter(election, rpc_url)
    key_file = unlock(key, password_file, roles={Role.POLLING_STATION})
    election_id = derive_election_id(opened.rules.slug)
    voters = read_list(list_file, election_id=election_id)
    if index >= len(voters.voters):
        raise InputError(f"index {index}", f"is not below {len(voters.voters)}")
    act = opened.voter_list.mark_paper(claim_leaf(voters, index))
    leaf = voters.tree.levels[0][index]
    send_for_leaf(opened, act, leaf, key_file=key_file, as_json=as_json)
