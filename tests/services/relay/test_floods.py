"""Nothing a stranger sends costs a relay more than it costs the stranger."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

import pytest
from coincurve import PrivateKey
from typing_extensions import override

from election.crypto.group import G
from election.crypto.signature import SECP256K1_ORDER, Signature, SigningKey
from election.protocol.encoding import decode_record, encode_record
from services.relay.judging import BusyError, Judges, Verdict
from services.relay.timing import CROWD
from tests import honest
from tests.services.relay.conftest import ORIGIN, Polls, Relay


@contextmanager
def unverified(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Fail if anything is verified."""

    async def judge(*_: object) -> Verdict:
        pytest.fail("a ballot was verified")

    with monkeypatch.context() as patch:
        patch.setattr(Judges, "judge", judge)
        yield


@pytest.mark.parametrize("size", [0, 1, 1407, 1409, 5441, 65_000, 70_000])
def test_garbage_of_a_wrong_size_is_refused_unread(
    relay: Relay, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    with unverified(monkeypatch):
        refused = relay.send(b"\xff" * size)
    assert refused.status_code in (400, 413)
    assert refused.json()["code"] in ("wrong_size", "too_large")


def test_garbage_of_the_right_size_is_refused_in_words(
    relay: Relay, polls: Polls
) -> None:
    record = polls.ballots[1][0]
    garbage = record[:200] + bytes(len(record) - 200)
    refused = relay.send(garbage)
    assert (refused.status_code, refused.json()["code"]) == (422, "bad_ballot")


@pytest.mark.parametrize("context", ["0x" + "ab" * 32, "nonsense", "0x" + "é" * 64, ""])
def test_unknown_contest_is_refused_unread(
    relay: Relay, polls: Polls, monkeypatch: pytest.MonkeyPatch, context: str
) -> None:
    with unverified(monkeypatch):
        refused = relay.running.client.post(
            "/ballots", params={"context": context}, content=polls.ballots[1][0]
        )
    assert (refused.status_code, refused.json()["code"]) == (404, "unknown_context")


def test_contest_may_be_known_by_the_size_alone(relay: Relay, polls: Polls) -> None:
    assert relay.send(polls.ballots[30][0], contest=None).status_code == 200


def test_ballot_of_another_contest_is_refused_in_words(relay: Relay) -> None:
    """One of this size, so that the signature alone shows it."""
    foreign = honest.ballot(1, 1)
    refused = relay.send(foreign, contest=30)
    assert refused.json()["code"] == "bad_ballot"


def test_replays_by_many_are_verified_once(
    relay: Relay, polls: Polls, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = relay.promise(polls.ballots[1][0])
    with unverified(monkeypatch):
        assert [relay.promise(polls.ballots[1][0]) for _ in range(50)] == [first] * 50


def test_ballots_of_a_cast_credential_are_not_verified(
    relay: Relay, polls: Polls, monkeypatch: pytest.MonkeyPatch
) -> None:
    promises = [relay.promise(each) for each in polls.ballots[1][:CROWD]]
    relay.wait_final(*promises)
    with unverified(monkeypatch):
        for each in polls.ballots[1][:CROWD]:
            assert relay.send(each).json()["code"] == "already_cast"


def test_ballot_sent_by_many_at_once_is_promised_once(
    relay: Relay, polls: Polls
) -> None:
    desk_of = [0] * 20

    async def send_all() -> list[dict[str, Any]]:
        found = await asyncio.gather(
            *(asyncio.to_thread(relay.promise, polls.ballots[1][0]) for _ in desk_of)
        )
        return list(found)

    said = asyncio.run(send_all())
    assert all(each == said[0] for each in said)


def test_more_than_may_wait_are_told_when_to_come_again(
    relay: Relay, polls: Polls, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def judge(*_: object) -> Verdict:
        raise BusyError

    with monkeypatch.context() as patch:
        patch.setattr(Judges, "judge", judge)
        refused = relay.send(polls.ballots[1][0])
    assert (refused.status_code, refused.json()["code"]) == (503, "busy")
    assert int(refused.headers["retry-after"]) > 0
    relay.promise(polls.ballots[1][0])


def test_no_more_wait_than_may() -> None:
    async def fill() -> None:
        judges = Judges([honest.box()], processes=1, most_waiting=2)
        try:
            work = [judges.judge(honest.box().ctx, honest.ballot(1, 1))] * 1
            running = [asyncio.ensure_future(each) for each in work]
            second = judges.judge(honest.box().ctx, honest.ballot(1, 2))
            running.append(asyncio.ensure_future(second))
            await asyncio.sleep(0)
            with pytest.raises(BusyError):
                await judges.judge(honest.box().ctx, honest.ballot(1, 3))
            found = await asyncio.gather(*running)
            assert all(each.ballot_hash for each in found)
        finally:
            judges.close()

    asyncio.run(fill())


def test_verifier_that_dies_is_replaced() -> None:
    async def kill() -> None:
        judges = Judges([honest.box()], processes=1)
        try:
            pool = judges._open()
            with pytest.raises(BusyError):
                await judges.judge(honest.box().ctx, DEADLY)
            assert judges._pool is not pool
            found = await judges.judge(honest.box().ctx, honest.ballot(1, 1))
            assert found.ballot_hash
        finally:
            judges.close()

    class Deadly(bytes):
        @override
        def __reduce__(self) -> Any:
            return os._exit, (3,)

    DEADLY = Deadly()  # noqa: N806  ends whoever unpacks it
    asyncio.run(kill())


def test_slow_body_holds_up_nobody(relay: Relay, polls: Polls) -> None:
    host, port = urlsplit(relay.running.url).netloc.split(":")
    with closing(socket.create_connection((host, int(port)))) as slow:
        size = len(polls.ballots[1][0])
        head = f"POST /ballots?context={polls.context(1)} HTTP/1.1\r\nHost: {host}\r\n"
        slow.sendall(f"{head}Content-Length: {size}\r\n\r\nab".encode())
        relay.promise(polls.ballots[1][0])


def test_body_without_a_length_is_refused_unread(relay: Relay) -> None:
    refused = relay.running.client.post(
        "/ballots", content=iter([b"a" * 100]), headers={"Host": "127.0.0.1"}
    )
    assert (refused.status_code, refused.json()["code"]) == (411, "length_missing")


def test_hundreds_of_open_connections_hold_up_nobody(
    relay: Relay, polls: Polls
) -> None:
    host, port = urlsplit(relay.running.url).netloc.split(":")
    crowd = [socket.create_connection((host, int(port))) for _ in range(300)]
    try:
        relay.promise(polls.ballots[1][0])
    finally:
        for each in crowd:
            each.close()


def test_browsers_of_the_booth_may_read_answers_and_refusals(
    relay: Relay, polls: Polls
) -> None:
    for record in (polls.ballots[1][0], b"short"):
        answered = relay.send(record, Origin=ORIGIN)
        assert answered.headers["access-control-allow-origin"] == ORIGIN
        assert "set-cookie" not in answered.headers
    foreign = relay.send(b"short", Origin="https://elsewhere.example.org")
    assert "access-control-allow-origin" not in foreign.headers


def sign_by_another_nonce(digest: bytes, key: SigningKey) -> Signature:
    """Sign as RFC 6979 would not: by a nonce of one's own."""
    x, y = PrivateKey.from_int(7).public_key.point()
    number = int.from_bytes(digest, "big")
    s = pow(7, -1, SECP256K1_ORDER) * (number + x * key.secret) % SECP256K1_ORDER
    is_high = s > SECP256K1_ORDER // 2
    return Signature(27 + (y % 2 ^ is_high), x, SECP256K1_ORDER - s if is_high else s)


def test_signature_of_another_form_gets_the_promise_of_the_first(
    relay: Relay, polls: Polls
) -> None:
    """Who has the key can sign one ballot in many ways; it is one ballot."""
    first = relay.promise(polls.ballots[1][0])
    record = decode_record(polls.ballots[1][0], slots=2)
    key = polls.stage.credentials(1)[0].ballot_key
    digest = bytes.fromhex(first["ballot_hash"][2:])
    other = replace(record, signature=sign_by_another_nonce(digest, key))
    assert relay.promise(encode_record(other)) == first


def test_credential_of_nobody_is_refused_in_words(relay: Relay, polls: Polls) -> None:
    record = decode_record(polls.ballots[1][0], slots=2)
    refused = relay.send(encode_record(replace(record, sigma=G)))
    assert refused.json()["code"] == "bad_ballot"
