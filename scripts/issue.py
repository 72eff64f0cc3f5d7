"""Answer requests for credentials, as an issuer who believes no node."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from scripts.acceptance import POLLS, accept_board, read_record
from scripts.answering import answer_once
from scripts.files.answers_file import write_answers
from scripts.files.key_file import Role
from scripts.options import (
    DEFAULT_URL,
    AsJson,
    Contest,
    ElectionFile,
    KeyPath,
    PasswordFile,
    RpcUrl,
    path_option,
)
from scripts.session import enter, unlock
from scripts.terminal import say, show

EXAMPLE = (
    "veche issue --contest 1 --election election.json "
    "--key keys/issuer-1.json --out answers/1-issuer-1.json"
)


def command(
    contest: Contest,
    election: ElectionFile,
    key: KeyPath,
    out: Annotated[Path, path_option(help="Answers; written anew each time.")],
    password_file: PasswordFile = None,
    rpc_url: RpcUrl = DEFAULT_URL,
    as_json: AsJson = False,
) -> None:
    """Answer all final requests of a contest; the answers may be given to anybody.

    The record is verified before, all but the ballots. What was answered is noted for
    ever in a file beside the key file, so keep the two together and one copy in use:
    another request of the same voter is never answered.
    """
    opened = enter(election, rpc_url)
    key_file = unlock(key, password_file, roles={Role.ISSUER})
    say("verifying the election ...")
    audited = accept_board(read_record(opened), POLLS)
    member, answers = answer_once(audited, contest, key_file=key_file)
    write_answers(out, contest, member, answers)
    show({"answers": str(out), "requests": len(answers)}, as_json=as_json)
