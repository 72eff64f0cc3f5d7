"""Answer requests for credentials, as an issuer who believes no node."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from election.protocol.replay import Part
from scripts.acceptance import POLLS
from scripts.answering import answer_once
from scripts.contests import require_contests
from scripts.files.answers_file import require_answers, write_answers
from scripts.files.key_file import Role
from scripts.going_on import accepting
from scripts.options import (
    DEFAULT_URL,
    AsJson,
    Contest,
    ElectionFile,
    Fresh,
    KeyPath,
    PasswordFile,
    RpcUrls,
    path_option,
)
from scripts.session import enter, unlock
from scripts.standing import require_seat
from scripts.terminal import show

EXAMPLE = (
    "veche issue --contest 1 --election election.json "
    "--rpc-url http://127.0.0.1:8545 --rpc-url http://127.0.0.1:8546 "
    "--key keys/issuer-1.json --out answers/1-issuer-1.json"
)


def command(
    contest: Contest,
    election: ElectionFile,
    key: KeyPath,
    out: Annotated[Path, path_option(help="Answers; written anew each time.")],
    password_file: PasswordFile = None,
    rpc_urls: RpcUrls = None,
    fresh: Fresh = False,
    as_json: AsJson = False,
) -> None:
    """Answer all final requests of a contest; the answers may be given to anybody.

    Name two nodes of different organisations: two histories could give one voter two
    credentials. The record is verified before, all but the ballots; the next call goes
    on from there, by a file beside the key file. What was answered is noted for ever in
    another file there, so keep them together and one copy in use: another request of
    the same voter is never answered.
    """
    require_answers(out, contest)
    opened = enter(election, (rpc_urls or [DEFAULT_URL])[0])
    require_contests(opened, [contest])
    key_file = unlock(key, password_file, roles={Role.ISSUER})
    require_seat(opened, Part.ISSUERS, key_file.account)
    with accepting(
        election, rpc_urls, POLLS, key_file=key_file, fresh=fresh
    ) as audited:
        member, answers = answer_once(audited, contest, key_file=key_file)
        requests = write_answers(out, contest, member, answers)
    show({"answers": str(out), "requests": requests}, as_json=as_json)
