"""Publish the voter lists."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Final

import typer

from election.client.open_election import OpenElection
from election.crypto.signature import SigningKey
from election.protocol.context import derive_election_id
from election.protocol.voter_list import VoterList
from scripts.errors import InputError, RefusedLinesError
from scripts.files.json_file import render_json, write_same
from scripts.files.key_file import Role
from scripts.files.register_file import (
    Register,
    list_look_alikes,
    read_register,
    render_salts,
)
from scripts.files.voter_files import ListFile, build_lists
from scripts.options import (
    DEFAULT_URL,
    AsJson,
    ElectionFile,
    KeyPath,
    PasswordFile,
    RpcUrl,
)
from scripts.session import enter, unlock
from scripts.terminal import say, show

EXAMPLE = (
    "veche publish-list voters.csv --election election.json "
    "--key keys/commission.json --out lists"
)
_SHOWN: Final = 20  # lines of a register


def publish_lists(
    opened: OpenElection, lists: Mapping[int, VoterList], *, key: SigningKey
) -> tuple[int, ...]:
    """Publish or correct lists; returns the contests whose list was not so already."""
    handle = opened.voter_list
    changed = tuple(
        contest
        for contest, made in lists.items()
        if (handle.root(contest), handle.size(contest))
        != (made.tree.root, made.tree.size)
    )
    for contest in changed:
        tree = lists[contest].tree
        opened.connection.send(
            handle.publish(contest, tree.root, size=tree.size), key=key
        )
    return changed


def accept_register(path: Path, *, are_different: bool) -> Register:
    """Read a register; say what is wrong with its lines, and which look alike.

    are_different: somebody looked, and those that look alike are different voters.
    Raises InputError.
    """
    try:
        register = read_register(path)
    except RefusedLinesError as error:
        _say_some(error.lines)
        raise
    pairs = list_look_alikes(register)
    _say_some(pairs)
    if pairs and not are_different:
        fact = "has voters that look alike, as told above: leave out who stands there"
        raise InputError(str(path), f"{fact} twice, or give --different")
    return register


def _say_some(lines: Sequence[str]) -> None:
    for line in lines[:_SHOWN]:
        say(line)
    if len(lines) > _SHOWN:
        say(f"and {len(lines) - _SHOWN} lines more")


def command(
    register: Annotated[Path, typer.Argument(help="CSV: contest,voter_id[,salt].")],
    election: ElectionFile,
    key: KeyPath,
    out: Annotated[Path, typer.Option(help="Folder for lists and salts.")],
    different: Annotated[
        bool, typer.Option("--different", help="Voters that look alike are different.")
    ] = False,
    password_file: PasswordFile = None,
    rpc_url: RpcUrl = DEFAULT_URL,
    as_json: AsJson = False,
) -> None:
    """Publish the voter lists, or correct them within phase LIST.

    Writes salts.csv, which only the registrar keeps and of which each voter gets one
    line, and list-CONTEST.json, which are public. salts.csv is a register, too: give
    it to publish the same lists again.
    """
    opened = enter(election, rpc_url)
    key_file = unlock(key, password_file, roles={Role.COMMISSION})
    voters = accept_register(register, are_different=different).voters
    lists = build_lists(voters, election_id=derive_election_id(opened.rules.slug))
    unknown = sorted(set(lists) - set(opened.contests))
    if unknown:
        raise InputError(str(register), f"contest {unknown[0]} is not in the election")
    write_same(out / "salts.csv", render_salts(voters), mode=0o600)
    for contest, made in lists.items():
        text = render_json(ListFile("veche-list/1", contest, made.voters))
        write_same(out / f"list-{contest}.json", text)
    say(f"wrote {out}; keep salts.csv there secret")
    changed = publish_lists(opened, lists, key=key_file.key)
    sizes = {str(contest): made.tree.size for contest, made in lists.items()}
    show({"published": list(changed), "voters": sizes}, as_json=as_json)
