"""Decrypt contests' sums in part, as a trustee who believes nobody."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from scripts.members.acts.as_member import Asked, as_member
from scripts.shared.errors import InputError, NotYetError
from scripts.shared.following import say_next
from scripts.shared.options import (
    DEFAULT_URL,
    Fresh,
    RpcUrls,
    SignedFile,
    SomeContests,
)
from scripts.shared.roles import Role
from scripts.shared.terminal import show

if TYPE_CHECKING:
    from scripts.shared.acceptance import AuditedElection

EXAMPLE = (
    "veche share --compare --election election.json --key keys/trustee-1.json "
    "--rpc-url http://127.0.0.1:8545 --rpc-url http://127.0.0.1:8546"
)

_NOTHING: Final = "`veche freeze` closes the sums once the polls are, anybody may"


@as_member
def command(
    asked: Asked,
    contests: SomeContests = None,
    only_compare: Annotated[
        bool, typer.Option("--compare", help="Show what to compare; send nothing.")
    ] = False,
    agreed: Annotated[
        list[str] | None,
        typer.Option(help="Hash of a sum that k trustees were shown alike."),
    ] = None,
    rpc_urls: RpcUrls = None,
    out: SignedFile = None,
    fresh: Fresh = False,
) -> None:
    """Decrypt contests' sums in part, after verifying the whole election.

    The next call goes on from what this one verified, by a file beside the key file.
    Name two nodes of different organisations; the first is sent the shares. Run it
    with --compare first, and compare hashes and numbers of ballots with those of the
    other trustees over another channel than this chain: whoever was shown another
    history has another hash. Then give each hash with --agreed. A sum of which a share
    may have left is never given up for another one: the key file notes it. A copy of
    the key file notes its own, so keep one copy in use.

    On a machine without a network name, with --bundle, two records that came from
    different organisations, or one that a network signed and its --genesis-hash. What
    you sign is written to --out; `veche send` sends it from another machine.
    """
    from election.protocol.replay import Part
    from scripts.members.caution import accept_hash
    from scripts.members.going_on import accepting
    from scripts.members.share import share
    from scripts.shared.acceptance import COUNT
    from scripts.shared.contests import require_contests
    from scripts.shared.session import acting, enter
    from scripts.shared.standing import require_seat

    if only_compare and agreed:
        raise InputError("--compare", "sends nothing, so leave it out with --agreed")
    if not only_compare and not agreed:
        raise InputError("--agreed", "missing: run with --compare first")
    hashes = {accept_hash(each) for each in agreed or ()}
    sources = asked.take_sources(rpc_urls)
    sources.require_fitting(out)
    if sources.bundles:
        _act_offline(
            asked,
            contests,
            hashes=None if only_compare else hashes,
            out=out,
            fresh=fresh,
        )
        return
    opened = enter(asked.election, (rpc_urls or [DEFAULT_URL])[0])
    contests = contests or list(opened.contests)
    require_contests(opened, contests)
    key_file, as_json = asked.unlock(Role.TRUSTEE), asked.as_json
    require_seat(opened, Part.TRUSTEES, key_file.account)
    with accepting(
        asked.election, sources, COUNT, key_file=key_file, fresh=fresh
    ) as audited:
        if only_compare:
            _show_sums(audited, contests, as_json=as_json)
            return
        with acting(key_file):
            fates = share(opened, audited, contests, agreed=hashes, key_file=key_file)
    fates.report(lambda _, what: what, as_json=as_json)
    _say_end(fates.done.values(), as_json=as_json)


def _act_offline(
    asked: Asked,
    contests: Sequence[int] | None,
    *,
    hashes: Collection[str] | None,
    out: Path | None,
    fresh: bool,
) -> None:
    """Do the same by files. hashes: of the sums agreed on, None to compare only."""
    from election.protocol.replay import Part
    from scripts.members.going_on import accepting
    from scripts.members.on_record import open_on_record, require_seat_on_record
    from scripts.members.signed_shares import sign_shares
    from scripts.members.signing import require_out, say_carry
    from scripts.shared.acceptance import COUNT
    from scripts.shared.contests import require_contests
    from scripts.shared.session import acting

    key_file, as_json = asked.unlock(Role.TRUSTEE), asked.as_json
    path = None if hashes is None else require_out(out)
    with accepting(
        asked.election, asked.take_sources(None), COUNT, key_file=key_file, fresh=fresh
    ) as audited:
        opened = open_on_record(audited)
        contests = contests or list(opened.contests)
        require_contests(opened, contests)
        require_seat_on_record(audited, Part.TRUSTEES, key_file.account)
        if path is None or hashes is None:
            _show_sums(audited, contests, as_json=as_json)
            return
        with acting(key_file):
            fates, made = sign_shares(
                opened, audited, contests, agreed=hashes, key_file=key_file, out=path
            )
    told = {str(each): what for each, what in fates.list_all(lambda _, w: w).items()}
    show({"contests": told, **made}, as_json=as_json)
    fates.require()
    if made["file"] is not None:
        say_carry(path, as_json=as_json)
    _say_end(fates.done.values(), as_json=as_json)


def _show_sums(
    audited: AuditedElection, contests: Sequence[int], *, as_json: bool
) -> None:
    """Show what to compare, and how to go on; raises NotYetError without any."""
    from scripts.members.share import describe_sums

    sums = describe_sums(audited, contests)
    if not sums:
        raise NotYetError("sums", "none is there to compare yet", hint=_NOTHING)
    show(sums, as_json=as_json)
    say_next(
        "compare hashes and numbers of ballots with the other trustees, by",
        "another way than this chain; then `veche share --agreed HASH`",
        as_json=as_json,
    )


def _say_end(given: Collection[str], *, as_json: bool) -> None:
    """Say what follows. given: what became of the shares."""
    if {*given} == {"final"}:
        say_next("`veche audit`: the counts are there", as_json=as_json)
        return
    say_next(
        "once enough shares are given anybody runs `veche publish-result`; copy your",
        "home anew: the key file notes what it decrypted",
        as_json=as_json,
    )
