"""A voter's device goes by HTTP from what it asked to a ballot that is final."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from typing import Any

import httpx2
import pytest

from election.client.leaf_requests import ask_for_credential
from election.client.rpc import connect
from election.crypto.blind_credential import RecoverySecret
from election.crypto.group import G
from election.crypto.signature import SigningKey, sign_hash
from election.crypto.transcript import Address
from election.errors import AttestationError, ElectionError
from election.protocol.attestation import request_issuance
from election.protocol.issuance import Credential
from election.protocol.notice import Notice, derive_notice_hash
from services.gateway.bodies import IssueBody, IssueCheckBody, spell_signature
from services.issuer.service import SERVICE as ISSUER
from services.live.voter import (
    Device,
    Opening,
    Sent,
    SideA,
    SideB,
    StepError,
    draw_secret,
)
from services.relay.service import SERVICE as RELAY_SERVICE
from services.relay.timing import RUSH
from tests.client.devnet import run_node
from tests.client.stage import RELAY, SMS_GATEWAY, Stage, deploy, travel
from tests.patience import PATIENCE, wait_until
from tests.services.issuer.conftest import Polls as IssuerPolls
from tests.services.issuer.conftest import write_home as write_issuer
from tests.services.relay.conftest import Polls as RelayPolls
from tests.services.relay.conftest import write_home as write_relay
from tests.services.running import Running, cheapen_passwords, serving


@dataclass(frozen=True)
class Live:
    """Two issuers, two relays and a node; side A's other services are not needed."""

    stage: Stage
    side_a: SideA
    side_b: SideB
    relays: list[Running]


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    folder = tmp_path_factory.mktemp("live")
    with run_node() as url, ExitStack() as held, pytest.MonkeyPatch.context() as patch:
        cheapen_passwords(patch)
        stage = deploy(connect(url))
        stage.make_keys()
        stage.publish_lists(2)
        stage.register_all()
        travel(stage.connection, stage.manifest.times.opening)
        issuers = [
            held.enter_context(serving(ISSUER, home))
            for number in (1, 3)
            for home in [
                write_issuer(IssuerPolls(stage, url), folder / f"i{number}", number)
            ]
        ]
        relays = [
            held.enter_context(serving(RELAY_SERVICE, home))
            for name in ("r1", "r2")
            for home in [write_relay(RelayPolls(stage, url, {}), folder / name)]
        ]
        wait_until(lambda: all(each.context.clock.ahead for each in relays))
        nobody = "http://127.0.0.1:1"
        urls = [issuers[0].url, nobody, issuers[1].url]
        accounts = {each.url: Address(each.context.account.account) for each in relays}
        yield Live(
            stage,
            SideA(nobody, nobody, nobody, urls, connect(url)),
            SideB(accounts, connect(url)),
            relays,
        )


@pytest.fixture
def device(live: Live) -> Iterator[Device]:
    stage = live.stage
    place = stage.place(1, 0, nonce=1)
    with httpx2.Client(trust_env=False, timeout=PATIENCE) as http:
        secret = RecoverySecret(b"s" * 16)
        clock = stage.connection.read_clock
        yield Device(stage.terms(), 1, place.leaf, secret, http, clock)


def test_device_gets_a_credential_and_its_ballot_is_final(
    live: Live, device: Device
) -> None:
    assert not device.is_issued(live.side_a)
    asked = ask_for_credential(live.stage.place(1, 0, nonce=1), device.request.blinded)
    live.stage.connection.send(live.stage.prepare(asked), key=RELAY)
    assert device.is_issued(live.side_a)
    other = replace(device, secret=draw_secret())
    with pytest.raises(StepError, match="another_secret"):
        other.is_issued(live.side_a)
    never = device.now() + PATIENCE
    credential = device.collect(live.side_a, give_up=never)
    record, code = device.make_ballot(credential, 1)
    strangers = dict.fromkeys(live.side_b.relays, device.terms.portal)
    with pytest.raises(StepError, match="no_promise"):  # nobody else's word
        device.send(SideB(strangers, live.side_b.node), record)
    sent = device.send(live.side_b, record)
    assert (sent.tracking_code, len(sent.deadlines)) == (code, 2)
    again = device.send(live.side_b, record, least=1)
    assert again.deadlines.items() <= sent.deadlines.items()
    travel(live.stage.connection, live.stage.manifest.times.cast_closing - RUSH)
    block = device.wait_final(live.side_b, sent, give_up=device.now() + PATIENCE)
    assert block <= live.stage.connection.read_head().number
    assert live.stage.boxes[1].handle.cast_count() == 1
    wait_until(lambda: all(knows_final(url, device, sent) for url in strangers))
    late = device.send(live.side_b, record)  # a relay that was quicker is no refusal
    assert (late.tracking_code, late.deadlines) == (code, {})


