"""Whoever answers the booth may lie: it says so in a sentence, and goes no further."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, Final

import pytest
from playwright.sync_api import Page

from election.crypto.group import G, encode_g1
from election.crypto.signature import SigningKey, encode_signature, sign_hash
from election.crypto.transcript import Hash
from tests.booth.browsing import Voter, answer_by
from tests.booth.world import BOOTH, CODE, Lie, World, refuse

LANGUAGE: Final = "en-GB"
Arrange = Callable[[World], None]
NOT_USED: Final = "Your right to vote is not used up."
NOT_KNOWN: Final = "If you have voted already, your vote counts."
NO_SECOND: Final = "Nobody gives out a second ballot."
NOT_SENT: Final = "Your vote is not sent yet."
KEPT: Final = "Your ballot is kept on this page."
OTHER_SECRET: Final = b"fedcba9876543210"
NODES: Final = tuple(f"node-{n}" for n in (1, 2, 3, 4))


def box_nothing(world: World) -> None:
    """Have no relay bring what it took."""
    world.is_boxing = False


def put(host: str, **changes: Any) -> Arrange:
    """Have a service exchange keys of its answer."""

    def arrange(world: World) -> None:
        world.lies[host] = lambda said, _: said | changes

    return arrange


def say(host: str, code: str) -> Arrange:
    """Have a service refuse."""

    def arrange(world: World) -> None:
        world.lies[host] = lambda _, __: refuse(code)
        world.is_boxing = False

    return arrange


def sign_as_stranger(host: str, name: str, *, inside: str = "") -> Arrange:
    """Have somebody else sign, and something else."""
    signed = encode_signature(sign_hash(Hash(bytes(32)), SigningKey(299))).hex()

    def lie(said: dict[str, Any], _: Any) -> dict[str, Any]:
        told: dict[str, Any] = json.loads(json.dumps(said))
        place = told.get(inside, {}) if inside else told
        if name in place:
            place[name] = f"0x{signed}"
        return told

    def arrange(world: World) -> None:
        world.lies[host] = lie

    return arrange


def answer_wrongly(*issuers: int) -> Arrange:
    """Have issuers give a point that is no answer."""
    changed = put("", answer=f"0x{encode_g1(G).hex()}")

    def arrange(world: World) -> None:
        changed(world)
        lie: Lie = world.lies.pop("")
        world.lies |= {f"issuer-{number}": lie for number in issuers}

    return arrange


def swap_request(*hosts: str) -> Arrange:
    """Have hosts show that another M' was issued on the voter's leaf."""

    def arrange(world: World) -> None:
        other = World(now=world.now)
        other.issue(OTHER_SECRET)
        world.others |= dict.fromkeys(hosts, other)

    return arrange


def box_elsewhere(*hosts: str, choice: int = 1, height: int = 40) -> Arrange:
    """Have nodes show a ballot in the box that is not there."""

    def arrange(world: World) -> None:
        other = World(now=world.now, issued=world.issued, height=height)
        other.box(world.make_ballot(choice))
        world.others |= dict.fromkeys(hosts, other)
        world.is_boxing = False

    return arrange


def box_forged(*hosts: str) -> Arrange:
    """Have nodes show a ballot of the voter's credential that nobody signed."""

    def arrange(world: World) -> None:
        box_elsewhere(*hosts)(world)
        record = world.make_ballot()
        forged = record[:-40] + bytes([record[-40] ^ 1]) + record[-39:]

        def lie(said: dict[str, Any], asked: Any) -> dict[str, Any]:
            if asked["method"] != "eth_getLogs":
                return said
            text = json.dumps(said).replace(record.hex(), forged.hex())
            changed: dict[str, Any] = json.loads(text)
            return changed

        world.lies |= dict.fromkeys(hosts, lie)

    return arrange


def both(one: Arrange, other: Arrange) -> Arrange:
    """Arrange two things."""

    def arrange(world: World) -> None:
        one(world)
        other(world)

    return arrange


