"""A home that was just made is not well: `check` names what has to be written first."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Final

import pytest

from services.gateway.service import SERVICE as GATEWAY
from services.issuer.service import SERVICE as ISSUER
from services.portal.service import SERVICE as PORTAL
from services.registrar.service import SERVICE as REGISTRAR
from services.relay.service import SERVICE as RELAY
from services.shell.checking import check_service
from services.shell.service import Service
from tests.services.running import PASSWORD, cheapen_passwords, make_home

MISSING: Final = {
    REGISTRAR: ("peers.portal", "peers.gateway", "mgd-2019-districts.toml"),
    PORTAL: ("peers.registrar", "peers.gateway", "booths", "veche portal client-key"),
    GATEWAY: ("peers.portal", "peers.registrar", "veche gateway centre"),
    ISSUER: ("takes part in the ceremony",),
    RELAY: (),
}


@pytest.mark.parametrize("service", MISSING, ids=lambda each: each.name)
def test_home_that_was_just_made_is_told_what_it_needs(
    service: Service, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cheapen_passwords(monkeypatch)
    home = make_home(service, tmp_path / service.name)
    found = asyncio.run(check_service(service, home, PASSWORD))
    wanted = ("elections is missing", *MISSING[service])
    assert len(found) == len(wanted)
    for fact, line in zip(wanted, found, strict=True):
        assert fact in line
