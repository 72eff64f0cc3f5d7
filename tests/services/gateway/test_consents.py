from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import update

from election.crypto.signature import decode_signature
from election.crypto.transcript import ZERO_HASH, Hash
from election.protocol.attestation import (
    Action,
    Attestation,
    Role,
    accept_attestation,
)
from services.gateway.tables import wishes
from tests.services.gateway.stage import CONTEST, LOCK, OTHER, SALT, VOTER, Stage

LOCK_WORD = "0x" + "00" * 12 + LOCK[2:]


def accept(stage: Stage, answer: Any, **changed: Any) -> None:
    made = answer.json()
    signature = decode_signature(bytes.fromhex(made["signature"][2:]))
    accept_attestation(
        Attestation(made["expiry"], signature),
        stage.request(**changed),
        role=Role.SMS_GATEWAY,
        signer=stage.terms.sms_gateway,
        now=stage.running.context.clock.now(),
    )


def test_application_that_was_agreed_to_is_attested(stage: Stage) -> None:
    stage.agree(1)
    answer = stage.attest()
    accept(stage, answer, action=Action.REGISTER, nonce=0, subject=ZERO_HASH)
    assert "Заявление" in stage.centre.messages()[0].text


def test_nothing_is_attested_before_the_code(stage: Stage) -> None:
    assert stage.attest().json()["code"] == "no_consent"
    stage.consent()
    assert stage.attest().json()["code"] == "no_consent"


def test_lock_is_the_one_that_was_agreed_to(stage: Stage) -> None:
    """A portal cannot register somebody with a lock of its own."""
    stage.agree(1, lock=LOCK)
    assert stage.attest().json()["code"] == "other_lock"
    other = LOCK_WORD[:-1] + "2"
    assert stage.attest(h_req=other).json()["code"] == "other_lock"
    subject = Hash(bytes.fromhex(LOCK_WORD[2:]))
    answer = stage.attest(h_req=LOCK_WORD)
    accept(stage, answer, action=Action.REGISTER, nonce=0, subject=subject)


def test_who_withdrew_is_not_registered_again(stage: Stage) -> None:
    stage.agree(1)
    assert stage.attest().status_code == 200
    stage.pass_time(61)
    stage.agree(2, "withdraw")
    assert stage.attest(nonce=2).json()["code"] == "other_consent"
    answer = stage.attest("withdraw", nonce=1)
    accept(stage, answer, action=Action.WITHDRAW, nonce=1, subject=ZERO_HASH)
    assert stage.attest("withdraw", nonce=3).status_code == 200  # as often as it takes


def test_withdrawal_cancels_a_consent_that_was_not_attested_yet(stage: Stage) -> None:
    stage.agree(1)
    stage.pass_time(61)
    stage.agree(2, "withdraw")
    assert stage.attest().json()["code"] == "other_consent"


def test_old_code_does_not_bring_a_cancelled_consent_back(stage: Stage) -> None:
    serial = stage.agree(1)
    code = stage.centre.code(1)
    stage.pass_time(61)
    stage.agree(2, "withdraw")
    again = stage.call("portal", f"/peer/consents/{serial}/check", {"code": code})
    assert again.json() == {"consented": True}  # as it was answered before
    assert stage.attest().json()["code"] == "other_consent"


def test_application_is_not_a_withdrawal(stage: Stage) -> None:
    stage.agree(1)
    assert stage.attest("withdraw", nonce=1).json()["code"] == "other_consent"


def test_registration_is_attested_at_one_counter(stage: Stage) -> None:
    stage.agree(1)
    first = stage.attest()
    again = stage.attest(expiry=first.json()["expiry"])
    assert again.json() == first.json()
    assert stage.attest(nonce=2).json()["code"] == "already_attested"


def test_code_of_a_ballot_is_none_for_a_consent(stage: Stage) -> None:
    opened = stage.open()
    code = stage.centre.code(1)
    stage.pass_time(61)
    serial = stage.consent("withdraw").json()["serial"]
    stage.centre.wait_for(2)
    path = f"/peer/consents/{serial}/check"
    assert stage.call("portal", path, {"code": code}).json()["code"] == "wrong_code"
    path = f"/peer/consents/{opened['serial']}/check"
    answer = stage.call("portal", path, {"code": code})
    assert answer.json()["code"] == "unknown_serial"


