"""My application: filed, agreed to by a code, withdrawn; and attested as filed."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from election.crypto.signature import decode_signature
from election.crypto.transcript import Hash
from election.protocol.attestation import (
    Action,
    Attestation,
    Request,
    Role,
    accept_attestation,
)
from services.portal import application_pages
from services.shell.node_clock import NodeClock
from services.shell.opening import open_context
from services.shell.peers import PeerError
from services.shell.problems import Problem
from tests.patience import wait_until
from tests.services.portal.doubles import CODE
from tests.services.portal.stage import (
    BOOTH,
    ELECTION,
    SALTS,
    VOTERS,
    Stage,
    post,
    read_told,
)
from tests.services.running import PASSWORD

LOCK = "0x" + "ab" * 20
NO_LOCK = "0x" + "00" * 20


def word(address: str) -> str:
    return f"0x{'00' * 12}{address[2:]}"


def file(stage: Stage, browser: Any, **fields: str) -> str:
    """Apply and agree; returns the serial."""
    act = fields.pop("act", "apply")
    answer = post(browser, f"/application/{act}", stage, **fields)
    assert answer.headers.get("location") == "/application", answer.text
    serial = list(stage.gateway.asked)[-1]
    agreed = post(browser, "/application/code", stage, serial=serial, code=CODE)
    assert read_told(browser, agreed) == ""
    return serial


def attest(stage: Stage, caller: str = "registrar", **changed: Any) -> Any:
    """Ask for an attestation, as the registrar does."""
    body = {
        "election": ELECTION,
        "contest": 1,
        "leaf": "",
        "action": "register",
        "nonce": 0,
        "h_req": word(NO_LOCK),
        "expiry": stage.portal.context.clock.now() + 600,
    }
    service = getattr(stage, caller).service

    async def call() -> Any:
        with open_context(service, stage.homes[caller], PASSWORD) as context:
            try:
                portal = context.peers["portal"]
                return await portal.call(
                    "POST", "/peer/attestations", {**body, **changed}
                )
            finally:
                await context.peers.close()

    return asyncio.run(call())


def refused(stage: Stage, **changed: Any) -> str:
    with pytest.raises(PeerError) as caught:
        attest(stage, **changed)
    return caught.value.code


def test_application_is_filed_agreed_to_and_brought(stage: Stage) -> None:
    stage.add_person("anna")
    with stage.logged_in("anna") as browser:
        serial = file(stage, browser)
    asked = stage.gateway.asked[serial]
    salt = f"0x{SALTS[0].hex()}"
    covered = {"election": ELECTION, "contest": 1, "lock": None}
    assert asked["elections"] == [{**covered, "index": 0, "salt": salt}]
    assert (asked["action"], asked["voter_id"]) == ("apply", VOTERS[0])
    brought = stage.registrar.brought[-1]
    body = {"consent": serial, "locks": {ELECTION: NO_LOCK}}
    assert brought == ("anna", "applications", body)


def test_elections_that_take_no_applications_now_are_left_out(stage: Stage) -> None:
    stage.add_person("olga")
    person = stage.registrar.people["olga"]
    (part,) = person["elections"]
    now = stage.portal.context.clock.now()
    over = {**part["phases"], "applications_open": 0, "applications_close": now}
    later = {**over, "applications_open": now + 9_000, "applications_close": 2**40}
    others = [
        {**part, "election": f"0x{n:040x}", "phases": phases}
        for n, phases in enumerate((over, later))
    ]
    person["elections"] = [*others, part]
    with stage.logged_in("olga") as browser:
        for act in ("apply", "withdraw"):
            serial = file(stage, browser, act=act, election="all")
            named = [e["election"] for e in stage.gateway.asked[serial]["elections"]]
            assert named == [ELECTION]
        person["elections"] = others
        asked = len(stage.gateway.asked)
        for act in ("apply", "withdraw"):
            answer = post(browser, f"/application/{act}", stage, election="all")
            assert read_told(browser, answer) == "not_open"
        assert len(stage.gateway.asked) == asked
        page = browser.get("/application").text
        assert 'action="/application/apply"' not in page


def test_registration_is_attested_as_it_was_filed_and_in_no_other_way(
    stage: Stage,
) -> None:
    stage.add_person("lena", 0)
    leaf = stage.leaf("lena")
    with stage.logged_in("lena") as browser:
        file(stage, browser, **{f"lock-{ELECTION}": LOCK})
        assert refused(stage, leaf=leaf, contest=2) == "not_filed"
        told = attest(stage, leaf=leaf, h_req=word(LOCK))
        signature = decode_signature(bytes.fromhex(told["signature"][2:]))
        accept_attestation(
            Attestation(told["expiry"], signature),
            Request(
                stage.terms.contest(1).box.ctx,
                Action.REGISTER,
                Hash(bytes.fromhex(leaf[2:])),
                0,
                Hash(bytes.fromhex(word(LOCK)[2:])),
            ),
            role=Role.PORTAL,
            signer=stage.terms.portal,
            now=stage.portal.context.clock.now(),
        )
        other = "0x" + "cd" * 20
        assert refused(stage, leaf=leaf) == "other_lock"
        assert refused(stage, leaf=leaf, h_req=word(other)) == "other_lock"
        zero = "0x" + "00" * 32
        withdrawal = {"action": "withdraw", "h_req": zero}
        assert refused(stage, leaf=leaf, **withdrawal) == "filed_otherwise"
        file(stage, browser, act="withdraw", election="all")
        assert attest(stage, leaf=leaf, **withdrawal)["signature"]
        assert refused(stage, leaf=leaf, h_req=word(LOCK)) == "filed_otherwise"


def test_nothing_is_attested_while_a_nodes_clock_differs(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_: NodeClock) -> None:
        raise Problem("clock_differs", "No.")

    monkeypatch.setattr(NodeClock, "require", refuse)
    stage.add_person("lena", 0)
    assert refused(stage, leaf=stage.leaf("lena")) == "clock_differs"


def test_nothing_is_attested_that_nobody_filed_or_agreed_to(stage: Stage) -> None:
    stage.add_person("boris", 1)
    leaf = stage.leaf("boris")
    assert refused(stage, leaf=leaf) == "not_filed"
    with stage.logged_in("boris") as browser:
        post(browser, "/application/apply", stage)
        assert refused(stage, leaf=leaf) == "not_filed"
        serial = list(stage.gateway.asked)[-1]
        wrong = post(browser, "/application/code", stage, serial=serial, code="000000")
        assert wrong.headers["location"] == "/application"
        page = browser.get("/application").text  # where it is typed again
        assert "Это не тот код." in page
        assert 'name="code"' in page
        assert 'action="/application/apply"' not in page
        assert "Это не тот код." not in browser.get("/application").text
        anew = browser.get("/application?anew=1").text
        assert 'action="/application/apply"' in anew
        assert 'name="code"' not in anew
        assert refused(stage, leaf=leaf) == "not_filed"
    now = stage.portal.context.clock.now()
    for expiry in (now - 10, now + 1_000):
        assert refused(stage, leaf=leaf, expiry=expiry) == "wrong_expiry"
    assert refused(stage, leaf=leaf, election="0x" + "ab" * 20) == "unknown_election"
    assert refused(stage, leaf=leaf, action="issue") == "bad_request"
    assert refused(stage, leaf=leaf, caller="gateway") == "unknown_peer"


def test_filing_that_is_older_than_the_list_is_attested_by_an_opening(
    stage: Stage,
) -> None:
    stage.add_person("vera", 2)
    leaf = stage.leaf("vera")
    opening = {"voter_id": VOTERS[2], "index": 2, "salt": f"0x{SALTS[2].hex()}"}
    nothing = {"index": None, "leaf": None, "salt": None}
    stage.add_person("vera", 2, part=nothing)
    with stage.logged_in("vera") as browser:
        file(stage, browser)
    assert refused(stage, leaf=leaf) == "not_filed"
    wrong = {**opening, "voter_id": VOTERS[1]}
    assert refused(stage, leaf=leaf, opening=wrong) == "wrong_leaf"
    assert attest(stage, leaf=leaf, opening=opening)["signature"]


def test_filing_of_another_is_as_if_it_were_not_there(stage: Stage) -> None:
    """IDOR: a serial alone opens nothing."""
    stage.add_person("anna")
    stage.add_person("boris", 1)
    with stage.logged_in("anna") as browser, stage.logged_in("boris") as other:
        post(browser, "/application/apply", stage)
        serial = list(stage.gateway.asked)[-1]
        brought, sent = len(stage.registrar.brought), len(stage.gateway.sent)
        for act in ("code", "again"):
            fields = {"serial": serial, "code": CODE}
            answer = post(other, f"/application/{act}", stage, **fields)
            assert read_told(other, answer) == "unknown_filing"
        assert len(stage.registrar.brought) == brought
        assert len(stage.gateway.sent) == sent
        assert serial not in other.get("/application").text
        page = browser.get("/application").text
        assert serial in page
        number = serial.removesuffix("-7qk2")  # as the message has it
        assert f'<strong class="whole">{number}</strong>' in page


def test_what_was_agreed_to_reaches_a_registrar_that_was_away(stage: Stage) -> None:
    stage.add_person("galina")
    stage.registrar.is_broken = True
    with stage.logged_in("galina") as browser:
        serial = file(stage, browser)
        assert serial not in [each[2]["consent"] for each in stage.registrar.brought]
        stage.registrar.is_broken = False
        wait_until(
            lambda: serial in [each[2]["consent"] for each in stage.registrar.brought]
        )


def test_code_and_election_that_are_none_bring_nobody_anything(stage: Stage) -> None:
    stage.add_person("anna")
    with stage.logged_in("anna") as browser:
        post(browser, "/application/apply", stage)
        serial, asked = list(stage.gateway.asked)[-1], len(stage.gateway.asked)
        none = post(browser, "/application/withdraw", stage, election="0x09")
        assert read_told(browser, none) == "unknown_election"
        assert len(stage.gateway.asked) == asked
        odd = post(browser, "/application/code", stage, serial=serial, code="12")
        assert read_told(browser, odd) == "no_code"


@pytest.mark.parametrize("lock", ["0x12", "0x" + "zz" * 20, NO_LOCK, "words of mine"])
def test_lock_that_is_none_files_nothing(stage: Stage, lock: str) -> None:
    stage.add_person("anna")
    with stage.logged_in("anna") as browser:
        asked = len(stage.gateway.asked)
        fields = {f"lock-{ELECTION}": lock}
        answer = post(browser, "/application/apply", stage, **fields)
        assert read_told(browser, answer) == "no_lock"
        assert len(stage.gateway.asked) == asked


@pytest.mark.parametrize(
    "name",
    [
        "{{ 7 * 191 }}",
        "{% include '/etc/passwd' %}",
        "<script>alert(1)</script>",
        '"><img src=x onerror=alert(1)>',
        "%(when)s %s %d",
    ],
)
def test_name_is_shown_and_nothing_in_it_is_done(stage: Stage, name: str) -> None:
    """Template and markup injection."""
    reason = {"state": "refused", "since": 1, "reason": name, "history": []}
    stage.add_person("anna", name=name, application=reason, part={"title": name})
    with stage.logged_in("anna") as browser:
        for path in ("/", "/application", "/ballot"):
            page = browser.get(path)
            assert page.status_code == 200
            assert "1337" not in page.text
            assert "<script" not in page.text
            assert "<img" not in page.text


@pytest.mark.parametrize(
    "account", ["../../ready", "a/b", "anna?x=1", "%2e%2e", "я", "anna#"]
)
def test_account_leads_to_no_other_page_of_the_registrar(
    stage: Stage, account: str
) -> None:
    stage.add_person(account)
    with stage.logged_in(account) as browser:
        assert "Анна Каренина" in browser.get("/").text


def test_who_is_on_no_list_is_told_so_and_files_nothing(stage: Stage) -> None:
    with stage.logged_in("stranger") as browser:
        assert "not on the list" in browser.get("/?lang=en").text
        answer = post(browser, "/application/apply", stage)
        assert read_told(browser, answer) == "not_listed"
    stage.add_person("late")
    stage.registrar.people["late"]["elections"] = []
    with stage.logged_in("late") as browser:
        answer = post(browser, "/application/apply", stage)
        assert read_told(browser, answer) == "not_listed"


def test_register_that_answers_oddly_is_away_and_quotes_nobody(stage: Stage) -> None:
    stage.registrar.people["odd"] = {"voter_id": "77 000001"}
    with stage.logged_in("odd") as browser:
        page = browser.get("/application")
    assert page.status_code == 503
    assert "77 000001" not in page.text


def test_application_and_its_history_are_told_in_words(stage: Stage) -> None:
    steps = [{"at": 1_566_300_000, "state": each} for each in ("filed", "accepted")]
    stage.add_person(
        "anna",
        application={"state": "accepted", "since": 1_566_300_000, "history": steps},
    )
    with stage.logged_in("anna") as browser:
        english = browser.get("/application?lang=en").text
        assert "accepted: you are entered to vote online" in english
        assert "20 August 2019, 14:20" in english
        russian = browser.get("/application?lang=ru").text
        assert "20 августа 2019 г., 14:20" in russian
        assert "accepted" not in russian.replace("/application", "")
        assert "/application/withdraw" in russian


def test_logs_name_nobody(stage: Stage) -> None:
    log = "\n".join(stage.portal.log)
    assert "refused" in log
    for private in (*VOTERS, "Каренина", "anna", CODE):
        assert private not in log


@pytest.mark.parametrize("is_locked", [True, False])
def test_withdrawal_from_a_locked_place_leads_to_the_page_that_signs_it(
    stage: Stage, is_locked: bool
) -> None:
    part = {"leaf_state": "ONLINE", "wanted": False, "locked": is_locked}
    stage.add_person("galina", part=part)
    link = f'href="{BOOTH}/lock.html#contest=1&amp;leaf={stage.leaf("galina")}"'
    with stage.logged_in("galina") as browser:
        assert (link in browser.get("/application").text) == is_locked


@pytest.mark.parametrize(("leaf_state", "is_said"), [("ONLINE", False), ("NONE", True)])
def test_withdrawn_is_said_once_the_chain_has_it(
    stage: Stage, leaf_state: str, is_said: bool
) -> None:
    """Who goes to the polling station before has no paper ballot there."""
    step = {"at": 1, "state": "withdrawn"}
    application = {"state": "withdrawn", "since": 1, "history": [step]}
    part = {"leaf_state": leaf_state, "wanted": False}
    stage.add_person("olga", part=part, application=application)
    with stage.logged_in("olga") as browser:
        for path in ("/", "/application"):
            text = browser.get(path, headers={"Accept-Language": "en"}).text
            assert ("withdrawn: you vote on paper" in text) == is_said
            assert ("not on the public record yet" in text) != is_said
        paper = browser.get("/paper", headers={"Accept-Language": "en"}).text
    assert ("you vote on paper, at your polling station" in paper) == is_said


BOX = 'action="/application/code"'
FORM = 'action="/application/apply"'


def test_only_the_latest_filing_is_awaited_and_only_while_it_may_be(
    stage: Stage,
) -> None:
    stage.add_person("vera", 2)
    with stage.logged_in("vera") as browser:
        post(browser, "/application/apply", stage)
        first = list(stage.gateway.asked)[-1]
        page = browser.get("/application?lang=en").text
        assert BOX in page
        assert "You have not applied" not in page
        assert FORM not in page
    with stage.logged_in("vera") as browser:  # who went away, and begins anew
        file(stage, browser)
        page = browser.get("/application").text
        assert first not in page
        assert BOX not in page


def test_filing_whose_code_is_dead_is_awaited_no_more(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage.add_person("vera", 2)
    with stage.logged_in("vera") as browser:
        post(browser, "/application/apply", stage)
        serial = list(stage.gateway.asked)[-1]
        stage.gateway.dead.add(serial)
        fields = {"serial": serial, "code": CODE}
        told = post(browser, "/application/code", stage, **fields)
        assert read_told(browser, told) == "expired"
        page = browser.get("/application").text
        assert (BOX in page, FORM in page) == (False, True)
        post(browser, "/application/again", stage, serial=serial)
        assert BOX in browser.get("/application").text
        monkeypatch.setattr(application_pages, "_PENDING_FOR", -1)
        assert BOX not in browser.get("/application").text


def test_who_withdrew_today_is_told_from_when_and_gets_no_code(stage: Stage) -> None:
    now = stage.portal.context.clock.now()
    ended = {"state": "withdrawn", "since": now - 60}
    for again_from, is_offered in ((now + 3_600, False), (now - 1, True)):
        application = {**ended, "again_from": again_from}
        part = {"leaf_state": "NONE"}
        stage.add_person("olga", application=application, part=part)
        asked = len(stage.gateway.asked)
        with stage.logged_in("olga") as browser:
            page = browser.get("/application?lang=en").text
            assert (FORM in page) == is_offered
            assert ("You can apply again from" in page) != is_offered
            told = read_told(browser, post(browser, "/application/apply", stage))
            assert told == ("" if is_offered else "tomorrow")
        assert (len(stage.gateway.asked) > asked) == is_offered


def test_page_of_paper_has_the_registrars_time_and_offers_nothing_after_it(
    stage: Stage,
) -> None:
    now = stage.portal.context.clock.now()
    cases = (
        (900, 1_500, "Withdraw your application until"),
        (-900, 600, "Applications can no longer be withdrawn"),
        (-900, -300, "The lists are final."),
    )
    sentences = {each[2] for each in cases}
    for closing, freeze, sentence in cases:
        phases = {"applications_close": now + closing, "freeze": now + freeze}
        application = {"state": "accepted", "since": 1}
        stage.add_person("olga", application=application, part={"phases": phases})
        with stage.logged_in("olga") as browser:
            text = browser.get("/paper?lang=en").text
        assert {each for each in sentences if each in text} == {sentence}
