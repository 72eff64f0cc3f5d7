"""A vote goes on from what was kept, and ends when nothing more can come of it."""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from election.crypto.transcript import Hash
from election.protocol.attestation import LAST_REQUESTS
from election.protocol.voter_list import LeafState
from scripts.shared.errors import InputError, NotYetError, RuledOutError, ServiceError
from scripts.shared.files.booth_files import Host
from scripts.shared.languages import Language
from scripts.voters.device.box_reader import Absent, State, Stored
from scripts.voters.device.kept import Keeper, Kept, read_kept
from scripts.voters.device.link import Link
from scripts.voters.device.person_side import Leaf
from scripts.voters.device.pinned import Pinned
from scripts.voters.vote import Vote
from scripts.voters.voting import Voting, _find_other_booth, _place
from scripts.voters.voting import open_vote as open_voting
from tests import honest
from tests.scripts.conftest import make_terms
from tests.scripts.voters.device.made import HOST, host, make_services

FRESH = Kept("veche-voting/1", b"\x01" * 20, 1, b"\x02" * 32, b"\x03" * 20)
LINK = Link(1, Hash(FRESH.leaf), "t" * 43)
OPENING, ISSUED_UNTIL, CLOSING = 1_000, 9_000, 10_000
OTHER = Stored(b"of another device", 7, None, 0)


@dataclass
class World:
    """What services and nodes say. times: the own clock, then those of two nodes."""

    times: list[int] = field(default_factory=lambda: [2_000] * 3)
    found: list[Any] = field(default_factory=list)
    refused: list[ServiceError] = field(default_factory=list)
    brought: list[Any] = field(default_factory=list)
    shown: list[str] = field(default_factory=list)
    state: LeafState = LeafState.ONLINE
    owners: int = 0

    def read_time(self) -> int:
        return self.times[0]

    def read_times(self) -> list[int]:
        return self.times

    def find(self) -> Any:
        return self.found.pop(0) if len(self.found) > 1 else self.found[0]

    def send(self, _: bytes, promised: Any, **__: int) -> Any:
        return list(promised), self.refused

    def read_leaf(self, least: int = 1) -> Leaf:
        self.owners = least
        return Leaf(self.state, 1, bytes(20))  # type: ignore[arg-type]

    def open(self, ticket: str, _: Leaf) -> Any:
        self.shown.append(ticket)
        raise ServiceError("portal", "is too old", code="expired_ticket")

    def bring(self, *_: Any, **__: Any) -> None:
        said = self.brought.pop(0)
        if said is not None:
            self.times[0] += said
            raise ServiceError("registrar", "does not answer", code="away")


def open_vote(tmp_path: Path, world: World, **kept: Any) -> Vote:
    terms = SimpleNamespace(opening=OPENING, cast_closing=CLOSING)
    device: Any = SimpleNamespace(published=SimpleNamespace(terms=terms))
    ends = ISSUED_UNTIL, CLOSING
    person: Any = SimpleNamespace(
        device=device,
        read_time=world.read_time,
        read_times=world.read_times,
        find_last_issue_closing=lambda: ISSUED_UNTIL,
        read_leaf=world.read_leaf,
        count_owners=lambda: 2,
        is_locked=lambda _: False,
        open=world.open,
        bring=world.bring,
    )
    nodes = SimpleNamespace(
        find_last_closings=lambda _: ends, read_times=world.read_times
    )
    ballot: Any = SimpleNamespace(
        device=device,
        nodes=nodes,
        read_time=world.read_time,
        send=world.send,
        is_open=lambda: max(world.times) < CLOSING,
    )
    reader: Any = SimpleNamespace(find=world.find, first=0)
    keeper = Keeper(tmp_path / "voting-1.json", replace(FRESH, **kept))
    language = Language.ENGLISH
    return Vote(person, ballot, reader, keeper, language, sleep=lambda _: None)


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VECHE_LANGUAGE", "en")


