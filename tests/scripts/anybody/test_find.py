"""A ballot is found by its code, and nodes are believed for what they prove."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import pytest

from election.client import finality, rpc
from election.client.casting import cast_ballots
from election.client.errors import ConnectionFailedError, Trouble
from election.client.rpc import Connection
from election.client.transport import Post
from election.client.wire import hexed
from election.crypto.transcript import Address
from election.protocol.ballot import Ballot, accept_ballot
from finality.trie import keccak
from node.config import read_config
from node.engine.comet.finality import _receipt
from scripts.__main__ import run
from scripts.shared import progress
from scripts.shared.exit_codes import ExitCode
from scripts.shared.files.terms_file import digest_terms, render_terms
from tests.client.answer_node import AnswerNode, Asked, Lie
from tests.client.single_lies import of_method, of_view
from tests.client.stage import HOUR, RELAY, Stage, deploy, travel
from tests.finality.conftest import Member, header_of, sign, spell_genesis
from tests.finality.spelling import spell_proof
from tests.in_process import connect_in_process
from tests.scripts.pasting import require_pastes

CHAIN: Final = read_config().chain.id
FIVE: Final = [Member(seed) for seed in range(1, 6)]
GENESIS: Final = sha256(spell_genesis(FIVE, chain_id=CHAIN)).hexdigest()
NO_CODE: Final = "ab" * 32
FIRST, SECOND = 1, 30
"""The contests: the first has three ballots, two of them of one transaction."""


@dataclass(frozen=True)
class Scene:
    """An election whose polls are open; other: a history that differs from the first
    ballot on."""

    honest: Post
    other: Post
    early: int
    ballots: Mapping[int, list[Ballot]]
    terms: Path
    pinned: str
    boxes: Mapping[int, Address]
    closing: int


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Scene:
    connection = connect_in_process()
    stage = deploy(connection)
    stage.make_keys()
    stage.publish_lists(3)
    stage.register_all()
    stage.issue_all()
    behind: Any = connection._post
    fork = copy.deepcopy(behind.__self__)
    early = connection.read_head().number
    first, second = stage.ballots(FIRST, [1, 2, 2]), stage.ballots(SECOND, [3])
    cast_ballots(stage.boxes[FIRST], first[:2], key=RELAY)
    cast_ballots(stage.boxes[SECOND], second, key=RELAY)
    cast_ballots(stage.boxes[FIRST], first[2:], key=RELAY)
    travel(connection, connection.read_clock() + 60)
    _cast_elsewhere(stage, fork.handle, first, second)
    text = render_terms(stage.terms())
    terms = tmp_path_factory.mktemp("terms") / "terms.json"
    terms.write_text(text)
    records = {FIRST: first, SECOND: second}
    ballots = {
        contest: [accept_ballot(each, stage.boxes[contest].box) for each in some]
        for contest, some in records.items()
    }
    return Scene(
        connection._post,
        fork.handle,
        early,
        ballots,
        terms,
        digest_terms(text.encode()),
        {contest: each.terms.box for contest, each in stage.boxes.items()},
        stage.manifest.times.cast_closing,
    )


def _cast_elsewhere(
    stage: Stage, post: Post, first: list[bytes], second: list[bytes]
) -> None:
    """Cast but one of the ballots on a copy of the chain, in another order."""
    chain_id = stage.connection.chain_id
    there = Connection(post, url="fork", chain_id=chain_id)
    for contest, records in ((SECOND, second), (FIRST, first[1:])):
        box = stage.boxes[contest]
        contract = replace(box.handle.contract, connection=there)
        moved = replace(box, handle=replace(box.handle, contract=contract))
        cast_ballots(moved, records, key=RELAY)
    for _ in range(3):
        travel(there, there.read_clock() + 60)


@dataclass
class Desk:
    """Whoever looks for a ballot, and the nodes that there are."""

    scene: Scene
    read: Any
    nodes: dict[str, Post] = field(default_factory=dict)

    def find(
        self, code: str, *more: str, nodes: tuple[str, ...] = ("first", "second")
    ) -> tuple[int, Any, str]:
        """Give the exit code, the result and what was said."""
        words = ["find", *code.split(), *more, f"--terms={self.scene.terms}", "--json"]
        words += [f"--terms-hash={self.scene.pinned}"]
        words += [f"--rpc-url=http://{each}" for each in nodes]
        ended = run(words)
        said = self.read()
        return ended, json.loads(said.out or "null"), said.err

    def lie(self, url: str, lie: Lie, *, behind: Post | None = None) -> AnswerNode:
        node = AnswerNode(behind or self.scene.honest, lie)
        self.nodes[f"http://{url}"] = node.post
        return node


@pytest.fixture
def desk(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Desk:
    made = Desk(scene, capsys.readouterr)
    for url in ("first", "second"):
        made.nodes[f"http://{url}"] = scene.honest
    made.nodes["http://fork"] = scene.other

    def away(_: bytes) -> bytes:
        raise ConnectionFailedError("http://away", "is not there", Trouble.AWAY)

    made.nodes["http://away"] = away
    monkeypatch.setattr(rpc, "open_post", made.nodes.__getitem__)
    monkeypatch.setattr(finality, "_PATIENCE", 0)
    return made


def code_of(ballot: Ballot) -> str:
    return ballot.tracking_code.hex()


def spaced(code: str) -> str:
    return " ".join(code[at : at + 4] for at in range(0, 64, 4))


@pytest.mark.parametrize(
    "spell",
    [str, lambda code: f"0x{code}", spaced, str.upper],
    ids=["digits", "prefixed", "in fours", "capitals"],
)
def test_ballot_is_found_by_its_code_as_it_is_printed(
    desk: Desk, spell: Callable[[str], str]
) -> None:
    own = desk.scene.ballots[FIRST][1]
    ended, told, said = desk.find(spell(code_of(own)))
    assert ended == 0, said
    assert (told["found"], told["counted"], told["contest"]) == (True, True, FIRST)
    assert told["ballot_hash"] == hexed(own.ballot_hash)
    assert (told["signed_by"], told["title"]) == ("nobody", "First")
    assert set(told["nodes"]) == {"http://first", "http://second"}
    receipt = ask(desk.scene.honest, "eth_getTransactionReceipt", told["transaction"])
    assert receipt["blockNumber"] == hex(told["block"])
    assert receipt["transactionIndex"] == hex(told["transaction_index"])
    block = ask(desk.scene.honest, "eth_getBlockByNumber", hex(told["block"]), False)
    assert block["hash"] == told["block_hash"]
    assert "nobody signs the blocks" in said


def ask(post: Post, method: str, *params: Any) -> Any:
    return Connection(post, url="http://node", chain_id=CHAIN).request(method, *params)


@pytest.mark.usefixtures("desk")
def test_person_is_told_where_it_is_and_what_follows(
    scene: Scene, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["find", code_of(scene.ballots[FIRST][0]), f"--terms={scene.terms}"]
    assert run([*words, f"--terms-hash={scene.pinned}", "--rpc-url=http://first"]) == 0
    said = capsys.readouterr()
    require_pastes(said.err)
    assert "title              First\n" in said.out
    assert "counted            yes\n" in said.out
    assert "control word cannot be known" in said.err
    assert "\nnext: " in said.err


def test_ballot_of_another_contest_is_found_unless_one_is_named(desk: Desk) -> None:
    code = code_of(desk.scene.ballots[SECOND][0])
    assert desk.find(code)[1]["contest"] == SECOND
    assert desk.find(code, f"--contest={SECOND}")[0] == 0
    ended, told, _ = desk.find(code, f"--contest={FIRST}")
    assert (ended, told["found"]) == (ExitCode.NOT_YET, False)
    assert told["contests"] == {"1": "First: 3 ballots"}


def test_contest_that_there_is_not_is_named(desk: Desk) -> None:
    ended, _, said = desk.find(NO_CODE, "--contest=7")
    assert (ended, "contest 7" in said) == (ExitCode.INPUT, True)


@pytest.mark.parametrize(
    ("code", "fact"),
    [
        ("ab" * 31, "62 of them are given"),
        ("ab" * 33, "66 of them are given"),
        ("xy" * 32, "0 to 9 and a to f"),
        ("0x", "0 of them are given"),
    ],
)
def test_what_is_no_code_is_refused_before_a_node_is_asked(
    desk: Desk, code: str, fact: str
) -> None:
    ended, _, said = desk.find(code, nodes=("nowhere",))
    assert ended == ExitCode.USAGE
    assert fact in said


def test_nodes_hear_of_a_transaction_at_most_and_only_once_it_is_found(
    desk: Desk,
) -> None:
    own, beside = desk.scene.ballots[FIRST][:2]
    heard: list[str] = []

    def listen(asked: Asked) -> dict[str, Any]:
        heard.append(json.dumps([asked.method, asked.params]))
        return asked.truth()

    desk.lie("first", listen)
    told = []
    for code in (code_of(own), code_of(beside), NO_CODE):
        heard.clear()
        desk.find(code, nodes=("first",))
        told.append([each for each in heard if "eth_chainId" not in each])
        for secret in (own, beside):
            assert code_of(secret) not in "\n".join(heard)
            assert secret.record.credential.hex() not in "\n".join(heard)
    assert told[0] == told[1]
    before = next(i for i, each in enumerate(told[0]) if "eth_getLogs" in each)
    assert told[2][: before + 1] == told[0][: before + 1]


def test_long_look_says_how_far_it_came(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(progress, "_EVERY", 0)
    _, _, said = desk.find(NO_CODE)
    assert re.search(r"^reading blocks: \d+ of \d+ \(\d+ %\), ", said, re.MULTILINE)


def test_one_node_is_enough_and_told_as_one(desk: Desk) -> None:
    code = code_of(desk.scene.ballots[FIRST][0])
    ended, _, said = desk.find(code, nodes=("first",))
    assert (ended, "one node was asked; name one of another" in said) == (0, True)
    assert "one node was asked" not in desk.find(code)[2]


def test_node_that_is_named_twice_is_refused(desk: Desk) -> None:
    ended, _, said = desk.find(NO_CODE, nodes=("first", "first"))
    assert (ended, "names one node twice" in said) == (ExitCode.USAGE, True)


def test_node_that_is_away_is_told_and_the_other_is_believed(desk: Desk) -> None:
    code = code_of(desk.scene.ballots[FIRST][0])
    for nodes in (("away", "first"), ("first", "away")):
        ended, told, said = desk.find(code, nodes=nodes)
        assert (ended, told["nodes"]["http://away"]) == (0, "is not there")
        assert "one node alone shows it" in said
    ended, told, _ = desk.find(code, nodes=("away",))
    assert (ended, told) == (ExitCode.UNREACHABLE, None)


def be_behind(number: int) -> Lie:
    """Answer as a node whose last block is this one."""

    def lie(asked: Asked) -> dict[str, Any]:
        if asked.method == "eth_getBlockByNumber" and asked.params[0] == "finalized":
            return asked.ask(asked.method, [hex(number), False])
        return asked.truth()

    return lie


@pytest.mark.parametrize("blocks", [0, 400], ids=["some blocks", "before the boxes"])
def test_node_that_is_behind_is_told_and_not_accused(desk: Desk, blocks: int) -> None:
    last = max(desk.scene.early - blocks, 1)
    desk.lie("behind", be_behind(last))
    code = code_of(desk.scene.ballots[FIRST][0])
    ended, told, _ = desk.find(code, nodes=("behind", "first"))
    assert (ended, told["found"]) == (0, True)
    assert told["nodes"]["http://behind"].startswith(f"is at block {last}, before")


def test_ballot_that_is_not_there_may_come_until_the_polls_close(desk: Desk) -> None:
    ended, told, said = desk.find(NO_CODE)
    assert (ended, told["found"]) == (ExitCode.NOT_YET, False)
    assert told["contests"] == {"1": "First: 3 ballots", "30": "Second: 1 ballot"}
    assert "the polls are open" in said
    assert all("and proves that" in each for each in told["nodes"].values())


def test_ballot_that_is_not_there_after_the_polls_never_comes(desk: Desk) -> None:
    closed = desk.scene.closing + 1

    def late(asked: Asked) -> dict[str, Any]:
        is_clock = asked.method == "eth_call" and "to" not in asked.params[0]
        return {"result": f"0x{closed:064x}"} if is_clock else asked.truth()

    desk.lie("late", late)
    ended, _, said = desk.find(NO_CODE, nodes=("late",))
    assert (ended, "the polls closed" in said) == (ExitCode.NOT_SO, True)
    ended, _, said = desk.find(NO_CODE, nodes=("late", "first"))
    assert (ended, "the polls are open" in said) == (ExitCode.NOT_YET, True)


@pytest.mark.parametrize(("shift", "is_taken"), [(600, True), (7_201, False)])
def test_longer_polls_are_told_if_they_can_be_that_long(
    desk: Desk, shift: int, is_taken: bool
) -> None:
    closing = desk.scene.closing

    def longer(told: str) -> str:
        return told[:66] + f"{closing + shift:064x}"

    desk.lie("first", of_view("closings()", longer))
    _, _, said = desk.find(NO_CODE, nodes=("first",))
    _, _, usual = desk.find(NO_CODE, nodes=("second",))
    assert (said.replace("first", "second") != usual) is is_taken


def test_ballot_is_early_before_the_polls_and_before_there_are_boxes(
    desk: Desk,
) -> None:
    opening = desk.scene.closing - 2 * HOUR
    clock = f"0x{opening - 1:064x}"

    def before(asked: Asked) -> dict[str, Any]:
        if asked.method == "eth_call" and "to" not in asked.params[0]:
            return {"result": clock}
        return be_behind(1)(asked)

    desk.lie("early", before)
    ended, _, said = desk.find(NO_CODE, nodes=("early",))
    assert (ended, "the polls open" in said) == (ExitCode.NOT_YET, True)
    assert "contest 30 has no ballot box there yet" in said


def change_logs(change: Callable[[list[Any]], list[Any]]) -> Lie:
    return of_method("eth_getLogs", change)


def drop(place: int) -> Lie:
    return change_logs(lambda logs: logs[:place] + logs[place + 1 :])


def spoil_log(logs: list[Any]) -> list[Any]:
    """Flip a bit of the first ballot's proof, behind its ciphertext."""
    at = next(i for i, each in enumerate(logs) if len(each["data"]) > 2_000)
    data = logs[at]["data"]
    digit = "1" if data[-400] == "0" else "0"
    changed = data[:-400] + digit + data[-399:]
    return [*logs[:at], logs[at] | {"data": changed}, *logs[at + 1 :]]


