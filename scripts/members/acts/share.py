"""Decrypt contests' sums in part, as a trustee who believes nobody."""

from __future__ import annotations

from typing import Annotated, Final

import typer

from scripts.shared.errors import InputError
from scripts.shared.following import say_next
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
from scripts.shared.roles import Role
from scripts.shared.terminal import say, show

EXAMPLE = (
    "veche share --compare --election election.json --key keys/trustee-1.json "
    "--rpc-url http://127.0.0.1:8545 --rpc-url http://127.0.0.1:8546"
)

_NOTHING: Final = "nothing to compare yet: `veche freeze` closes the sums, anybody may"


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
    from election.protocol.replay import Part
    from scripts.members.caution import accept_hash
    from scripts.members.going_on import accepting
    from scripts.members.share import describe_sums, share
    from scripts.shared.acceptance import COUNT
    from scripts.shared.contests import require_contests
    from scripts.shared.session import acting, enter, unlock
    from scripts.shared.standing import require_seat

    if not only_compare and not agreed:
        raise InputError("--agreed", "missing: run with --compare first")
    hashes = {accept_hash(each) for each in agreed or ()}
    opened = enter(election, (rpc_urls or [DEFAULT_URL])[0])
    contests = contests or list(opened.contests)
    require_contests(opened, contests)
    key_file = unlock(key, password_file, roles={Role.TRUSTEE})
    require_seat(opened, Part.TRUSTEES, key_file.account)
    with accepting(
        election, rpc_urls, COUNT, key_file=key_file, fresh=fresh
    ) as audited:
        if only_compare:
            sums = describe_sums(audited, contests)
            if not sums:
                say(_NOTHING)
            show(sums, as_json=as_json)
            if sums:
                say_next(
                    "compare hashes and numbers of ballots with the other trustees, by",
                    "another way than this chain; then `veche share --agreed HASH`",
                    as_json=as_json,
                )
            return
        with acting(key_file):
            fates = share(opened, audited, contests, agreed=hashes, key_file=key_file)
    fates.report(lambda _, what: what, as_json=as_json)
    say_next(
        "once enough shares are given anybody runs `veche publish-result`; copy your",
        "home anew: the key file notes what it decrypted",
        as_json=as_json,
    )
