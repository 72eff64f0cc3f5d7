"""Gather a booth for an election, and say what it is and whom it names."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from election.client.initcode import derive_rules
from election.crypto.transcript import ZERO_HASH
from election.protocol.manifest import Manifest
from scripts.booth.folder import Booth, gather_booth
from scripts.shared.errors import InputError
from scripts.shared.files.booth_files import (
    BoothServices,
    Host,
    IssuerHost,
    RelayHost,
    describe_election,
    parse_services,
)
from scripts.shared.files.json_file import read_raw
from scripts.shared.files.manifest_file import read_manifest
from scripts.shared.terminal import say


def gather(manifest: Path, accounts: Path | None) -> tuple[Manifest, Booth]:
    """Read a manifest, and gather the booth of its election."""
    rules = read_manifest(manifest, accounts)
    return rules, gather_booth(describe_election(derive_rules(rules)))


def describe(rules: Manifest, booth: Booth) -> dict[str, Any]:
    """Give what is shown of a booth; says so if the manifest announces another."""
    announced = None if rules.booth == ZERO_HASH else rules.booth == booth.digest
    if announced is False:
        say(f"warning: the manifest announces another: 0x{rules.booth.hex()}")
    return {
        "booth": f"0x{booth.digest.hex()}",
        "files": len(booth.listed.files),
        "bytes": sum(each.size for each in booth.listed.files),
        "announced": announced,
    }


def spell_hosts(services: BoothServices) -> list[str]:
    """Name each host and its organisation."""
    named: list[tuple[str, Host | IssuerHost | RelayHost]] = [
        ("portal", services.portal),
        ("gateway", services.gateway),
        ("registrar", services.registrar),
        *((f"issuer {each.number}", each) for each in services.issuers),
        *((f"relay 0x{each.account.hex()}", each) for each in services.relays),
        *(("node", each) for each in services.nodes),
        *(("booth", each) for each in services.booths),
    ]
    return [f"{what}: {each.url}, {each.organisation}" for what, each in named]


def require_later(path: Path, raw: bytes, edition: int) -> None:
    """Raise InputError unless an edition follows the one that is there, or is it."""
    if path.exists() and (there := read_raw(path)) != raw:
        before = parse_services(there, name=str(path)).edition
        if before >= edition:
            fact = f"is of edition {before}, and yours is {edition}"
            hint = "number yours higher, and have it signed again"
            raise InputError(str(path), fact, hint=hint)