def change_file(name: str, old: bytes, new: bytes) -> Arrange:
    """Have the booth's host serve another file."""

    def arrange(world: World) -> None:
        raw = world.booth.raw[name]
        assert old in raw
        world.files[name] = raw.replace(old, new, 1)

    return arrange


LIES: Final[dict[str, tuple[str, Arrange, str, tuple[str, ...]]]] = {
    "hosts that nobody signed": (
        "asking",
        change_file("services.json", b"portal.example", b"porta1.example"),
        "stopped",
        ("not signed by the commission and the observers", NOT_KNOWN),
    ),
    "keys that are not the terms'": (
        "asking",
        change_file("terms.json", b'"election_keys": "0x0', b'"election_keys": "0x1'),
        "stopped",
        ("not signed by the commission and the observers", NOT_KNOWN),
    ),
    "another election": (
        "asking",
        change_file("election.json", b"honest", b"honesT"),
        "stopped",
        ("not signed by the commission and the observers", NOT_KNOWN),
    ),
    "portal answers for another leaf": (
        "asking",
        put("portal", leaf="0x" + "12" * 32),
        "stopped",
        ("answered another request than yours", NOT_USED),
    ),
    "portal swaps M'": (
        "asking",
        put("portal", h_req="0x" + "12" * 32),
        "stopped",
        ("answered another request than yours", NOT_USED),
    ),
    "portal's signature is somebody's": (
        "asking",
        sign_as_stranger("portal", "signature", inside="attestation"),
        "stopped",
        ("signature of a confirmation is wrong", NOT_USED),
    ),
    "portal says the link was used": (
        "asking",
        say("portal", "used_ticket"),
        "paused",
        ("used for another request already", NOT_KNOWN, "7KQ2M9"),
    ),
    "portal chooses a sentence of the booth's": (
        "asking",
        say("portal", "files"),
        "paused",
        ("A service refused (personal account).", NOT_USED),
    ),
    "gateway says that it is too late": (
        "asking",
        both(say("gateway", "too_late"), lambda world: setattr(world, "now", 1_030)),
        "paused",
        ("(SMS service), but the public record shows that you can vote", NOT_USED),
    ),
    "gateway's notice is somebody's": (
        "asking",
        sign_as_stranger("gateway", "statement"),
        "stopped",
        ("signed another request than yours", NOT_USED),
    ),
    "gateway shows another message's number": (
        "asking",
        put("gateway", message="B-12"),
        "stopped",
        ("signed another request than yours", NOT_USED),
    ),
    "nodes show another M'": (
        "asking",
        swap_request(*NODES),
        "paused",
        ("issued to you already, but with other words", NO_SECOND),
    ),
    "one node shows another M'": (
        "issuing",
        swap_request("node-3"),
        "issuing",
        ("computers of observers show different things about your request",),
    ),
    "issuers answer wrongly": (
        "issuing",
        answer_wrongly(1, 2),
        "stopped",
        ("organisations that certify the ballot answered wrongly", NOT_KNOWN),
    ),
    "issuers answer for another M'": (
        "issuing",
        swap_request("issuer-1", "issuer-2"),
        "stopped",
        ("organisations that certify the ballot answered wrongly", NOT_KNOWN),
    ),
    "relays promise with another key": (
        "sent",
        both(sign_as_stranger("relay", "signature"), box_nothing),
        "sending",
        ("a promise with a wrong signature", NOT_SENT),
    ),
    "relay promises for yesterday": (
        "sent",
        both(put("relay-1", deadline=100), box_nothing),
        "sending",
        ("Observer 1: gave a promise with a wrong signature", NOT_SENT),
    ),
    "relays say that they promised another": (
        "sent",
        say("relay", "already_promised"),
        "sending",
        ("If you sent nothing before, call the support line", "Do not close this page"),
    ),
    "relays say it was cast": (
        "sent",
        say("relay", "already_cast"),
        "sending",
        ("the computers of observers do not show it; we do not believe it", NOT_SENT),
    ),
    "a node answers with what it was not asked for": (
        "issuing",
        put("node-3", result=[{"address": "0x12"}]),
        "ballot",
        ("Choose one candidate",),
    ),
    "one node shows the ballot in the box": (
        "promised",
        box_elsewhere("node-1"),
        "promised",
        ("not in the box yet",),
    ),
    "nodes show the ballot in two blocks": (
        "promised",
        both(box_elsewhere("node-1"), box_elsewhere("node-2", height=50)),
        "promised",
        ("The computers of two observers show different things",),
    ),
    "nodes show a ballot that nobody signed": (
        "promised",
        box_forged("node-1", "node-2"),
        "stopped",
        ("shows a ballot that cannot be yours", KEPT),
    ),
}


