"""What the Election contract is made of: its build, and a manifest as arguments."""

from __future__ import annotations

from dataclasses import asdict

from election.artifacts import read_artifact
from election.protocol.events import Blueprints, Rules
from election.protocol.manifest import Manifest
from election.protocol.origin import encode_origin, seal_contest


def build_initcode(manifest: Manifest, blueprints: Blueprints) -> bytes:
    """Append a manifest and the blueprints to the build, as the constructor's."""
    arguments = encode_origin(
        derive_rules(manifest),
        trustees=manifest.trustees,
        issuers=manifest.issuers,
        contests=tuple(map(seal_contest, manifest.contests)),
        blueprints=blueprints,
    )
    return read_artifact("Election").initcode + arguments


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
