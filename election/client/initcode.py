"""What the Election contract is made of: its build, and a manifest as arguments."""

from __future__ import annotations

from dataclasses import asdict
from typing import Final

from election.artifacts import read_artifact
from election.crypto.transcript import Address
from election.errors import ManifestError
from election.protocol.events import Blueprints, Rules
from election.protocol.manifest import Manifest
from election.protocol.origin import encode_origin

LARGEST_INITCODE: Final = 49_152
"""Bytes, EIP-3860."""

_NOWHERE: Final = Address(bytes(20))


def build_initcode(manifest: Manifest, blueprints: Blueprints) -> bytes:
    """Append a manifest and the blueprints to the build, as the constructor's."""
    arguments = encode_origin(
        derive_rules(manifest),
        trustees=manifest.trustees,
        issuers=manifest.issuers,
        contests=manifest.contests,
        blueprints=blueprints,
    )
    return read_artifact("Election").initcode + arguments


def check_initcode(manifest: Manifest) -> None:
    """Raise ManifestError if names and contests are too many for a transaction.

    Its length depends on no address, so it is known before there is any.
    """
    size = len(build_initcode(manifest, Blueprints(*[_NOWHERE] * 6)))
    if size > LARGEST_INITCODE:
        fact = f"Election's initcode would have {size} bytes, {LARGEST_INITCODE} is the"
        fact += f" most: save {size - LARGEST_INITCODE} by fewer contests or candidates"
        raise ManifestError("contests", fact)


def derive_rules(manifest: Manifest) -> Rules:
    """Bring a manifest into the form of the constructor."""
    accounts = manifest.accounts
    return Rules(
        slug=manifest.id,
        title=manifest.title,
        test=manifest.test,
        times=tuple(asdict(manifest.times).values()),
        step_seconds=manifest.step_seconds,
        m_min=manifest.minimum_cast,
        commission=accounts.commission,
        portal=accounts.portal,
        sms_gateway=accounts.sms_gateway,
        polling_station=accounts.polling_station,
        observers=accounts.observers,
        quorum=manifest.quorum,
        booth=manifest.booth,
    )
