"""Note that a voter is given a paper ballot."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from scripts.shared.by_key import Actor, by_key
from scripts.shared.following import say_next
from scripts.shared.options import Salt, VoterId, Yes, path_option
from scripts.shared.roles import Role

EXAMPLE = (
    "veche mark-paper --list lists/list-1.json --voter-id AB-123 "
    "--salt 60303ae22b... --election election.json --key keys/station.json"
)


@by_key(Role.POLLING_STATION)
def command(
    list_file: Annotated[Path, path_option("--list", help="The contest's list.")],
    voter_id: VoterId,
    salt: Salt,
    *,
    actor: Actor,
    yes: Yes = False,
) -> None:
    """Note that a voter is given a paper ballot, as the polling station.

    A place on the list is no line of the register: a voter is named by id and salt.
    """
    from election.protocol.context import derive_election_id
    from election.protocol.voter_list import LeafState, claim_leaf
    from scripts.shared.files.voter_files import find_index, read_list
    from scripts.voters.leaf_acts import send_for_leaf
    from scripts.voters.leaf_states import Move, require_state, require_time

    opened, as_json = actor.opened, actor.as_json
    election_id = derive_election_id(opened.rules.slug)
    voters = read_list(list_file, election_id=election_id)
    found = find_index(voters.voters, index=None, voter_id=voter_id, salt=salt)
    act = opened.voter_list.mark_paper(claim_leaf(voters, found))
    leaf = voters.tree.levels[0][found]
    require_time(opened.voter_list, opened.address, Move.PAPER)
    require_state(opened.voter_list, leaf, Move.PAPER, voter=voter_id)
    ask = actor.asker("Note it?", yes)
    ask(f"notes a paper ballot of voter {voter_id}, who cannot vote online then")
    send_for_leaf(
        opened.voter_list,
        act,
        leaf,
        becomes=LeafState.PAPER,
        key_file=actor.key_file,
        as_json=as_json,
    )
    say_next("give the voter the paper ballot, now or today", as_json=as_json)
