"""Decrypt contests' sums in part, as a trustee who believes nobody."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Annotated, Final

import typer

from election.client.open_election import OpenElection
from election.client.tallying import submit_share
from election.protocol.replay import Part
from election.protocol.tally import TallyState
from scripts.members.caution import accept_hash, leaving, require_agreed, sign
from scripts.members.going_on import accepting
from scripts.shared.acceptance import (
    COUNT,
    AuditedElection,
    open_own_share,
)
from scripts.shared.contests import Fates, act_on_each, require_contests
from scripts.shared.errors import InputError, NotYetError
from scripts.shared.files.key_file import KeyFile, Role
from scripts.shared.options import (
    DEFAULT_URL,
    AsJson,
    ElectionFile,
    Fresh,
    KeyPath,
    PasswordFile,
    RpcUrls,
    SomeContests,
)
from scripts.shared.session import acting, enter, unlock
from scripts.shared.standing import require_seat
from scripts.shared.terminal import say, show

EXAMPLE = (
    "veche share --compare --election election.json --key keys/trustee-1.json "
    "--rpc-url http://127.0.0.1:8545 --rpc-url http://127.0.0.1:8546"
)
_NOTHING: Final = "nothing to compare yet: `veche freeze` closes the sums, anybody may"


def compare(audited: AuditedElection, contests: Sequence[int]) -> dict[int, str]:
    """Give the comparison hash of every contest that is frozen."""
    return {
        contest: frozen.comparison_hash.hex()
        for contest, frozen in audited.frozen.items()
        if contest in contests
    }


def describe_sums(
    audited: AuditedElection, contests: Sequence[int]
) -> dict[str, dict[str, str | int]]:
    """Say of every frozen sum what trustees compare, and what an auditor can.

    record_hash: of the record up to the block that froze the sum.
    """
    frozen = {each: audited.frozen[each] for each in compare(audited, contests)}
    records = audited.evidence.record_hashes([each.block for each in frozen.values()])
    return {
        str(contest): {
            "comparison_hash": each.comparison_hash.hex(),
            "ballots": each.tally.cast_count,
            "record_hash": f"0x{records[each.block].hex()}",
        }
        for contest, each in frozen.items()
    }


def share(
    opened: OpenElection,
    audited: AuditedElection,
    contests: Sequence[int],
    *,
    agreed: Collection[str],
    key_file: KeyFile,
) -> Fates[str]:
    """Give the trustee's shares of the sums agreed on; tells what became of each.

    agreed: comparison hashes in hexadecimal. Raises UnverifiedError.
    """
    require_agreed(audited, agreed)
    key_share = open_own_share(audited, key_file, part=Part.TRUSTEES)
    frozen = audited.frozen

    def share_one(contest: int) -> str:
        opened.contest(contest)
        state = audited.state(contest)
        if state is TallyState.FINAL:
            return "final"
        if state is not TallyState.OPEN:
            what = "withheld" if state is TallyState.WITHHELD else "not frozen yet"
            raise NotYetError(f"contest {contest}", what)
        if frozen[contest].comparison_hash.hex() not in agreed:
            raise NotYetError(f"contest {contest}", "not agreed on")
        tally = frozen[contest].tally
        given = submit_share(
            opened,
            frozen[contest],
            sign(tally, key_share=key_share, key_file=key_file),
            key=key_file.key,
            leaving=leaving(key_file, tally),
        )
        return "given" if given else "given before"

    return act_on_each(contests, share_one)


def command(
    election: ElectionFile,
    key: KeyPath,
    contests: SomeContests = None,
    only_compare: Annotated[
        bool, typer.Option("--compare", help="Show what to compare; send nothing.")
    ] = False,
    agreed: Annotated[
        list[str] | None,
        typer.Option(help="Hash of a sum that k trustees were shown alike."),
    ] = None,
    password_file: PasswordFile = None,
    rpc_urls: RpcUrls = None,
    fresh: Fresh = False,
    as_json: AsJson = False,
) -> None:
    """Decrypt contests' sums in part, after verifying the whole election.

    The next call goes on from what this one verified, by a file beside the key file.
    Name two nodes of different organisations; the first is sent the shares. Run it
    with --compare first, and compare hashes and numbers of ballots with those of the
    other trustees over another channel than this chain: whoever was shown another
    history has another hash. Then give each hash with --agreed. A sum of which a share
    may have left is never given up for another one: the key file notes it. A copy of
    the key file notes its own, so keep one copy in use.
    """
    if not only_compare and not agreed:
        raise InputError("--agreed", "missing: run with --compare first")
    hashes = {accept_hash(each) for each in agreed or ()}
    opened = enter(election, (rpc_urls or [DEFAULT_URL])[0])
    key_file = unlock(key, password_file, roles={Role.TRUSTEE})
    contests = contests or list(opened.contests)
    require_contests(opened, contests)
    require_seat(opened, Part.TRUSTEES, key_file.account)
    with accepting(
        election, rpc_urls, COUNT, key_file=key_file, fresh=fresh
    ) as audited:
        if only_compare:
            sums = describe_sums(audited, contests)
            if not sums:
                say(_NOTHING)
            show(sums, as_json=as_json)
            return
        with acting(key_file):
            fates = share(opened, audited, contests, agreed=hashes, key_file=key_file)
    fates.report(lambda _, what: what, as_json=as_json)