def move_log(logs: list[Any]) -> list[Any]:
    return [logs[0] | {"blockTimestamp": "0x1"}, *logs[1:]]


def change_block(**fields: Any) -> Lie:
    def lie(asked: Asked) -> dict[str, Any]:
        told = asked.truth()
        is_one = asked.method == "eth_getBlockByNumber" and asked.params[0][:2] == "0x"
        return {"result": told["result"] | fields} if is_one else told

    return lie


def change_ways(change: Callable[[Any], Any]) -> Lie:
    return of_method("eth_getProof", change)


def of_another_slot(asked: Asked) -> dict[str, Any]:
    """Prove other slots than those that are asked for."""
    if asked.method != "eth_getProof":
        return asked.truth()
    address, slots, block = asked.params
    return asked.ask(asked.method, [address, [slots[0]] * len(slots), block])


def of_another_block(asked: Asked) -> dict[str, Any]:
    if asked.method != "eth_getProof":
        return asked.truth()
    address, slots, block = asked.params
    return asked.ask(asked.method, [address, slots, hex(int(block, 16) - 1)])


WORD: Final = "0x" + "07" * 32
LIES: Final[Mapping[str, tuple[Lie, str]]] = {
    "a ballot changed": (change_logs(spoil_log), "no box would have taken"),
    "a ballot left out": (drop(2), "otherwise than the state"),
    "another time": (change_logs(move_log), "otherwise than the state"),
    "another state root": (change_block(stateRoot=WORD), "does not hash"),
    "another hash": (change_block(hash=WORD), "does not hash"),
    "another transaction": (change_block(transactions=[]), "not in block"),
    "another block": (
        lambda asked: (
            asked.ask(asked.method, ["0x5", False])
            if asked.method == "eth_getBlockByNumber" and asked.params[0][:2] == "0x"
            else asked.truth()
        ),
        "where",
    ),
    "proof of another slot": (of_another_slot, "does not hold"),
    "proof of another block": (of_another_block, "does not hold"),
    "no way to the account": (
        change_ways(lambda told: told | {"accountProof": []}),
        "does not hold",
    ),
    "fewer ways": (
        change_ways(lambda told: told | {"storageProof": told["storageProof"][:1]}),
        "no proof of what was asked for",
    ),
}
"""What a node may say of the first ballot, and what is told of it."""