def take_and_drop(world: World) -> None:
    """Have the registrar take a request that it never brings on the record."""

    def lie(said: dict[str, Any], _: Any) -> dict[str, Any]:
        world.issued = b""
        world.now += 700  # and what was attested is void
        return said

    world.lies["registrar"] = lie


def bring_another(world: World) -> None:
    """Have the registrar bring another request than it took."""

    def lie(said: dict[str, Any], _: Any) -> dict[str, Any]:
        world.issue(OTHER_SECRET)
        return said

    world.lies["registrar"] = lie


REGISTRARS: Final[dict[str, tuple[str, Arrange, str, tuple[str, ...]]]] = {
    "salt of another place": (
        "asking",
        put("portal", salt="0x" + "12" * 32),
        "stopped",
        ("place on the list of voters is wrong", NOT_USED),
    ),
    "voter id of somebody else": (
        "asking",
        put("portal", voter_id="V 2"),
        "stopped",
        ("place on the list of voters is wrong", NOT_USED),
    ),
    "another line of the list": (
        "asking",
        put("portal", index=1),
        "stopped",
        ("place on the list of voters is wrong", NOT_USED),
    ),
    "counter of a request that is over": (
        "asking",
        put("portal", nonce=0),
        "stopped",
        ("place on the list of voters is wrong", NOT_USED),
    ),
    "says that the voter is not online": (
        "attested",
        say("registrar", "not_online"),
        "paused",
        ("the public record shows that you can vote", NOT_USED, "7KQ2M9"),
    ),
    "says that the polls are closed": (
        "attested",
        say("registrar", "polls_closed"),
        "paused",
        ("the public record shows that you can vote", NOT_USED),
    ),
    "says what the gateway says": (
        "attested",
        say("registrar", "too_late"),
        "paused",
        ("A service refused (list of voters).", NOT_USED),
    ),
    "says that there is another request": (
        "attested",
        say("registrar", "another_request"),
        "paused",
        ("Another request was sent already", NOT_KNOWN),
    ),
    "takes the request and drops it": (
        "attested",
        take_and_drop,
        "paused",
        ("not put on the public record in the time that was promised", NOT_USED),
    ),
    "brings another request": (
        "attested",
        bring_another,
        "paused",
        ("issued to you already, but with other words", NO_SECOND),
    ),
}
"""What a registrar says of a voter, itself or by the portal, which has it from it."""


@pytest.mark.parametrize("name", REGISTRARS)
def test_a_registrar_that_lies_leads_to_no_ballot(name: str, page: Page) -> None:
    stage, arrange, screen, sentences = REGISTRARS[name]
    world, voter = World(), Voter(page)
    kept = world.kept(stage)
    arrange(world)
    answer_by(page.context, world)
    voter.stand(kept)
    voter.wait_for(screen)
    assert all(each in voter.text for each in sentences)
    asked = {host for host, _, _ in world.asked}
    assert not asked & {"issuer-1", "relay-1", "relay-2"}
    assert stage == "attested" or "gateway" not in asked  # no message is sent in vain


