from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import httpx2
import pytest

from election.client.rpc import Connection, connect
from scripts.shared.files.terms_file import digest_terms, render_terms
from services.relay import judging
from services.relay.service import SERVICE
from services.shell.home import Home
from tests.client.devnet import run_node
from tests.client.stage import Stage, deploy
from tests.patience import wait_until
from tests.services.running import (
    Running,
    cheapen_passwords,
    fork_workers,
    make_home,
    serving,
)

VOTERS: Final = 9
ORIGIN: Final = "https://booth.example.org"


@pytest.fixture(autouse=True)
def _cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    cheapen_passwords(monkeypatch)
    fork_workers(monkeypatch, judging)


@dataclass(frozen=True)
class Polls:
    """Open polls on a node, and every voter's ballot of contests 1 and 30."""

    stage: Stage
    url: str
    ballots: dict[int, list[bytes]]

    @property
    def name(self) -> str:
        return f"0x{self.stage.opened.address.hex()}"

    @property
    def closing(self) -> int:
        return self.stage.manifest.times.cast_closing

    def context(self, contest: int) -> str:
        return f"0x{self.stage.boxes[contest].box.ctx.hex()}"

    def cast_count(self, contest: int) -> int:
        return self.stage.boxes[contest].handle.cast_count()


@pytest.fixture(scope="package")
def opened() -> Iterator[Polls]:
    with run_node() as url:
        stage = deploy(connect(url))
        stage.make_keys()
        stage.publish_lists(VOTERS)
        stage.register_all()
        stage.issue_all()
        ballots = {
            contest: stage.ballots(contest, [1] * VOTERS) for contest in stage.lists
        }
        yield Polls(stage, url, ballots)


@pytest.fixture
def polls(opened: Polls) -> Iterator[Polls]:
    """A chain that forgets, after the test, what the test did."""
    chain: Connection = opened.stage.connection
    snapshot = chain.request("evm_snapshot")
    yield opened
    chain.request("evm_revert", snapshot)


def write_home(
    polls: Polls, folder: Path, more: str = "", *, nodes: Sequence[str] = ()
) -> Home:
    """Make the home of a relay that serves the polls; nodes: else the one of these."""
    folder.mkdir(parents=True, exist_ok=True)
    terms = render_terms(polls.stage.terms())
    (folder / "terms.json").write_text(terms)
    config = f"""
public_url = "http://127.0.0.1:1"
listen_port = 0
clock = "chain"
booth_origins = ["{ORIGIN}"]
rate = 100000
burst = 10000
look_every = 1
send_every = 1
{more}
[[elections]]
terms = "terms.json"
terms_hash = "{digest_terms(terms.encode())}"
nodes = {json.dumps(nodes or [polls.url])}
"""
    return make_home(SERVICE, folder, config)


@dataclass(frozen=True)
class Relay:
    """A relay that answers."""

    polls: Polls
    running: Running

    def send(
        self, record: bytes, contest: int | None = 1, **headers: str
    ) -> httpx2.Response:
        """Send a record as a booth does."""
        params = {} if contest is None else {"context": self.polls.context(contest)}
        return self.running.client.post(
            "/ballots",
            params=params,
            content=record,
            headers={"Content-Type": "application/octet-stream", **headers},
        )

    def promise(self, record: bytes, contest: int = 1) -> dict[str, Any]:
        """Send a record that is taken; give the promise."""
        answered = self.send(record, contest)
        assert answered.status_code == 200, answered.text
        found: dict[str, Any] = answered.json()
        return found

    def state(self, promise: dict[str, Any]) -> str:
        """Ask where a promised ballot is."""
        path = f"/ballots/{self.polls.name}/{promise['ballot_hash']}"
        return str(self.running.client.get(path).json()["state"])

    def wait_final(self, *promises: dict[str, Any]) -> None:
        """Wait until ballots are in the box."""
        for each in promises:
            wait_until(lambda each=each: self.state(each) == "final")  # type: ignore[misc]

    def ready(self) -> list[str]:
        found: list[str] = self.running.client.get("/ready").json()["waits_for"]
        return found


@contextmanager
def relaying(polls: Polls, home: Home) -> Iterator[Relay]:
    """Serve a relay once it has seen the polls and goes by the chain's clock."""
    with serving(SERVICE, home) as running:
        wait_until(lambda: running.client.get("/ready").json()["ready"])
        wait_until(lambda: running.context.clock.ahead != 0)
        yield Relay(polls, running)


@pytest.fixture
def relay(polls: Polls, tmp_path: Path) -> Iterator[Relay]:
    with relaying(polls, write_home(polls, tmp_path / "relay")) as served:
        yield served
