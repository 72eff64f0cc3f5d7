"""A home that was just made is not well: `check` names what has to be written first."""

from __future__ import annotations

import asyncio
import json
import tomllib
from pathlib import Path
from typing import Final

import pytest

from scripts.__main__ import run
from services.gateway.service import SERVICE as GATEWAY
from services.issuer.service import SERVICE as ISSUER
from services.portal.service import SERVICE as PORTAL
from services.registrar.service import SERVICE as REGISTRAR
from services.relay.service import SERVICE as RELAY
from services.shell.checking import check_service
from services.shell.service import Service
from services.shell.settings import PeerSettings
from tests.services.running import PASSWORD, cheapen_passwords, make_home

MISSING: Final = {
    REGISTRAR: ("peers.portal", "peers.gateway", "mgd-2019-districts.toml"),
    PORTAL: (
        *("peers.registrar", "peers.gateway", "booths", "support_phone"),
        "veche portal client-key",
    ),
    GATEWAY: (
        *("peers.portal", "peers.registrar", "support_line", "veche gateway centre"),
        "nobody listens at 127.0.0.1:2775",
    ),
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


def test_settings_are_refused_in_words_for_who_wrote_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cheapen_passwords(monkeypatch)
    home = make_home(RELAY, tmp_path / "relay")
    text = home.config.read_text("utf-8").replace("rate = 600", 'rate = "many"')
    wrong = '\n[[elections]]\nterms = "t"\nterms_hash = "12"\ncolour = "red"\n'
    home.config.write_text(f"{text}{wrong}", "utf-8")
    (found,) = asyncio.run(check_service(RELAY, home, PASSWORD))
    assert str(home.config) in found
    for fact in (
        "rate: is not a whole number",
        "elections.0.nodes: is missing",
        "elections.0.colour: unknown key",
        "elections.0.terms_hash: is not written as it has to be",
    ):
        assert fact in found


def test_lines_that_init_prints_name_a_service_in_the_config_of_another(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    cheapen_passwords(monkeypatch)
    (tmp_path / "password").write_text(PASSWORD, "utf-8")
    where = ("--home", str(tmp_path / "portal"))
    password = ("--password-file", str(tmp_path / "password"))
    assert run(["portal", "init", *where, *password, "--json"]) == 0
    told = capsys.readouterr()
    (peer,) = tomllib.loads(told.err.partition("services:\n")[2])["peers"].items()
    name, named = peer
    assert (name, named["key"]) == ("portal", json.loads(told.out)["key"])
    PeerSettings.model_validate({**named, "url": "https://portal.example.org"})
