from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from election.client.leaf_requests import ask_for_credential
from election.client.rpc import connect
from election.crypto.blind_credential import RecoverySecret
from election.crypto.transcript import Hash
from election.protocol.issuance import CredentialRequest, prepare_request
from scripts.shared.files.key_file import KeyFile
from scripts.shared.files.terms_file import digest_terms, render_terms
from scripts.shared.roles import Role
from scripts.shared.session import instance_of
from services.issuer import worker
from services.issuer.service import SERVICE
from services.shell.home import Home
from tests.client.devnet import run_node
from tests.client.stage import ISSUERS, RELAY, Stage, deploy, travel
from tests.scripts.key_files import make_key_file, put_share
from tests.services.running import (
    Running,
    cheapen_passwords,
    fork_workers,
    make_home,
    serving,
)


@pytest.fixture(autouse=True)
def _cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    cheapen_passwords(monkeypatch)
    fork_workers(monkeypatch, worker)


@dataclass(frozen=True)
class Polls:
    """Open polls on a node, where nobody has asked for a credential yet."""

    stage: Stage
    url: str

    @property
    def name(self) -> str:
        return f"0x{self.stage.opened.address.hex()}"

    def ask(
        self, contest: int, index: int, *, secret: bytes = b"s" * 16
    ) -> tuple[Hash, CredentialRequest]:
        """Let a voter ask; give leaf and request."""
        place = self.stage.place(contest, index, nonce=1)
        request = prepare_request(
            RecoverySecret(secret), ctx=place.ctx, leaf=place.leaf
        )
        act = self.stage.prepare(ask_for_credential(place, request.blinded))
        self.stage.connection.send(act, key=RELAY)
        return place.leaf, request


@pytest.fixture(scope="package")
def opened() -> Iterator[Polls]:
    with run_node() as url:
        stage = deploy(connect(url))
        stage.make_keys()
        stage.publish_lists(3)
        stage.register_all()
        travel(stage.connection, stage.manifest.times.opening)
        yield Polls(stage, url)


@pytest.fixture
def polls(opened: Polls) -> Iterator[Polls]:
    chain = opened.stage.connection
    snapshot = chain.request("evm_snapshot")
    yield opened
    chain.request("evm_revert", snapshot)


def put_key(polls: Polls, folder: Path, number: int = 1) -> KeyFile:
    """Keep an issuer's key with its share, as the ceremony leaves it."""
    folder.mkdir(parents=True, exist_ok=True)
    key = ISSUERS[number - 1]
    made = make_key_file(folder / "issuer.key.json", Role.ISSUER, key)
    share = polls.stage.shares[key]
    return put_share(made, share, instance_of(polls.stage.opened))


def write_home(polls: Polls, folder: Path, number: int = 1) -> Home:
    """Make the home of an issuer."""
    put_key(polls, folder, number)
    terms = render_terms(polls.stage.terms())
    (folder / "terms.json").write_text(terms)
    config = f"""
public_url = "http://127.0.0.1:1"
listen_port = 0
clock = "chain"
look_every = 1
rate = 100000
burst = 10000
[[elections]]
terms = "terms.json"
terms_hash = "{digest_terms(terms.encode())}"
nodes = ["{polls.url}"]
"""
    return make_home(SERVICE, folder, config)


@pytest.fixture
def issuer(polls: Polls, tmp_path: Path) -> Iterator[Running]:
    with serving(SERVICE, write_home(polls, tmp_path / "issuer")) as running:
        yield running
