"""Whoever asks by leaf is answered once the request is final, and told when before."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from election.crypto.group import encode_g1
from election.protocol.issuance import accept_share
from scripts.shared.errors import FileError
from services.issuer.service import SERVICE
from services.issuer.worker import PassError, Worker
from services.shell.checking import check_service
from services.shell.opening import init_home
from tests.patience import wait_until
from tests.services.issuer.conftest import Polls, write_home
from tests.services.running import PASSWORD, Running, serving


def path_of(polls: Polls, leaf: bytes, contest: int = 1) -> str:
    return f"/answers/{polls.name}/{contest}/0x{leaf.hex()}"


def is_answered(issuer: Running, path: str) -> bool:
    return issuer.client.get(path).status_code == 200


def test_requests_of_several_contests_are_answered(
    issuer: Running, polls: Polls
) -> None:
    keys = polls.stage.terms().contests
    for contest in (1, 30):
        leaf, request = polls.ask(contest, 0)
        path = path_of(polls, leaf, contest)
        wait_until(lambda path=path: is_answered(issuer, path))  # type: ignore[misc]
        found = issuer.client.get(path).json()
        assert found["blinded"] == f"0x{encode_g1(request.blinded).hex()}"
        key = keys[contest].issuer_keys[0]
        raw = bytes.fromhex(found["answer"][2:])
        accept_share(raw, issuer=1, blinded=request.blinded, key=key)
    said = issuer.client.get("/keys").json()[polls.name]
    assert said["issuer"] == 1
    assert set(said["keys"]) == {"1", "30"}


def test_leaf_that_did_not_ask_is_told_so(issuer: Running, polls: Polls) -> None:
    wait_until(lambda: issuer.client.get("/ready").json()["ready"])
    refused = issuer.client.get(path_of(polls, bytes(32)))
    assert (refused.status_code, refused.json()["code"]) == (404, "not_issued")


@pytest.mark.parametrize("leaf", ["0x12", "nonsense", "0x" + "zz" * 32])
def test_what_is_no_leaf_is_not_found(issuer: Running, polls: Polls, leaf: str) -> None:
    found = issuer.client.get(f"/answers/{polls.name}/1/{leaf}")
    assert (found.status_code, found.json()["code"]) == (404, "not_found")
    leaf = f"0x{bytes(32).hex()}"
    assert issuer.client.get(f"/answers/{polls.name}/2/{leaf}").status_code == 404
    other = issuer.client.get(f"/answers/0x{bytes(20).hex()}/1/{leaf}")
    assert other.json()["code"] == "not_found"


def test_who_comes_early_is_told_when(
    issuer: Running, polls: Polls, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And answers that there are go on meanwhile, whatever ails the pass."""
    first, _ = polls.ask(1, 0)
    wait_until(lambda: is_answered(issuer, path_of(polls, first)))

    async def fail(*_: object) -> None:
        raise PassError("UnverifiedError", "nodes tell different histories")

    with monkeypatch.context() as patch:
        patch.setattr(Worker, "advance", fail)
        leaf, _ = polls.ask(1, 1)
        path = path_of(polls, leaf)
        wait_until(lambda: issuer.client.get(path).status_code == 425)
        early = issuer.client.get(path)
        assert early.json()["code"] == "not_final"
        assert int(early.headers["retry-after"]) > 0
        assert is_answered(issuer, path_of(polls, first))
        ready = issuer.client.get("/ready").json()["waits_for"]
        assert ready == ["nodes tell different histories"]
    wait_until(lambda: is_answered(issuer, path))


def test_answers_that_cannot_be_read_are_asked_for_again(
    issuer: Running, polls: Polls, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise FileError("answers", "cannot be read")

    monkeypatch.setattr("services.issuer.service.find_answer", fail)
    refused = issuer.client.get(path_of(polls, bytes(32)))
    assert (refused.status_code, refused.json()["code"]) == (503, "cannot_read")


def test_worker_that_died_is_replaced(
    issuer: Running, polls: Polls, tmp_path: Path
) -> None:
    home = write_home(polls, tmp_path / "other")
    workers: list[Worker] = []
    begin = Worker.__init__

    def note(self: Worker, *args: object) -> None:
        begin(self, *args)  # type: ignore[arg-type]
        workers.append(self)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Worker, "__init__", note)
        with serving(SERVICE, home) as other:
            wait_until(lambda: other.client.get("/ready").json()["ready"])
            assert workers[0]._pool is not None
            for process in list(workers[0]._pool._processes.values()):
                process.kill()
            leaf, _ = polls.ask(1, 0)
            wait_until(lambda: is_answered(other, path_of(polls, leaf)))
    assert issuer.url != other.url


def test_answers_are_there_at_once_after_a_restart(
    polls: Polls, tmp_path: Path
) -> None:
    home = write_home(polls, tmp_path / "issuer")
    leaf, _ = polls.ask(1, 0)
    with serving(SERVICE, home) as issuer:
        wait_until(lambda: is_answered(issuer, path_of(polls, leaf)))
    with serving(SERVICE, home) as issuer:
        assert is_answered(issuer, path_of(polls, leaf))


def test_key_without_a_share_is_named_before_it_serves(
    polls: Polls, tmp_path: Path
) -> None:
    home = write_home(polls, tmp_path / "issuer")
    home.key.unlink()
    home.peer_key.unlink()
    init_home(SERVICE, home, PASSWORD)
    wrong = asyncio.run(check_service(SERVICE, home, PASSWORD))
    assert any("has no key share yet" in each for each in wrong)
