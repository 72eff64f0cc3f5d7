"""Services of a voter's device that are made up, and what they answer."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import httpx2

from election.protocol.terms import ElectionTerms
from scripts.shared.files.booth_files import (
    BoothServices,
    Host,
    IssuerHost,
    RelayHost,
)
from scripts.voters.device.asking import Asker

HOST = "https://{}.example.org"
Answer = dict[str, Any] | tuple[int, dict[str, Any]]


def host(name: str) -> Host:
    return Host(name.capitalize(), HOST.format(name))


def make_services(terms: ElectionTerms, **changes: Any) -> BoothServices:
    """Name the hosts of an election, each of an organisation of its own."""
    told: dict[str, Any] = {
        "format": "veche-booth-services/1",
        "edition": 1,
        "election": terms.election,
        "chain_id": terms.common.chain_id,
        "genesis_hash": None,
        "terms_hash": "0" * 64,
        "portal": host("portal"),
        "gateway": host("gateway"),
        "registrar": host("registrar"),
        "issuers": tuple(
            IssuerHost(n, f"I{n}", HOST.format(f"issuer-{n}")) for n in (1, 2, 3)
        ),
        "relays": tuple(
            RelayHost(f"R{n}", HOST.format(f"relay-{n}"), bytes([n]) * 20)
            for n in (1, 2)
        ),
        "nodes": tuple(Host(f"N{n}", HOST.format(f"node-{n}")) for n in (1, 2, 3, 4)),
        "booths": (host("booth"),),
    }
    return BoothServices(**(told | changes))


@contextmanager
def answering(answer: Callable[[str, Any], Answer]) -> Iterator[Asker]:
    """Open what asks made-up services. answer: by address and body, with a status."""

    def respond(request: httpx2.Request) -> httpx2.Response:
        raw = request.read()
        is_json = request.headers.get("content-type") == "application/json"
        said = answer(str(request.url), json.loads(raw) if is_json else raw)
        status, body = said if isinstance(said, tuple) else (200, said)
        return httpx2.Response(status, json=body)

    with httpx2.Client(transport=httpx2.MockTransport(respond)) as client:
        yield Asker(client)
