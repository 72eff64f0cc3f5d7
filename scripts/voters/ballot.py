"""Ask a person for a choice, and encrypt it until one is to be cast."""

from __future__ import annotations

import os
import secrets
import sys
from typing import Final

import typer

from election.crypto.blind_credential import RecoverySecret, derive_ballot_key
from election.crypto.group import decode_g1
from election.crypto.randomness import SecretSource
from election.crypto.scalar import encode_scalar
from election.crypto.transcript import Hash
from election.errors import ChoiceError
from election.protocol.ballot import (
    PreparedChoice,
    prepare_choice,
)
from election.protocol.issuance import Credential
from election.protocol.terms import PublishedContest
from election.protocol.text import spell_lines
from scripts.shared.errors import InputError
from scripts.shared.files.ballot_files import CredentialFile
from scripts.shared.files.key_file import KeyFile
from scripts.shared.recovery_words import spell_words
from scripts.shared.terminal import asking, say
from scripts.voters.texts import find_language, spell

_DECISIONS: Final = ("cast", "check")
_CONTROL_WORDS: Final = 2
_TRIES: Final = 3  # of a person at a terminal to name a candidate


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
        say(*spell("none of", most=len(lines)))
    answer = _read_answer()
    if not answer.isdecimal():
        raise ChoiceError("choice", "is not a number")
    return int(answer)


def _read_answer(name: str = "choice") -> str:
    """Ask once, by the name of a text; raises InputError if the input ended."""
    (question,) = spell(name)
    try:
        with asking():
            answer = str(typer.prompt(question, err=True))
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
        say(*spell("chosen", choice=choice, line=lines[choice - 1]))
        if not sys.stdin.isatty() or _confirm():
            return choice


def prepare_to_cast(
    contest: PublishedContest,
    number: int,
    *,
    own: bytes,
    is_sure: bool,
    booth: str = "",
) -> tuple[PreparedChoice, SecretSource]:
    """Encrypt a choice until one is to be cast; whatever is opened before is not.

    own: the secret that randomness is hedged with. booth: where a second device finds
    the page that checks, with a slash behind it; empty where that is not known. The
    code is shown before the question, so that a device that cheats would have to know
    the answer beforehand. Without a terminal, or is_sure, nobody is asked.
    """
    while True:
        choice = settle_choice(contest, is_sure=is_sure)
        source = SecretSource(secrets.token_bytes(64), own)
        prepared = prepare_choice(choice, contest.box, source=source)
        if is_sure or not sys.stdin.isatty() or _decide_to_cast(prepared):
            return prepared, source
        say(*_spell_opening(prepared, contest, number, booth))


def _decide_to_cast(prepared: PreparedChoice) -> bool:
    say(*spell("code", code=f"0x{prepared.tracking_code.hex()}"))
    say(*spell("write down"))
    while (answer := _read_answer("decide").strip().lower()) not in _DECISIONS:
        say(*spell("neither", answer=answer))
    return answer == "cast"


def _spell_opening(
    prepared: PreparedChoice, contest: PublishedContest, number: int, booth: str = ""
) -> list[str]:
    """Say how a second device checks it: by the page that every booth has."""
    code, nonce = prepared.tracking_code.hex(), encode_scalar(prepared.nonce).hex()
    about, terms = f"contest={number}&code=0x{code}", contest.terms
    lines = spell_lines(terms.candidates, terms.particulars)
    link = f"{booth}check.html#{about}&choice={prepared.choice}&nonce=0x{nonce}"
    return spell("opened", link=link, line=lines[prepared.choice - 1])


def draw_control_word() -> str:
    """Draw two words that say nothing, and that no copy of the ballot fits."""
    language = find_language(os.environ)
    drawn = spell_words(RecoverySecret(secrets.token_bytes(16)), language)
    return " ".join(drawn[:_CONTROL_WORDS])


def _confirm() -> bool:
    with asking():
        return typer.confirm(spell("sure")[0], err=True)
