"""Two histories, each of which every check holds: whoever asks two nodes sees it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest

from election.client.casting import cast_ballots
from election.client.deployment import Deployment
from election.client.rpc import Connection
from election.client.tallying import submit_share
from election.client.transport import name_node
from election.crypto.transcript import ZERO_HASH
from election.errors import ElectionError
from election.protocol.board import Board
from election.protocol.decryption import make_share
from scripts.anybody.acts import export as export_act
from scripts.anybody.freeze import freeze
from scripts.members import going_on
from scripts.members.acts import share as share_act
from scripts.members.share import describe_sums
from scripts.shared import session, witnesses
from scripts.shared.acceptance import COUNT, accept_board, read_record
from scripts.shared.errors import InputError, UnverifiedError
from scripts.shared.files import deployment_file
from scripts.shared.files.key_file import KeyFile
from scripts.shared.roles import Role
from scripts.shared.session import instance_of
from scripts.shared.witnesses import accept_witnessed, agree_on_record
from tests.client.stage import RELAY, TRUSTEES, Stage, deploy, make_source, travel
from tests.in_process import connect_in_process
from tests.scripts.key_files import make_key_file, put_share

BALLOTS = [1, 2, 2, 1]


@pytest.fixture(scope="module")
def stage() -> Stage:
    made = deploy(connect_in_process())
    made.make_keys()
    made.publish_lists(len(BALLOTS))
    made.register_all()
    made.issue_all()
    return made


def count(stage: Stage, ballots: list[bytes]) -> Board:
    """Cast these ballots of contest 1, and freeze their sum; give the record."""
    cast_ballots(stage.boxes[1], ballots, key=RELAY)
    travel(stage.connection, stage.manifest.times.cast_closing)
    freeze(stage.opened, [1], key=RELAY)
    return read_record(stage.opened)


@pytest.fixture(scope="module")
def histories(stage: Stage) -> tuple[Board, Board]:
    """Give the chain's history, and one that a node makes up of it: a ballot less."""
    ballots = stage.ballots(1, BALLOTS)
    snapshot = stage.connection.request("evm_snapshot")
    made_up = count(stage, ballots[1:])
    stage.connection.request("evm_revert", snapshot)
    return count(stage, ballots), made_up


def test_history_with_a_ballot_less_holds_in_every_check(
    histories: tuple[Board, Board],
) -> None:
    """That is why one node's word is not enough."""
    for board in histories:
        accept_board(board, COUNT)


def test_nodes_that_tell_two_histories_are_named_and_nobody_is_blamed(
    histories: tuple[Board, Board],
) -> None:
    honest, made_up = histories
    boards = {"http://one/key": honest, "http://two": honest, "http://odd": made_up}
    with pytest.raises(UnverifiedError) as refused:
        agree_on_record(boards)
    assert "http://one and http://two; http://odd" in str(refused.value)
    assert "key" not in str(refused.value)
    assert "blame" not in str(refused.value)


def test_node_that_is_behind_agrees_about_what_it_has(
    stage: Stage, histories: tuple[Board, Board]
) -> None:
    honest, made_up = histories
    snapshot = stage.connection.request("evm_snapshot")
    travel(stage.connection, honest.head.timestamp + 600)
    ahead = read_record(stage.opened)
    stage.connection.request("evm_revert", snapshot)
    assert ahead.head.number > honest.head.number
    assert agree_on_record({"behind": honest, "ahead": ahead}) is honest
    assert agree_on_record({"ahead": ahead, "behind": honest}) is honest
    with pytest.raises(UnverifiedError, match="different histories"):
        agree_on_record({"behind": made_up, "ahead": ahead})


def change_code(board: Board) -> Board:
    address = min(board.code)
    return replace(board, code={**board.code, address: board.code[address] + b"\0"})


def change_head(board: Board) -> Board:
    return replace(board, head=replace(board.head, timestamp=board.head.timestamp + 1))


def drop_log(board: Board) -> Board:
    return replace(board, logs=tuple(board.logs)[:-1])


def change_time(board: Board) -> Board:
    final = tuple(board.logs)[-1]
    last = replace(final, timestamp=final.timestamp + 1)
    return replace(board, logs=(*tuple(board.logs)[:-1], last))


def change_order(board: Board) -> Board:
    *others, one, two = board.logs
    return replace(board, logs=(*others, two, one))


@pytest.mark.parametrize(
    "change", [change_code, change_head, drop_log, change_time, change_order]
)
def test_any_difference_between_nodes_is_one(
    histories: tuple[Board, Board], change: Callable[[Board], Board]
) -> None:
    board = histories[0]
    assert agree_on_record({"one": board, "two": board}) is board
    with pytest.raises(UnverifiedError, match="different histories"):
        agree_on_record({"one": board, "two": change(board)})


@pytest.mark.parametrize(
    "again", ["http://one", "http://one/", "HTTP://One:80", "http://me:pass@one//?key"]
)
def test_node_named_twice_is_no_second_witness(stage: Stage, again: str) -> None:
    deployment = Deployment(stage.connection.chain_id, ZERO_HASH, 0, 0)
    with pytest.raises(InputError, match="names one node twice"):
        witnesses.read_boards(deployment, ["http://one", again])


def test_nodes_of_one_host_are_two_by_port_or_path() -> None:
    """And what is no address is refused when it is asked, not here."""
    urls = [
        "http://one",
        "https://one",
        "http://one:81",
        "http://one/a",
        "http://[",
        "",
    ]
    assert len(set(map(name_node, urls))) == len(urls)


@pytest.fixture
def trustee(stage: Stage, tmp_path: Path) -> KeyFile:
    made = make_key_file(tmp_path / "trustee", Role.TRUSTEE, TRUSTEES[0])
    return put_share(made, stage.shares[TRUSTEES[0]], instance_of(stage.opened))


