"""A voter in Chromium whose election runs on a network of four validators.

Run by `make live-test`: the phases of an election on a network pass as time does.
test_cast_proof.py tries the same screens at nodes that lie, without a network.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any, Final, TypeVar
from urllib.parse import urlsplit

import httpx2
import pytest
from playwright.sync_api import Route

from election.client.casting import cast_ballots
from election.client.issuing import read_issuer_keys
from election.crypto.blind_credential import RecoverySecret
from election.crypto.group import encode_g1
from election.crypto.signature import derive_address, encode_signature
from election.protocol.ballot import accept_ballot
from election.protocol.booth_list import fill_headers
from election.protocol.ceremony.confirmation import KeyShare
from election.protocol.issuance import serve_share
from election.protocol.manifest import Contest
from election.protocol.promise import Promise, sign_promise
from election.protocol.terms import ElectionTerms, PublishedContest
from rehearsal import voting
from rehearsal.holding import Rehearsal, Stage
from rehearsal.people import make_people
from rehearsal.progress import no_bar
from rehearsal.roles import Cast, draw_cast
from rehearsal.rules import draft_manifest
from rehearsal.voting import Device
from scripts.__main__ import run
from scripts.booth.folder import Booth, accept_later, gather_booth
from scripts.demo.network_ground import Network
from scripts.demo.network_nodes import Nodes, network_processes
from scripts.shared.files.booth_files import SERVICES, SIGNATURES, TERMS
from scripts.shared.files.terms_file import render_terms
from tests.booth.browsing import PHONE, Voter, open_browser, open_context, watch
from tests.booth.made import make_election, sign_services, spell_services
from tests.booth.world import BOOTH, RELAYS, url_of
from tests.patience import PATIENCE, wait_until

Told = TypeVar("Told")
CONTEST: Final = Contest(1, "Совет дома", ("Первый", "Второй"))
VALIDATORS: Final = 4
PACE: Final = 1.5  # phases of an election, for a machine that becomes slower
SURE: Final = 3  # seconds; blocks are behind the clock


@dataclass
class Hosts:
    """Who answers the booth: nodes are those of the network, others are played here."""

    nodes: Nodes
    held: Rehearsal
    device: Device
    booth: Booth
    promised: dict[str, bytes] = field(default_factory=dict)

    def answer(self, route: Route) -> None:
        """Answer a request of the browser."""
        request = route.request
        parts = urlsplit(request.url)
        host = parts.netloc.removesuffix(".example.org")
        if host == "booth":
            self._serve(route, parts.path.removeprefix("/") or "index.html")
            return
        body = request.post_data_buffer or b""
        kind, _, number = host.partition("-")
        said = getattr(self, f"_ask_{kind}")(int(number), body)
        headers = {"access-control-allow-origin": BOOTH}
        route.fulfill(headers=headers, json=said)

    def _serve(self, route: Route, name: str) -> None:
        booth = self.booth
        assert booth.services is not None
        headers = fill_headers(booth.listed, booth.services.origins())
        kinds = {each.path: each.media_type for each in booth.listed.files}
        headers["content-type"] = kinds.get(name, "application/json")
        route.fulfill(headers=headers, body=booth.raw[name])

    def _ask_node(self, number: int, body: bytes) -> Any:
        node = self.nodes.validators[number - 1]
        assert node.connection is not None
        with httpx2.Client(trust_env=False, timeout=PATIENCE) as client:
            kind = {"content-type": "application/json"}
            said = client.post(node.connection.url, content=body, headers=kind)
            return said.json()

    def _ask_issuer(self, number: int, _body: bytes) -> Any:
        blinded = self.device.request.blinded
        share = self._share(number).secrets[0]
        raw = encode_g1(blinded)
        return {"blinded": _hex(raw), "answer": _hex(serve_share(raw, share))}

    def _share(self, number: int) -> KeyShare:
        return next(each for each in self.held.shares.issuers if each.member == number)

    def _ask_relay(self, number: int, body: bytes) -> Any:
        """Promise; once both have, the ballot goes to the chain."""
        contest_box = self.held.register.boxes[CONTEST.id]
        ballot = accept_ballot(body, contest_box.box)
        name = f"relay-{number}"
        self.promised[name] = body
        if len(self.promised) == len(RELAYS):
            assert len(set(self.promised.values())) == 1
            key = self.held.roles.relay
            assert beside(lambda: cast_ballots(contest_box, [body], key=key)).cast
        now = beside(self.held.opened.connection.read_clock)
        deadline = min(now + 600, contest_box.terms.cast_closing - 1)
        ctx = contest_box.box.ctx
        promise = Promise(ctx, ballot.record.credential, ballot.ballot_hash, deadline)
        signature = encode_signature(sign_promise(promise, RELAYS[name]))
        return {"deadline": deadline, "signature": _hex(signature)}


def beside(act: Callable[[], Told]) -> Told:
    """Do what has a loop of its own: Playwright has that of this thread."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(act).result()


def _hex(raw: bytes) -> str:
    return f"0x{raw.hex()}"


