"""The booth of `veche live`: made before the election, signed for once it has keys."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any, Final

from election.protocol.booth_list import NAME, digest_list
from scripts.shared.files.deployment_file import read_deployment
from scripts.shared.files.key_file import open_key_file
from scripts.shared.files.terms_file import digest_terms
from services.live.acts import Tell, act
from services.live.layout import SEATS, Layout

_SIGNERS: Final = ("commission", "observer-1", "observer-2")


def list_booth(layout: Layout, *, manifest: Path, accounts: Path) -> str:
    """Make the booth's folder, unless it is there; give the hash of its list."""
    kept = layout.site / NAME
    if not kept.exists():
        shutil.rmtree(layout.site, ignore_errors=True)
        act(
            layout,
            *("booth", "list", manifest, "--accounts", accounts),
            *("--out", layout.site),
        )
    return f"0x{digest_list(kept.read_bytes()).hex()}"


def complete_booth(layout: Layout, tell: Tell) -> None:
    """Have commission and observers sign where everything answers, and add it."""
    tell("the booth's hosts, signed by commission and observers")
    layout.services.write_text(json.dumps(_name_services(layout), indent=2), "utf-8")
    named = ("--services", layout.services, "--terms", layout.terms)
    signed: list[object] = []
    for name in _SIGNERS:
        out = layout.folder / "keys" / f"{name}.services.json"
        out.unlink(missing_ok=True)  # of a preparation that was interrupted
        key = ("--key", layout.key(name), "--password-file", layout.password)
        act(layout, "booth", "sign", layout.site, *named, *key, "--out", out)
        signed += ["--signature", out]
    act(layout, "booth", "complete", layout.site, *named, *signed)


def _name_services(layout: Layout) -> dict[str, Any]:
    """Say whom the booth asks, as the commission would write it.

    There is one chain on this machine. It stands in for the nodes of four observers,
    of whom a booth asks some about the voter and others about the ballot.
    """
    deployment = read_deployment(layout.record)

    def host(name: str, organisation: str) -> dict[str, Any]:
        return {"organisation": organisation, "url": layout.url(name)}

    return {
        "format": "veche-booth-services/1",
        "edition": 1,
        "election": f"0x{deployment.election.hex()}",
        "chain_id": deployment.chain_id,
        "genesis_hash": None,
        "terms_hash": digest_terms(layout.terms.read_bytes()),
        "portal": host("portal", "Portal"),
        "gateway": host("gateway", "SMS gateway"),
        "registrar": host("registrar", "Commission"),
        "issuers": [
            {"number": number, **host(f"issuer-{number}", f"Issuer {number}")}
            for number in range(1, SEATS + 1)
        ],
        "relays": [
            host(f"relay-{number}", f"Observer {number}")
            | {"account": _read_account(layout, f"relay-{number}")}
            for number in (1, 2)
        ],
        "nodes": [host("chain", f"Observer {number}") for number in range(1, 5)],
        "booths": [host("booth", "Observer 1")],
    }


def _read_account(layout: Layout, name: str) -> str:
    key = open_key_file(layout.home(name).key, password=layout.secret)
    return f"0x{key.account.hex()}"
