"""Decrypt contests' sums in part, as a trustee who believes nobody."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import typer

from election.client.contracts.tally import TallyState
from election.client.open_election import OpenElection, read_box
from election.client.tallying import recompute_tally, submit_share
from scripts.caution import audit_before_share, sign_once
from scripts.files.key_file import KeyFile, Role
from scripts.options import (
    DEFAULT_URL,
    AsJson,
    ElectionFile,
    KeyPath,
    PasswordFile,
    RpcUrl,
    SomeContests,
)
from scripts.session import enter, unlock
from scripts.terminal import say, show

EXAMPLE = "veche share --election election.json --key keys/trustee-1.json"


def compare(opened: OpenElection, contests: Sequence[int]) -> dict[int, str]:
    """Give the comparison hash of every contest that is open for shares."""
    return {
        contest: recompute_tally(
            opened, read_box(opened, contest)
        ).comparison_hash.hex()
        for contest in contests
        if opened.tally.state(contest) is TallyState.OPEN
    }


def share(
    opened: OpenElection, contests: Sequence[int], *, key_file: KeyFile
) -> dict[int, str]:
    """Give the trustee's shares of all open contests; says what became of each."""
    done: dict[int, str] = {}
    for contest in contests:
        state = opened.tally.state(contest)
        done[contest] = state.name.lower()
        if state is TallyState.OPEN:
            frozen = recompute_tally(opened, read_box(opened, contest))
            key_file, message = sign_once(key_file, frozen.tally)
            given = submit_share(opened, frozen, message, key=key_file.key)
            done[contest] = "given" if given else "given before"
    return done


def command(
    election: ElectionFile,
    key: KeyPath,
    contests: SomeContests = None,
    only_compare: Annotated[
        bool, typer.Option("--compare", help="Show what to compare; send nothing.")
    ] = False,
    password_file: PasswordFile = None,
    rpc_url: RpcUrl = DEFAULT_URL,
    as_json: AsJson = False,
) -> None:
    """Decrypt contests' sums in part, after verifying the whole election.

    Run it with --compare first, and compare the hashes with those of other trustees
    over another channel: whoever was shown another history has another hash. A sum
    that was decrypted once is never decrypted again in another version.
    """
    opened = enter(election, rpc_url)
    key_file = unlock(key, password_file, roles={Role.TRUSTEE})
    say("verifying the election ...")
    audit_before_share(opened)
    contests = contests or list(opened.contests)
    if only_compare:
        done = compare(opened, contests)
    else:
        done = share(opened, contests, key_file=key_file)
    show({str(contest): what for contest, what in done.items()}, as_json=as_json)
