"""A promise holds for one ballot, one relay and one deadline."""

from __future__ import annotations

from dataclasses import replace

import pytest

from election.crypto.signature import SigningKey, derive_address, sign_hash
from election.crypto.transcript import Hash
from election.errors import PromiseError
from election.protocol.promise import (
    LONGEST,
    Promise,
    accept_promise,
    derive_promise_hash,
    sign_promise,
)
from tests import honest
from tests.reference.unit_vector import tagged_hash

KEY = SigningKey(777)
RELAY = derive_address(KEY)
NOW = 10_000
PROMISE = Promise(Hash(b"\1" * 32), honest.account(2), Hash(b"\3" * 32), NOW + 60)


def accept(promise: Promise, *, key: SigningKey = KEY, now: int = NOW) -> Promise:
    """Take a promise of which this was signed."""
    signature = sign_promise(PROMISE, key)
    return accept_promise(promise, signature, relay=RELAY, now=now)


def test_hash_is_of_its_fields_in_order() -> None:
    fields = (
        PROMISE.ctx,
        PROMISE.credential.rjust(32, b"\0"),
        PROMISE.ballot_hash,
        PROMISE.deadline.to_bytes(32, "big"),
    )
    assert derive_promise_hash(PROMISE) == tagged_hash("promise", *fields)


@pytest.mark.parametrize("now", [NOW, PROMISE.deadline])
def test_promise_is_taken_until_its_deadline(now: int) -> None:
    assert accept(PROMISE, now=now) == PROMISE


@pytest.mark.parametrize(
    "change",
    [
        {"ctx": Hash(b"\2" * 32)},
        {"credential": honest.account(3)},
        {"ballot_hash": Hash(b"\4" * 32)},
        {"deadline": PROMISE.deadline + 1},
    ],
)
def test_promise_about_anything_else_is_refused(change: dict[str, object]) -> None:
    with pytest.raises(PromiseError, match="another ballot"):
        accept(replace(PROMISE, **change))  # type: ignore[arg-type]


def test_promise_of_another_relay_is_refused() -> None:
    with pytest.raises(PromiseError, match="another key"):
        accept(PROMISE, key=SigningKey(778))


def test_promise_whose_time_is_over_is_refused() -> None:
    with pytest.raises(PromiseError, match="was due"):
        accept(PROMISE, now=PROMISE.deadline + 1)


def test_promise_for_later_than_a_relay_may_take_is_refused() -> None:
    named = PROMISE.ctx, PROMISE.credential, PROMISE.ballot_hash
    far = Promise(*named, NOW + LONGEST + 1)
    signature = sign_hash(derive_promise_hash(far), KEY)
    with pytest.raises(PromiseError, match="more than 7200 s"):
        accept_promise(far, signature, relay=RELAY, now=NOW)
