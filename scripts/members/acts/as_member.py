"""The command line of a member's acts: by nodes, or by a record that was carried."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from scripts.shared.composing import compose
from scripts.shared.errors import UsageError
from scripts.shared.option_lists import of_election, with_key
from scripts.shared.options import Carried, GenesisHash
from scripts.shared.roles import Role

if TYPE_CHECKING:
    from scripts.shared.carried import Sources
    from scripts.shared.files.key_file import KeyFile


@dataclass(frozen=True, slots=True)
class Asked:
    """What a member named: the election, a key file, and perhaps a record's files."""

    election: Path
    key: Path
    password_file: Path | None
    carried: Sequence[Path] | None
    genesis_hash: bytes | None
    as_json: bool

    def take_sources(self, rpc_urls: Sequence[str] | None) -> Sources:
        """Take the record from what was carried, or from nodes.

        Raises UsageError, also in a home whose machine has no network.
        """
        from scripts.shared.carried import Sources
        from scripts.shared.homes.here import find_here

        here = find_here()
        is_apart = here is not None and here.settings.offline
        if is_apart and not (self.carried or rpc_urls):
            fact = "is missing: this home has no network, so name a carried record"
            hint = "veche export --for CARD --out FILE, beside a node, writes one"
            raise UsageError("--bundle", fact, hint=hint)
        return Sources(rpc_urls, self.carried or (), self.genesis_hash)

    def unlock(self, role: Role) -> KeyFile:
        """Open the key file, which has to be of this role."""
        from scripts.shared.session import unlock

        return unlock(self.key, self.password_file, roles={role})


def _by_files(carried: Carried = None, genesis_hash: GenesisHash = None) -> None:
    """Take a record that was carried, and who signed it."""


def as_member(act: Callable[..., None]) -> Callable[..., None]:
    """Make the command of an act, which is given its own options and what was `asked`.

    Which nodes it takes is an option of its own.
    """

    def command(
        election: Path,
        key: Path,
        password_file: Path | None,
        carried: list[Path] | None,
        genesis_hash: bytes | None,
        *,
        as_json: bool,
        **given: object,
    ) -> None:
        asked = Asked(election, key, password_file, carried, genesis_hash, as_json)
        act(asked=asked, **given)

    lists = (of_election, with_key, _by_files)
    return compose(command, act, *lists, without=("asked",))