@pytest.mark.parametrize("name", LIES)
def test_node_that_contradicts_itself_is_told_and_the_other_is_asked(
    desk: Desk, name: str
) -> None:
    lie, fact = LIES[name]
    desk.lie("liar", lie)
    code = code_of(desk.scene.ballots[FIRST][0])
    ended, told, said = desk.find(code, nodes=("liar",))
    assert (ended, told) == (ExitCode.UNBELIEVABLE, None), said
    assert fact in said
    assert "http://liar" in said
    for nodes in (("liar", "first"), ("first", "liar")):
        ended, told, _ = desk.find(code, nodes=nodes)
        assert (ended, told["found"]) == (ExitCode.NOT_SO, True)
        assert fact in told["nodes"]["http://liar"]


def test_ballot_that_is_left_out_is_missed_by_the_nodes_own_block(desk: Desk) -> None:
    """Even the last one, of which nothing follows."""
    code = code_of(desk.scene.ballots[FIRST][2])
    desk.lie("liar", change_logs(lambda logs: logs[:-1]))
    ended, _, said = desk.find(code, nodes=("liar",))
    assert (ended, "ballots are left out" in said) == (ExitCode.UNBELIEVABLE, True)


def test_box_that_is_said_not_to_be_made_is_missed_by_the_nodes_own_block(
    desk: Desk,
) -> None:
    desk.lie("liar", change_logs(lambda _: []))
    code = code_of(desk.scene.ballots[FIRST][2])
    ended, _, said = desk.find(code, nodes=("liar",))
    assert (ended, "ballots are left out" in said) == (ExitCode.UNBELIEVABLE, True)


