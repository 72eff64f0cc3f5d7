"""Every role's acts, run against a node that lies in a way that fits."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import pytest

from election.client import rpc
from election.client.casting import cast_ballots
from election.client.deployment import Deployment
from election.client.transport import Post
from election.crypto.transcript import ZERO_HASH, Address
from election.protocol.board import Board
from election.protocol.events import (
    BallotCast,
    Issued,
    ListPublished,
    Registered,
    SlotDerived,
    TallyFrozen,
)
from scripts.__main__ import run
from scripts.anybody.freeze import freeze
from scripts.shared.acceptance import read_record
from scripts.shared.exit_codes import ExitCode
from scripts.shared.files.deployment_file import store_deployment
from scripts.shared.roles import Role
from scripts.shared.session import instance_of
from tests.audit.tampering import answer_for, change, drop, find
from tests.client.board_node import BoardNode
from tests.client.stage import ISSUERS, RELAY, TRUSTEES, Stage, deploy, travel
from tests.in_process import connect_in_process
from tests.scripts.conftest import PASSWORD
from tests.scripts.key_files import make_key_file, put_share

BALLOTS: Final = [1, 2, 2, 1]


@dataclass(frozen=True, slots=True)
class Scene:
    """An election whose sums are frozen, its record, and one that a node made up.

    early: the record before anybody cast.
    """

    stage: Stage
    other: Stage
    early: Board
    board: Board
    made_up: Board
    honest: Post


@pytest.fixture(scope="module")
def scene() -> Scene:
    connection = connect_in_process()
    stage = deploy(connection)
    other = deploy(connection)
    stage.make_keys()
    stage.publish_lists(len(BALLOTS))
    stage.register_all()
    stage.issue_all()
    ballots = stage.ballots(1, BALLOTS)
    snapshot = connection.request("evm_snapshot")
    made_up = count(stage, ballots[1:])
    connection.request("evm_revert", snapshot)
    early = read_all(stage)
    board = count(stage, ballots)
    return Scene(stage, other, early, board, made_up, connection._post)


def count(stage: Stage, ballots: list[bytes]) -> Board:
    cast_ballots(stage.boxes[1], ballots, key=RELAY)
    travel(stage.connection, stage.manifest.times.cast_closing)
    freeze(stage.opened, [1], key=RELAY)
    return read_all(stage)


def read_all(stage: Stage) -> Board:
    board = read_record(stage.opened)
    return replace(board, logs=tuple(board.logs))


@pytest.fixture(autouse=True)
def unchanged(scene: Scene) -> Iterator[None]:
    snapshot = scene.stage.connection.request("evm_snapshot")
    yield
    scene.stage.connection.request("evm_revert", snapshot)


def lose(kind: type[Any]) -> Callable[[Scene], BoardNode]:
    """Leave out one event of a kind; running hashes fit."""
    return lambda s: BoardNode(s.honest, drop(s.board, find(s.board, kind)))


def alter(kind: type[Any], **fields: Any) -> Callable[[Scene], BoardNode]:
    """Change one event of a kind; running hashes fit."""
    return lambda s: BoardNode(s.honest, change(s.board, find(s.board, kind), **fields))


def reorder(scene: Scene) -> BoardNode:
    """Exchange two ballots, each in the other's place; running hashes fit."""
    logs = list(scene.board.logs)
    box = find(scene.board, BallotCast).log.address
    one, two = [at for at, log in enumerate(logs) if log.address == box][-2:]
    first, second = logs[one], logs[two]
    logs[one] = replace(first, topics=second.topics, data=second.data)
    logs[two] = replace(second, topics=first.topics, data=first.data)
    return BoardNode(scene.honest, answer_for(replace(scene.board, logs=tuple(logs))))


def other_code(scene: Scene) -> BoardNode:
    address = scene.stage.opened.tally.contract.address
    code = {**scene.board.code, address: scene.board.code[address] + b"\0"}
    return BoardNode(scene.honest, replace(scene.board, code=code))


def later(scene: Scene) -> BoardNode:
    """Tell another time of the head, by which everything would be due."""
    head = replace(scene.board.head, timestamp=scene.board.head.timestamp + 10**6)
    return BoardNode(scene.honest, replace(scene.board, head=head), ahead=10**6)


def other_election(scene: Scene) -> BoardNode:
    """Exchange the addresses of two elections."""
    pairs = zip(addresses_of(scene.stage), addresses_of(scene.other), strict=True)
    return BoardNode(scene.honest, exchanged=dict(pairs))


def addresses_of(stage: Stage) -> list[Address]:
    deployed = stage.opened.deployed
    found = [stage.opened.address, deployed.trustees_ceremony]
    return [*found, deployed.issuers_ceremony, deployed.voter_list, deployed.tally]


def other_history(scene: Scene) -> BoardNode:
    """Tell a history with a ballot less, of which every check holds."""
    return BoardNode(scene.honest, scene.made_up)


LIES: Final = {
    "ballot lost": lose(BallotCast),
    "issuance lost": lose(Issued),
    "registration lost": lose(Registered),
    "list lost": lose(ListPublished),
    "key altered": alter(SlotDerived, key=b"\1" * 128),
    "list altered": alter(ListPublished, root=ZERO_HASH),
    "issuance altered": alter(Issued, leaf=ZERO_HASH),
    "sum altered": alter(TallyFrozen, cast_count=2),
    "order": reorder,
    "code": other_code,
    "clock": later,
    "other election": other_election,
    "other history": other_history,
}


CONSISTENT: Final = ("order", "clock", "other history")
"""Lies that contradict nothing, so that it takes a second node to see them."""

