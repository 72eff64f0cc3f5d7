"""Answer requests for credentials, as an issuer who believes no node."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from scripts.shared.following import say_next, spell_start
from scripts.shared.options import (
    DEFAULT_URL,
    AsJson,
    ElectionFile,
    Fresh,
    KeyPath,
    PasswordFile,
    RpcUrls,
    contest_option,
    path_option,
)
from scripts.shared.roles import Role
from scripts.shared.terminal import show

EXAMPLE = (
    "veche issue --contest 1 --election election.json "
    "--rpc-url http://127.0.0.1:8545 --rpc-url http://127.0.0.1:8546 "
    "--key keys/issuer-1.json --out answers/1-issuer-1.json"
)


def command(
    election: ElectionFile,
    key: KeyPath,
    out: Annotated[
        Path, path_option(help="Answers, written anew; without --contest a folder.")
    ],
    contest: Annotated[
        int | None, contest_option(help="Id of the contest; all if missing.")
    ] = None,
    password_file: PasswordFile = None,
    rpc_urls: RpcUrls = None,
    fresh: Fresh = False,
    as_json: AsJson = False,
) -> None:
    """Answer all final requests of a contest; the answers may be given to anybody.

    Without --contest those of every contest that has a box, each in a file of its own
    in the folder --out: CONTEST-issuer-NUMBER.jsonl.

    Name two nodes of different organisations: two histories could give one voter two
    credentials. The record is verified before, all but the ballots; the next call goes
    on from there, by a file beside the key file. What was answered is noted for ever in
    another file there, so keep them together and one copy in use: another request of
    the same voter is never answered.
    """
    from election.protocol.replay import Part
    from scripts.members.answering import answer_once
    from scripts.members.going_on import accepting
    from scripts.members.issue import answer_all, require_folder
    from scripts.shared.acceptance import POLLS
    from scripts.shared.contests import require_contests
    from scripts.shared.files.answers_file import require_answers, write_answers
    from scripts.shared.session import enter, unlock
    from scripts.shared.standing import require_seat

    if contest is None:
        require_folder(out)
    else:
        require_answers(out, contest)
    opened = enter(election, (rpc_urls or [DEFAULT_URL])[0])
    require_contests(opened, [] if contest is None else [contest])
    key_file = unlock(key, password_file, roles={Role.ISSUER})
    require_seat(opened, Part.ISSUERS, key_file.account)
    with accepting(
        election, rpc_urls, POLLS, key_file=key_file, fresh=fresh
    ) as audited:
        if contest is not None:
            member, answers = answer_once(audited, contest, key_file=key_file)
            requests = write_answers(out, contest, member, answers)
            show({"answers": str(out), "requests": requests}, as_json=as_json)
        else:
            fates = answer_all(audited, list(opened.contests), out, key_file=key_file)
            fates.report(lambda _, what: what, as_json=as_json)
    say_next(
        f"give {out} to anybody who asks; run this again for later requests, which",
        f"come until {spell_start(opened, 'grace')}",
        as_json=as_json,
    )
