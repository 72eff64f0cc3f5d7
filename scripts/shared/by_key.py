"""The command line of what is done in an election by a key file: where, and by whom."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scripts.shared.composing import compose
from scripts.shared.option_lists import of_election, through_nodes, with_key
from scripts.shared.roles import Role

if TYPE_CHECKING:
    from election.client.open_election import OpenElection
    from election.crypto.signature import SigningKey
    from scripts.shared.asking import Asker
    from scripts.shared.files.key_file import KeyFile


@dataclass(frozen=True, slots=True)
class Actor:
    """Whoever acts, in which election."""

    opened: OpenElection
    key_file: KeyFile
    as_json: bool

    @property
    def key(self) -> SigningKey:
        """Give the key that signs what is sent."""
        return self.key_file.key

    def alone(self) -> AbstractContextManager[None]:
        """Keep other programs with this key file waiting, for as long as it acts."""
        from scripts.shared.session import acting

        return acting(self.key_file)

    def asker(self, question: str, yes: bool) -> Asker:
        """Make what asks before something that cannot be undone; yes: it was said."""
        from scripts.shared.asking import Asker

        return Asker(question, yes, self.as_json, is_test=self.opened.rules.test)


Look = Callable[["OpenElection", Mapping[str, Any]], None]
"""Refuses what was typed, by the election."""


def by_key(
    *roles: Role, look: Look = lambda *_: None
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Make the command of an act by the key file of one of these roles; none: of any.

    The act is given its own options, and an `actor`. look: is asked before anybody is
    asked for a password.
    """

    def make(act: Callable[..., None]) -> Callable[..., None]:
        def command(
            election: Path,
            key: Path,
            password_file: Path | None,
            rpc_urls: list[str] | None,
            *,
            as_json: bool,
            **given: Any,
        ) -> None:
            from scripts.shared.session import enter, unlock

            opened = enter(election, rpc_urls)
            look(opened, given)
            key_file = unlock(key, password_file, roles=set(roles or Role))
            act(actor=Actor(opened, key_file, as_json), **given)

        lists = (of_election, with_key, through_nodes)
        return compose(command, act, *lists, without=("actor",))

    return make