def give(
    boards: dict[str, Board],
    agreed: Board,
    trustee: KeyFile,
    stage: Stage,
    monkeypatch: pytest.MonkeyPatch,
) -> list[str]:
    """Run the act of a trustee who was told to agree; list what the node was shown."""
    shown = describe_sums(accept_board(agreed, COUNT), [1])
    heard: list[str] = []
    ask = Connection.request_all

    def listen(
        self: Connection, requests: list[tuple[str, tuple[object, ...]]]
    ) -> object:
        heard.extend(str(each) for each in requests)
        return ask(self, requests)

    monkeypatch.setattr(Connection, "request_all", listen)
    monkeypatch.setattr(going_on, "read_deployment", lambda *_: deployed(agreed))
    monkeypatch.setattr(witnesses, "read_boards", lambda *_: boards)
    monkeypatch.setattr(session, "enter", lambda *_: stage.opened)
    monkeypatch.setattr(session, "unlock", lambda *_, **__: trustee)
    path = trustee.path
    hashes = [str(shown["1"]["comparison_hash"])]
    snapshot = stage.connection.request("evm_snapshot")
    with suppress(ElectionError):
        share_act.command(
            election=path,
            key=path,
            contests=[1],
            agreed=hashes,
            fresh=True,
            as_json=True,
        )
    stage.connection.request("evm_revert", snapshot)
    return heard


def test_trustee_gives_nothing_where_nodes_differ_whatever_was_agreed(
    stage: Stage,
    histories: tuple[Board, Board],
    trustee: KeyFile,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    honest, made_up = histories
    own = stage.shares[TRUSTEES[0]]
    tally = accept_board(made_up, COUNT).frozen[1].tally
    point = make_share(tally, own, source=make_source("any")).decryption[:128].hex()
    alone = give({"liar": made_up}, made_up, trustee, stage, monkeypatch)
    assert any(point in each for each in alone)  # a TEST believes one node
    told = {"liar": made_up, "honest": honest}
    both = give(told, made_up, trustee, stage, monkeypatch)
    assert not any(point in each for each in both)


def test_true_sum_is_not_decrypted_after_a_share_of_a_false_one_left(
    stage: Stage,
    histories: tuple[Board, Board],
    trustee: KeyFile,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Else whoever has enough shares of the false one reads the ballot between them."""
    honest, made_up = histories
    give({"liar": made_up}, made_up, trustee, stage, monkeypatch)
    own = stage.shares[TRUSTEES[0]]
    tally = accept_board(honest, COUNT).frozen[1].tally
    point = make_share(tally, own, source=make_source("any")).decryption[:128].hex()
    told = {"one": honest, "two": honest}
    heard = give(told, honest, trustee, stage, monkeypatch)
    assert not any(point in each for each in heard)


def test_hash_of_the_record_is_of_the_block_that_froze_the_sum(
    stage: Stage, histories: tuple[Board, Board]
) -> None:
    """A trustee who looks later, when others gave shares, sees the same."""
    honest, made_up = histories
    audited = accept_board(honest, COUNT)
    first = describe_sums(audited, [1])
    assert first["1"]["ballots"] == len(BALLOTS)
    assert first["1"]["record_hash"] == f"0x{audited.evidence.record_hash.hex()}"
    own, frozen = stage.shares[TRUSTEES[1]], audited.frozen[1]
    message = make_share(frozen.tally, own, source=make_source("other"))
    snapshot = stage.connection.request("evm_snapshot")
    submit_share(stage.opened, frozen, message, key=TRUSTEES[1])
    later = accept_board(read_record(stage.opened), COUNT)
    stage.connection.request("evm_revert", snapshot)
    assert later.evidence.record_hash != audited.evidence.record_hash
    assert describe_sums(later, [1]) == first
    other = describe_sums(accept_board(made_up, COUNT), [1])
    assert other["1"]["record_hash"] != first["1"]["record_hash"]


def test_election_that_counts_takes_two_witnesses(
    histories: tuple[Board, Board], monkeypatch: pytest.MonkeyPatch
) -> None:
    board = histories[0]
    monkeypatch.setattr(witnesses, "read_boards", lambda *_: {"one": board})
    monkeypatch.setattr(witnesses, "accept_board", real(board))
    with pytest.raises(InputError, match="name a second"):
        accept_witnessed(deployed(board), None, COUNT)
    told = {"one": board, "two": board}
    monkeypatch.setattr(witnesses, "read_boards", lambda *_: told)
    accept_witnessed(deployed(board), None, COUNT)


def deployed(board: Board) -> Deployment:
    contracts = (("Election", board.election),)
    return Deployment(board.chain_id, ZERO_HASH, 0, 0, contracts)


def real(board: Board) -> Callable[..., object]:
    """Give what accepts a record as one of an election that is no test."""
    audited = accept_board(board, COUNT)
    announced = audited.evidence.deployed
    rules = replace(announced.rules, test=False)
    object.__setattr__(audited.evidence, "deployed", replace(announced, rules=rules))
    return lambda *_: audited


def test_nothing_is_exported_that_nodes_do_not_tell_alike(
    histories: tuple[Board, Board], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    honest, made_up = histories
    boards = {"http://one": honest, "http://odd": made_up}
    monkeypatch.setattr(deployment_file, "read_deployment", lambda _path: None)
    monkeypatch.setattr(witnesses, "read_boards", lambda _deployment, _urls: boards)
    out = tmp_path / "election.jsonl.gz"
    with pytest.raises(UnverifiedError, match="http://one; http://odd"):
        export_act.command(tmp_path / "election.json", out, list(boards))
    assert not out.exists()
