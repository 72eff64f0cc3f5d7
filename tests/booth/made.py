"""A booth that is made, signed and whole, and what a test exchanges in it."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any, Final

from election.crypto.signature import (
    SigningKey,
    derive_address,
    encode_signature,
    sign_hash,
)
from election.protocol.booth_signing import derive_services_hash
from scripts.booth.folder import Booth, accept_later, gather_booth
from scripts.shared.files.booth_files import (
    SERVICES,
    SIGNATURES,
    TERMS,
    BoothElection,
)
from scripts.shared.files.terms_file import render_terms
from tests import honest
from tests.scripts.conftest import make_terms

SLUG: Final = "honest"
COMMISSION: Final = SigningKey(101)
OBSERVERS: Final = (SigningKey(102), SigningKey(103), SigningKey(104))
STRANGER: Final = SigningKey(105)
QUORUM: Final = 2


def make_election(**changes: Any) -> BoothElection:
    """Describe the election of the honest terms."""
    told: dict[str, Any] = {
        "slug": SLUG,
        "title": "TEST",
        "test": True,
        "commission": derive_address(COMMISSION),
        "observers": tuple(map(derive_address, OBSERVERS)),
        "quorum": QUORUM,
    }
    return BoothElection("veche-booth-election/1", **(told | changes))


def spell_terms() -> bytes:
    """Write the honest terms."""
    return render_terms(make_terms(portal=honest.account(7))).encode()


def spell_services(terms: bytes, **changes: Any) -> bytes:
    """Write services; changes: keys to exchange."""
    host = {"organisation": "Somebody", "url": "https://a.example.org"}
    told = {
        "format": "veche-booth-services/1",
        "edition": 1,
        "election": f"0x{honest.account(8).hex()}",
        "chain_id": honest.CHAIN_ID,
        "genesis_hash": None,
        "terms_hash": hashlib.sha256(terms).hexdigest(),
        "portal": host,
        "gateway": host | {"url": "https://b.example.org:8443/sms"},
        "registrar": host,
        "issuers": [{"number": 1, **host}],
        "relays": [host | {"account": f"0x{honest.account(30).hex()}"}],
        "nodes": [host | {"url": "https://node.example.org/rpc"}],
        "booths": [host | {"url": "https://booth.example.org"}],
    }
    return json.dumps(told | changes, indent=2).encode() + b"\n"


def sign_services(services: bytes, *keys: SigningKey, slug: str = SLUG) -> bytes:
    """Sign services, by the commission and two observers unless told."""
    digest = derive_services_hash(slug, services)
    signatures = [
        f"0x{encode_signature(sign_hash(digest, key)).hex()}"
        for key in keys or (COMMISSION, *OBSERVERS[:QUORUM])
    ]
    told = {"format": "veche-booth-signatures/1", "signatures": signatures}
    return json.dumps(told).encode()


def make_later() -> dict[str, bytes]:
    """Make what is signed after the election is on the chain."""
    terms = spell_terms()
    services = spell_services(terms)
    signatures = sign_services(services)
    return {SERVICES: services, SIGNATURES: signatures, TERMS: terms}


def make_booth() -> Booth:
    """Make a whole booth of this release."""
    bare = gather_booth(make_election())
    raw = dict(bare.raw) | make_later()
    return Booth(bare.listed, bare.election, raw, accept_later(bare.election, raw))


def write_booth(folder: Path, booth: Booth) -> None:
    """Write a booth's folder."""
    for path, raw in booth.raw.items():
        at = folder / path
        at.parent.mkdir(parents=True, exist_ok=True)
        at.write_bytes(raw)
