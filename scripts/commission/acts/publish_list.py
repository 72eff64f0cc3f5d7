"""Publish the voter lists."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from scripts.shared.following import say_next, spell_start
from scripts.shared.options import (
    AnyRpcUrl,
    AsJson,
    ElectionFile,
    KeyPath,
    PasswordFile,
    SomeContests,
    Yes,
    contest_option,
    path_argument,
    path_option,
)
from scripts.shared.roles import Role
from scripts.shared.terminal import say, show

EXAMPLE = (
    "veche publish-list voters.csv --election election.json "
    "--key keys/commission.json --out lists"
)


def command(
    election: ElectionFile,
    key: KeyPath,
    out: Annotated[Path, path_option(help="Folder for lists and salts.")],
    register: Annotated[
        Path | None, path_argument(help="CSV: contest,voter_id (and salt, if any).")
    ] = None,
    contests: SomeContests = None,
    no_voters: Annotated[
        list[int] | None, contest_option(help="Id of a contest without voters.")
    ] = None,
    different: Annotated[
        bool, typer.Option("--different", help="Voters that look alike are different.")
    ] = False,
    replace: Annotated[
        bool, typer.Option("--replace", help="Salts given out before become void.")
    ] = False,
    yes: Yes = False,
    password_file: PasswordFile = None,
    rpc_urls: AnyRpcUrl = None,
    as_json: AsJson = False,
) -> None:
    """Publish the voter lists, or correct them within phase LIST.

    Writes salts.csv, which only the registrar keeps and of which each voter gets one
    line, and list-CONTEST.json, which are public. salts.csv is a register, too: give
    it to publish the same lists again. An act that ended early goes on, with the salts
    that it kept in --out, where the register names the same voters. Every contest needs
    a list, or the statement that it has no voters.
    """
    from scripts.commission.publish_list import (
        go_on,
        make_lists,
        plan_lists,
        publish_and_keep,
        read_chosen,
        require_commission,
        require_known,
    )
    from scripts.shared.asking import Asker
    from scripts.shared.contests import require_contests
    from scripts.shared.omissions import list_missing
    from scripts.shared.session import acting, enter, unlock

    empty = no_voters or []
    chosen = read_chosen(register, contests or [], empty=empty, different=different)
    if not replace:
        chosen = go_on(chosen, out)
    opened = enter(election, rpc_urls)
    require_contests(opened, (*empty, *(contests or ())))
    if register is not None:
        require_known(register, chosen, list(opened.contests))
    key_file = unlock(key, password_file, roles={Role.COMMISSION})
    require_commission(opened, key_file)
    lists = make_lists(opened, chosen, empty=empty)
    with acting(key_file):
        every = contests or list(opened.contests)
        plan = plan_lists(opened, lists.wanted, contests=every, replace=replace)
        ask = Asker("Publish them?", yes, as_json, is_test=opened.rules.test)
        fates = publish_and_keep(opened, plan, lists, out, key=key_file.key, ask=ask)
    say(f"wrote {out}; keep salts.csv there secret")
    for warning in list_missing(opened):
        say(f"warning: {warning}")
    shown = {str(each): lists.wanted[each].voters for each in fates.done}
    published = [each for each, is_new in fates.done.items() if is_new]
    show({"published": published, "voters": shown}, as_json=as_json)
    fates.require()
    start = spell_start(opened, "registration")
    say_next(
        "the registrar gives each voter a line of salts.csv, and everybody the lists;",
        f"`veche terms` from {start} on" if start else "`veche terms` now",
        as_json=as_json,
    )
