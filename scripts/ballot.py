"""Encrypt a choice into a ballot."""

from __future__ import annotations

import secrets
import sys
from pathlib import Path
from typing import Annotated, Final

import typer

from election.crypto.blind_credential import RecoverySecret, derive_ballot_key
from election.crypto.group import decode_g1
from election.crypto.randomness import SecretSource
from election.crypto.transcript import Hash
from election.errors import ChoiceError
from election.protocol.ballot import NO_MEMO, make_ballot, prepare_choice
from election.protocol.issuance import Credential
from election.protocol.terms import PublishedContest
from election.protocol.text import spell_lines
from scripts.errors import InputError
from scripts.files.ballot_files import BallotFile, CredentialFile
from scripts.files.json_file import read_json, render_json, write_new
from scripts.files.key_file import KeyFile, Role
from scripts.options import (
    AsJson,
    KeyPath,
    OutFile,
    PasswordFile,
    TermsFile,
    TermsHash,
    path_argument,
)
from scripts.session import go_by, unlock
from scripts.terminal import asking, say, show

_TRIES: Final = 3  # of a person at a terminal to name a candidate

EXAMPLE = (
    "veche ballot credential.json --terms terms.json --terms-hash 9f86d08188... "
    "--key keys/voter.json --out ballot.json"
)


def open_credential(
    file: CredentialFile, key_file: KeyFile, *, ctx: Hash
) -> Credential:
    """Derive the ballot key of a credential; raises InputError for another's."""
    secret = RecoverySecret(key_file.secrets.random)
    ballot_key = derive_ballot_key(secret, ctx=ctx, leaf=Hash(file.leaf))
    credential = Credential(ballot_key, decode_g1(file.sigma))
    if credential.address != file.address:
        raise InputError(str(key_file.path), "is not the key file of this credential")
    return credential


def ask_choice(contest: PublishedContest) -> int:
    """Show the candidates and ask; the choice must not stand on a command line."""
    say(contest.title)
    terms = contest.terms
    lines = list(spell_lines(terms.candidates, terms.particulars))
    for slot, line in enumerate(lines, 1):
        say(f"{slot}  {line}")
    for _ in range(_TRIES - 1 if sys.stdin.isatty() else 0):
        answer = _read_answer()
        if answer.isdecimal() and 1 <= int(answer) <= len(lines):
            return int(answer)
        say(f"choice: is none of 1 to {len(lines)}")
    answer = _read_answer()
    if not answer.isdecimal():
        raise ChoiceError("choice", "is not a number")
    return int(answer)


def _read_answer() -> str:
    """Ask once; raises InputError if the input ended."""
    try:
        with asking():
            answer = str(typer.prompt("Choice", err=True))
    except typer.Abort as error:
        if isinstance(error.__context__, EOFError):
            raise InputError("choice", "was not given: the input ended") from None
        raise
    if not sys.stdin.isatty():  # which shows the end of the line that was typed
        say("")
    return answer


def settle_choice(contest: PublishedContest, *, is_sure: bool) -> int:
    """Ask for a choice, and repeat it by its name until the person says yes.

    is_sure: nobody is asked again, and the name is written nowhere. Without a terminal
    it is only repeated.
    """
    while True:
        choice = ask_choice(contest)
        if is_sure:
            return choice
        terms = contest.terms
        lines = spell_lines(terms.candidates, terms.particulars)
        if not 1 <= choice <= len(lines):  # it will be refused
            return choice
        say(f"you chose {choice}  {lines[choice - 1]}")
        if not sys.stdin.isatty() or _confirm():
            return choice


def _confirm() -> bool:
    with asking():
        return typer.confirm("Is that your choice?", err=True)


def command(
    credential: Annotated[Path, path_argument(help="From `veche credential`.")],
    terms: TermsFile,
    terms_hash: TermsHash,
    key: KeyPath,
    out: OutFile,
    password_file: PasswordFile = None,
    yes: Annotated[
        bool, typer.Option("--yes", help="Do not repeat the choice and ask again.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Encrypt a choice, which is asked for, into a ballot; print its tracking code.

    The choice is repeated by its name before it is encrypted, unless --yes or --json
    is given; it is kept nowhere. No node is asked. The ballot is for a relay, by
    whatever way leaves no trace.
    """
    known = go_by(terms, terms_hash)
    key_file = unlock(key, password_file, roles={Role.VOTER})
    file = read_json(credential, CredentialFile)
    contest = known.contest(file.contest)
    box = contest.box
    owned = open_credential(file, key_file, ctx=box.ctx)
    source = SecretSource(secrets.token_bytes(64), key_file.secrets.random)
    choice = settle_choice(contest, is_sure=yes or as_json)
    prepared = prepare_choice(choice, box, source=source)
    record = make_ballot(prepared, box, credential=owned, memo=NO_MEMO, source=source)
    ballot = BallotFile("veche-ballot/1", file.contest, record)
    write_new(out, render_json(ballot), mode=0o600)
    code = f"0x{prepared.tracking_code.hex()}"
    shown = {"ballot": str(out), "tracking_code": code, "test": known.test}
    show(shown, as_json=as_json)