def test_who_is_told_that_it_is_too_late_hears_it_from_the_record_alone(
    page: Page,
) -> None:
    world, voter = World(), Voter(page)
    say("registrar", "polls_closed")(world)
    world.away |= set(NODES)
    answer_by(page.context, world)
    voter.stand(world.kept("attested"))
    voter.wait_for("paused")
    assert "A service refused (list of voters)." in voter.text
    assert "over" not in voter.text


def test_who_is_refused_rightly_is_told_what_the_record_has(page: Page) -> None:
    world, voter = World(state=2), Voter(page)
    say("registrar", "not_online")(world)
    answer_by(page.context, world)
    voter.stand(world.kept("attested"))
    voter.wait_for("paused")
    assert "The public record does not have you as voting online now" in voter.text


def test_a_request_that_was_dropped_is_made_again_with_another_link(
    page: Page,
) -> None:
    world, voter = World(), Voter(page)
    take_and_drop(world)
    answer_by(page.context, world)
    voter.stand(world.kept("attested"))
    voter.wait_for("paused")
    world.lies.clear()
    page.goto(f"{BOOTH}/icon.svg")
    page.goto(world.link)
    voter.wait_for("code")
    page.fill("#code", CODE)
    page.get_by_role("button", name="Send the code").click()
    voter.wait_for("ballot")


@pytest.mark.parametrize("name", LIES)
def test_a_lie_is_told_in_a_sentence_and_not_followed(name: str, page: Page) -> None:
    stage, arrange, screen, sentences = LIES[name]
    world, voter = World(), Voter(page)
    kept = world.kept(stage)
    arrange(world)
    answer_by(page.context, world)
    voter.stand(kept)
    for each in sentences:
        page.get_by_text(each).first.wait_for()
    voter.wait_for(screen)


def test_one_wrong_answer_of_three_issuers_is_passed_over(page: Page) -> None:
    world, voter = World(), Voter(page)
    kept = world.kept("issuing")
    answer_wrongly(1)(world)
    answer_by(page.context, world)
    voter.stand(kept)
    voter.wait_for("ballot")


def test_a_code_that_somebody_else_took_is_not_followed(page: Page) -> None:
    world, voter = World(), Voter(page)
    kept = world.kept("asking")
    sign_as_stranger("gateway", "signature", inside="attestation")(world)
    answer_by(page.context, world)
    voter.stand(kept)
    voter.wait_for("code")
    page.fill("#code", CODE)
    page.get_by_role("button", name="Send the code").click()
    voter.wait_for("stopped")
    assert not world.issued


@pytest.mark.parametrize(
    "fragment",
    [
        "contest=1&leaf=0x12&ticket=short",
        f"contest=1&leaf=0x{'12' * 32}&ticket={'T' * 43}&host=https://evil.example",
        f"election=0x{'12' * 20}&contest=1&leaf=0x{'12' * 32}&ticket={'T' * 43}",
    ],
)
def test_a_link_that_is_not_the_portals_leads_nowhere(
    fragment: str, page: Page
) -> None:
    world, voter = World(), Voter(page)
    answer_by(page.context, world)
    page.goto(f"{BOOTH}/#{fragment}")
    voter.wait_for("stopped")
    assert "not from your personal account" in voter.text
    assert world.asked == []


@pytest.mark.parametrize("name", ["", "lock.html"])
def test_a_booth_that_is_not_complete_yet_is_early_and_no_liar(
    name: str, page: Page
) -> None:
    world, voter = World(), Voter(page)
    answer_by(page.context, world)
    page.context.route("**/terms.json", lambda route: route.fulfill(status=404))
    page.goto(f"{BOOTH}/{name}")
    page.get_by_text("This booth is not ready yet").wait_for()
    assert "Do not vote here" not in voter.text
    assert world.asked == []