def test_ballot_that_the_contract_did_not_count_is_not_called_counted(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As where a box of another build keeps its marks in another slot."""
    monkeypatch.setattr("election.protocol.box_storage.USED_SMALL", 25)
    code = code_of(desk.scene.ballots[FIRST][0])
    ended, told, said = desk.find(code)
    assert (ended, told) == (ExitCode.UNBELIEVABLE, None)
    assert "counts not" in said


def test_of_two_histories_both_are_told_and_nobody_is_accused(desk: Desk) -> None:
    moved, lost = desk.scene.ballots[FIRST][2], desk.scene.ballots[FIRST][0]
    ended, told, said = desk.find(code_of(moved), nodes=("first", "fork"))
    assert (ended, told["found"]) == (ExitCode.NOT_SO, True)
    assert "shows it in another block" in told["nodes"]["http://fork"]
    assert (told["differing"], "Ask a third node" in said) == (["http://fork"], True)
    ended, told, more = desk.find(code_of(lost), nodes=("first", "fork"))
    assert (ended, told["found"]) == (ExitCode.NOT_SO, True)
    assert "has another block" in told["nodes"]["http://fork"]
    ended, told, _ = desk.find(NO_CODE, nodes=("first", "fork"))
    assert (ended, told["found"]) == (ExitCode.NOT_SO, False)
    assert "of another history" in told["nodes"]["http://fork"]
    assert "lie" not in said.replace("believe", "") + more.replace("believe", "")


def test_node_that_makes_up_its_last_block_is_held_against_the_ballots_own(
    desk: Desk,
) -> None:
    """It has the block of the ballot, and says in a later one that no ballot came."""
    fork = Connection(desk.scene.other, url="fork", chain_id=CHAIN)
    last = fork.read_head().number
    of_fork = ("eth_getLogs", "eth_getProof")

    def lie(asked: Asked) -> dict[str, Any]:
        number = asked.params[0] if asked.params else None
        is_last = number in ("finalized", hex(last))
        if asked.method in of_fork or is_last:
            return {"result": fork.request(asked.method, *asked.params)}
        return asked.truth()

    desk.lie("liar", lie)
    code = code_of(desk.scene.ballots[FIRST][0])
    _, told, _ = desk.find(code, nodes=("liar", "first"))
    assert "leaves out the ballot that is in it" in told["nodes"]["http://liar"]


def test_node_without_proofs_is_told_and_not_accused(desk: Desk) -> None:
    def refuse(asked: Asked) -> dict[str, Any]:
        if asked.method == "eth_getProof":
            return {"error": {"code": -32_601, "message": "no such method"}}
        return asked.truth()

    desk.lie("mute", refuse)
    code = code_of(desk.scene.ballots[FIRST][0])
    ended, told, _ = desk.find(code, nodes=("mute", "first"))
    assert (ended, "no such method" in told["nodes"]["http://mute"]) == (0, True)
    assert desk.find(code, nodes=("mute",))[0] == ExitCode.REFUSED


@dataclass(frozen=True)
class Signed:
    """A network that signs the chain's blocks, or what somebody makes of that."""

    post: Post
    signers: int = 5
    members: tuple[Member, ...] = tuple(FIVE)
    of_block: int = 0
    of_transaction: bool = True
    is_early: bool = False

    def __call__(self, asked: Asked) -> dict[str, Any]:
        if asked.method == "veche_networkStatus":
            return {"result": {}}
        if asked.method != "veche_finalityProof":
            return asked.truth()
        if self.is_early:
            return {"error": {"code": -32_000, "message": "is not final yet"}}
        number, *place = (int(each, 16) for each in asked.params)
        behind: Any = self.post
        chain = behind.__self__._backend.engine.chain
        block = chain.block(number + self.of_block)
        encoded = block.header.encode()
        members = [*self.members]
        header = replace(header_of(number + 1, members), app_hash=keccak(encoded))
        signed = sign(header, members[: self.signers])
        shown = _receipt(block, place[0]) if place and self.of_transaction else None
        proof = spell_proof(
            members, signed, block=encoded, receipt=shown, chain_id=CHAIN
        )
        return {"result": proof}


def test_network_signed_the_block_of_the_ballot(desk: Desk) -> None:
    for url in ("first", "second"):
        desk.lie(url, Signed(desk.scene.honest))
    code = code_of(desk.scene.ballots[FIRST][1])
    ended, told, said = desk.find(code, f"--genesis-hash={GENESIS}")
    assert (ended, told["signed_by"]) == (0, "5 of 5 validators"), said
    assert "of the network signed its block" in said
    _, _, said = desk.find(code)
    assert "that it is your" in said
    assert GENESIS in said
    assert desk.find(NO_CODE, f"--genesis-hash={GENESIS}")[0] == ExitCode.NOT_YET


STRANGERS: Final = tuple(Member(seed) for seed in range(11, 16))


@pytest.mark.parametrize(
    ("changes", "fact"),
    [
        ({"signers": 3}, "not by more than two thirds"),
        ({"members": STRANGERS}, "of another network than --genesis-hash names"),
        ({"of_block": -1}, "than the network signed"),
        ({"of_transaction": False}, "a proof of another transaction"),
    ],
)
def test_signatures_of_something_else_are_told_and_not_believed(
    desk: Desk, changes: dict[str, Any], fact: str
) -> None:
    desk.lie("liar", Signed(desk.scene.honest, **changes))
    desk.lie("first", Signed(desk.scene.honest))
    code = code_of(desk.scene.ballots[FIRST][1])
    wanted = f"--genesis-hash={GENESIS}"
    ended, _, said = desk.find(code, wanted, nodes=("liar",))
    assert (ended, fact in said) == (ExitCode.UNBELIEVABLE, True), said
    ended, told, _ = desk.find(code, wanted, nodes=("liar", "first"))
    assert (ended, told["signed_by"]) == (ExitCode.NOT_SO, "5 of 5 validators")


def test_chain_that_nobody_signs_is_not_the_network_that_is_meant(desk: Desk) -> None:
    code = code_of(desk.scene.ballots[FIRST][1])
    ended, _, said = desk.find(code, f"--genesis-hash={GENESIS}", nodes=("first",))
    assert (ended, "nobody signs" in said) == (ExitCode.UNBELIEVABLE, True)


def test_block_that_is_not_signed_yet_is_early(desk: Desk) -> None:
    desk.lie("first", Signed(desk.scene.honest, is_early=True))
    desk.lie("second", Signed(desk.scene.honest))
    code = code_of(desk.scene.ballots[FIRST][1])
    ended, _, said = desk.find(code, nodes=("first",))
    assert (ended, "ask again in some seconds" in said) == (ExitCode.NOT_YET, True)
    assert desk.find(code)[0] == 0


def test_history_that_is_signed_counts_for_more_than_one_that_is_not(
    desk: Desk,
) -> None:
    desk.lie("first", Signed(desk.scene.honest))
    code = code_of(desk.scene.ballots[FIRST][2])
    for nodes in (("first", "fork"), ("fork", "first")):
        ended, told, _ = desk.find(code, nodes=nodes)
        assert (ended, told["signed_by"]) == (ExitCode.NOT_SO, "5 of 5 validators")
        assert "another block" in told["nodes"]["http://fork"]
