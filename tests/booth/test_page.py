"""The booth's page in Chromium: the whole way, in every state, and what it keeps."""

from __future__ import annotations

import json
from urllib.parse import urlsplit

from eth_utils.crypto import keccak
from playwright.sync_api import Browser

from election.artifacts import ROOT
from election.protocol.ballot import accept_ballot
from services.gateway.codes import LIFETIME
from tests import honest
from tests.booth.browsing import (
    PHONE,
    Voter,
    answer_by,
    open_context,
    watch,
)
from tests.booth.node_js import BOOTH
from tests.booth.page_sizes import list_files
from tests.booth.world import CAST, ISSUED, World

SIDE_A = {"portal", "gateway", "registrar", "issuer-1", "issuer-2", "issuer-3"}
SIDE_B = {"relay-1", "relay-2"}


def look(voter: Voter, screen: str) -> None:
    """Wait for a screen, keep its picture, and have axe judge it."""
    voter.wait_for(screen)
    voter.shoot(f"phone-{screen}")
    assert voter.find_barriers() == []
    assert voter.find_silence() == []
    assert "ТЕСТ" in voter.text


def test_every_screen_from_the_link_to_the_receipt_is_open_to_all(
    browser: Browser,
) -> None:
    world = World()
    with open_context(browser, size=PHONE) as context:
        answer_by(context, world)
        voter = Voter(context.new_page())
        complaints = watch(voter.page)
        voter.begin(world.link)
        assert "#" not in voter.page.url
        look(voter, "words")
        assert voter.count_printed() == 1
        voter.press("Слова записаны")
        look(voter, "confirm")
        voter.press("Показать слова ещё раз")
        voter.confirm()
        look(voter, "code")
        assert "A-47" in voter.text
        assert "Код действует десять минут" in voter.text
        assert LIFETIME == 600  # seconds
        voter.type_code()
        look(voter, "ballot")
        voter.choose(2)
        look(voter, "sealed")
        code = voter.page.inner_text(".tracking .long")
        voter.cast()
        look(voter, "receipt")
        assert voter.count_printed() == 1
        assert code in voter.text
        assert complaints == []
    assert len(world.boxed) == 1


def test_a_ballot_that_was_opened_for_a_check_is_never_cast(browser: Browser) -> None:
    world = World()
    with open_context(browser, size=PHONE) as context:
        answer_by(context, world)
        voter = Voter(context.new_page())
        voter.get_ballot(world.link)
        voter.choose(2)
        thrown = voter.page.inner_text(".tracking .long")
        voter.press("Сначала проверить устройство")
        look(voter, "check")
        voter.press("Готово, показать, что внутри")
        look(voter, "opened")
        assert "Второй" in voter.text
        voter.press("Заполнить новый бюллетень")
        voter.choose(2)
        assert voter.page.inner_text(".tracking .long") != thrown
        voter.cast()
        voter.wait_for("receipt")
    ballot = accept_ballot(world.boxed[0], honest.box())
    assert ballot.tracking_code.hex() != thrown.replace(" ", "")


def test_no_host_of_one_side_is_told_what_the_other_knows(browser: Browser) -> None:
    world = World()
    with open_context(browser) as context:
        answer_by(context, world)
        voter = Voter(context.new_page())
        voter.get_ballot(world.link)
        voter.choose(1)
        voter.cast()
        voter.wait_for("receipt")
    person = [world.leaf.hex(), world.issued.hex(), "T" * 43, "V 1"]
    ballot = [world.boxed[0][12:32].hex(), world.boxed[0][32:64].hex()]
    hosts_a, hosts_b = set(), set()
    for host, path, body in world.asked:
        told = path + body.hex() + body.decode("latin-1")
        if any(each in told for each in person):
            hosts_a.add(host)
        if any(each in told for each in ballot) or "0x" + "64" * 20 in told:
            hosts_b.add(host)
    assert hosts_a >= SIDE_A
    assert hosts_b >= SIDE_B
    assert not hosts_a & hosts_b


def test_a_browser_fetches_what_is_measured_and_nothing_of_another_language(
    browser: Browser,
) -> None:
    world, asked = World(), set[str]()
    with open_context(browser) as context:
        answer_by(context, world)
        page = context.new_page()
        page.on("request", lambda request: asked.add(urlsplit(request.url).path[1:]))
        voter = Voter(page)
        voter.get_ballot(world.link)
        voter.choose(1)
        voter.cast()
        voter.wait_for("receipt")
    listed = list_files("index.html", "ru")
    files = {each for each in asked if (BOOTH / each).is_file()}
    whole = {each.relative_to(BOOTH).as_posix() for each in listed}
    assert whole == files | {"index.html"}


def test_topics_are_those_of_the_contracts() -> None:
    node = (ROOT / "booth/page/node.js").read_text()
    for contract, name, topic in (
        ("VoterList", "Issued", ISSUED),
        ("BallotBox", "BallotCast", CAST),
    ):
        abi = json.loads((ROOT / f"abi/{contract}.json").read_text())
        entries = abi if isinstance(abi, list) else abi["abi"]
        event = next(each for each in entries if each.get("name") == name)
        told = f"{name}({','.join(map(spell, event['inputs']))})"
        assert f"0x{keccak(text=told).hex()}" == topic
        assert topic in node


def spell(kind: dict[str, object]) -> str:
    parts = kind.get("components")
    if not isinstance(parts, list):
        return str(kind["type"])
    inner = ",".join(map(spell, parts))
    return f"({inner}){str(kind['type']).removeprefix('tuple')}"
