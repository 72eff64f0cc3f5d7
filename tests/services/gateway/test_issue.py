from __future__ import annotations

import time
import tomllib
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from election.crypto.signature import SigningKey, decode_signature
from election.crypto.transcript import Hash
from election.errors import AttestationError
from election.protocol.attestation import (
    SKEW,
    Attestation,
    Role,
    accept_attestation,
)
from election.protocol.notice import Notice, accept_notice
from services.gateway import nodes, service
from services.gateway.issues import open_issue
from services.gateway.messages import read_phone
from services.gateway.refusals import refuse
from services.gateway.settings import CONFIG
from tests.patience import wait_until
from tests.services.gateway.stage import (
    AN_HOUR,
    H_REQ,
    OTHER,
    PHONE,
    VOTER,
    Stage,
    gateway_stage,
)
from tests.services.gateway.support_view import view


def read_attestation(answer: Any) -> Attestation:
    made = answer["attestation"]
    signature = decode_signature(bytes.fromhex(made["signature"][2:]))
    return Attestation(made["expiry"], signature)


def test_code_from_the_message_earns_the_attestation(stage: Stage) -> None:
    opened = stage.open()
    code = stage.centre.code(1, PHONE)
    text = stage.centre.messages()[0].text
    assert opened["message"] in text
    assert opened["serial"].startswith(opened["message"])
    assert "округ 10" in text
    checked = stage.check(opened["serial"], code)
    assert checked.status_code == 200
    accept_attestation(
        read_attestation(checked.json()),
        stage.request(),
        role=Role.SMS_GATEWAY,
        signer=stage.terms.sms_gateway,
        now=stage.running.context.clock.now() - SKEW,  # by any clock that may be behind
    )


def test_statement_is_the_gateways_about_this_request(stage: Stage) -> None:
    opened = stage.open()
    asked = stage.request()
    notice = Notice(
        asked.ctx, asked.leaf, asked.subject, opened["time"], opened["serial"]
    )
    signature = decode_signature(bytes.fromhex(opened["statement"][2:]))
    accept_notice(notice, signature, gateway=stage.terms.sms_gateway)
    with pytest.raises(AttestationError):
        accept_notice(
            replace(notice, serial="B-11"), signature, gateway=stage.terms.sms_gateway
        )


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"key": SigningKey(78)}, "not_attested"),
        ({"role": Role.SMS_GATEWAY}, "not_attested"),
        ({"expiry": 1}, "not_attested"),
        ({"nonce": 2}, "not_attested"),
        ({"h_req": "0x" + "00" * 32}, "not_attested"),
        ({"voter_id": OTHER}, "wrong_opening"),
        ({"voter_id": "nobody"}, "wrong_opening"),
        ({"voter_id": "?"}, "wrong_voter"),
        ({"salt": "0x" + "00" * 32}, "wrong_opening"),
        ({"index": 1}, "wrong_opening"),
        ({"contest": 11}, "unknown_election"),
        ({"election": "0x" + "00" * 20}, "unknown_election"),
        ({"surplus": 1}, "bad_request"),
    ],
)
def test_request_without_the_portals_word_is_refused(
    stage: Stage, changed: dict[str, Any], code: str
) -> None:
    """And by the same answer whether the gateway has a phone of that voter or not."""
    answer = stage.post("/issues", stage.issue_body(**changed))
    assert answer.json()["code"] == code
    assert stage.centre.messages() == []


def test_expiry_beside_the_attestation_is_its_own(stage: Stage) -> None:
    body = stage.issue_body()
    answer = stage.post("/issues", body | {"expiry": body["expiry"] - 1})
    assert answer.json()["code"] == "not_attested"


