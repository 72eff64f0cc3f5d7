"""Whatever a node answers, a client gives a result or an error of the library."""

from __future__ import annotations

import json
import tracemalloc
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Any, Final

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from election.client.board_reader import read_board
from election.client.casting import cast_ballots
from election.client.ceremony import issuers_ceremony, trustees_ceremony
from election.client.ceremony_member import advance_member
from election.client.deployment import begin_deployment, deploy_election
from election.client.issuing import read_issuer_keys, serve_issued
from election.client.json_rpc import decode_answers
from election.client.open_election import OpenElection, open_election, read_box
from election.client.rpc import Connection
from election.client.tallying import find_counts, recompute_tally, submit_share
from election.client.transport import Post
from election.errors import ElectionError, EncodingError
from election.protocol.decryption import make_share
from scripts.anybody.status import read_status
from tests.client.stage import (
    ISSUERS,
    RELAY,
    TRUSTEES,
    Stage,
    deploy,
    make_manifest,
    make_source,
    travel,
)
from tests.in_process import connect_in_process

ODD: Final[tuple[Any, ...]] = (
    *(
        None,
        True,
        0,
        -1,
        1.5,
        10**30,
        "",
        "0x",
        "0x0",
        "0x1",
        "0x7",
        "zz",
        "0xzz",
        "-0x1",
    ),
    *("0x" + "f" * size for size in (16, 40, 63, 64, 65, 600, 100_000)),
    *("0x" + "0" * size for size in (40, 64, 256, 512)),
    *([], {}, [None], [[]], {"result": 1}, {"message": []}, "\ud800", "\x1b[2J"),
)
"""Values of every type and of many sizes, none of them where it belongs."""


@dataclass
class Liar:
    """Between a client and an honest node: changes what some answers say."""

    honest: Post
    random: Random | None = None
    often: float = 0
    at: int = -1
    asked: int = field(default=0)

    def post(self, body: bytes) -> bytes:
        raw = self.honest(body)
        self.asked += 1
        if self.random is None:
            return raw
        if self.asked != self.at and self.random.random() >= self.often:
            return raw
        return json.dumps(change(json.loads(raw), self.random)).encode()


def change(value: Any, random: Random) -> Any:
    """Change one thing somewhere inside an answer."""
    if isinstance(value, dict) and value and random.random() < 0.9:
        key = random.choice(sorted(value))
        if random.random() < 0.1:
            return {each: value[each] for each in value if each != key}
        return {**value, key: change(value[key], random)}
    if isinstance(value, list) and value and random.random() < 0.9:
        at = random.randrange(len(value))
        inside = random.choice(([], [value[at]] * 2, [change(value[at], random)]))
        return [*value[:at], *inside, *value[at + 1 :]]
    if isinstance(value, str) and value.startswith("0x") and random.random() < 0.7:
        return change_hex(value, random)
    return random.choice(ODD)


