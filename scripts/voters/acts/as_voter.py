"""The command line of what a voter's own device does, by the terms of an election."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from scripts.shared.composing import compose
from scripts.shared.option_lists import by_terms, with_key
from scripts.shared.roles import Role

if TYPE_CHECKING:
    from election.protocol.terms import ElectionTerms
    from scripts.shared.files.key_file import KeyFile


@dataclass(frozen=True, slots=True)
class Voting:
    """The terms that a voter goes by, and the own key file."""

    known: ElectionTerms
    key_file: KeyFile
    as_json: bool


def as_voter(act: Callable[..., None]) -> Callable[..., None]:
    """Make the command of an act, which is given its own options and `voting`."""

    def command(
        terms: Path,
        terms_hash: str,
        key: Path,
        password_file: Path | None,
        *,
        as_json: bool,
        **given: object,
    ) -> None:
        from scripts.shared.session import go_by, unlock

        known = go_by(terms, terms_hash)
        key_file = unlock(key, password_file, roles={Role.VOTER})
        act(voting=Voting(known, key_file, as_json), **given)

    return compose(command, act, by_terms, with_key, without=("voting",))