def never() -> Link:
    raise AssertionError


def test_who_was_stopped_before_the_look_looks_for_another_devices_ballot(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = World(found=[Absent(State.SHOWN), Absent(State.DIFFER), OTHER])
    vote = open_vote(tmp_path, world, is_asked=True, sigma=b"s")
    monkeypatch.setattr(Vote, "_get_ballot", lambda *_: None)
    monkeypatch.setattr(Vote, "_choose", lambda *_: never())
    assert vote.run(never, is_hurried=True) == OTHER


def test_a_ballot_that_came_too_late_is_not_sent_for_ever(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    closed = ServiceError("relay of R1", "the polls are closed", code="polls_closed")
    late = CLOSING + 601
    world = World([late] * 3, [Absent(State.NONE)], [closed])
    vote = open_vote(tmp_path, world, record=b"ballot", first=0)
    with pytest.raises(RuledOutError, match="cannot be cast any more") as over:
        vote.run(never, is_hurried=True)
    assert "voting-1.json" in str(over.value)
    assert "relay of R1: the polls are closed" in capfd.readouterr().err
    for wrong in range(3):  # a clock that is wrong ends nothing
        world.times = [late] * 3
        world.times[wrong] = CLOSING
        world.found = [Absent(State.NONE), OTHER]
        assert vote.run(never, is_hurried=True) == OTHER


def test_a_relay_that_calls_the_polls_closed_is_told_from_the_clocks(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    closed = ServiceError("relay of R1", "closed", code="polls_closed")
    world = World(found=[Absent(State.NONE), OTHER], refused=[closed])
    vote = open_vote(tmp_path, world, record=b"ballot", first=0)
    assert vote.run(never, is_hurried=True) == OTHER
    assert "relay of R1: refused, but by the clocks" in capfd.readouterr().err


def test_a_receipt_that_is_gone_is_made_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[Stored] = []
    monkeypatch.setattr(
        "scripts.voters.voting.finish", lambda _, it, __: made.append(it)
    )
    world = World(found=[Absent(State.NONE), OTHER])
    receipt = tmp_path / "receipt-1.json"
    voting = Voting(open_vote(tmp_path, world, block=7), receipt, is_test=True)
    with pytest.raises(NotYetError, match="receipt is gone"):  # nobody's word for it
        voting.go_on(is_hurried=False)
    voting.go_on(is_hurried=False)
    assert made == [OTHER]
    receipt.touch()
    voting.go_on(is_hurried=False)
    assert made == [OTHER]


def test_a_relay_that_calls_it_cast_is_told_from_the_box(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    said = ServiceError("relay of R1", "says", code="already_cast")
    world = World(found=[Absent(State.NONE), OTHER], refused=[said])
    vote = open_vote(tmp_path, world, record=b"ballot", first=0)
    assert vote.run(never, is_hurried=True) == OTHER
    assert "relay of R1: says that the ballot is in the box, and no node" in (
        capfd.readouterr().err
    )


def test_a_relay_that_refuses_again_is_told_once(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    world = World(found=[*[Absent(State.NONE)] * 5, OTHER])
    vote = open_vote(tmp_path, world, record=b"ballot", first=0)

    def refuse(_: bytes, promised: Any, **__: int) -> Any:
        case = f"K7Q2M{len(world.found)}"  # of each answer its own
        fact = f"has promised another ({case})"
        code = "already_promised"
        return list(promised), [ServiceError("relay of R1", fact, code=code, case=case)]

    side: Any = vote.ballot
    side.send = refuse
    assert vote.run(never, is_hurried=True) == OTHER
    assert capfd.readouterr().err.count("relay of R1: has promised another") == 1


@pytest.mark.parametrize("at", [OPENING - 1, ISSUED_UNTIL - LAST_REQUESTS])
def test_only_clocks_that_agree_rule_a_request_out(tmp_path: Path, at: int) -> None:
    world = World([at] * 3)
    vote = open_vote(tmp_path, world)
    with pytest.raises(Exception, match=r"the polls open at|too late"):
        vote._require_time()
    for wrong in range(3):
        world.times = [at] * 3
        world.times[wrong] = 2_000
        vote._require_time()


def test_one_node_alone_takes_nobodys_place_online(tmp_path: Path) -> None:
    world = World(state=LeafState.PAPER)
    with pytest.raises(RuledOutError, match="voting online"):
        open_vote(tmp_path, world)._ask(never)
    assert world.owners == 2


def test_a_link_that_is_spent_is_asked_for_anew(tmp_path: Path) -> None:
    world = World()
    vote = open_vote(tmp_path, world)
    with pytest.raises(ServiceError, match="too old"):
        vote._ask(lambda: LINK)
    assert world.shown == [LINK.ticket]
    found = read_kept(vote.keeper.path)
    assert found is not None
    assert found.ticket is None


def test_a_registrar_is_asked_while_what_was_attested_holds(tmp_path: Path) -> None:
    opening: Any = SimpleNamespace(attestation=SimpleNamespace(expiry=2_900))
    gateway: Any = SimpleNamespace(expiry=2_800)
    world = World(brought=[700, None])
    vote = open_vote(tmp_path, world)
    vote._bring_request(opening, gateway, is_locked=False)
    assert world.brought == []
    world.brought = [101, None]
    with pytest.raises(ServiceError, match="does not answer"):
        vote._bring_request(opening, gateway, is_locked=False)


def test_a_registrar_that_does_not_see_the_polls_open_is_asked_for_a_minute(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    times = iter([0.0, 5.0, 59.0, 61.0])
    monkeypatch.setattr(time, "monotonic", lambda: next(times))
    opening: Any = SimpleNamespace(attestation=SimpleNamespace(expiry=2_900))
    vote = open_vote(tmp_path, World())
    asked = []

    def refuse(*_: Any, **__: Any) -> None:
        asked.append(1)
        raise ServiceError("registrar", "refused", code="not_true")

    side: Any = vote.person
    side.bring = refuse
    with pytest.raises(ServiceError, match="refused"):
        vote._bring_request(opening, opening.attestation, is_locked=False)
    assert len(asked) == 3


def test_a_link_of_somebody_else_replaces_nothing_that_was_asked_for() -> None:
    path, other = Path("voting-1.json"), Link(1, Hash(b"\x05" * 32), "u" * 43)
    assert _place(FRESH, LINK, path) == _place(FRESH, None, path)
    assert _place(FRESH, other, path) == (1, other.leaf)
    for begun in ({"is_asked": True}, {"sigma": b"s"}, {"record": b"r"}, {"block": 0}):
        with pytest.raises(InputError, match="another contest or voter"):
            _place(replace(FRESH, **begun), other, path)


def test_a_link_is_kept_before_anything_is_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    terms = make_terms(portal=honest.account(7))
    booths = host("booth"), Host("Other", "https://other")
    pinned = Pinned(make_services(terms, booths=booths), terms)
    monkeypatch.setattr("scripts.voters.voting.gather", lambda *_: pinned)
    key: Any = SimpleNamespace(secrets=SimpleNamespace(random=b"r" * 16))
    text = f"#contest=1&leaf=0x{'ab' * 32}&ticket="

    def enter(link: str | None) -> Kept:
        with open_voting(
            ("booth", bytes(32)), key, tmp_path, link=link, contest=None, is_sure=True
        ) as voting:
            return voting.vote.keeper.now

    assert _find_other_booth(pinned, f"{HOST.format('booth')}/") == "https://other"
    assert _find_other_booth(pinned, "folder") == HOST.format("booth")
    assert enter(text + "a" * 43) == read_kept(tmp_path / "voting-1.json")
    assert enter(None).ticket == "a" * 43
    assert enter(text + "b" * 43).ticket == "b" * 43  # the newest
