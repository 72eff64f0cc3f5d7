"""Show a voter's recovery words, to write them down."""

from __future__ import annotations

from typing import Annotated

import typer

from scripts.shared.languages import Language
from scripts.shared.options import AsJson, KeyPath, PasswordFile
from scripts.shared.roles import Role
from scripts.shared.terminal import say, show
from scripts.voters.texts import spell

EXAMPLE = "veche words --key keys/voter.json --language ru"


def command(
    key: KeyPath,
    language: Annotated[
        Language, typer.Option(help="Whose words; the booth reads both.")
    ] = Language.RUSSIAN,
    password_file: PasswordFile = None,
    as_json: AsJson = False,
) -> None:
    """Show a voter's recovery words: twelve words that are the right to vote.

    Write them down on paper. With them the voter goes on from any device: in a booth,
    or by `veche keygen voter --words-file`. Whoever else has them votes in the voter's
    place, or finds out which ballot was the voter's, though not what it holds.
    """
    from election.crypto.blind_credential import RecoverySecret
    from scripts.shared.recovery_words import spell_words
    from scripts.shared.session import unlock

    key_file = unlock(key, password_file, roles={Role.VOTER})
    words = spell_words(RecoverySecret(key_file.secrets.random), language)
    say(*spell("words"))
    show({"words": " ".join(words)}, as_json=as_json)
