"""The command line of what anybody does with contests, by a key of any role."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scripts.shared.composing import compose
from scripts.shared.options import (
    AnyRpcUrl,
    AsJson,
    ElectionFile,
    KeyPath,
    PasswordFile,
    SomeContests,
)
from scripts.shared.roles import Role

if TYPE_CHECKING:
    from election.client.open_election import OpenElection
    from election.crypto.signature import SigningKey


@dataclass(frozen=True, slots=True)
class Chosen:
    """Which contests of which election are acted on, and by whose key."""

    opened: OpenElection
    contests: list[int]
    key: SigningKey = field(repr=False)
    as_json: bool


def _options(
    election: ElectionFile,
    key: KeyPath,
    contests: SomeContests = None,
    password_file: PasswordFile = None,
    rpc_urls: AnyRpcUrl = None,
    as_json: AsJson = False,
) -> None:
    """Take the options of every such act."""


def on_contests(act: Callable[..., None]) -> Callable[..., None]:
    """Make the command of an act on contests: those that are named, else all."""

    def command(
        election: Path,
        key: Path,
        contests: list[int] | None,
        password_file: Path | None,
        rpc_urls: list[str] | None,
        *,
        as_json: bool,
        **given: Any,
    ) -> None:
        from scripts.shared.contests import require_contests
        from scripts.shared.session import acting, enter, unlock

        opened = enter(election, rpc_urls)
        wanted = contests or list(opened.contests)
        require_contests(opened, wanted)
        key_file = unlock(key, password_file, roles=set(Role))
        with acting(key_file):
            act(Chosen(opened, wanted, key_file.key, as_json), **given)

    return compose(command, act, _options, without=("chosen",))
