"""What is sent about a frozen sum: shares, counts, overrides, and their false twins."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import product
from typing import Final

from election.client.tallying import read_ballots
from election.crypto.scalar import ORDER
from election.crypto.signature import sign_hash
from election.crypto.transcript import Hash
from election.protocol.decryption import ShareMessage, make_share
from election.protocol.tally import (
    EncryptedTally,
    aggregate_ballots,
    derive_override_hash,
)
from rehearsal.roles import Roles, draw_source
from tests.contracts.rehearsal import LONELY, SMALL, THRESHOLD, TRUSTEES, ballots_cast
from tests.contracts.sums import Authorization, authorize
from tests.stateful.tally_model import Sum


@cache
def sum_up(contest: int) -> EncryptedTally:
    """Add up a contest's ballots."""
    contest_box = ballots_cast().register.boxes[contest]
    return aggregate_ballots(read_ballots(contest_box), contest_box.box)


# Shares


@cache
def share_of(contest: int, trustee: int) -> ShareMessage:
    """Make a trustee's share, one of a trustee's for a seat that is none."""
    key_share = ballots_cast().shares.trustees[(trustee - 1) % TRUSTEES]
    return make_share(sum_up(contest), key_share, source=draw_source())


def _respond_otherwise(contest: int, trustee: int) -> ShareMessage:
    share = share_of(contest, trustee)
    return replace(share, s=(share.s + 1) % ORDER)


SHARES: Final[Mapping[str, Callable[[int, int], ShareMessage]]] = {
    "own": share_of,
    "another's": lambda contest, trustee: share_of(contest, trustee % TRUSTEES + 1),
    "of another sum": lambda contest, trustee: share_of(
        LONELY if contest == SMALL else SMALL, trustee
    ),
    "another response": _respond_otherwise,
}
"""By name; of two candidates there are two sums."""


# Counts


@dataclass(frozen=True, slots=True)
class Claim:
    """Counts, and the trustees whose shares are to open them."""

    trustees: tuple[int, ...]
    counts: tuple[int, ...]


def list_claims(sum_: Sum) -> list[Claim]:
    """List good and bad claims: each trustees with each counts."""
    pairs = product(_list_trustees(sorted(sum_.shares)), _list_counts(sum_))
    return [Claim(trustees, counts) for trustees, counts in pairs]


def _list_trustees(given: Sequence[int]) -> list[tuple[int, ...]]:
    first, last = tuple(given[:THRESHOLD]), tuple(given[-THRESHOLD:])
    return [first, last, first[:-1], first[::-1], first[:1] * 3, (1, 2, 3), (3, 4, 5)]


def _list_counts(sum_: Sum) -> list[tuple[int, ...]]:
    first, second, *rest = sum_.right
    step = 1 if first == 0 else -1
    return [
        sum_.right,
        (first + step, abs(second - step), *rest),
        (first, second + 1, *rest),
        (first + ORDER, second, *rest),
        (sum_.cast + 1, second, *rest),
        sum_.right[:-1],
    ]


# Overrides


def _sign(roles: Roles, *, quorum: int = 2, contest: int = LONELY) -> Authorization:
    return authorize(derive_override_hash(sum_up(contest)), roles, quorum=quorum)


def _sign_for_the_commission(roles: Roles) -> Authorization:
    digest = Hash(derive_override_hash(sum_up(LONELY)))
    return replace(_sign(roles), commission=sign_hash(digest, roles.observers[0]))


def _turn_observers(roles: Roles) -> Authorization:
    signed = _sign(roles)
    return replace(signed, observers=signed.observers[::-1])


NOT_SIGNED: Final = "election: not signed by the commission"
OVERRIDES: Final[Mapping[str, tuple[Callable[[Roles], Authorization], str | None]]] = {
    "by right": (_sign, None),
    "by all": (lambda roles: _sign(roles, quorum=3), None),
    "by too few": (
        lambda roles: _sign(roles, quorum=1),
        "election: no quorum of observers",
    ),
    "in disorder": (_turn_observers, "election: observers are not increasing"),
    "of another sum": (lambda roles: _sign(roles, contest=SMALL), NOT_SIGNED),
    "by an observer": (_sign_for_the_commission, NOT_SIGNED),
}
"""Who signs that a withheld sum may be opened, and what the contract says."""