def knows_final(url: str, device: Device, sent: Sent) -> bool:
    """Ask a relay whether it has seen a ballot in the box."""
    path = f"/ballots/0x{device.terms.election.hex()}/0x{sent.ballot_hash.hex()}"
    return bool(device.http.get(url + path).json().get("state") == "final")


def test_ballot_that_does_not_hold_is_sent_nowhere(live: Live, device: Device) -> None:
    forged = Credential(device.request.ballot_key, G)
    record, _ = device.make_ballot(forged, 1)
    with pytest.raises(ElectionError, match="credential does not verify"):
        device.send(live.side_b, record)


def make_opening(device: Device) -> Opening:
    """Say what a portal says of a ticket."""
    blinded = device.request.blinded
    ctx = device.published.box.ctx
    asked = request_issuance(ctx, device.leaf, nonce=1, blinded=blinded)
    fields = {
        "election": f"0x{device.terms.election.hex()}",
        "contest": 1,
        "index": 0,
        "leaf": f"0x{device.leaf.hex()}",
        "voter_id": "AB-1",
        "salt": f"0x{bytes(32).hex()}",
        "nonce": 1,
        "h_req": f"0x{asked.subject.hex()}",
        "expiry": 900,
    }
    attestation = {"expiry": 900, "signature": f"0x{bytes(96).hex()}"}
    return Opening(fields, attestation)


def answer_as(device: Device, seen: list[Any], key: SigningKey) -> httpx2.Client:
    """Answer as portal and gateway do, whose own types accept what was sent."""

    def answer(request: httpx2.Request) -> httpx2.Response:
        path, body = request.url.path, request.read()
        opening = make_opening(device)
        if path == "/booth/attestations":
            said = {**opening.fields, "attestation": opening.attestation}
        elif path == "/issues":
            seen.append(IssueBody.model_validate_json(body))
            asked = device._asked(opening)
            fields = asked.ctx, asked.leaf, asked.subject
            digest = derive_notice_hash(Notice(*fields, 5, "S"))
            statement = spell_signature(sign_hash(digest, key))
            said = {"serial": "S", "time": 5, "statement": statement, "message": "A-47"}
        else:
            seen.append(IssueCheckBody.model_validate_json(body))
            said = {"attestation": opening.attestation}
        return httpx2.Response(200, json=said)

    return httpx2.Client(transport=httpx2.MockTransport(answer))


def test_what_is_said_to_portal_and_gateway_is_what_they_take(
    live: Live, device: Device
) -> None:
    seen: list[Any] = []
    own = replace(device, http=answer_as(device, seen, SMS_GATEWAY))
    opening = own.open_at_portal(live.side_a, "t" * 43)
    serial, number = own.ask_for_code(live.side_a, opening)
    assert (serial, number) == ("S", "A-47")
    made = own.type_code(live.side_a, opening, serial, "123456")
    assert made == opening.attestation
    assert seen[0].h_req == seen[1].h_req == opening.fields["h_req"]


def test_serial_that_the_gateway_did_not_sign_is_not_shown(
    live: Live, device: Device
) -> None:
    own = replace(device, http=answer_as(device, [], SigningKey(5)))
    opening = own.open_at_portal(live.side_a, "t" * 43)
    with pytest.raises(AttestationError, match="another key"):
        own.ask_for_code(live.side_a, opening)


def test_device_takes_the_opening_of_its_own_leaf_and_request_only(
    live: Live, device: Device
) -> None:
    client = answer_as(device, [], SMS_GATEWAY)
    place = live.stage.place(1, 1, nonce=1)
    for change in ({"leaf": place.leaf}, {"secret": draw_secret()}):
        own = replace(device, http=client, **change)
        with pytest.raises(StepError, match="other_"):
            own.open_at_portal(live.side_a, "t" * 43)
