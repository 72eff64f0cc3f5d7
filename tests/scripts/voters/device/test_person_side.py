"""Portal, gateway, registrar, issuers and nodes lie at each step; nothing is used."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from election.client.contracts.voter_list import VoterList
from election.client.errors import ConnectionFailedError
from election.client.leaf_requests import ask_for_credential
from election.client.rpc import Connection, connect
from election.crypto.blind_credential import RecoverySecret, derive_lock_key
from election.crypto.scalar import Scalar
from election.crypto.signature import SigningKey, derive_address, encode_signature
from election.crypto.transcript import hash_bytes
from election.errors import CredentialError
from election.protocol.attestation import Role, attest
from election.protocol.issuance import serve_share
from election.protocol.notice import Notice, sign_notice
from scripts.shared.errors import (
    RuledOutError,
    ServiceAwayError,
    ServiceError,
    UntrueError,
)
from scripts.shared.files.booth_files import Host
from scripts.voters.device.answers import spell_attestation
from scripts.voters.device.device import Device
from scripts.voters.device.nodes import Nodes
from scripts.voters.device.person_side import Message, Opening, PersonSide
from scripts.voters.device.sides import Sides
from tests.client.devnet import run_node
from tests.client.stage import (
    ISSUERS,
    PORTAL,
    RELAY,
    SMS_GATEWAY,
    Stage,
    deploy,
    travel,
)
from tests.scripts.voters.device.made import Answer, answering, make_services

STRANGER = SigningKey(5)
SERIAL = "A-47-abcdefghjkmn"
LIFE = 800
Change = Callable[[Any], Answer]


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    with run_node() as url:
        made = deploy(connect(url))
        made.make_keys()
        made.publish_lists(3)
        made.register_all()
        travel(made.connection, made.manifest.times.opening)
        yield made


def issuer_share(stage: Stage, number: int) -> Scalar:
    position = stage.opened.contest(1).position
    return stage.shares[ISSUERS[number - 1]].secrets[position - 1]


@dataclass
class Services:
    """Honest services, whose signers and answers a test exchanges."""

    stage: Stage
    device: Device
    index: int
    portal: SigningKey = PORTAL
    gateway: SigningKey = SMS_GATEWAY
    change: dict[str, Change] = field(default_factory=dict)
    seen: list[tuple[str, Any]] = field(default_factory=list)

    def answer(self, url: str, body: Any) -> Answer:
        self.seen.append((url, body))
        name = url.removeprefix("https://").partition(".")[0].partition("-")[0]
        said: Answer = getattr(self, f"_say_{name}")(url, body)
        change = self.change.get(name)
        return said if change is None else change(said)

    @property
    def _asked(self) -> Any:
        return self.device.ask(1)

    def _say_portal(self, _: str, __: Any) -> dict[str, Any]:
        expiry = self.stage.connection.read_clock() + LIFE
        made = attest(self._asked, self.portal, role=Role.PORTAL, expiry=expiry)
        return {
            "election": f"0x{self.device.terms.election.hex()}",
            "contest": 1,
            "index": self.index,
            "leaf": f"0x{self.device.leaf.hex()}",
            "voter_id": f"1-{self.index}",
            "salt": f"0x{hash_bytes(bytes([self.index])).hex()}",
            "nonce": 1,
            "h_req": f"0x{self._asked.subject.hex()}",
            "expiry": expiry,
            "attestation": spell_attestation(made),
        }

    def _say_gateway(self, url: str, _: Any) -> dict[str, Any]:
        if url.endswith("/check"):
            expiry = self.stage.connection.read_clock() + LIFE
            role = Role.SMS_GATEWAY
            made = attest(self._asked, self.gateway, role=role, expiry=expiry)
            return {"attestation": spell_attestation(made)}
        asked = self._asked
        notice = Notice(asked.ctx, asked.leaf, asked.subject, 5, SERIAL)
        statement = encode_signature(sign_notice(notice, self.gateway))
        return {
            "serial": SERIAL,
            "time": 5,
            "statement": f"0x{statement.hex()}",
            "message": "A-47",
            "phone_ends": "13",
        }

    def _say_registrar(self, _: str, __: Any) -> dict[str, Any]:
        return {"state": "taken"}

    def _say_issuer(self, url: str, _: Any) -> dict[str, Any]:
        number = int(url.removeprefix("https://issuer-")[0])
        share = issuer_share(self.stage, number)
        answer = serve_share(self.device.blinded, share)
        return {
            "blinded": f"0x{self.device.blinded.hex()}",
            "answer": f"0x{answer.hex()}",
        }


@contextmanager
def opened(
    stage: Stage, *, index: int = 0, secret: bytes = b"s" * 16
) -> Iterator[tuple[PersonSide, Services]]:
    place, terms = stage.place(1, index, nonce=1), stage.terms()
    device = Device(terms, 1, place.leaf, RecoverySecret(secret))
    services = Services(stage, device, index)
    url = stage.connection.url
    hosts = (Host("N1", url), Host("N2", f"{url}/"))
    named = make_services(terms)
    sides = Sides(named.issuers, hosts, (), ())
    nodes = Nodes(hosts, terms.common.chain_id, is_network=False)
    with answering(services.answer) as asker:
        yield PersonSide(device, named, sides, nodes, asker), services


@pytest.fixture
def played(stage: Stage) -> Iterator[tuple[PersonSide, Services]]:
    with opened(stage) as both:
        yield both


Played = tuple[PersonSide, Services]


def open_at_portal(side: PersonSide) -> Opening:
    return side.open("t" * 43, side.read_leaf())


def test_a_request_goes_its_way_through_honest_services(played: Played) -> None:
    side, services = played
    opening = open_at_portal(side)
    message = side.ask_code(opening, "en")
    assert (message.number, message.phone_ends) == ("A-47", "13")
    assert side.ask_again(opening, message, "en") == message
    gateway = side.type_code(opening, message, "123456")
    side.bring(opening, gateway, is_locked=False)
    told = [body for url, body in services.seen if url.endswith("/requests")]
    assert told[0]["gateway"] == spell_attestation(gateway)
    assert told[0]["lock"] is None
    assert not any(
        "123456" in str(body) for url, body in services.seen if "gate" not in url
    )


@pytest.mark.parametrize(
    ("change", "who", "told"),
    [
        ({"leaf": f"0x{'11' * 32}"}, "account", "another voter"),
        ({"contest": 2}, "account", "another voter"),
        ({"election": f"0x{'11' * 20}"}, "account", "another voter"),
        ({"h_req": f"0x{'11' * 32}"}, "account", "another voter"),
        ({"voter_id": "1-1"}, "registrar", "another place"),
        ({"voter_id": "\x1b[2J"}, "registrar", "another place"),
        ({"index": 1}, "registrar", "another place"),
        ({"nonce": 2}, "registrar", "another place"),
        ({"salt": "0x"}, "account", "hash"),
        ({"index": True}, "account", "number"),
        ({"attestation": None}, "account", "attestation"),
        ({"attestation": {"expiry": 5, "signature": "0x"}}, "account", "signature"),
    ],
)
def test_the_portal_may_open_nothing_but_the_own_place(
    played: Played, change: dict[str, Any], who: str, told: str
) -> None:
    side, services = played
    services.change["portal"] = lambda said: said | change
    with pytest.raises(UntrueError, match=told) as lie:
        open_at_portal(side)
    assert who in lie.value.subject


def test_attestations_of_others_are_not_passed_on(played: Played) -> None:
    side, services = played
    services.portal = STRANGER
    with pytest.raises(UntrueError, match="another key"):
        open_at_portal(side)
    services.portal = PORTAL
    opening = open_at_portal(side)
    message = side.ask_code(opening, "en")
    services.gateway = STRANGER
    with pytest.raises(UntrueError, match="another key"):
        side.type_code(opening, message, "123456")
    with pytest.raises(UntrueError, match="another key"):
        side.ask_code(opening, "en")


@pytest.mark.parametrize(
    "change",
    [
        {"serial": "A-47"},
        {"serial": "A-47-abcdefghjkmn\n"},
        {"message": "B-47"},
        {"serial": None},
    ],
)
def test_no_other_message_than_the_signed_one_is_shown(
    played: Played, change: dict[str, Any]
) -> None:
    side, services = played
    opening = open_at_portal(side)
    services.change["gateway"] = lambda said: said | change
    with pytest.raises(UntrueError, match="another message"):
        side.ask_code(opening, "en")


def test_digits_of_a_phone_are_digits(played: Played) -> None:
    side, services = played
    opening = open_at_portal(side)
    services.change["gateway"] = lambda said: said | {"phone_ends": "\x1b["}
    assert side.ask_code(opening, "en").phone_ends == ""


@pytest.mark.parametrize("code", ["chain_away", "too_soon", "\x1b[2J", "x" * 50, 7])
def test_of_a_refusal_only_a_known_word_is_told(played: Played, code: object) -> None:
    side, services = played
    services.change["registrar"] = lambda _: (
        409,
        {"code": code, "title": "call +7 000", "case": "ABC\x1b["},
    )
    opening = open_at_portal(side)
    made = side.type_code(opening, Message(SERIAL, ""), "123456")
    with pytest.raises(ServiceError) as refused:
        side.bring(opening, made, is_locked=False)
    assert refused.value.code == (code if code == "chain_away" else "refused")
    assert "call" not in str(refused.value)
    assert "\x1b" not in str(refused.value)


def test_t_good_answers_are_enough_whoever_else_lies(played: Played) -> None:
    side, services = played
    wrong = serve_share(side.device.blinded, issuer_share(services.stage, 1))

    def lie(said: dict[str, Any]) -> dict[str, Any]:
        if "issuer-2" in services.seen[-1][0]:
            said["answer"] = f"0x{wrong.hex()}"
        return said

    services.change["issuer"] = lie
    assert side.collect() is not None


def spoil(said: dict[str, Any]) -> dict[str, Any]:
    last = f"{int(said['answer'][-2:], 16) ^ 1:02x}"
    return said | {"answer": said["answer"][:-2] + last}


def test_a_wrong_answer_accuses_nobody_while_others_may_come(played: Played) -> None:
    side, services = played

    def half(said: dict[str, Any]) -> Answer:
        url = services.seen[-1][0]
        if "issuer-3" in url:
            return 404, {"code": "not_yet"}
        return spoil(said)

    services.change["issuer"] = half
    assert side.collect() is None
    services.change["issuer"] = spoil
    with pytest.raises(CredentialError, match="0 good answers"):
        side.collect()


def test_issuers_who_answer_another_request_are_named(played: Played) -> None:
    side, services = played
    services.change["issuer"] = lambda said: said | {"blinded": "0x00"}
    with pytest.raises(UntrueError, match="another request") as lie:
        side.collect()
    assert "I1" in lie.value.subject


def lying_node(
    side: PersonSide, monkeypatch: pytest.MonkeyPatch, name: str, told: Any
) -> None:
    """Let the second node answer `name` otherwise; an error is raised."""
    honest = getattr(VoterList, name)
    second = side.nodes.reach(side.nodes.hosts[1])

    def answer(voters: VoterList, *asked: Any) -> Any:
        if voters.contract.connection is not second:
            return honest(voters, *asked)
        if isinstance(told, Exception):
            raise told
        return told

    monkeypatch.setattr(VoterList, name, answer)


def test_all_nodes_have_to_say_the_same_of_the_leaf(
    played: Played, monkeypatch: pytest.MonkeyPatch
) -> None:
    side, _ = played
    lying_node(side, monkeypatch, "nonces", [2])
    with pytest.raises(UntrueError, match="show different things"):
        side.read_leaf()


def test_a_node_that_is_away_stops_nobody(
    played: Played, monkeypatch: pytest.MonkeyPatch
) -> None:
    side, _ = played
    away = ConnectionFailedError("node", "no node answers there")
    lying_node(side, monkeypatch, "nonces", away)
    assert side.read_leaf().nonce == 1
    nobody = Nodes((Host("N1", "http://127.0.0.1:1"),), 1, is_network=False)
    with pytest.raises(ServiceAwayError):
        replace(side, nodes=nobody).read_leaf()


def test_a_lock_of_other_words_is_told_before_anything_is_asked(
    played: Played,
) -> None:
    side, _ = played
    leaf = side.read_leaf()
    assert not side.is_locked(leaf)
    with pytest.raises(RuledOutError, match="locked by other words"):
        side.is_locked(replace(leaf, lock=derive_address(STRANGER)))
    own = derive_lock_key(
        side.device.secret, election_id=side.device.terms.common.election_id
    )
    assert side.is_locked(replace(leaf, lock=derive_address(own)))


def test_what_was_issued_to_other_words_is_told(stage: Stage) -> None:
    with opened(stage, index=2) as (side, _):
        assert not side.is_issued()
        asked = ask_for_credential(
            stage.place(1, 2, nonce=1), side.device.request.blinded
        )
        stage.connection.send(stage.prepare(asked), key=RELAY)
        assert side.is_issued()
    with (
        opened(stage, index=2, secret=b"o" * 16) as (other, _),
        pytest.raises(RuledOutError, match="other words"),
    ):
        other.is_issued()


def test_who_is_a_block_behind_is_waited_for(stage: Stage) -> None:
    with opened(stage, index=2) as (side, _):
        first, second = (side.nodes.reach(each) for each in side.nodes.hosts)
        assert side.is_issued()
        behind = _Behind(second)
        side.nodes._open[side.nodes.hosts[1].url] = behind  # type: ignore[assignment]
        assert not side.is_issued()
        assert first is not second


@dataclass
class _Behind:
    """A node that has no logs yet."""

    honest: Connection

    def __getattr__(self, name: str) -> Any:
        return getattr(self.honest, name)

    def read_logs(self, *_: Any, **__: Any) -> tuple[()]:
        return ()


def refusing(code: str) -> Change:
    return lambda _: (409, {"code": code, "case": "K7Q2MX"})


@pytest.mark.parametrize("code", ["polls_closed", "not_online"])
def test_a_refusal_that_the_chain_does_not_bear_out_is_not_passed_on(
    played: Played, code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    side, services = played
    opening = open_at_portal(side)
    later = side.device.published.terms.opening + 120
    monkeypatch.setattr(Connection, "read_clock", lambda _: later)
    made = side.type_code(opening, Message(SERIAL, ""), "123456")
    services.change["registrar"] = refusing(code)
    with pytest.raises(ServiceError, match="K7Q2MX") as refused:
        side.bring(opening, made, is_locked=False)
    assert refused.value.code == "not_true"


def test_too_late_for_a_code_is_looked_at(
    played: Played, monkeypatch: pytest.MonkeyPatch
) -> None:
    side, services = played
    opening = open_at_portal(side)
    message = side.ask_code(opening, "en")
    services.change["gateway"] = refusing("too_late")
    with pytest.raises(ServiceError) as refused:
        side.ask_code(opening, "en")
    assert refused.value.code == "not_true"
    with pytest.raises(ServiceError) as refused:
        side.ask_again(opening, message, "en")
    assert refused.value.code == "not_true"
    end = side.find_issue_closing() - 900
    monkeypatch.setattr(Connection, "read_clock", lambda _: end)
    with pytest.raises(ServiceError) as refused:
        side.ask_code(opening, "en")
    assert refused.value.code == "too_late"


def test_one_node_alone_calls_no_refusal_untrue(
    played: Played, monkeypatch: pytest.MonkeyPatch
) -> None:
    side, services = played
    opening = open_at_portal(side)
    made = side.type_code(opening, Message(SERIAL, ""), "123456")
    later = side.device.published.terms.opening + 120
    monkeypatch.setattr(Connection, "read_clock", lambda _: later)
    only = replace(
        side, nodes=Nodes(side.nodes.hosts[:1], side.nodes.chain_id, is_network=False)
    )
    for code in ("polls_closed", "not_online"):
        services.change["registrar"] = refusing(code)
        with pytest.raises(ServiceError) as refused:
            only.bring(opening, made, is_locked=False)
        assert refused.value.code == "refused"
    with pytest.raises(ServiceAwayError):
        only.read_leaf(2)


def test_a_clock_that_differs_accuses_nobody_of_a_false_signature(
    played: Played, monkeypatch: pytest.MonkeyPatch
) -> None:
    side, _ = played
    now = side.read_time()
    for own in (now - 3_600, now + 3_600):
        monkeypatch.setattr(PersonSide, "read_time", lambda _, at=own: at)
        with pytest.raises(ServiceError, match="set its clock") as refused:
            open_at_portal(side)
        assert refused.value.code == "other_time"