def test_consent_covers_no_other_voter_and_no_other_contest(stage: Stage) -> None:
    stage.agree(1)
    other = f"0x{stage.leaf(OTHER, 1).hex()}"
    assert stage.attest(leaf=other).json()["code"] == "no_consent"
    assert stage.attest(contest=11).json()["code"] == "unknown_election"


def test_consent_is_to_its_own_contest(stage: Stage) -> None:
    stage.agree(1)
    moved = update(wishes).values(contest=CONTEST + 1)
    stage.running.context.database.run_now(lambda each: each.execute(moved))
    assert stage.attest().json()["code"] == "no_consent"


@pytest.mark.parametrize(
    ("opening", "code"),
    [
        ({"voter_id": "AB-123", "index": 0, "salt": f"0x{SALT.hex()}"}, None),
        ({"voter_id": OTHER, "index": 1, "salt": f"0x{SALT.hex()}"}, "wrong_opening"),
        (None, "no_consent"),
    ],
)
def test_consent_older_than_the_list_needs_the_leafs_opening(
    stage: Stage, opening: Any, code: str | None
) -> None:
    stage.agree(1, index=None, salt=None)
    answer = stage.attest(opening=opening)
    assert answer.json().get("code") == code


@pytest.mark.parametrize("expiry", [0, 10**12])
def test_statement_is_for_a_quarter_of_an_hour(stage: Stage, expiry: int) -> None:
    stage.agree(1)
    assert stage.attest(expiry=expiry).json()["code"] == "wrong_expiry"


def test_same_question_is_one_consent(stage: Stage) -> None:
    first, again = stage.consent().json(), stage.consent().json()
    assert first["serial"] == again["serial"]
    assert len(stage.centre.wait_for(1)) == 1


def test_only_the_portal_asks_and_only_the_registrar_is_attested(stage: Stage) -> None:
    for peer, path in (
        ("registrar", "/peer/consents"),
        ("portal", "/peer/attestations"),
    ):
        assert stage.call(peer, path, {}).json()["code"] == "unknown_peer"
    assert stage.post("/peer/consents", {}).json()["code"] == "unknown_peer"


def test_withdrawal_has_no_lock(stage: Stage) -> None:
    assert stage.consent("withdraw", lock=LOCK).json()["code"] == "other_lock"


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"contest": 11}, "unknown_election"),
        ({"election": "0x" + "00" * 20}, "unknown_election"),
        ({"salt": None}, "wrong_opening"),
        ({"index": None}, "wrong_opening"),
    ],
)
def test_consent_to_what_is_none_sends_no_code(
    stage: Stage, changed: dict[str, Any], code: str
) -> None:
    assert stage.consent(**changed).json()["code"] == code
    assert stage.centre.messages() == []


def test_consent_of_nobody_or_to_one_election_twice_sends_no_code(
    stage: Stage,
) -> None:
    covered = {"election": stage.election, "contest": CONTEST}
    for voter_id, times, code in ((VOTER, 2, "other_consent"), ("?", 1, "wrong_voter")):
        elections = [covered] * times
        body = {"action": "apply", "voter_id": voter_id, "elections": elections}
        answer = stage.call("portal", "/peer/consents", body)
        assert answer.json()["code"] == code
    assert stage.centre.messages() == []


def test_consent_that_was_given_or_is_old_gets_no_other_code(stage: Stage) -> None:
    path = f"/peer/consents/{stage.agree(1)}/code"
    assert stage.call("portal", path, {}).json()["code"] == "already_given"
    stage.pass_time(61)
    path = f"/peer/consents/{stage.consent('withdraw').json()['serial']}/code"
    stage.pass_time(86_401)
    assert stage.call("portal", path, {}).json()["code"] == "expired"
    assert len(stage.centre.wait_for(2)) == 2


def test_who_used_a_code_is_not_told_that_it_is_valid(stage: Stage) -> None:
    """For another act within the minute there is none yet, only a pause."""
    stage.agree(1)
    told = stage.consent("withdraw").json()
    assert told["code"] == "too_soon"
    assert "Нажмите ещё раз через" in told["title"]
    assert "действует" not in told["title"]
