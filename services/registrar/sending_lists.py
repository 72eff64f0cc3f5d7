"""Make the lists of an election from the register, and publish them on its chain."""

from __future__ import annotations

import time
from collections.abc import Sequence

from election.client.open_election import OpenElection
from election.protocol.context import derive_election_id
from election.protocol.voter_list import NO_VOTERS
from scripts.commission.publish_list import (
    plan_lists,
    publish_lists,
    spell_publishing,
)
from scripts.shared.asking import Ask
from scripts.shared.contests import Fates
from scripts.shared.errors import InputError
from scripts.shared.files.key_file import KeyFile
from scripts.shared.files.voter_files import build_lists
from services.registrar.publishing import (
    keep_lists,
    note_publication,
    read_voters,
    require_contests_known,
)
from services.registrar.salts import open_salts
from services.shell.service import Context


def name_of(opened: OpenElection) -> str:
    """Name an election as all services do."""
    return f"0x{opened.address.hex()}"


def send_lists(
    context: Context,
    opened: OpenElection,
    key_file: KeyFile,
    *,
    empty: Sequence[int],
    replace: bool,
    ask: Ask,
) -> tuple[Fates[bool], dict[str, int]]:
    """Publish what is not on the chain yet; tells of each contest, and its voters.

    empty: contests that shall have no voters. Raises InputError.
    """
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
    if plan.changed:
        ask(*spell_publishing(plan))
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
