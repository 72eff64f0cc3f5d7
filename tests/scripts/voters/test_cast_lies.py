"""What a relay tells of ballots when its node lies after they were sent.

The chain is the shipped one: the relay is a stranger there, whose transactions have to
come to something.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import pytest
import typer
from eth_abi.abi import encode

from election.client import sending
from election.client.casting import cast_ballots
from election.client.open_election import OpenElection, open_election
from election.client.rpc import Connection
from election.crypto.transcript import Address, Hash
from election.protocol.ballot import Ballot, accept_ballot
from node.config import read_config
from node.engine.local import LocalEngine
from node.rpc.dispatch import Dispatcher
from scripts.shared import session
from scripts.shared.errors import ScriptError
from scripts.shared.exit_codes import ExitCode
from scripts.shared.roles import Role
from scripts.voters import cast
from scripts.voters.acts import cast as cast_act
from tests.client.answer_node import AnswerNode, Asked, Lie, read_sent
from tests.client.stage import RELAY, STATION, Stage, deploy
from tests.scripts.key_files import make_key_file
from tests.scripts.voters.test_cast import write

REASON: Final = "ballot_box: signature is by trustee 2, who stole the key"
Answer = dict[str, Any]


@pytest.fixture(scope="module")
def open_polls() -> Stage:
    config = read_config()
    start = config.chain.genesis_timestamp
    post = Dispatcher(LocalEngine(config, lambda: start)).handle
    stage = deploy(Connection(post, url="in process", chain_id=config.chain.id))
    stage.make_keys()
    stage.publish_lists(3)
    stage.register_all()
    stage.issue_all()
    return stage


@pytest.fixture
def polls(open_polls: Stage) -> Iterator[Stage]:
    snapshot = open_polls.connection.request("evm_snapshot")
    yield open_polls
    open_polls.connection.request("evm_revert", snapshot)


@pytest.fixture
def ballots(polls: Stage) -> list[bytes]:
    """Give the ballots of three voters of contest 1."""
    return polls.ballots(1, [1, 2, 1])


def accept(polls: Stage, record: bytes) -> Ballot:
    return accept_ballot(record, polls.boxes[1].box)


def codes(polls: Stage, records: list[bytes]) -> list[Hash]:
    found = [accept(polls, each) for each in records]
    return [
        each.tracking_code for each in sorted(found, key=lambda b: b.record.credential)
    ]


def open_at(polls: Stage, lie: Lie) -> OpenElection:
    """Open the election through a node that lies."""
    honest = polls.connection
    node = AnswerNode(honest._post, lie)
    connection = Connection(node.post, url="liar", chain_id=honest.chain_id)
    return open_election(connection, polls.opened.address)


def files(folder: Path, records: list[bytes]) -> list[Path]:
    return [write(folder / f"{at}", raw) for at, raw in enumerate(records)]


def box_of(polls: Stage) -> Address:
    return polls.boxes[1].handle.contract.address


def looks_up(asked: Asked, credential: Address | None = None) -> bool:
    """Tell whether this asks for the ballot of a credential, or of any."""
    if asked.method != "eth_getLogs":
        return False
    topics = asked.params[0].get("topics", [])
    return len(topics) > 1 and str(topics[1]).endswith((credential or b"").hex())


def sends_to(asked: Asked, address: Address) -> bool:
    if asked.method != "eth_sendRawTransaction":
        return False
    return read_sent(asked.params[0]).to == address.hex()


def read_log(polls: Stage, record: bytes) -> Answer:
    """Read the log of a ballot that is in the box."""
    question = {"address": f"0x{box_of(polls).hex()}", "fromBlock": "0x0"}
    logs: list[Answer] = polls.connection.request("eth_getLogs", question)
    return next(each for each in logs if record.hex() in each["data"])


def flip(data: str) -> str:
    """Change a digit inside the ballot that a log holds."""
    at = len(data) - 200
    return data[:at] + ("1" if data[at] == "0" else "0") + data[at + 1 :]


def show_ballot_of(
    polls: Stage, other: bytes, mine: bytes, *, twist: Callable[[str], str] = str
) -> Lie:
    """Call a credential used, and show the log of another for it."""
    log, credential = read_log(polls, other), accept(polls, mine).record.credential

    def lie(asked: Asked) -> Answer:
        if asked.is_view("used(address)"):
            return {"result": f"0x{1:064x}"}
        if not looks_up(asked, credential):
            return asked.truth()
        topics = [log["topics"][0], asked.params[0]["topics"][1], *log["topics"][2:]]
        return {"result": [{**log, "topics": topics, "data": twist(log["data"])}]}

    return lie


def test_garbage_log_sets_no_ballot_aside(
    polls: Stage, ballots: list[bytes], tmp_path: Path
) -> None:
    """Else all that were sent beside it are told as not sent, which they were."""
    one, two, three = ballots
    cast_ballots(polls.boxes[1], polls.ballots(1, [2])[:1], key=RELAY)
    credential = accept(polls, one).record.credential

    def lie(asked: Asked) -> Answer:
        told = asked.truth()
        if looks_up(asked, credential):
            (log,) = told["result"]
            told["result"] = [{**log, "data": flip(log["data"])}]
        return told

    paths = files(tmp_path, ballots)
    done = cast.cast(open_at(polls, lie), paths, relay=RELAY)
    assert done.aside == {}
    assert list(done.result.cast) == codes(polls, [two, three])
    assert list(done.result.unseen) == codes(polls, [one])


@pytest.mark.parametrize("field", ["topics", "data"])
def test_garbage_in_a_receipt_is_looked_up_in_the_box(
    polls: Stage, ballots: list[bytes], tmp_path: Path, field: str
) -> None:
    garbage: Answer = {"topics": [f"0x{1:064x}"], "data": "0x00"}

    def lie(asked: Asked) -> Answer:
        told = asked.truth()
        if asked.method == "eth_getTransactionReceipt" and told["result"]:
            for log in told["result"]["logs"]:
                log[field] = garbage[field]
        return told

    done = cast.cast(open_at(polls, lie), files(tmp_path, ballots), relay=RELAY)
    assert done.aside == {}
    assert list(done.result.already_there) == codes(polls, ballots)


def test_ballot_of_another_voter_counts_instead_of_none(
    polls: Stage, ballots: list[bytes], tmp_path: Path
) -> None:
    one, two, _ = ballots
    cast_ballots(polls.boxes[1], [two], key=RELAY)
    opened = open_at(polls, show_ballot_of(polls, two, one))
    result = cast.cast(opened, files(tmp_path, [one]), relay=RELAY).result
    assert (result.void, list(result.unseen)) == ((), codes(polls, [one]))


def test_ballot_is_not_there_because_a_log_names_its_hash(
    polls: Stage, ballots: list[bytes], tmp_path: Path
) -> None:
    one, two, _ = ballots
    cast_ballots(polls.boxes[1], [two], key=RELAY)
    shown, own = (accept(polls, each).ballot_hash.hex() for each in (two, one))
    lie = show_ballot_of(polls, two, one, twist=lambda data: data.replace(shown, own))
    assert shown in read_log(polls, two)["data"]
    opened = open_at(polls, lie)
    result = cast.cast(opened, files(tmp_path, [one]), relay=RELAY).result
    assert (result.already_there, list(result.unseen)) == ((), codes(polls, [one]))


def test_ballot_is_not_cast_because_a_receipt_names_its_hash(
    polls: Stage, ballots: list[bytes], tmp_path: Path
) -> None:
    def lie(asked: Asked) -> Answer:
        told = asked.truth()
        if asked.method == "eth_getTransactionReceipt" and told["result"]:
            for log in told["result"]["logs"]:
                log["data"] = flip(log["data"])
        if looks_up(asked):
            told["result"] = []
        return told

    done = cast.cast(open_at(polls, lie), files(tmp_path, ballots), relay=RELAY)
    assert done.result.cast == ()
    assert len(done.result.unknown) == 3


def refuse(polls: Stage) -> Lie:
    """Take ballots, and say that the box refuses them, in words of the node's own."""
    words = {
        "code": 3,
        "message": "execution reverted",
        "data": "0x08c379a0" + encode(["string"], [REASON]).hex(),
    }

    def lie(asked: Asked) -> Answer:
        return {"error": words} if sends_to(asked, box_of(polls)) else asked.truth()

    return lie


