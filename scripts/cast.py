"""Bring ballots into the box, as a relay."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

from election.client.casting import CastResult, Void, cast_ballots
from election.client.open_election import OpenElection, read_box
from election.crypto.signature import SigningKey
from scripts.files.ballot_files import BallotFile
from scripts.files.json_file import read_json
from scripts.files.key_file import Role
from scripts.options import (
    DEFAULT_URL,
    AsJson,
    ElectionFile,
    KeyPath,
    PasswordFile,
    RpcUrl,
    path_argument,
)
from scripts.session import acting, enter, unlock
from scripts.terminal import say, show

EXAMPLE = "veche cast ballot.json --election election.json --key keys/relay.json"


def cast(
    opened: OpenElection, ballots: Sequence[BallotFile], *, relay: SigningKey
) -> CastResult:
    """Cast ballots of any contests; whatever is in a box already stays as it is.

    A contest's ballots are all verified before one of them is sent.
    """
    by_contest: dict[int, list[bytes]] = {}
    for ballot in ballots:
        by_contest.setdefault(ballot.contest, []).append(ballot.record)
    boxes = {contest: read_box(opened, contest) for contest in by_contest}
    results = [
        cast_ballots(boxes[contest], records, key=relay)
        for contest, records in by_contest.items()
    ]
    return CastResult(
        tuple(each for result in results for each in result.cast),
        tuple(each for result in results for each in result.already_there),
        tuple(each for result in results for each in result.void),
    )


def command(
    ballots: Annotated[list[Path], path_argument(help="From `veche ballot`.")],
    election: ElectionFile,
    key: KeyPath,
    password_file: PasswordFile = None,
    rpc_url: RpcUrl = DEFAULT_URL,
    as_json: AsJson = False,
) -> None:
    """Bring ballots into the box; cast again, they are simply there already.

    Of two ballots of one voter the one that was first in the box counts: which, is told
    by tracking codes.

    Sent by a relay's account, in batches, in an order that tells nothing. A voter
    never sends from an account of his own.
    """
    opened = enter(election, rpc_url)
    key_file = unlock(key, password_file, roles={Role.RELAY})
    files = [read_json(path, BallotFile) for path in ballots]
    with acting(key_file):
        result = cast(opened, files, relay=key_file.key)
    shown = {
        "cast": [f"0x{each.hex()}" for each in result.cast],
        "already_there": [f"0x{each.hex()}" for each in result.already_there],
        "void": [_spell(each) for each in result.void],
    }
    show(shown, as_json=as_json)
    for each in result.void:
        say(
            f"warning: ballot 0x{each.tracking_code.hex()} does not count: another of "
            f"its credential is in the box and counts, 0x{each.counts.hex()}"
        )


def _spell(void: Void) -> dict[str, str]:
    return {
        "credential": f"0x{void.credential.hex()}",
        "tracking_code": f"0x{void.tracking_code.hex()}",
        "counts": f"0x{void.counts.hex()}",
    }
