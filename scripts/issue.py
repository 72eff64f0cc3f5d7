"""Answer requests for credentials, as an issuer."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from election.client.issuing import serve_issued
from scripts.errors import InputError
from scripts.files.ballot_files import AnswersFile
from scripts.files.json_file import render_json, replace_file
from scripts.files.key_file import Role
from scripts.options import (
    DEFAULT_URL,
    AsJson,
    Contest,
    ElectionFile,
    KeyPath,
    PasswordFile,
    RpcUrl,
)
from scripts.session import enter, unlock
from scripts.terminal import show

EXAMPLE = (
    "veche issue --contest 1 --election election.json "
    "--key keys/issuer-1.json --out answers/1-issuer-1.json"
)


def command(
    contest: Contest,
    election: ElectionFile,
    key: KeyPath,
    out: Annotated[Path, typer.Option(help="Answers; written anew each time.")],
    password_file: PasswordFile = None,
    rpc_url: RpcUrl = DEFAULT_URL,
    as_json: AsJson = False,
) -> None:
    """Answer all final requests of a contest; the answers may be given to anybody."""
    opened = enter(election, rpc_url)
    key_file = unlock(key, password_file, roles={Role.ISSUER})
    share = key_file.secrets.key_share
    if share is None:
        raise InputError(str(key), "has no key share yet; run `veche issuer` first")
    if contest not in opened.contests:
        raise InputError(f"contest {contest}", "is not in the election")
    served = serve_issued(opened, contest, key_share=share)
    answers = {f"0x{leaf.hex()}": answer for leaf, answer in served.items()}
    file = AnswersFile("veche-answers/1", contest, share.member, answers)
    replace_file(out, render_json(file))
    show({"answers": str(out), "requests": len(answers)}, as_json=as_json)