def test_words_of_a_node_set_no_sent_ballot_aside(
    polls: Stage, ballots: list[bytes], tmp_path: Path
) -> None:
    (third,) = polls.ballots(30, [1])
    paths = [*files(tmp_path, ballots), write(tmp_path / "third", third, contest=30)]
    done = cast.cast(open_at(polls, refuse(polls)), paths, relay=RELAY)
    assert done.aside == {}
    assert len(done.result.cast) == 1
    told = [each.tracking_code for each in done.result.unknown]
    assert told == codes(polls, ballots)


def test_ballots_whose_receipt_does_not_come_are_unknown(
    polls: Stage,
    ballots: list[bytes],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sending, "_MINED_WITHIN", 0)

    def lie(asked: Asked) -> Answer:
        if asked.method == "eth_getTransactionReceipt":
            return {"result": None}
        if looks_up(asked):
            return {"result": []}
        return asked.truth()

    paths = files(tmp_path, ballots)
    done = cast.cast(open_at(polls, lie), paths, relay=RELAY)
    assert done.aside == {}
    assert len(done.result.unknown) == 3
    again = cast.cast(polls.opened, paths, relay=RELAY)
    assert list(again.result.already_there) == codes(polls, ballots)


def test_unknown_has_lines_a_reason_and_an_exit_code_of_its_own(
    polls: Stage,
    ballots: list[bytes],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    key_file = make_key_file(tmp_path / "relay", Role.RELAY, RELAY)
    opened = open_at(polls, refuse(polls))
    monkeypatch.setattr(session, "enter", lambda *_: opened)
    monkeypatch.setattr(session, "unlock", lambda *_, **__: key_file)
    paths = [*files(tmp_path, ballots), tmp_path / "missing"]
    out = ""
    for as_json in (False, True):
        with pytest.raises(typer.Exit) as ended:
            cast_act.command(
                ballots=paths, election=tmp_path, key=tmp_path, as_json=as_json
            )
        assert ended.value.exit_code == ExitCode.UNKNOWN
        told = capsys.readouterr()
        out = told.out
        assert "warning: sent; may be in the box: run it again to look" in told.err
        assert told.err.count(f"  the node says: {REASON}\n") == 1
        for code in codes(polls, ballots):
            assert f"  unknown  0x{code.hex()}\n" in told.err
    assert json.loads(out)["unknown"] == [
        {
            "tracking_code": f"0x{code.hex()}",
            "reason": f"the node says: {REASON}",
        }
        for code in codes(polls, ballots)
    ]


@pytest.mark.parametrize(
    "lies_to",
    [
        lambda asked: asked.is_view("used(address)"),
        lambda asked: asked.method == "eth_gasPrice",
    ],
    ids=["used", "price"],
)
def test_words_of_a_node_before_anything_is_sent_are_told_as_the_nodes(
    polls: Stage,
    ballots: list[bytes],
    tmp_path: Path,
    lies_to: Callable[[Asked], bool],
) -> None:
    head = polls.connection.read_head()

    def lie(asked: Asked) -> Answer:
        if lies_to(asked):
            return {"error": {"code": -32000, "message": REASON}}
        return asked.truth()

    with pytest.raises(ScriptError, match=r"^the node says: .*trustee 2"):
        cast.cast(open_at(polls, lie), files(tmp_path, ballots), relay=RELAY)
    assert polls.connection.read_head() == head


def test_batch_that_another_relay_cast_first_is_there(
    polls: Stage, ballots: list[bytes], tmp_path: Path
) -> None:
    """A transaction that changes nothing any more is refused, on the shipped chain."""
    refused: list[str] = []

    def lie(asked: Asked) -> Answer:
        if not sends_to(asked, box_of(polls)):
            return asked.truth()
        cast_ballots(polls.boxes[1], ballots, key=STATION)
        told = asked.truth()
        refused.append(told["error"]["message"])
        return told

    done = cast.cast(open_at(polls, lie), files(tmp_path, ballots), relay=RELAY)
    assert ["leave no log" in each for each in refused] == [True]
    assert done.aside == {}
    assert list(done.result.already_there) == codes(polls, ballots)
    assert done.result.unknown == ()