def change_hex(text: str, random: Random) -> str:
    """Change some digits, most often those of one word of the ABI."""
    at = 2 + 64 * random.randrange(len(text) // 64 + 1)
    word = random.choice(("0" * 64, "f" * 64, f"{random.randrange(300):064x}"))
    near = random.randrange(2, len(text) + 1)
    return random.choice(
        (
            text[:at] + word + text[at + 64 :],
            text[:near] + random.choice("0f") + text[near + 1 :],
            text[:near],
            text + word,
        )
    )


@dataclass
class Scene:
    """An election whose polls are closed and whose sums are frozen."""

    stage: Stage
    liar: Liar
    records: tuple[bytes, ...] = ()

    def open(self) -> OpenElection:
        return open_election(self.stage.connection, self.stage.opened.address)


@pytest.fixture(scope="module")
def scene() -> Iterator[Scene]:
    connection = connect_in_process()
    liar = Liar(connection._post)
    connection._post = liar.post
    stage = deploy(connection)
    stage.make_keys()
    stage.publish_lists(3)
    stage.register_all()
    stage.issue_all()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("election.client.sending._MINED_WITHIN", 0)
        patch.setattr("election.client.sending._FIRST_PAUSE", 0)
        yield Scene(stage, liar, tuple(stage.ballots(1, [1, 2, 2])))


def close(scene: Scene) -> None:
    """End the polls with three ballots in one contest, and give one share."""
    stage = scene.stage
    cast_ballots(stage.boxes[1], scene.records, key=RELAY)
    travel(stage.connection, stage.manifest.times.cast_closing)
    stage.connection.send(stage.opened.tally.freeze(1), key=RELAY)
    for trustee in TRUSTEES[:2]:
        give_share(scene, trustee)


def give_share(scene: Scene, trustee: Any) -> None:
    opened, stage = scene.open(), scene.stage
    frozen = recompute_tally(opened, read_box(opened, 1))
    source = make_source("share")
    message = make_share(frozen.tally, stage.shares[trustee], source=source)
    submit_share(opened, frozen, message, key=trustee)


def count(scene: Scene) -> None:
    opened = scene.open()
    frozen = recompute_tally(opened, read_box(opened, 1))
    result = find_counts(opened, frozen)
    scene.stage.connection.send(opened.tally.finalize(1, result), key=RELAY)
    opened.tally.counts(1)


def issue(scene: Scene) -> None:
    opened = scene.open()
    serve_issued(opened, 30, key_share=scene.stage.shares[ISSUERS[0]])
    read_issuer_keys(opened, 30)


def cast(scene: Scene) -> None:
    box = read_box(scene.open(), 1)
    cast_ballots(box, scene.records[:2], key=RELAY)


def advance(scene: Scene) -> None:
    opened, stage = scene.open(), scene.stage
    advance_member(trustees_ceremony(opened), stage.members(TRUSTEES[:1])[0])
    advance_member(issuers_ceremony(opened), stage.members(ISSUERS[:1])[0])


def hold_ceremony(scene: Scene) -> None:
    """Deploy another election and make the keys of its trustees."""
    connection = scene.stage.connection
    manifest = make_manifest(connection.read_clock())
    begun = begin_deployment(connection, manifest)
    deployed = deploy_election(
        connection, manifest, key=RELAY, deployment=begun, save=lambda _: None
    )
    opened = open_election(connection, deployed.election, since=deployed.block)
    stage = Stage(connection, manifest, opened)
    travel(connection, manifest.times.keys)
    for _ in range(6):
        for member in stage.members(TRUSTEES[:3]):
            advance_member(trustees_ceremony(opened), member)


ACTS: Final[Mapping[str, tuple[int, Callable[[Scene], object]]]] = {
    "status": (60, lambda scene: read_status(scene.open())),
    "board": (
        40,
        lambda scene: read_board(scene.stage.connection, scene.stage.opened.address),
    ),
    "issue": (40, issue),
    "cast": (40, cast),
    "advance": (40, advance),
    "ceremony": (15, hold_ceremony),
    "share": (40, lambda scene: give_share(scene, TRUSTEES[2])),
    "count": (40, count),
}
"""Each act of a client, and how many lies it is told."""

_CLOSED: Final = {"status", "board", "share", "count"}


@pytest.mark.parametrize("name", ACTS)
def test_lie_is_answered_by_an_error_of_the_library(name: str, scene: Scene) -> None:
    examples, act = ACTS[name]
    connection: Connection = scene.stage.connection
    whole = connection.request("evm_snapshot")
    if name in _CLOSED:
        close(scene)
    last = count_requests(scene, act)

    @settings(
        max_examples=examples,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(
        st.randoms(use_true_random=True),
        st.integers(1, last),
        st.sampled_from([0, 0, 0.05, 1]),
    )
    def tell_lies(random: Random, at: int, often: float) -> None:
        snapshot = connection.request("evm_snapshot")
        scene.liar.asked, scene.liar.at = 0, at
        scene.liar.often, scene.liar.random = often, random
        try:
            act(scene)
        except ElectionError:
            pass
        finally:
            scene.liar.random = None
            connection.request("evm_revert", snapshot)

    tell_lies()
    connection.request("evm_revert", whole)


def count_requests(scene: Scene, act: Callable[[Scene], object]) -> int:
    """Count what the act asks of an honest node; undoes what it did."""
    snapshot = scene.stage.connection.request("evm_snapshot")
    scene.liar.asked = 0
    act(scene)
    asked = scene.liar.asked
    scene.stage.connection.request("evm_revert", snapshot)
    return asked


@pytest.mark.parametrize("unit", [b"[]", b"{}", b"1", b"[[[[0]]]]", b'"",{"a":1}'])
def test_answer_of_very_many_values_is_refused_before_it_is_decoded(
    unit: bytes,
) -> None:
    raw = b'{"id":0,"result":[' + (unit + b",") * 1_000_000 + b"1]}"
    tracemalloc.start()
    try:
        with pytest.raises(EncodingError, match="more values than any answer"):
            decode_answers(raw, count=1)
        assert tracemalloc.get_traced_memory()[1] < 1_000_000
    finally:
        tracemalloc.stop()