@pytest.fixture(scope="module")
def hosts() -> Iterator[Hosts]:
    with network_processes(VALIDATORS) as nodes:
        held = hold(nodes)
        devices = voting.announce_all(
            held.opened,
            held.people,
            held.roles,
            register=held.register,
            progress=lambda _: None,
        )
        booth = make_booth(nodes, held)
        yield Hosts(nodes, held, devices[0], booth)


def hold(nodes: Nodes) -> Rehearsal:
    """Hold an election of one voter until the polls are open.

    Its phases are as long as this machine needs by what a deployment took.
    """
    connection = nodes.validators[0].connection
    assert connection is not None

    def wait(moment: int) -> None:
        wait_until(lambda: connection.read_clock() >= moment + SURE, pause=0.5)

    cast = Cast(trustees=2, issuers=2, reserves=0, observers=1)
    roles = draw_cast(cast)
    drafted = draft_manifest([CONTEST], roles, cast)
    opened = Network(nodes, PACE).deploy(drafted, roles)
    people = make_people({CONTEST.id: (2,)})
    held = Rehearsal(opened, people, cast, roles, wait, no_bar)
    held.advance_to(Stage.OPENED)
    return held


def make_booth(nodes: Nodes, held: Rehearsal) -> Booth:
    """Make the booth of an election: its terms, and its hosts with the genesis."""
    rules = held.opened.rules
    terms = render_terms(state_terms(held)).encode()

    def host(name: str, organisation: str) -> dict[str, Any]:
        return {"organisation": organisation, "url": url_of(name)}

    services = spell_services(
        terms,
        election=_hex(held.opened.address),
        chain_id=held.opened.connection.chain_id,
        genesis_hash=nodes.genesis.hex(),
        portal=host("portal", "Portal"),
        gateway=host("gateway", "SMS"),
        registrar=host("registrar", "Commission"),
        issuers=[{"number": n, **host(f"issuer-{n}", f"Issuer {n}")} for n in (1, 2)],
        relays=[
            host(name, f"Observer {number}") | {"account": _hex(derive_address(key))}
            for number, (name, key) in enumerate(RELAYS.items(), 1)
        ],
        nodes=[host(f"node-{n}", f"Observer {n}") for n in (1, 2, 3, 4)],
        booths=[{"organisation": "Observer 1", "url": BOOTH}],
    )
    bare = gather_booth(make_election(slug=rules.slug, title=rules.title))
    signatures = sign_services(services, slug=rules.slug)
    raw = dict(bare.raw) | {SERVICES: services, SIGNATURES: signatures, TERMS: terms}
    return Booth(bare.listed, bare.election, raw, accept_later(bare.election, raw))


def state_terms(held: Rehearsal) -> ElectionTerms:
    """State the terms of an election whose list is closed."""
    opened, register = held.opened, held.register
    rules = opened.rules
    voters = register.lists[CONTEST.id]
    keys = tuple(read_issuer_keys(opened, CONTEST.id))
    contest = PublishedContest(
        register.boxes[CONTEST.id].terms, voters.tree.root, len(voters.voters), keys
    )
    signers = (rules.portal, rules.sms_gateway)
    return ElectionTerms(
        opened.address, rules.title, rules.test, *signers, {CONTEST.id: contest}
    )


def spell_kept(device: Device) -> dict[str, Any]:
    """Give what a tab keeps of a voter whose request is on the chain."""
    secret: RecoverySecret = device.secret
    return {
        "contest": CONTEST.id,
        "leaf": device.leaf.hex(),
        "secret": secret.secret.hex(),
        "isWritten": True,
        "isAsked": True,
    }


def test_a_ballot_is_proven_by_the_networks_own_signatures(
    hosts: Hosts, tmp_path: Path
) -> None:
    kept = tmp_path / "receipt.json"
    with open_browser() as browser, open_context(browser, size=PHONE) as context:
        context.route(re.compile(".*"), hosts.answer)
        voter = Voter(context.new_page())
        complaints = watch(voter.page)
        voter.stand(spell_kept(hosts.device))
        voter.choose(2)
        code = voter.page.inner_text(".tracking .long")
        voter.cast()
        voter.wait_for("receipt")
        voter.shoot("network-receipt")
        assert re.search("подписали [34] из 4 организаций", voter.text)
        assert code in voter.text
        link = voter.page.get_by_role("link").last.get_attribute("href") or ""
        voter.page.goto("about:blank")
        voter.page.goto(link)
        voter.wait_for("verdict")
        assert voter.page.inner_text("h1") == "Бюллетень в урне"
        assert re.search("подписали [34] из 4 организаций", voter.text)
        with voter.page.expect_download() as saved:
            voter.press("Сохранить в файл")
        saved.value.save_as(kept)
        assert complaints == []
    (tmp_path / "terms.json").write_bytes(hosts.booth.raw[TERMS])
    pinned = sha256(hosts.booth.raw[TERMS]).hexdigest()
    asked = [
        f"--proof={kept}",
        f"--genesis-hash={hosts.nodes.genesis.hex()}",
        f"--terms={tmp_path / 'terms.json'}",
        f"--terms-hash={pinned}",
        f"--tracking-code=0x{code.replace(' ', '')}",
    ]
    assert run(["verify-proof", *asked]) == 0
