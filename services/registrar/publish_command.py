"""Publish the voter lists of an election from the register."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from scripts.shared.options import (
    DEFAULT_URL,
    AsJson,
    ElectionFile,
    KeyPath,
    PasswordFile,
    RpcUrl,
    Yes,
    contest_option,
    path_option,
)
from scripts.shared.roles import Role
from scripts.shared.terminal import say, show
from services.shell.command import HomeFolder, find_password_file, home_of


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
    yes: Yes = False,
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
    from scripts.commission.publish_list import require_commission
    from scripts.shared.asking import Asker
    from scripts.shared.contests import require_contests
    from scripts.shared.session import acting, enter, read_password, unlock
    from services.registrar.sending_lists import name_of, send_lists
    from services.registrar.service import SERVICE
    from services.shell.opening import open_context

    kept = home_of(SERVICE.name, home)
    own = find_password_file(password_file)
    password = read_password(own)
    key_file = unlock(key, key_password_file or own, roles={Role.COMMISSION})
    opened = enter(election, rpc_url)
    require_contests(opened, no_voters or [])
    require_commission(opened, key_file)
    with (
        kept.hold(),
        open_context(SERVICE, kept, password) as context,
        acting(key_file),
    ):
        fates, voters = send_lists(
            context,
            opened,
            key_file,
            empty=no_voters or [],
            replace=replace,
            ask=Asker("Publish them?", yes, as_json, is_test=opened.rules.test),
        )
    say(f"the lists are in {kept.folder / 'lists' / name_of(opened)}")
    new = [each for each, is_new in fates.done.items() if is_new]
    result = {"election": name_of(opened), "published": new, "voters": voters}
    show(result, as_json=as_json)
    fates.require()
