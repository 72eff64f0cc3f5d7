"""Python and JavaScript make the same requests, credentials, ballots of one input."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from election.crypto.blind_credential import (
    RecoverySecret,
    derive_ballot_key,
    issue_share,
)
from election.crypto.group import G2, G, G1Point, encode_g1, encode_g2
from election.crypto.randomness import SecretSource
from election.crypto.scalar import ORDER, Scalar
from election.crypto.sharing import evaluate_polynomial
from election.crypto.signature import SigningKey, derive_address, encode_signature
from election.crypto.transcript import Address, Hash
from election.errors import BallotError
from election.protocol.ballot import (
    NO_MEMO,
    accept_ballot,
    derive_memo,
    make_ballot,
    prepare_choice,
)
from election.protocol.context import (
    Box,
    ContestTerms,
    derive_ctx,
    derive_election_id,
)
from election.protocol.encoding import encode_points
from election.protocol.issuance import Credential, accept_credential, prepare_request
from election.protocol.notice import Notice, sign_notice
from election.protocol.promise import LONGEST, Promise, sign_promise
from tests.booth.node_js import Answerer

FEW = settings(max_examples=8)
SCALARS = st.integers(1, ORDER - 1).map(Scalar)
WORDS = st.binary(min_size=32, max_size=32).map(Hash)
SECRETS = st.binary(min_size=16, max_size=16)
NOW = 1_900_000_000


def spell_box(box: Box) -> dict[str, str]:
    return {
        "ctx": box.ctx.hex(),
        "election_keys": encode_points(box.election_keys).hex(),
        "credential_key": encode_g2(box.credential_key).hex(),
    }


def make_box(ctx: Hash, secrets: list[Scalar], issuing: Scalar) -> Box:
    return Box(1, ctx, tuple(G * each for each in secrets), G2 * issuing)


@st.composite
def voters(draw: st.DrawFn) -> dict[str, Any]:
    ctx, leaf, secret = draw(WORDS), draw(WORDS), draw(SECRETS)
    keys = draw(st.lists(SCALARS, min_size=2, max_size=4))
    issuing = draw(SCALARS)
    request = prepare_request(RecoverySecret(secret), ctx=ctx, leaf=leaf)
    box = make_box(ctx, keys, issuing)
    shares = {1: issue_share(request.blinded, issuing)}
    return {
        "asked": {"secret": secret.hex(), "ctx": ctx.hex(), "leaf": leaf.hex()},
        "request": request,
        "box": box,
        "credential": accept_credential(shares, request, box),
        "choice": draw(st.integers(1, len(keys))),
        "word": draw(
            st.none() | st.text(st.characters(exclude_categories=["Cs", "Cn"]))
        ),
        "randomness": draw(st.binary(min_size=64, max_size=64)),
        "key": draw(st.binary(max_size=40)),
    }


def make_in_python(voter: dict[str, Any]) -> tuple[Hash, bytes]:
    source = SecretSource(voter["randomness"], voter["key"])
    credential: Credential = voter["credential"]
    word = voter["word"]
    memo = NO_MEMO if word is None else derive_memo(credential.address, word)
    prepared = prepare_choice(voter["choice"], voter["box"], source=source)
    ballot = make_ballot(
        prepared, voter["box"], credential=credential, memo=memo, source=source
    )
    return prepared.tracking_code, ballot


@FEW
@given(voters())
def test_ballots_are_the_same_bytes_and_accepted_by_both(
    javascript: Answerer, voter: dict[str, Any]
) -> None:
    made = javascript.ask(
        "make",
        **voter["asked"],
        box=spell_box(voter["box"]),
        choice=voter["choice"],
        word=voter["word"],
        sigma=encode_g1(voter["credential"].sigma).hex(),
        randomness=voter["randomness"].hex(),
        key=voter["key"].hex(),
    )
    code, ballot = make_in_python(voter)
    assert made == {"code": code.hex(), "ballot": ballot.hex()}
    accepted = accept_ballot(bytes.fromhex(made["ballot"]), voter["box"])
    seen = javascript.ask("accept", ballot=ballot.hex(), box=spell_box(voter["box"]))
    assert seen == {
        "code": accepted.tracking_code.hex(),
        "hash": accepted.ballot_hash.hex(),
    }


@FEW
@given(voters(), st.data())
def test_a_ballot_with_a_byte_changed_is_refused_by_both(
    javascript: Answerer, voter: dict[str, Any], data: st.DataObject
) -> None:
    ballot = bytearray(make_in_python(voter)[1])
    place = data.draw(st.integers(0, len(ballot) - 1))
    ballot[place] ^= data.draw(st.integers(1, 255))
    with pytest.raises(BallotError):
        accept_ballot(bytes(ballot), voter["box"])
    box = spell_box(voter["box"])
    assert "refused" in javascript.try_asking("accept", ballot=ballot.hex(), box=box)


@FEW
@given(SECRETS, WORDS, WORDS)
def test_keys_and_requests_are_derived_alike(
    javascript: Answerer, secret: bytes, ctx: Hash, leaf: Hash
) -> None:
    request = prepare_request(RecoverySecret(secret), ctx=ctx, leaf=leaf)
    key = derive_ballot_key(RecoverySecret(secret), ctx=ctx, leaf=leaf)
    asked = {"secret": secret.hex(), "ctx": ctx.hex(), "leaf": leaf.hex()}
    assert javascript.ask("request", **asked) == {
        "address": derive_address(key).hex(),
        "blinded": encode_g1(request.blinded).hex(),
    }


class Issuing:
    """Issuers of one key, any `threshold` of whom are enough."""

    def __init__(self, polynomial: list[Scalar], count: int) -> None:
        self.threshold = len(polynomial)
        self.ctx, leaf = Hash(b"\x01" * 32), Hash(b"\x02" * 32)
        secret = b"\x03" * 16
        self.request = prepare_request(RecoverySecret(secret), ctx=self.ctx, leaf=leaf)
        self.box = make_box(self.ctx, [Scalar(5), Scalar(6)], polynomial[0])
        shares = {m: evaluate_polynomial(polynomial, m) for m in range(1, count + 1)}
        self.keys = {str(m): encode_g2(G2 * share).hex() for m, share in shares.items()}
        self.answers: dict[int, G1Point] = {
            m: issue_share(self.request.blinded, share) for m, share in shares.items()
        }
        self.asked = {
            "secret": secret.hex(),
            "ctx": self.ctx.hex(),
            "leaf": leaf.hex(),
            "box": spell_box(self.box),
            "threshold": self.threshold,
            "keys": self.keys,
        }

    def spell(self, *issuers: int) -> dict[str, str]:
        return {str(m): encode_g1(self.answers[m]).hex() for m in issuers}


@FEW
@given(
    st.lists(SCALARS, min_size=2, max_size=3),
    st.permutations([1, 2, 3, 4, 5]),
)
def test_any_right_answers_make_the_credential(
    javascript: Answerer, polynomial: list[Scalar], order: list[int]
) -> None:
    issuing = Issuing(polynomial, 5)
    chosen = order[: issuing.threshold]
    shares = {m: issuing.answers[m] for m in chosen}
    expected = accept_credential(shares, issuing.request, issuing.box).sigma
    answers = issuing.spell(*chosen)
    found = javascript.ask("combine", answers=answers, **issuing.asked)
    assert found == encode_g1(expected).hex()


WRONG: dict[str, Callable[[G1Point], str]] = {
    "of another key": lambda right: encode_g1(right + G).hex(),
    "infinity": lambda _: bytes(128).hex(),
    "cut off": lambda right: encode_g1(right).hex()[:-2],
    "no point": lambda _: (b"\xff" * 128).hex(),
}


@pytest.mark.parametrize("how", WRONG)
def test_a_wrong_answer_is_passed_over_while_enough_are_right(
    javascript: Answerer, how: str
) -> None:
    issuing = Issuing([Scalar(11), Scalar(12)], 3)
    answers = {**issuing.spell(1, 2, 3), "1": WRONG[how](issuing.answers[1])}
    right = {m: issuing.answers[m] for m in (2, 3)}
    expected = accept_credential(right, issuing.request, issuing.box).sigma
    found = javascript.ask("combine", answers=answers, **issuing.asked)
    assert found == encode_g1(expected).hex()
    answers.pop("2")
    told = javascript.try_asking("combine", answers=answers, **issuing.asked)
    assert told == {"refused": "credential: 1 right answers of issuers, 2 are needed"}


def test_right_answers_of_other_issuers_than_the_boxs_are_refused(
    javascript: Answerer,
) -> None:
    issuing = Issuing([Scalar(11), Scalar(12)], 3)
    box = spell_box(replace(issuing.box, credential_key=G2 * Scalar(99)))
    asked = {**issuing.asked, "box": box}
    told = javascript.try_asking("combine", answers=issuing.spell(1, 3), **asked)
    assert "does not hold" in told["refused"]


def test_an_answer_of_nobody_is_passed_over(javascript: Answerer) -> None:
    issuing = Issuing([Scalar(11), Scalar(12)], 3)
    answers = {**issuing.spell(1, 3), "0": issuing.spell(2)["2"], "9": "00"}
    assert javascript.ask("combine", answers=answers, **issuing.asked)


NUMBERS = st.integers(0, 2**40)
ADDRESSES = st.binary(min_size=20, max_size=20).map(Address)
TEXTS = st.text(st.sampled_from("АЙйе\u0308и\u0306é e\u0301Zz-«»№ 1"), max_size=20)
NAMES = [
    "chainId",
    "contest",
    "trustees",
    "trusteeThreshold",
    "issuers",
    "issuerThreshold",
    "opening",
    "issueClosing",
    "castClosing",
    "minimumCast",
]


@FEW
@given(st.data())
def test_the_context_of_a_contest_is_derived_alike(
    javascript: Answerer, data: st.DataObject
) -> None:
    numbers = {name: data.draw(NUMBERS) for name in NAMES}
    box, voter_list, trustees, issuers = (data.draw(ADDRESSES) for _ in range(4))
    keys = tuple(
        G * each for each in data.draw(st.lists(SCALARS, min_size=2, max_size=3))
    )
    title, slug = data.draw(TEXTS), data.draw(TEXTS)
    candidates, particulars = (tuple(data.draw(TEXTS) for _ in keys) for _ in range(2))
    credential_key = G2 * data.draw(SCALARS)
    terms = ContestTerms(
        numbers["chainId"],
        box,
        voter_list,
        trustees,
        issuers,
        derive_election_id(slug),
        numbers["contest"],
        numbers["trustees"],
        numbers["trusteeThreshold"],
        keys,
        title,
        candidates,
        particulars,
        numbers["issuers"],
        numbers["issuerThreshold"],
        credential_key,
        numbers["opening"],
        numbers["issueClosing"],
        numbers["castClosing"],
        numbers["minimumCast"],
    )
    found = javascript.ask(
        "ctx",
        **numbers,
        slug=slug,
        title=title,
        candidates=candidates,
        particulars=particulars,
        addresses=[each.hex() for each in (box, voter_list, trustees, issuers)],
        keys=encode_points(keys).hex(),
        credentialKey=encode_g2(credential_key).hex(),
    )
    assert found == derive_ctx(terms).hex()


PROMISE = Promise(
    Hash(b"\x01" * 32), Address(b"\x02" * 20), Hash(b"\x03" * 32), NOW + 60
)
KEY = SigningKey(77)


def ask_promise(told: Promise, signed: Promise) -> dict[str, Any]:
    return {
        "ctx": told.ctx.hex(),
        "credential": told.credential.hex(),
        "hash": told.ballot_hash.hex(),
        "deadline": told.deadline,
        "signature": encode_signature(sign_promise(signed, KEY)).hex(),
        "relay": derive_address(KEY).hex(),
        "now": NOW,
    }


@pytest.mark.parametrize("deadline", [NOW, NOW + 60, NOW + LONGEST])
def test_a_relays_promise_is_taken(javascript: Answerer, deadline: int) -> None:
    promise = replace(PROMISE, deadline=deadline)
    assert javascript.ask("promise", **ask_promise(promise, promise))


@pytest.mark.parametrize("deadline", [-1, 0, NOW - 1, NOW + LONGEST + 1, NOW + 0.5])
def test_a_promise_for_another_time_is_refused(
    javascript: Answerer, deadline: float
) -> None:
    signed = replace(PROMISE, deadline=max(0, int(deadline)))
    asked = {**ask_promise(signed, signed), "deadline": deadline}
    assert "refused" in javascript.try_asking("promise", **asked)


@pytest.mark.parametrize(
    "change", [{"ctx": "09" * 32}, {"credential": "09" * 20}, {"hash": "09" * 32},
               {"deadline": NOW + 61}, {"relay": "09" * 20}],
    ids=lambda change: next(iter(change)),
)  # fmt: skip
def test_a_promise_about_another_thing_is_refused(
    javascript: Answerer, change: dict[str, Any]
) -> None:
    asked = ask_promise(PROMISE, PROMISE) | change
    told = javascript.try_asking("promise", **asked)
    assert told["refused"].startswith("promise: signed by another key")


def ask_notice(serial: str) -> dict[str, Any]:
    word = Hash(b"\x04" * 32)
    notice = Notice(word, Hash(b"\x05" * 32), Hash(b"\x06" * 32), NOW, serial)
    return {
        "ctx": notice.ctx.hex(),
        "leaf": notice.leaf.hex(),
        "subject": notice.subject.hex(),
        "time": notice.time,
        "serial": notice.serial,
        "signature": encode_signature(sign_notice(notice, KEY)).hex(),
        "gateway": derive_address(KEY).hex(),
    }


@pytest.mark.parametrize("serial", ["A-47", "А-47", "", "й"])
def test_a_gateways_notice_is_taken(javascript: Answerer, serial: str) -> None:
    assert javascript.ask("notice", **ask_notice(serial))


@pytest.mark.parametrize(
    "change", [{"ctx": "09" * 32}, {"leaf": "09" * 32}, {"subject": "09" * 32},
               {"time": NOW + 1}, {"time": -1}, {"serial": "А-48"},
               {"gateway": "09" * 20}],
    ids=str,
)  # fmt: skip
def test_a_notice_about_another_message_is_refused(
    javascript: Answerer, change: dict[str, Any]
) -> None:
    told = javascript.try_asking("notice", **(ask_notice("А-47") | change))
    assert "refused" in told
