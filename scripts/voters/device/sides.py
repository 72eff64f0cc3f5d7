"""Which organisations are asked about the person, and which about the ballot.

Never one about both. The split follows from the recovery secret as in the booth
(docs/booth.md, "Two sides"): a second device, page or program, crosses no side that the
first one kept apart.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Final, Protocol, TypeVar

from election.crypto.blind_credential import RecoverySecret
from scripts.shared.errors import InputError
from scripts.shared.files.booth_files import (
    SERVICES,
    BoothServices,
    Host,
    IssuerHost,
    RelayHost,
)

LEAST_RELAYS: Final = 2
_LEAST_NODES: Final = 2
_MOST_TRIES: Final = 2_000


class Owned(Protocol):
    """What an organisation has."""

    @property
    def organisation(self) -> str:
        """Name it."""


Some = TypeVar("Some", bound=Owned)


@dataclass(frozen=True, slots=True)
class Sides:
    """Issuers and nodes that may know the person; relays and nodes for the ballot."""

    issuers: tuple[IssuerHost, ...]
    person_nodes: tuple[Host, ...]
    relays: tuple[RelayHost, ...]
    ballot_nodes: tuple[Host, ...]


def split_sides(
    services: BoothServices, secret: RecoverySecret, *, threshold: int
) -> Sides:
    """Split the organisations of services; raises InputError if there are too few.

    threshold: t of the issuers.
    """
    knowing = (services.portal, services.gateway, services.registrar)
    person = {each.organisation for each in knowing}
    issuing = _names(services.issuers)
    watching = _names(services.nodes)
    # in the order in which the file names them first: the toss is by name alone
    named = [*_names(services.relays), *watching]
    free = [name for name in dict.fromkeys(named) if name not in person]
    for attempt in range(2 * _MOST_TRIES):
        least = _LEAST_NODES if attempt < _MOST_TRIES else 1
        ballot = {
            name
            for name in free
            if (name not in issuing and name not in watching)
            or _toss(secret, attempt, name)
        }
        sides = _deal(services, lambda name: name in ballot)  # noqa: B023  used at once
        is_enough = (
            len(sides.issuers) >= threshold
            and len(_names(sides.relays)) >= LEAST_RELAYS
            and len(_names(sides.person_nodes)) >= least
            and len(_names(sides.ballot_nodes)) >= _LEAST_NODES
        )
        if is_enough:
            return sides
    fact = "names too few organisations to keep voter and ballot apart"
    raise InputError(SERVICES, fact)


def _deal(services: BoothServices, is_ballots: Callable[[str], bool]) -> Sides:
    def choose(hosts: Sequence[Some], *, wanted: bool) -> tuple[Some, ...]:
        return tuple(each for each in hosts if is_ballots(each.organisation) is wanted)

    return Sides(
        choose(services.issuers, wanted=False),
        choose(services.nodes, wanted=False),
        choose(services.relays, wanted=True),
        choose(services.nodes, wanted=True),
    )


def _names(hosts: Iterable[Owned]) -> dict[str, None]:
    """Name the organisations of hosts, each once, in order."""
    return dict.fromkeys(each.organisation for each in hosts)


def _toss(secret: RecoverySecret, attempt: int, name: str) -> bool:
    text = f"{secret.secret.hex()} side {attempt} {name}"
    return bool(sha256(text.encode()).digest()[0] & 1)
