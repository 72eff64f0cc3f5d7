"""Publish the counts that the trustees' shares give."""

from __future__ import annotations

from collections.abc import Sequence

from election.client.open_election import OpenElection, read_box
from election.client.tallying import find_counts, recompute_tally
from election.crypto.signature import SigningKey
from election.protocol.tally import TallyState
from scripts.files.key_file import Role
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
from scripts.terminal import show

EXAMPLE = "veche publish-result --election election.json --key keys/commission.json"


def publish_result(
    opened: OpenElection, contest: int, *, key: SigningKey
) -> tuple[int, ...]:
    """Publish a contest's counts; none while the contest is withheld.

    Raises CountError while there are fewer than k shares.
    """
    if opened.tally.state(contest) in (TallyState.OPEN, TallyState.NONE):
        frozen = recompute_tally(opened, read_box(opened, contest))
        result = find_counts(opened, frozen)
        opened.connection.send(opened.tally.finalize(contest, result), key=key)
    return opened.tally.counts(contest)


def publish_results(
    opened: OpenElection, contests: Sequence[int], *, key: SigningKey
) -> dict[int, tuple[int, ...]]:
    """Publish the counts of contests, one after another."""
    return {each: publish_result(opened, each, key=key) for each in contests}


def command(
    election: ElectionFile,
    key: KeyPath,
    contests: SomeContests = None,
    password_file: PasswordFile = None,
    rpc_url: RpcUrl = DEFAULT_URL,
    as_json: AsJson = False,
) -> None:
    """Find the counts that k trustees' shares decrypt to, and publish them.

    The contract checks them, so anybody may do it.
    """
    opened = enter(election, rpc_url)
    key_file = unlock(key, password_file, roles=set(Role))
    wanted = contests or list(opened.contests)
    results = publish_results(opened, wanted, key=key_file.key)
    shown: dict[str, object] = {}
    for contest, counts in results.items():
        names = opened.contests[contest].candidates
        shown[str(contest)] = dict(zip(names, counts, strict=False)) or "withheld"
    show(shown, as_json=as_json)
