"""Relays and nodes lie about a ballot; it is not called cast before it is."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from election.client.casting import cast_ballots
from election.client.errors import ConnectionFailedError
from election.client.rpc import Connection, connect
from election.crypto.blind_credential import RecoverySecret
from election.crypto.signature import (
    SigningKey,
    derive_address,
    encode_signature,
)
from election.crypto.transcript import hash_bytes
from election.errors import BallotError
from election.protocol.ballot import accept_ballot
from election.protocol.promise import Promise, sign_promise
from scripts.shared.errors import ServiceAwayError, ServiceError, UntrueError
from scripts.shared.files.booth_files import Host, RelayHost
from scripts.voters.device.ballot_side import BallotSide, Promised
from scripts.voters.device.box_reader import Absent, BoxReader, State, Stored
from scripts.voters.device.crowd import RUSH, Moments, draw_moments
from scripts.voters.device.device import Device
from scripts.voters.device.nodes import Nodes
from tests.client.devnet import run_node
from tests.client.stage import RELAY, Stage, deploy, travel
from tests.scripts.voters.device.made import HOST, Answer, answering

KEYS = {n: SigningKey(n) for n in (31, 32, 33)}
STRANGER = SigningKey(5)


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    with run_node() as url:
        made = deploy(connect(url))
        made.make_keys()
        made.publish_lists(4)
        made.register_all()
        made.issue_all()
        yield made


@pytest.fixture(scope="module")
def ballots(stage: Stage) -> list[bytes]:
    return stage.ballots(1, [1, 2, 1, 2])


@dataclass
class Relays:
    """Honest relays, whose answers a test exchanges by their number."""

    stage: Stage
    device: Device
    change: dict[int, Callable[[dict[str, Any]], Answer]] = field(default_factory=dict)
    key: dict[int, SigningKey] = field(default_factory=dict)
    after: int = 600
    asked: list[int] = field(default_factory=list)

    def answer(self, url: str, body: Any) -> Answer:
        number = int(url.removeprefix("https://relay-").partition(".")[0])
        self.asked.append(number)
        made = accept_ballot(body, self.device.published.box)
        deadline = self.stage.connection.read_clock() + self.after
        ctx, credential = self.device.ctx, made.record.credential
        promise = Promise(ctx, credential, made.ballot_hash, deadline)
        key = self.key.get(number, KEYS[number])
        signature = encode_signature(sign_promise(promise, key))
        said = {"deadline": deadline, "signature": f"0x{signature.hex()}"}
        change = self.change.get(number)
        return said if change is None else change(said)


Played = tuple[BallotSide, BoxReader, Relays]


@contextmanager
def opened(stage: Stage, index: int) -> Iterator[Played]:
    leaf = stage.place(1, index, nonce=1).leaf
    secret = RecoverySecret(hash_bytes(leaf)[:16])  # as the stage's own voters
    device = Device(stage.terms(), 1, leaf, secret)
    url = stage.connection.url
    hosts = (Host("R1", url), Host("R2", f"{url}/"))
    nodes = Nodes(hosts, device.terms.common.chain_id, is_network=False)
    relays = Relays(stage, device)
    named = tuple(
        RelayHost(f"R{n}", HOST.format(f"relay-{n}"), derive_address(key))
        for n, key in KEYS.items()
    )
    with answering(relays.answer) as asker:
        side = BallotSide(device, named, nodes, asker)
        yield side, BoxReader(device, nodes, None), relays


@pytest.fixture
def played(stage: Stage) -> Iterator[Played]:
    with opened(stage, 0) as all_of_it:
        yield all_of_it


def test_two_organisations_promise_and_no_third_is_asked(
    played: Played, ballots: list[bytes]
) -> None:
    side, _, relays = played
    now = side.read_time()
    promised, refused = side.send(ballots[0], (), now=now)
    assert (len(promised), refused) == (2, [])
    assert len(relays.asked) == 2
    again, _ = side.send(ballots[0], promised, now=now)
    assert again == promised
    assert len(relays.asked) == 2
    late, _ = side.send(ballots[0], promised, now=now + 601)
    assert not set(late) & set(promised)


def test_what_does_not_hold_is_no_promise(played: Played, ballots: list[bytes]) -> None:
    side, _, relays = played
    relays.key[31] = STRANGER
    relays.change[32] = lambda said: said | {"deadline": said["deadline"] + 1}
    relays.change[33] = lambda _: {"deadline": "soon"}
    promised, refused = side.send(ballots[0], (), now=side.read_time())
    assert promised == []
    assert [type(each) for each in refused] == [UntrueError] * 3


def test_a_promise_for_after_the_close_is_none(
    played: Played, ballots: list[bytes]
) -> None:
    side, _, relays = played
    now = side.read_time()
    relays.after = side.device.published.terms.cast_closing - now
    promised, refused = side.send(ballots[0], (), now=now)
    assert promised == []
    assert all("after the polls close" in str(each) for each in refused)
    relays.after -= 60
    assert len(side.send(ballots[0], (), now=now)[0]) == 2


def test_an_extension_counts_if_two_organisations_show_it(
    played: Played, monkeypatch: pytest.MonkeyPatch
) -> None:
    side, _, _ = played
    terms = side.device.published.terms
    known = terms.issue_closing, terms.cast_closing

    def show(*told: tuple[int, int]) -> None:
        answers = {f"R{n}": each for n, each in enumerate(told, 1)}
        monkeypatch.setattr(Nodes, "ask_owners", lambda *_: answers)

    later = known[0] + 600, known[1] + 600
    show(later, later)
    assert side.nodes.find_closings(side.device) == later
    for lie in (
        [later],
        [later, known],
        [(known[0], known[1] + 600)] * 2,
        [(known[0] + 99_999, known[1] + 99_999)] * 2,
        [(known[0] - 600, known[1] - 600)] * 2,
    ):
        show(*lie)
        assert side.nodes.find_closings(side.device) == known
    for hidden in ([later, known], [known, later], [later]):
        show(*hidden)
        assert side.nodes.find_last_closings(side.device) == later
    show((known[0] + 99_999, known[1] + 99_999), known)
    assert side.nodes.find_last_closings(side.device) == known


def test_a_refusal_stops_no_other_relay(played: Played, ballots: list[bytes]) -> None:
    side, _, relays = played
    relays.change[31] = lambda _: (409, {"code": "set_aside"})
    promised: list[Promised] = []
    refused: list[ServiceError | UntrueError] = []
    for _ in range(20):  # until 31 was drawn among the first
        promised, refused = side.send(ballots[0], (), now=side.read_time())
        assert len(promised) == 2
        if refused:
            break
    assert [each.code for each in refused if isinstance(each, ServiceError)] == [
        "set_aside"
    ]


def test_a_promise_for_another_time_is_no_false_signature(
    played: Played, ballots: list[bytes]
) -> None:
    side, _, _ = played
    now = side.read_time()
    for own, code in ((now - 9_000, "other_time"), (now + 9_000, "due_before")):
        promised, refused = side.send(ballots[0], (), now=own)
        assert promised == []
        told = {each.code for each in refused if isinstance(each, ServiceError)}
        assert told == {code}


def test_polls_are_open_by_two_clocks(
    played: Played, monkeypatch: pytest.MonkeyPatch
) -> None:
    side, _, _ = played
    terms = side.device.published.terms
    for now, is_open in (
        (terms.opening, False),
        (terms.opening + 61, True),
        (terms.cast_closing, False),
    ):
        monkeypatch.setattr(Connection, "read_clock", lambda _, at=now: at)
        assert side.is_open() is is_open
    monkeypatch.setattr(Connection, "read_clock", lambda _: terms.opening + 61)
    hosts, chain = side.nodes.hosts[:1], side.nodes.chain_id
    assert not replace(side, nodes=Nodes(hosts, chain, is_network=False)).is_open()


def test_another_voters_ballot_is_sent_to_nobody(
    played: Played, ballots: list[bytes]
) -> None:
    side, _, relays = played
    with pytest.raises(BallotError, match="another voter"):
        side.send(ballots[1], (), now=side.read_time())
    assert relays.asked == []


def test_what_no_box_takes_is_sent_to_nobody(
    played: Played, ballots: list[bytes]
) -> None:
    side, _, relays = played
    with pytest.raises(BallotError):
        side.send(ballots[0][:-1] + b"\x00", (), now=side.read_time())
    assert relays.asked == []


def test_a_ballot_is_in_the_box_once_two_organisations_show_it(
    stage: Stage, played: Played, ballots: list[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    side, reader, _ = played
    assert reader.find() == Absent(State.NONE)
    assert cast_ballots(stage.boxes[1], [ballots[0], ballots[1]], key=RELAY).cast
    found = reader.find()
    assert isinstance(found, Stored)
    assert (found.record, found.signers) == (ballots[0], 0)
    only = replace_nodes(reader, side.nodes.hosts[:1])
    with pytest.raises(ServiceAwayError, match="two nodes"):
        only.find()
    lying = replace_nodes(reader, side.nodes.hosts)
    second = lying.nodes.reach(lying.nodes.hosts[1])
    honest = second.read_logs

    def move(*asked: Any, **more: Any) -> Any:
        return tuple(
            replace(each, block_number=each.block_number - 1)
            for each in honest(*asked, **more)
        )

    monkeypatch.setattr(second, "read_logs", move)
    assert lying.find() == Absent(State.DIFFER)


def replace_nodes(reader: BoxReader, hosts: Sequence[Host]) -> BoxReader:
    nodes = Nodes(hosts, reader.nodes.chain_id, is_network=False)
    return BoxReader(reader.device, nodes, reader.genesis_hash)


def test_who_shows_another_voters_ballot_shows_none(stage: Stage) -> None:
    with opened(stage, 3) as (_, reader, _):
        assert reader.find() == Absent(State.NONE)


def test_nodes_that_are_away_stop_nothing_but_the_look(
    played: Played, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, reader, _ = played

    def away(*_: Any) -> Any:
        raise ConnectionFailedError("node", "no node answers there")

    monkeypatch.setattr(Nodes, "reach", away)
    with pytest.raises(ServiceAwayError):
        reader.find()


def test_a_ballot_waits_for_a_crowd_and_not_for_ever(
    played: Played, monkeypatch: pytest.MonkeyPatch
) -> None:
    side, _, _ = played
    now = side.device.published.terms.cast_closing - RUSH - 10_000
    drawn, until = side.plan(None, now=now)
    assert now < drawn.early <= drawn.late <= now + 1_800
    assert until == drawn.late
    assert side.plan(drawn, now=drawn.late) == (drawn, 0)
    anew, _ = side.plan(drawn, now=now - 9_000)  # the clock was wrong before
    assert anew.late <= now - 9_000 + 1_800
    gone, until = side.plan(drawn, now=drawn.early)  # three others are no crowd
    assert (gone, until) == (Moments(drawn.late, drawn.late), drawn.late)
    monkeypatch.setattr(
        Nodes, "ask_owners", lambda *_: {n: set(range(20)) for n in "AB"}
    )
    assert side.plan(drawn, now=drawn.early)[1] == 0
    monkeypatch.setattr(Nodes, "ask_owners", lambda *_: {"A": set(range(20))})
    assert side.plan(drawn, now=drawn.early)[1] == drawn.late
    assert side.plan(None, now=now + 10_000)[1] == 0


def test_only_others_who_came_no_sooner_are_a_crowd(stage: Stage) -> None:
    with opened(stage, 1) as (side, _, _):
        connection = side.nodes.reach(side.nodes.hosts[0])
        leaves = [stage.place(1, index, nonce=1).leaf for index in range(4)]
        assert side._read_issued(connection) <= set(leaves) - {side.device.leaf}


def test_moments_are_drawn_within_what_is_left() -> None:
    for left in (-5, 0, 1, 60, 3_600, 100_000):
        for _ in range(50):
            drawn = draw_moments(1_000, left)
            assert drawn.early >= 1_000
            assert drawn.late <= 1_000 + max(1, min(1_800, left / 2))


def test_polls_that_close_stop_no_look(stage: Stage) -> None:
    travel(stage.connection, stage.manifest.times.cast_closing)
    with opened(stage, 0) as (_, reader, _):
        assert isinstance(reader.find(), Stored)
