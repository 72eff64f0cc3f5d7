"""Get my ballot: tickets, and what a booth gets for one."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

import httpx2
import pytest
from sqlalchemy import delete

from election.artifacts import ROOT
from election.crypto.group import G, encode_g1
from election.crypto.scalar import Scalar
from election.crypto.signature import decode_signature
from election.crypto.transcript import Hash
from election.errors import AttestationError
from election.protocol.attestation import (
    ATTESTED,
    LAST_REQUESTS,
    LIFETIME,
    SKEW,
    Action,
    Attestation,
    Request,
    Role,
    accept_attestation,
)
from services.portal.pages import spell_moment
from services.portal.people import Part
from services.portal.standings import describe_standing
from services.portal.tables import tickets
from services.shell.node_clock import NodeClock
from services.shell.problems import Problem
from services.shell.text import translate
from tests.services.portal.stage import (
    BOOTH,
    ELECTION,
    Stage,
    get_ticket,
    open_ticket,
    post,
    read_told,
)


def blind(factor: int) -> str:
    return f"0x{encode_g1(G * Scalar(factor)).hex()}"


M1, M2 = blind(5), blind(7)


def ask(stage: Stage, ticket: str, blinded: str = M1, **more: Any) -> httpx2.Response:
    """Ask for an attestation, as a booth does: without cookies."""
    return httpx2.post(
        f"{stage.url}/booth/attestations",
        json={"ticket": ticket, "blinded": blinded, **more},
        headers={"Origin": BOOTH, "Accept-Language": "en"},
        trust_env=False,
    )


def bytes_of(text: str) -> bytes:
    return bytes.fromhex(text[2:])


def accept(stage: Stage, told: Any, *, role: Role = Role.PORTAL) -> Attestation:
    """Accept an attestation as the contract does."""
    said = told["attestation"]
    request = Request(
        stage.terms.contest(told["contest"]).box.ctx,
        Action.ISSUE,
        Hash(bytes_of(told["leaf"])),
        told["nonce"],
        Hash(bytes_of(told["h_req"])),
    )
    signer = stage.terms.portal if role is Role.PORTAL else stage.terms.sms_gateway
    return accept_attestation(
        Attestation(said["expiry"], decode_signature(bytes_of(said["signature"]))),
        request,
        role=role,
        signer=signer,
        now=stage.portal.context.clock.now() - SKEW,  # by any clock that may be behind
    )


@pytest.fixture(autouse=True)
def _no_tickets(stage: Stage) -> None:
    """Let no test find a leaf that an earlier one had attested, in whatever order."""
    stage.portal.context.database.run_now(lambda each: each.execute(delete(tickets)))


@contextmanager
def later(stage: Stage, seconds: int) -> Iterator[None]:
    clock = stage.portal.context.clock
    clock.ahead += seconds
    try:
        yield
    finally:
        clock.ahead -= seconds


def test_booth_gets_an_attestation_of_the_own_leaf_by_its_ticket(stage: Stage) -> None:
    stage.add_person("anna")
    with stage.logged_in("anna") as browser:
        answer = ask(stage, get_ticket(browser, stage))
    assert answer.status_code == 200, answer.text
    assert answer.headers["access-control-allow-origin"] == BOOTH
    told = answer.json()
    assert told["leaf"] == stage.leaf("anna")
    assert told["voter_id"] == "77 000001"
    assert told["expiry"] == told["attestation"]["expiry"]
    accept(stage, told)


def test_attestation_of_the_portal_is_not_one_of_the_gateway(stage: Stage) -> None:
    """A portal that attests alone gets nobody a ballot: the chain asks for role 2."""
    stage.add_person("anna")
    with later(stage, 2_000), stage.logged_in("anna") as browser:
        told = ask(stage, get_ticket(browser, stage)).json()
        with pytest.raises(AttestationError, match="signed by another key"):
            accept(stage, told, role=Role.SMS_GATEWAY)


def test_same_request_again_has_the_same_answer_and_another_none(stage: Stage) -> None:
    stage.add_person("boris", 1)
    with stage.logged_in("boris") as browser:
        ticket = get_ticket(browser, stage)
    first = ask(stage, ticket)
    with later(stage, 600):
        assert ask(stage, ticket).json() == first.json()
        other = ask(stage, ticket, M2)
    assert (other.status_code, other.json()["code"]) == (409, "used_ticket")
    with later(stage, 901):
        assert ask(stage, ticket).json()["code"] == "expired_ticket"


def test_second_request_of_a_leaf_waits_until_the_first_holds_no_more(
    stage: Stage,
) -> None:
    """Else who holds back the first one burns the vote by the second."""
    stage.add_person("clara", 2)
    with stage.logged_in("clara") as browser:
        assert ask(stage, get_ticket(browser, stage)).status_code == 200
        second = ask(stage, get_ticket(browser, stage), M2)
        assert second.json()["code"] == "other_request"
        assert ATTESTED - 10 <= int(second.headers["retry-after"]) <= ATTESTED + 1
        assert ask(stage, get_ticket(browser, stage), M1).status_code == 200
        with later(stage, 905):
            assert ask(stage, get_ticket(browser, stage), M2).status_code == 200


def test_nothing_is_attested_while_a_nodes_clock_differs(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_: NodeClock) -> None:
        raise Problem("clock_differs", "No.")

    monkeypatch.setattr(NodeClock, "require", refuse)
    stage.add_person("clara", 2)
    with stage.logged_in("clara") as browser:
        told = ask(stage, get_ticket(browser, stage))
    assert told.json()["code"] == "clock_differs"


def test_of_two_requests_at_once_by_a_ticket_one_is_answered(stage: Stage) -> None:
    stage.add_person("dunya", 0)
    with later(stage, 4_000), stage.logged_in("dunya") as browser:
        ticket = get_ticket(browser, stage)
        answers: list[httpx2.Response] = []

        def act_by(factor: int) -> None:
            answers.append(ask(stage, ticket, blind(factor)))

        acts = [threading.Thread(target=act_by, args=(20 + n,)) for n in range(8)]
        for act in acts:
            act.start()
        for act in acts:
            act.join()
    assert sorted(each.status_code for each in answers) == [200, *[409] * 7]


def test_ticket_ends_with_its_time_and_with_its_session(stage: Stage) -> None:
    stage.add_person("boris", 1)
    with later(stage, 6_000), stage.logged_in("boris") as browser:
        ticket = get_ticket(browser, stage)
        with later(stage, 900):
            assert ask(stage, ticket).json()["code"] == "expired_ticket"
        post(browser, "/logout", stage)
        assert ask(stage, ticket).json()["code"] == "logged_out"


@pytest.mark.parametrize(
    "blinded",
    [
        "0x" + "00" * 128,
        "0x" + "01" * 128,
        "0x" + "ff" * 128,
        M1[:-2] + "00",
        M1[:-2],
        M1.upper(),
        "",
    ],
)
def test_point_that_is_none_is_refused_and_the_ticket_stays(
    stage: Stage, blinded: str
) -> None:
    stage.add_person("anna")
    with later(stage, 8_000), stage.logged_in("anna") as browser:
        ticket = get_ticket(browser, stage)
        assert ask(stage, ticket, blinded).json()["code"] == "bad_request"
        assert ask(stage, ticket, M1).status_code == 200


@pytest.mark.parametrize("ticket", ["", "x" * 43, "' OR 1=1 --", "../..", "я" * 43])
def test_ticket_that_is_none_opens_nothing(stage: Stage, ticket: str) -> None:
    assert ask(stage, ticket).status_code in (400, 409)


def test_code_of_an_issue_has_no_field(stage: Stage) -> None:
    stage.add_person("anna")
    with later(stage, 10_000), stage.logged_in("anna") as browser:
        ticket = get_ticket(browser, stage)
        told = ask(stage, ticket, code="482913").json()
        assert told["code"] == "bad_request"
        for path in ("/ballot", "/", "/help", "/paper"):
            assert 'name="code"' not in browser.get(path).text


NO_TICKET: Final = (
    "unknown_election",
    "closed",
    "not_online",
    "not_yet",
    "leaf_differs",
)
NOT_NOW: Final = [
    {"leaf_state": "NONE"},
    {"leaf_state": "ISSUED"},
    {"leaf_state": "PAPER"},
    {"leaf_state": None},
    {"phases": {"opening": 2**32, "issue_closing": 2**33}},
    {"phases": {"opening": 1, "issue_closing": 2}},
    {"index": None},
    {"salt": None},
    {"leaf": "0x" + "ab" * 32},
    {"salt": "0x" + "ab" * 32},
    {"salt": "0x"},
    {"index": 1},
    {"contest": 2},
    {"election": "0x" + "ab" * 20},
]


@pytest.mark.parametrize("part", NOT_NOW, ids=str)
def test_no_ticket_for_a_leaf_that_may_get_no_ballot_or_is_not_the_own(
    stage: Stage, part: dict[str, Any]
) -> None:
    stage.add_person("eve", part=part)
    with stage.logged_in("eve") as browser:
        answer = post(browser, "/ballot/ticket", stage, election=ELECTION)
        assert answer.headers["location"] == "/ballot"
        assert read_told(browser, answer) in NO_TICKET


def test_no_ticket_for_an_election_that_is_not_known_here(stage: Stage) -> None:
    unknown = "0x" + "ab" * 20
    stage.add_person("eve", part={"election": unknown})
    with stage.logged_in("eve") as browser:
        answer = post(browser, "/ballot/ticket", stage, election=unknown)
        assert read_told(browser, answer) == "not_yet"


def test_no_ticket_where_no_booth_would_take_it(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = stage.portal.context.settings
    monkeypatch.setitem(settings.__dict__, "booths", [])
    stage.add_person("anna")
    with stage.logged_in("anna") as browser:
        answer = post(browser, "/ballot/ticket", stage, election=ELECTION)
        assert read_told(browser, answer) == "no_booths"


def test_no_ticket_for_the_election_of_somebody_else(stage: Stage) -> None:
    """IDOR: the leaf is that of the session, whatever a form names."""
    stage.add_person("anna")
    stage.add_person("boris", 1)
    with later(stage, 12_000), stage.logged_in("boris") as browser:
        extra = {"leaf": stage.leaf("anna"), "account": "anna", "index": "0"}
        page = open_ticket(browser, stage, **extra)
        ticket = page.text.partition("ticket=")[2][:43]
        assert ask(stage, ticket, M2).json()["leaf"] == stage.leaf("boris")


def test_booths_of_the_list_alone_are_offered(stage: Stage) -> None:
    stage.add_person("anna")
    with stage.logged_in("anna") as browser:
        extra = {"booth": "https://evil.example"}
        page = open_ticket(browser, stage, **extra)
        link = f"#contest=1&amp;leaf={stage.leaf('anna')}&amp;ticket="
        assert f'href="{BOOTH}/{link}' in page.text
        assert f'href="https://other.example.org/booth/{link}' in page.text
        assert "evil.example" not in page.text


def test_page_of_a_link_is_come_back_to_in_either_language(stage: Stage) -> None:
    """As long as the link holds; the address opens nothing, elsewhere least of all."""
    stage.add_person("anna")
    stage.add_person("boris", 1)
    with later(stage, 14_000), stage.logged_in("anna") as browser:
        answer = post(browser, "/ballot/ticket", stage, election=ELECTION)
        path = answer.headers["location"]
        ticket = browser.get(path).text.partition("ticket=")[2][:43]
        assert ticket not in path
        assert f'href="{path}?lang=en"' in browser.get(path).text
        english = browser.get(f"{path}?lang=en").text
        assert ticket in english
        assert ask(stage, ticket).status_code == 200
        assert "This link was opened already" in browser.get(path).text
        with stage.logged_in("boris") as other:
            assert other.get(path).headers["location"] == "/ballot"
            assert ask(stage, path.rpartition("/")[2]).status_code == 409
        with later(stage, 900):
            assert browser.get(path).headers["location"] == "/ballot"
    log = "\n".join(stage.portal.log)
    assert ticket not in log


def test_time_of_requests_is_the_same_on_every_page_and_in_the_booth(
    stage: Stage,
) -> None:
    stage.add_person("anna")
    closing = stage.registrar.people["anna"]["elections"][0]["phases"]["issue_closing"]
    until, later = (spell_moment(closing - n, "en") for n in (LAST_REQUESTS, 0))
    with stage.logged_in("anna") as browser:
        for path in ("/?lang=en", "/ballot?lang=en"):
            page = browser.get(path).text
            assert until in page
            assert later not in page
    booth = (ROOT / "booth/attestation.js").read_text("utf-8")
    assert LAST_REQUESTS == LIFETIME
    assert f"LIFETIME = {LIFETIME};" in booth
    assert "LAST_REQUESTS = LIFETIME;" in booth


def test_link_of_a_locked_place_says_so(stage: Stage) -> None:
    """So that the booth asks for the words of the lock before it makes others."""
    stage.add_person("vera", part={"locked": True})
    with stage.logged_in("vera") as browser:
        page = open_ticket(browser, stage)
        assert re.search(r"&amp;ticket=[\w-]{43}&amp;lock=1\"", page.text)


def test_who_was_issued_a_ballot_is_led_to_where_the_words_go(stage: Stage) -> None:
    """And by no ticket: a page of the booth asks for the words."""
    stage.add_person("dina", part={"leaf_state": "ISSUED"})
    link = f'#contest=1&amp;leaf={stage.leaf("dina")}"'
    with stage.logged_in("dina") as browser:
        page = browser.get("/ballot").text
    assert f'href="{BOOTH}/{link}' in page
    assert "ticket=" not in page


@pytest.mark.parametrize(
    ("leaf_state", "shift", "said"),
    [
        ("NONE", 0, "you vote on paper"),
        ("PAPER", 0, "You were given a paper ballot"),
        ("ONLINE", -7_200, "Your ballot is given out here from"),
        ("ONLINE", 0, "by a link that holds"),
        ("ONLINE", 50_000, "None was given out to you"),
        ("ISSUED", 0, "Go on in the booth"),
        ("ISSUED", 50_000, "nothing can be sent into the box any more"),
        ("NONE", 50_000, "You were not entered to vote online"),
    ],
)
def test_page_of_my_ballot_says_why_and_how_one_votes(
    stage: Stage, leaf_state: str, shift: int, said: str
) -> None:
    now = stage.portal.context.clock.now()
    part = Part.model_validate(
        {
            "election": ELECTION,
            "title": "TEST",
            "test": True,
            "contest": 1,
            "leaf_state": leaf_state,
            "phases": {
                "freeze": now - 90_000,
                "opening": now - 3_600,
                "issue_closing": now + 20_000,
                "cast_closing": now + 30_000,
            },
        }
    )
    standing = describe_standing(part, now + shift, is_live=False)
    assert said in standing.text
    assert translate(standing.text, "ru") != standing.text
