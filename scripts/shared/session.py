"""What an act begins with: an election on a chain, and whoever acts."""

from __future__ import annotations

import re
import sys
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from getpass import GetPassWarning
from itertools import pairwise
from pathlib import Path
from typing import Final

from election.client.contract import Contract
from election.client.contracts.voter_list import VoterList
from election.client.deployment import check_remembered
from election.client.errors import ConnectionFailedError
from election.client.open_election import OpenElection, open_election
from election.client.rpc import Connection, connect
from election.client.transport import show_url
from election.protocol.abi import ContractName
from election.protocol.terms import ElectionTerms
from election.protocol.text import name_any, name_election, name_one
from scripts.shared.errors import InputError, UsageError
from scripts.shared.files.deployment_file import read_deployment
from scripts.shared.files.json_file import read_text
from scripts.shared.files.key_file import (
    Instance,
    KeyFile,
    name_instance,
    open_key_file,
)
from scripts.shared.files.lock import hold_file
from scripts.shared.files.terms_file import read_terms
from scripts.shared.options import DEFAULT_URL
from scripts.shared.roles import Role
from scripts.shared.terminal import asking, say

_SHA256: Final = re.compile("[0-9a-f]{64}")


Nodes = str | Sequence[str] | None
"""Where to ask: one node, some of which the first that answers is taken, or our own."""


def connect_any(nodes: Nodes, *, chain_id: int | None = None) -> Connection:
    """Connect to the first of some nodes that answers; raises ClientError.

    Only now: once an act has begun, what one node took is asked of that one.
    """
    urls = [nodes] if isinstance(nodes, str) else nodes or [DEFAULT_URL]
    for url, following in pairwise([*urls, None]):
        try:
            return connect(str(url), chain_id=chain_id)
        except ConnectionFailedError as error:
            if following is None or not error.may_come_back:
                raise
            say(f"{error}; asking {show_url(following)}")
    raise AssertionError


def enter(election: Path, rpc_url: Nodes) -> OpenElection:
    """Open the election of a record; raises InputError and ClientError."""
    deployment = read_deployment(election)
    address = deployment.election
    connection = connect_any(rpc_url, chain_id=deployment.chain_id)
    check_remembered(connection, deployment)
    opened = open_election(connection, address, since=deployment.block)
    say(name_election(opened.rules.title, is_test=opened.rules.test))
    return opened


def go_by(terms: Path, terms_hash: str) -> ElectionTerms:
    """Read the terms of an election that this hash pins; raises InputError."""
    pinned = "".join(terms_hash.split()).lower().removeprefix("0x")
    if _SHA256.fullmatch(pinned) is None:
        raise InputError("--terms-hash", "is not 64 digits in hex")
    found = read_terms(terms, pinned=pinned)
    say(name_election(found.title, is_test=found.test))
    return found


def reach(terms: ElectionTerms, rpc_url: Nodes) -> VoterList:
    """Reach the voter list of the terms through a node of its chain."""
    common = terms.common
    connection = connect_any(rpc_url, chain_id=common.chain_id)
    name = ContractName.VOTER_LIST
    return VoterList(Contract(connection, name, common.voter_list))


@contextmanager
def acting(key_file: KeyFile) -> Iterator[None]:
    """Act from an account alone: another program with this key file waits.

    Two at once would number their transactions alike, and each would judge by what the
    other is changing.
    """
    with hold_file(key_file.path):
        yield


def instance_of(opened: OpenElection) -> Instance:
    """Name the election that a member has a part in."""
    return name_instance(
        opened.connection.chain_id, opened.address, deployed_at=opened.deployed_at
    )


def unlock(path: Path, password_file: Path | None, *, roles: set[Role]) -> KeyFile:
    """Open a key file of one of these roles."""
    if not path.exists():
        raise InputError(str(path), "is not there; `veche keygen` makes one")
    key_file = open_key_file(path, password=read_password(password_file))
    if key_file.sealed.role not in roles:
        names = name_any([each.value for each in sorted(roles)])
        fact = f"is of {name_one(key_file.sealed.role.value)}, not of {names}"
        raise InputError(str(path), fact)
    return key_file


def _ask_password(*, twice: bool) -> str:
    """Ask without showing what is typed, or not at all."""
    import typer

    with warnings.catch_warnings():
        warnings.simplefilter("error", GetPassWarning)
        try:
            while True:
                typed = str(typer.prompt("Password", hide_input=True, err=True))
                if not twice or typed == typer.prompt(
                    "The same again", hide_input=True, err=True
                ):
                    return typed
                say("the two are not the same: type it anew")
        except GetPassWarning:
            say("")  # ends the line of the question
            fact = "cannot be asked for without a terminal: give it by --password-file"
            raise UsageError("password", fact) from None


def ask_line(question: str, *, subject: str) -> str:
    """Ask a person for a line; raises InputError where nobody is at a terminal.

    subject: the option that says it instead.
    """
    import typer

    if not sys.stdin.isatty():
        fact = "is missing, and nobody can be asked without a terminal"
        raise InputError(subject, fact)
    with asking():
        return str(typer.prompt(question, err=True)).strip()


def read_password(password_file: Path | None, *, twice: bool = False) -> str:
    """Read the first line of a file, spaces included, or ask; raises InputError."""
    if password_file is None:
        return _ask_password(twice=twice)
    password = read_text(password_file).partition("\n")[0]
    if not password:
        raise InputError(str(password_file), "has no password in its first line")
    return password
