"""Publish the voter lists of an election from the register."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from election.client.open_election import OpenElection
from election.crypto.signature import derive_address
from election.protocol.context import derive_election_id
from election.protocol.voter_list import NO_VOTERS
from scripts.commission.publish_list import plan_lists, publish_lists
from scripts.shared.contests import Fates, require_contests
from scripts.shared.errors import InputError
from scripts.shared.files.key_file import KeyFile, Role
from scripts.shared.files.voter_files import build_lists
from scripts.shared.options import (
    DEFAULT_URL,
    AsJson,
    ElectionFile,
    KeyPath,
    PasswordFile,
    RpcUrl,
    contest_option,
    path_option,
)
from scripts.shared.session import acting, enter, unlock
from scripts.shared.terminal import say, show
from services.registrar.publishing import (
    keep_lists,
    note_publication,
    read_voters,
    require_contests_known,
)
from services.registrar.salts import open_salts
from services.registrar.service import SERVICE
from services.shell.command import HomeFolder, home_of, password_of
from services.shell.opening import open_context
from services.shell.service import Context


def publish(
    election: ElectionFile,
    key: KeyPath,
    home: HomeFolder = None,
    no_voters: Annotated[
        list[int] | None, contest_option(help="Id of a contest without voters.")
    ] = None,
    replace: Annotated[
        bool, typer.Option("--replace", help="Lists published before become void.")
    ] = False,
    password_file: PasswordFile = None,
    key_password_file: Annotated[
        Path | None,
        path_option(help="Password of --key, if it is another than the home's."),
    ] = None,
    rpc_url: RpcUrl = DEFAULT_URL,
    as_json: AsJson = False,
) -> None:
    """Publish the voter lists of an election, or correct them, within phase LIST.

    Salts follow from a seed that is drawn once and sealed in the home: keep a backup
    before this. Lists lie in the home's folder lists; list-CONTEST.json is public. To
    run it again publishes what is not on the chain yet.
    """
    kept = home_of(SERVICE, home)
    password = password_of(password_file)
    key_file = unlock(key, key_password_file or password_file, roles={Role.COMMISSION})
    opened = enter(election, rpc_url)
    require_contests(opened, no_voters or [])
    if derive_address(key_file.key) != opened.rules.commission:
        raise InputError(str(key), "is of another election's commission")
    with (
        kept.hold(),
        open_context(SERVICE, kept, password) as context,
        acting(key_file),
    ):
        fates, voters = _publish(
            context, opened, key_file, empty=no_voters or [], replace=replace
        )
    say(f"the lists are in {kept.folder / 'lists' / name_of(opened)}")
    new = [each for each, is_new in fates.done.items() if is_new]
    result = {"election": name_of(opened), "published": new, "voters": voters}
    show(result, as_json=as_json)
    fates.require()


def name_of(opened: OpenElection) -> str:
    """Name an election as all services do."""
    return f"0x{opened.address.hex()}"


def _publish(
    context: Context,
    opened: OpenElection,
    key_file: KeyFile,
    *,
    empty: Sequence[int],
    replace: bool,
) -> tuple[Fates[bool], dict[str, int]]:
    salts = open_salts(context.home, context.vault, make=True)
    election_id = derive_election_id(opened.rules.slug)
    voters = context.database.run_now(read_voters, salts, election_id)
    if not voters and not empty:
        hint = "bring them in with `veche registrar import`"
        raise InputError("register", "has no voters", hint=hint)
    require_contests_known(voters, list(opened.contests))
    lists = build_lists(voters, election_id=election_id)
    wanted = {each: made.published for each, made in lists.items()}
    for contest in empty:
        if contest in wanted:
            fact = f"has voters of contest {contest}, which shall have none"
            raise InputError("register", fact)
        wanted[contest] = NO_VOTERS
    plan = plan_lists(opened, wanted, contests=list(opened.contests), replace=replace)
    keep_lists(context.home.folder, name_of(opened), lists)
    fates = publish_lists(opened, plan, key=key_file.key)
    context.database.run_now(
        note_publication,
        name_of(opened),
        {each: wanted[each] for each in fates.done},
        election_id=election_id,
        at=int(time.time()),
    )
    return fates, {str(each): wanted[each].voters for each in fates.done}
