"""Everybody who acts in a rehearsal, with fresh keys that never leave the process."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from election.client.ceremony_member import Member
from election.crypto.randomness import SecretSource
from election.crypto.signature import SECP256K1_ORDER, SigningKey, derive_address
from election.protocol import manifest as rules
from election.protocol.manifest import Manifest

Draw = Callable[[int], bytes]
"""Draws so many secret bytes."""


@dataclass(frozen=True, slots=True)
class Cast:
    """How many play. liar: a trustee who deals garbage; absent: one who never counts.

    Both by seat, from 1; none where nobody does. A liar needs a reserve.
    """

    trustees: int = 3
    issuers: int = 3
    liar: int | None = None
    absent: int | None = None
    reserves: int = 1
    observers: int = 3


@dataclass(frozen=True, slots=True)
class Roles:
    """Keys of all organisations; the relay's and the registrar's accounts only send."""

    commission: SigningKey = field(repr=False)
    portal: SigningKey = field(repr=False)
    sms_gateway: SigningKey = field(repr=False)
    polling_station: SigningKey = field(repr=False)
    registrar: SigningKey = field(repr=False)
    relay: SigningKey = field(repr=False)
    observers: tuple[SigningKey, ...] = field(repr=False)
    trustees: tuple[Member, ...] = field(repr=False)
    issuers: tuple[Member, ...] = field(repr=False)


def draw_source(draw: Draw = secrets.token_bytes) -> SecretSource:
    """Draw a source of secrets for one actor or one act."""
    return SecretSource(draw(64), b"")


def draw_key(draw: Draw = secrets.token_bytes) -> SigningKey:
    """Draw a signing key, uniform up to 2^-256."""
    return SigningKey(1 + int.from_bytes(draw(64), "big") % (SECP256K1_ORDER - 1))


def draw_cast(cast: Cast, draw: Draw = secrets.token_bytes) -> Roles:
    """Give everybody of a cast a key: a fresh one, unless another draw is told."""
    return draw_roles(
        observers=cast.observers,
        trustees=cast.trustees + cast.reserves,
        issuers=cast.issuers,
        draw=draw,
    )


def draw_roles(
    *, observers: int, trustees: int, issuers: int, draw: Draw = secrets.token_bytes
) -> Roles:
    """Give everybody a key, in the order of the fields."""

    def members(count: int) -> tuple[Member, ...]:
        return tuple(Member(draw_key(draw), draw_source(draw)) for _ in range(count))

    return Roles(
        commission=draw_key(draw),
        portal=draw_key(draw),
        sms_gateway=draw_key(draw),
        polling_station=draw_key(draw),
        registrar=draw_key(draw),
        relay=draw_key(draw),
        observers=tuple(draw_key(draw) for _ in range(observers)),
        trustees=members(trustees),
        issuers=members(issuers),
    )


def seat_roles(manifest: Manifest, roles: Roles) -> Manifest:
    """Put the accounts of these roles into a manifest.

    The first of each roster are the commission's, too few to use a key alone.
    """
    accounts = rules.Accounts(
        commission=derive_address(roles.commission),
        portal=derive_address(roles.portal),
        sms_gateway=derive_address(roles.sms_gateway),
        polling_station=derive_address(roles.polling_station),
        observers=tuple(map(derive_address, roles.observers)),
    )
    return replace(
        manifest,
        accounts=accounts,
        trustees=_seat(manifest.trustees, roles.trustees),
        issuers=_seat(manifest.issuers, roles.issuers),
    )


def _seat(roster: rules.Roster, members: tuple[Member, ...]) -> rules.Roster:
    seated = tuple(
        rules.Member(
            derive_address(member.key), commission=place < roster.threshold - 1
        )
        for place, member in enumerate(members)
    )
    return replace(roster, members=seated)
