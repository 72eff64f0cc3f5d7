"""Applications on their way to the chain and back, with attesters and a real node."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from election.client.rpc import connect
from scripts.__main__ import run
from scripts.shared.files import key_file
from services.shell.peers import PeerError
from tests.client.devnet import run_node
from tests.client.stage import deploy
from tests.patience import wait_until
from tests.services.registrar.ground import Ground, make_ground, open_ground
from tests.services.running import PASSWORD, Running


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    with pytest.MonkeyPatch.context() as patch, run_node() as url:
        patch.setattr(key_file, "_COST", 2)
        stage = deploy(connect(url))
        stage.make_keys()
        yield make_ground(tmp_path_factory.mktemp("ground"), stage, url)


def test_applications_reach_the_chain_and_polling_stations(
    ground: Ground, tmp_path: Path
) -> None:
    times = ground.stage.manifest.times
    ground.travel(times.registration)
    with open_ground(ground) as running:
        apply_and_withdraw(ground, running)
    with open_ground(ground) as running:  # what was begun goes on
        ground.travel(times.freeze)
        ground.await_state("account-0", "frozen", "online")
        ground.await_state("account-2", "withdrawn", "none")
        ground.await_state("account-3", "refused", "none")
        strike_out(ground, tmp_path)
        ground.travel(times.opening)
        clock = running.context.clock  # follows the chain within a second
        wait_until(lambda: clock.now() >= times.opening)
        ask_for_credentials(ground, running)


def apply_and_withdraw(ground: Ground, running: Running) -> None:
    for number in (0, 1, 2, 6):
        shown = ground.apply(f"account-{number}", f"C-{number}")
        assert shown["application"]["state"] in ("filed", "accepted")
        again = ground.apply(f"account-{number}", f"C-{number}")
        assert again["application"]["history"][0] == shown["application"]["history"][0]
    with pytest.raises(PeerError, match="already_applied"):
        ground.apply("account-0", "C-another")
    with pytest.raises(PeerError, match="consent_used"):
        ground.apply("account-4", "C-0")
    for number in (0, 1, 2, 6):
        ground.await_state(f"account-{number}", "accepted", "online")
    shown = ground.withdraw("account-2", "W-2")
    assert shown["application"]["state"] == "withdrawn"
    ground.await_state("account-2", "withdrawn", "none")
    with pytest.raises(PeerError, match="tomorrow"):
        ground.apply("account-2", "C-2-again")
    ground.gateway.refuses = True
    ground.apply("account-3", "C-3")
    wait_until(
        lambda: (
            ground.show("account-3")["elections"][0]["trouble"] == "gateway: no_consent"
        )
    )
    asked = [(each["leaf"], each["nonce"]) for each in ground.portal.asked]
    registered = [each for each in ground.gateway.asked if each["nonce"] == 0]
    assert len({*asked}) >= 5
    assert len(registered) >= 4
    with pytest.raises(PeerError, match="unknown_peer"):
        ground.ask("GET", "/peer/people/account-0", caller="gateway")
    assert running.client.get("/peer/people/account-0").status_code == 401
    assert not [line for line in running.log if "Иванов" in line or "account-" in line]


def ask_for_credentials(ground: Ground, running: Running) -> None:
    body = ground.issue_body("account-0")
    for broken in (
        body | {"portal": body["gateway"]},
        body | {"gateway": body["portal"]},
        body | {"blinded": ground.issue_body("account-1")["blinded"]},
        body | {"leaf": ground.issue_body("account-1")["leaf"]},
        body | {"index": body["index"] + 1},
    ):
        answer = running.client.post("/requests", json=broken)
        assert answer.json()["code"] == "bad_attestation", answer.text
    locked = body | {"lock": body["portal"]["signature"]}
    assert running.client.post("/requests", json=locked).json()["code"] == "bad_lock"
    where = f"/requests/{ground.name}/{body['leaf']}"
    assert running.client.get(where).json() == {"state": "none"}
    again = ground.issue_body("account-0", words=1)
    origin = {"Origin": "https://booth.example.org"}
    first = running.client.post("/requests", json=body, headers=origin)
    assert first.status_code == 202, first.text
    assert first.headers["access-control-allow-origin"] == origin["Origin"]
    wait_until(lambda: running.client.get(where).json() == {"state": "issued"})
    assert running.client.post("/requests", json=body).json() == {"state": "issued"}
    other = running.client.post("/requests", json=again)
    assert other.json()["code"] == "another_request"
    ground.await_state("account-0", "issued", "issued")
    paper = ground.stage.place(
        1, ground.show("account-2")["elections"][0]["index"], nonce=2
    )
    act = ground.stage.opened.voter_list.mark_paper(paper.claim)
    from tests.client.stage import STATION

    ground.stage.connection.send(act, key=STATION)
    ground.await_state("account-2", "on_paper", "paper")


def strike_out(ground: Ground, folder: Path) -> None:
    """Write the strike lists by the command; formulas are text there."""
    (folder / "password").write_text(PASSWORD, "utf-8")
    options = ["--home", str(ground.home.folder), "--election", ground.name]
    options += ["--password-file", str(folder / "password"), "--out", str(folder)]
    for _ in range(2):
        assert run(["registrar", "strike-list", *options]) == 0
    texts = {path.name: path.read_text("utf-8-sig") for path in folder.glob("*.csv")}
    assert set(texts) == {
        "strike-1-Савёлки.csv",
        "strike-1-Крюково.csv",
        "strike-30-Савёлки.csv",
    }
    first = texts["strike-1-Савёлки.csv"].splitlines()
    assert len(first) == 2
    assert ",'=cmd|'/c calc'!A1," in first[1]
    assert "V2" not in "".join(texts.values())