def test_stranger_hears_the_same_of_who_has_a_phone_here_and_who_has_not(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And nobody is looked up for either, so that time says nothing, too."""
    database, acts = stage.running.context.database, list[Any]()
    run = database.run

    async def note(act: Any, *given: Any, **named: Any) -> Any:
        acts.append(act)
        return await run(act, *given, **named)

    monkeypatch.setattr(database, "run", note)
    heard = []
    for voter, index in ((OTHER, 1), ("EF-789", 5)):
        asked = replace(stage.request(), leaf=stage.leaf(voter, index))
        body = stage.issue_body(asked, key=SigningKey(78), voter_id=voter, index=index)
        told = stage.post("/issues", body).json()
        heard.append((told["code"], told["title"]))
    assert heard[0] == heard[1]
    assert heard[0][0] == "not_attested"
    assert not {open_issue, read_phone} & {*acts}


def test_a_request_again_is_the_same_and_sends_nothing(stage: Stage) -> None:
    first, again = stage.open(), stage.open()
    assert again["serial"] == first["serial"]
    assert again["statement"] == first["statement"]
    stage.centre.code(1)
    assert stage.open()["serial"] == first["serial"]
    assert len(stage.centre.messages()) == 1


def test_lost_answer_is_given_again_by_the_same_code(stage: Stage) -> None:
    serial = stage.open()["serial"]
    code = stage.centre.code(1)
    first = stage.check(serial, code).json()
    assert stage.check(serial, code).json() == first


def test_code_earns_nothing_for_another_request(stage: Stage) -> None:
    serial = stage.open()["serial"]
    code = stage.centre.code(1)
    other = Hash(bytes([0xCD]) * 32)
    stage.pass_time(61)
    second = stage.open(request=stage.request(subject=other))
    stage.centre.wait_for(2)
    assert stage.check(serial, code, other).json()["code"] == "unknown_serial"
    assert stage.check(second["serial"], code, other).json()["code"] == "wrong_code"
    assert stage.check(serial, code, H_REQ).status_code == 200


def test_code_expires(stage: Stage) -> None:
    serial = stage.open()["serial"]
    code = stage.centre.code(1)
    assert view(stage, VOTER)["messages"][0]["code"] == "is valid"
    stage.pass_time(600)
    assert view(stage, VOTER)["messages"][0]["code"] == "is not valid"
    assert stage.check(serial, code).json()["code"] == "expired"
    (seen,) = view(stage, serial)["messages"]
    assert seen["next"].startswith("ask for a new code")


def test_earlier_code_is_good_until_a_later_one_is_used(stage: Stage) -> None:
    """Messages come out of order."""
    serial = stage.open()["serial"]
    first = stage.centre.code(1)
    stage.pass_time(61)
    assert stage.post(f"/issues/{serial}/code", {}).status_code == 200
    second = stage.centre.code(2)
    stage.pass_time(61)
    assert stage.post(f"/issues/{serial}/code", {}).status_code == 200
    third = stage.centre.code(3)
    assert stage.check(serial, second).status_code == 200
    seen = [each["code"] for each in view(stage, VOTER)["messages"]]
    assert seen == ["is not valid", "was used", "is not valid"]
    for dead in {first, third} - {second}:
        assert stage.check(serial, dead).json()["code"] == "wrong_code"


def test_new_code_waits_a_minute(stage: Stage) -> None:
    opened = stage.open()
    answer = stage.post(f"/issues/{opened['serial']}/code", {})
    assert answer.status_code == 429
    assert answer.json()["code"] == "too_soon"
    assert 0 < int(answer.headers["Retry-After"]) <= 60
    assert opened["resend_after"] > stage.running.context.clock.now()


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 10**6:06d}"


def test_code_has_five_tries(stage: Stage) -> None:
    serial = stage.open()["serial"]
    code = stage.centre.code(1)
    for left in range(4, 0, -1):
        told = stage.check(serial, wrong(code)).json()
        assert told["code"] == "wrong_code"
        assert f": {left}." in told["title"]
    last = stage.check(serial, wrong(code)).json()  # said at once, not at a sixth try
    assert last["code"] == "expired"
    assert "попытки закончились" in last["title"]
    assert stage.check(serial, code).json()["code"] == "expired"


def test_leaf_has_fifteen_wrong_tries_and_then_an_alarm(stage: Stage) -> None:
    serial = stage.open()["serial"]
    answers = []
    for count in range(1, 4):
        code = stage.centre.code(count)
        for _ in range(5):
            assert stage.check(serial, wrong(code)).status_code in (403, 410)
        stage.pass_time(61)
        answers.append(stage.post(f"/issues/{serial}/code", {}))
    assert [each.status_code for each in answers] == [200, 200, 429]
    answer = answers[-1]
    assert answer.json()["code"] == "too_many"
    assert "+7 (000) 000-00-00" in answer.json()["title"]
    assert any('"alarm"' in line for line in stage.running.log)
    metrics = stage.running.client.get("/metrics").text
    assert 'veche_sms_alarms_total{what="used_up"} 1.0' in metrics


def test_leaf_has_ten_codes(stage: Stage) -> None:
    serial = stage.open()["serial"]
    for count in range(2, 11):
        stage.pass_time(61)
        assert stage.post(f"/issues/{serial}/code", {}).status_code == 200, count
    stage.pass_time(61)
    other = stage.request(subject=Hash(bytes([0xCD]) * 32))
    answer = stage.post("/issues", stage.issue_body(request=other))
    assert answer.json()["code"] == "too_many"
    assert len(stage.centre.wait_for(10)) == 10


@pytest.mark.parametrize(
    ("ahead", "code"),
    [(-7_200, "not_open"), (38_800, "too_late"), (39_700, "not_open")],
)
def test_code_is_for_the_time_of_issuing(stage: Stage, ahead: int, code: str) -> None:
    stage.pass_time(ahead)
    expiry = stage.running.context.clock.now() + 800
    answer = stage.post("/issues", stage.issue_body(expiry=expiry))
    assert answer.json()["code"] == code


def test_further_code_is_for_the_time_of_issuing_too(stage: Stage) -> None:
    serial = stage.open()["serial"]
    stage.centre.wait_for(1)
    stage.pass_time(38_800)
    answer = stage.post(f"/issues/{serial}/code", {})
    assert answer.json()["code"] == "too_late"
    assert len(stage.centre.messages()) == 1


def test_support_that_asks_for_what_is_nobodys_is_told_nothing(stage: Stage) -> None:
    for asked in ("x" * 100_000, "%" * 100_000):
        assert view(stage, asked)["messages"] == []


def test_stranger_with_made_up_serials_is_braked_and_no_neighbour(
    stage: Stage,
) -> None:
    serial = stage.open()["serial"]
    made_up = serial[:-4] + "2222"
    answers = [stage.check(made_up, "000000").json()["code"] for _ in range(41)]
    assert answers == [*["unknown_serial"] * 40, "slow_down"]
    assert stage.post(f"/issues/{made_up}/code", {}).json()["code"] == "slow_down"
    assert stage.check(serial, stage.centre.code(1)).status_code == 200


def test_nothing_is_signed_while_a_nodes_clock_differs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = [0]
    monkeypatch.setattr(nodes, "_ask", lambda *_: (int(time.time()) + told[0], AN_HOUR))
    monkeypatch.setattr(service, "EVERY", 0.01)
    with gateway_stage(tmp_path / "gateway") as stage:

        def post() -> Any:
            return stage.post("/issues", stage.issue_body()).json()

        stage.agree(1)
        other = replace(stage.request(), leaf=stage.leaf(OTHER, 1))
        serial = stage.open(request=other, voter_id=OTHER, index=1)["serial"]
        code = stage.centre.code(2)
        told[0] = 61
        wait_until(lambda: "clocks_differ" in "".join(stage.running.log))
        assert post()["code"] == "clock_differs"
        assert stage.check(serial, code).json()["code"] == "clock_differs"
        assert stage.attest().json()["code"] == "clock_differs"
        told[0] = 50
        wait_until(lambda: post()["code"] == "too_soon")
        assert stage.check(serial, code).status_code == 200


def test_extended_polls_are_extended_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    later = int(time.time()) + 12 * AN_HOUR
    monkeypatch.setattr(nodes, "_ask", lambda *_: (int(time.time()), later))
    with gateway_stage(tmp_path / "gateway", opened=-11 * AN_HOUR - 3_000) as stage:
        wait_until(lambda: stage.running.client.get("/ready").status_code == 200)
        assert stage.open()["serial"]


def test_booth_may_read_the_answer(stage: Stage) -> None:
    origin = {"Origin": "https://booth.example.org"}
    answer = stage.post("/issues", stage.issue_body(), headers=origin)
    assert answer.headers["Access-Control-Allow-Origin"] == origin["Origin"]


def test_voter_without_a_phone_is_told_the_support_line(stage: Stage) -> None:
    asked = replace(stage.request(), leaf=stage.leaf("EF-789", 5))
    body = stage.issue_body(request=asked, voter_id="EF-789", index=5)
    answer = stage.post("/issues", body, headers={"Accept-Language": "en"})
    assert answer.json()["code"] == "no_phone"
    assert "support line: +7 (000) 000-00-00" in answer.json()["title"]


def test_a_line_to_call_is_nobodys_until_somebody_names_it() -> None:
    refused = refuse("no_phone")
    assert refused.spell("en").endswith("Please call the support line.")
    assert refused.spell("ru").endswith("на линию поддержки.")
    assert "support_line" not in tomllib.loads(CONFIG)