UNSEEN_BY_TERMS: Final = (
    *("ballot lost", "sum altered", "order", "clock", "other history"),
    *("issuance lost", "registration lost", "issuance altered"),
)
"""Lies about what the terms of an election do not hold: they come out true."""


@dataclass(frozen=True, slots=True)
class Table:
    """Whoever acts, and what they have at hand."""

    folder: Path
    liar: BoardNode

    def act(self, *arguments: str, key: str | None = None, nodes: list[str]) -> int:
        line = [*arguments, "--election", str(self.folder / "election.json")]
        line += [f"--rpc-url=http://{each}" for each in nodes]
        if key is not None:
            line += ["--key", str(self.folder / key)]
            line += ["--password-file", str(self.folder / "password")]
        return run(line)


def set_table(
    scene: Scene, liar: BoardNode, folder: Path, patch: pytest.MonkeyPatch
) -> Table:
    opened = scene.stage.opened
    contracts = (("Election", opened.address),)
    deployed = Deployment(scene.board.chain_id, ZERO_HASH, 0, 0, contracts)
    store_deployment(folder / "election.json", deployed)
    (folder / "password").write_text(PASSWORD)
    for name, role, key in (
        ("trustee", Role.TRUSTEE, TRUSTEES[0]),
        ("issuer", Role.ISSUER, ISSUERS[0]),
    ):
        made = make_key_file(folder / name, role, key)
        put_share(made, scene.stage.shares[key], instance_of(opened))
    make_key_file(folder / "relay", Role.RELAY, RELAY)
    return meet(scene, liar, Table(folder, liar), patch)


def meet(
    scene: Scene, liar: BoardNode, table: Table, patch: pytest.MonkeyPatch
) -> Table:
    posts = {"http://liar": liar.post, "http://honest": scene.honest}
    posts["http://another"] = scene.honest
    patch.setattr(rpc, "open_post", posts.__getitem__)
    return Table(table.folder, liar)


def test_honest_nodes_are_given_what_they_ask_for(
    scene: Scene, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else the others would be refused for another reason."""
    truthful = BoardNode(scene.honest, scene.board)
    table = set_table(scene, truthful, tmp_path, monkeypatch)
    for nodes in (["honest", "another"], ["liar", "honest"]):
        assert table.act("share", "--compare", key="trustee", nodes=nodes) == 0
        out = f"--out={tmp_path / 'answers'}"
        assert table.act("issue", "--contest=1", out, key="issuer", nodes=nodes) == 0
        assert table.act("terms", f"--out={tmp_path / 'terms'}", nodes=nodes) == 0


def found_out(lie: str, nodes: list[str]) -> ExitCode:
    """Tell how an act ends: by an audit, or before it by what the first node says."""
    if lie == "other election" and nodes[0] == "liar":
        return ExitCode.UNBELIEVABLE
    return ExitCode.NOT_SO


@pytest.mark.parametrize("lie", LIES)
def test_beside_an_honest_node_a_liar_is_given_nothing(
    scene: Scene,
    lie: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """No share, no answer, no terms; and nobody is blamed for what one node says."""
    table = set_table(scene, LIES[lie](scene), tmp_path, monkeypatch)
    for nodes in (["liar", "honest"], ["honest", "liar"]):
        refused = [
            table.act("share", "--compare", key="trustee", nodes=nodes),
            table.act(
                "issue",
                "--contest=1",
                f"--out={tmp_path / 'answers'}",
                key="issuer",
                nodes=nodes,
            ),
            table.act("terms", f"--out={tmp_path / 'terms'}", nodes=nodes),
        ]
        assert refused[:2] == [found_out(lie, nodes)] * 2
        assert refused[2] == ExitCode.NOT_SO or lie in UNSEEN_BY_TERMS
    assert not (tmp_path / "answers").exists()
    assert not (tmp_path / "issuer.answered").exists()
    assert "blames" not in capsys.readouterr().err


@pytest.mark.parametrize("lie", LIES)
def test_member_who_goes_on_from_a_kept_record_gives_a_liar_nothing(
    scene: Scene,
    lie: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Whether the lie is about what is kept or about what came since."""
    truthful = BoardNode(scene.honest, scene.early)
    table = set_table(scene, truthful, tmp_path, monkeypatch)
    out = f"--out={tmp_path / 'answers'}"
    asked = [("share", "--compare", "trustee"), ("issue", "--contest=30", "issuer")]
    for act, option, key in asked:
        more = [out] if act == "issue" else []
        code = table.act(act, option, *more, key=key, nodes=["liar"])
        assert code == (ExitCode.NOT_YET if act == "share" else ExitCode.DONE)
    (tmp_path / "answers").unlink()
    capsys.readouterr()
    table = meet(scene, LIES[lie](scene), table, monkeypatch)
    for nodes in (["liar", "honest"], ["honest", "liar"]):
        for act, option, key in asked:
            more = [out] if act == "issue" else []
            code = table.act(act, option, *more, key=key, nodes=nodes)
            assert code == found_out(lie, nodes)
    told = capsys.readouterr().err
    # An election that is not at its address is refused before anything is kept of it.
    first = 0 if lie == "other election" else 2
    assert told.count("going on from block") == 2 + first
    assert "blames" not in told
    assert not (tmp_path / "answers").exists()


@pytest.mark.parametrize("lie", [each for each in LIES if each not in CONSISTENT])
def test_liar_alone_is_found_out_by_what_it_tells(
    scene: Scene,
    lie: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Even where a TEST believes one node."""
    table = set_table(scene, LIES[lie](scene), tmp_path, monkeypatch)
    code = table.act("share", "--compare", key="trustee", nodes=["liar"])
    assert code == found_out(lie, ["liar"])
    assert "blames" not in capsys.readouterr().err
