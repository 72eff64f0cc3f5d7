"""A voter's program goes by HTTP from what it asked to a ballot that is final."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace

import httpx2
import pytest

from election.client.leaf_requests import ask_for_credential
from election.client.rpc import connect
from election.crypto.blind_credential import RecoverySecret
from election.crypto.group import G
from election.crypto.transcript import Address
from election.errors import ElectionError
from election.protocol.issuance import Credential
from scripts.shared.errors import RuledOutError, UntrueError
from scripts.shared.files.booth_files import Host, IssuerHost, RelayHost
from scripts.voters.device.asking import open_asker
from scripts.voters.device.ballot_side import BallotSide
from scripts.voters.device.box_reader import BoxReader
from scripts.voters.device.device import Device
from scripts.voters.device.nodes import Nodes
from scripts.voters.device.person_side import PersonSide
from scripts.voters.device.sides import Sides
from services.issuer.service import SERVICE as ISSUER
from services.live.voter import Program, Sent, draw_secret
from services.relay.service import SERVICE as RELAY_SERVICE
from services.relay.timing import RUSH
from tests.client.devnet import run_node
from tests.client.stage import RELAY, Stage, deploy, travel
from tests.patience import PATIENCE, wait_until
from tests.scripts.voters.device.made import make_services
from tests.services.issuer.conftest import Polls as IssuerPolls
from tests.services.issuer.conftest import write_home as write_issuer
from tests.services.relay.conftest import Polls as RelayPolls
from tests.services.relay.conftest import write_home as write_relay
from tests.services.running import Running, cheapen_passwords, serving

NOBODY = "http://127.0.0.1:1"


@dataclass(frozen=True)
class Live:
    """Two issuers, two relays and a node; side A's other services are not needed."""

    stage: Stage
    sides: Sides
    relays: list[Running]

    def program(self, secret: RecoverySecret) -> Iterator[Program]:
        """Make the program of the first voter of contest 1."""
        terms = self.stage.terms()
        device = Device(terms, 1, self.stage.place(1, 0, nonce=1).leaf, secret)
        chain = terms.common.chain_id
        watching = Nodes(self.sides.ballot_nodes, chain, is_network=False)
        with open_asker() as person, open_asker() as ballot:
            yield Program(
                PersonSide(
                    device,
                    make_services(terms),
                    self.sides,
                    Nodes(self.sides.person_nodes, chain, is_network=False),
                    person,
                ),
                BallotSide(device, self.sides.relays, watching, ballot),
                BoxReader(device, watching, None),
            )


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
        urls = [issuers[0].url, NOBODY, issuers[1].url]
        sides = Sides(
            tuple(IssuerHost(n, f"I{n}", each) for n, each in enumerate(urls, 1)),
            (Host("A", url),),
            tuple(
                RelayHost(f"R{n}", each.url, each.context.account.account)
                for n, each in enumerate(relays, 1)
            ),
            (Host("R1", url), Host("R2", url)),
        )
        yield Live(stage, sides, relays)


@pytest.fixture
def program(live: Live) -> Iterator[Program]:
    yield from live.program(RecoverySecret(b"s" * 16))


def with_account(program: Program, account: Address) -> Program:
    """Let whoever relays have to sign by this account."""
    side = program.ballot
    relays = tuple(replace(each, account=account) for each in side.relays)
    return replace(program, ballot=replace(side, relays=relays))


def test_program_gets_a_credential_and_its_ballot_is_final(
    live: Live, program: Program
) -> None:
    assert not program.person.is_issued()
    blinded = program.device.request.blinded
    asked = ask_for_credential(live.stage.place(1, 0, nonce=1), blinded)
    live.stage.connection.send(live.stage.prepare(asked), key=RELAY)
    assert program.person.is_issued()
    for other in live.program(draw_secret()):
        with pytest.raises(RuledOutError, match="by other words"):
            other.person.is_issued()
    never = program.person.read_time() + PATIENCE
    credential = program.collect(give_up=never)
    record, code = program.make_ballot(credential, 1)
    stranger = with_account(program, program.device.terms.portal)
    with pytest.raises(UntrueError, match="another key"):  # nobody else's word
        stranger.send(record)
    sent = program.send(record)
    assert (sent.tracking_code, len(sent.deadlines)) == (code, 2)
    assert program.send(record).deadlines == sent.deadlines
    travel(live.stage.connection, live.stage.manifest.times.cast_closing - RUSH)
    never = program.person.read_time() + PATIENCE
    block = program.wait_final(sent, give_up=never)
    assert block <= live.stage.connection.read_head().number
    assert live.stage.boxes[1].handle.cast_count() == 1
    wait_until(
        lambda: all(knows_final(each.url, program, sent) for each in live.relays)
    )
    late = program.send(record)  # a relay that was quicker is no refusal
    assert (late.tracking_code, late.deadlines) == (code, {})


def knows_final(url: str, program: Program, sent: Sent) -> bool:
    """Ask a relay whether it has seen a ballot in the box."""
    election = program.device.terms.election
    path = f"/ballots/0x{election.hex()}/0x{sent.ballot_hash.hex()}"
    with httpx2.Client(trust_env=False, timeout=PATIENCE) as client:
        return bool(client.get(url + path).json().get("state") == "final")


def test_ballot_that_does_not_hold_is_sent_nowhere(program: Program) -> None:
    forged = Credential(program.device.request.ballot_key, G)
    record, _ = program.make_ballot(forged, 1)
    with pytest.raises(ElectionError, match="credential does not verify"):
        program.send(record)
