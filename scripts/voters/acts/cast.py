"""Bring ballots into the box, as a relay.

Exit code 15: ballots were cast, and others were set aside; it is told which and why.
Exit code 14: ballots were sent and not seen in the box, where they may be all the same:
run it again to look.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from scripts.shared.by_key import Actor, by_key
from scripts.shared.exit_codes import ExitCode
from scripts.shared.following import say_next_from, spell_start
from scripts.shared.options import path_argument
from scripts.shared.roles import Role
from scripts.shared.terminal import say, show

EXAMPLE = "veche cast ballot.json --election election.json --key keys/relay.json"


@by_key(Role.RELAY)
def command(
    ballots: Annotated[list[Path], path_argument(help="From `veche ballot`.")],
    actor: Actor,
) -> None:
    """Bring ballots into the box; cast again, they are simply there already.

    Every ballot is told by its tracking code, which its voter was shown. Of two ballots
    of one voter the one that was first in the box counts; the other is told as void,
    and the exit code is 0, since the relay did its part. A file that is no ballot of
    this election is set aside by its name, the others are cast, and the act ends with
    15.
    A ballot that was sent and is not seen in the box is told as unknown, with what the
    node says of it, and the exit code is 14, before any other: the ballot may be in the
    box, so run it again to look.

    On a network the last line told is the command that then writes what proves that
    a ballot is in the box, to its voter or to anybody, without a node.

    Sent by a relay's account, in batches, in an order that tells nothing. A voter
    never sends from an account of his own.
    """
    from election.client.finality import is_network
    from scripts.voters.cast import (
        cast,
        spell_casting,
        spell_warnings,
        spell_way_to_proof,
    )

    opened, as_json = actor.opened, actor.as_json
    with actor.alone():
        done = cast(opened, ballots, relay=actor.key)
    spelt = spell_casting(done)
    if not as_json:  # what more is known of each is told below, in lines of its own
        for name in ("void", "unknown"):
            spelt[name] = [each["tracking_code"] for each in spelt[name]]
    show(spelt, as_json=as_json)
    say(*spell_warnings(done))
    start = spell_start(opened, "closed")
    say_next_from(
        start, "`veche freeze` closes the sums,", "from {start} on", as_json=as_json
    )
    if done.result.cast or done.result.already_there:
        url = opened.connection.url
        if is_network(opened.connection):
            say(
                *spell_way_to_proof(
                    [each for each in ballots if each not in done.aside], url
                )
            )
    if done.result.unknown:
        raise typer.Exit(ExitCode.UNKNOWN)
    if done.aside or done.result.unseen:
        raise typer.Exit(ExitCode.IN_PART)
