"""A record says who signed it, and what does not hold of that is refused."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest

from election.audit.audit import audit_board
from election.audit.bundle import decode_bundle, encode_bundle
from election.audit.errors import BundleError
from election.audit.evidence import Evidence
from election.audit.finality import judge_finality, spell_finality
from election.audit.report import Finality, Signing, Verdict
from election.protocol.board import Board, Head
from election.protocol.finality_proof import FinalityProof
from election.protocol.replay import replay_board
from finality.proof_file import decode_proof
from reference.bundle import read_bundle
from reference.errors import NoBundleError
from scripts.__main__ import run
from tests.audit.signing import FIVE, change, genesis_text, prove, state_of
from tests.audit.story import Told
from tests.audit.test_bundle import seal
from tests.finality.conftest import Member, header_of

FRIENDS = [*FIVE[:2], Member(8), Member(9), Member(10)]


@pytest.fixture(scope="module")
def signed(board: Board) -> Board:
    return replace(board, finality=prove(board))


def _judge(board: Board, genesis: bytes | None = None) -> Finality:
    return judge_finality(Evidence(board), genesis)


def _genesis(board: Board) -> bytes:
    assert board.finality is not None
    return sha256(decode_proof(board.finality.text).genesis.encode()).digest()


def test_a_signed_record_holds(signed: Board) -> None:
    digest = _genesis(signed)
    found = _judge(signed, digest)
    assert (found.signing, found.signers, found.pinned) == (Signing.HELD, 5, True)
    assert found.genesis == digest.hex()
    assert "the one that was given" in "".join(spell_finality(found))
    assert "compare" in "".join(spell_finality(_judge(signed)))


def test_a_contract_that_announced_nothing_yet_has_nothing_in_its_storage(
    told: Told,
) -> None:
    early = told.early["polls"]
    assert any(held == bytes(32) for held, _ in state_of(early).accounts.values())
    assert _judge(replace(early, finality=prove(early))).signing is Signing.HELD


def test_a_record_without_a_proof_is_no_fault_unless_a_network_is_meant(
    board: Board,
) -> None:
    found = _judge(board)
    assert found.signing is Signing.ABSENT
    assert "says nothing of who signed it" in found.fact
    assert _judge(board, bytes(32)).signing is Signing.FAILED


def _left_out(board: Board) -> Board:
    return replace(board, logs=tuple(board.logs)[:-1], finality=prove(board))


def _another_code(board: Board) -> Board:
    return replace(
        board,
        code={**board.code, board.election: b"\xfe"},
        finality=prove(board),
    )


def _another_time(board: Board) -> Board:
    head = Head(board.head.number, board.head.timestamp + 1)
    return replace(board, head=head, finality=prove(board))


def _another_block(board: Board) -> Board:
    head = Head(board.head.number + 1, board.head.timestamp)
    return replace(board, head=head, finality=prove(board))


def _another_chain(board: Board) -> Board:
    other = replace(board, chain_id=board.chain_id + 1)
    return replace(board, finality=prove(other))


def _no_way(board: Board) -> Board:
    proof = prove(board)
    ways = {at: each for at, each in proof.ways.items() if at != board.election}
    return replace(board, finality=FinalityProof(proof.text, ways))


def _no_way_of_the_last(board: Board) -> Board:
    proof, (*_, last) = prove(board), replay_board(board).contracts
    ways = {at: each for at, each in proof.ways.items() if at != last}
    return replace(board, finality=FinalityProof(proof.text, ways))


def _ways_of_another(board: Board) -> Board:
    proof = prove(board)
    first, second = list(proof.ways)[:2]
    ways = {**proof.ways, first: proof.ways[second]}
    return replace(board, finality=FinalityProof(proof.text, ways))


def _another_state(board: Board) -> Board:
    """Give ways into a state that nobody signed."""
    state = state_of(board)
    state.accounts[board.election] = (b"\7" * 32, b"\xfe")
    honest, forged = prove(board), prove(board, state=state)
    return replace(board, finality=FinalityProof(honest.text, forged.ways))


def _cut(board: Board) -> Board:
    proof = prove(board)
    return replace(board, finality=FinalityProof(proof.text[:-9], proof.ways))


def _deep(board: Board) -> Board:
    return replace(board, finality=FinalityProof(b"[" * 100_000, {}))


def _deep_genesis(board: Board) -> Board:
    return replace(board, finality=change(prove(board), genesis="[" * 100_000))


@pytest.mark.parametrize(
    ("tamper", "fact"),
    [
        (_left_out, "another history"),
        (_another_code, "another code"),
        (_another_time, "another time"),
        (_another_block, "not the one that the record ends at"),
        (_another_chain, "is of chain"),
        (_no_way, "no way into the state"),
        (_no_way_of_the_last, "no way into the state"),
        (_ways_of_another, "a node is not the one"),
        (_another_state, "a node is not the one"),
        (_cut, "not what it should be"),
        (_deep, "nests deeper"),
        (_deep_genesis, "nests deeper"),
    ],
)
def test_what_was_not_signed_is_named(
    board: Board, tamper: Callable[[Board], Board], fact: str
) -> None:
    found = _judge(tamper(board))
    assert found.signing is Signing.FAILED
    assert fact in found.fact


def test_every_contract_keeps_its_running_hash_where_the_audit_looks(
    told: Told,
) -> None:
    for address, (held, code) in state_of(told.board).accounts.items():
        where = f"0x{address.hex()}"
        slot = told.connection.request("eth_getStorageAt", where, "0x0", "latest")
        assert bytes.fromhex(slot[2:]) == held
        assert told.board.code[address] == code


# Two of five organisations conspire. Each of these would show another history.
def _two_of_five(board: Board) -> FinalityProof:
    return prove(board, signers=FIVE[:2])


def _with_friends(board: Board) -> FinalityProof:
    """Have friends sign, in the name of the network."""
    genesis = genesis_text(FIVE, board.chain_id, "veche-7")
    return prove(board, members=FRIENDS, signers=FRIENDS, genesis=genesis)


def _friends_in_the_set(board: Board) -> FinalityProof:
    return prove(board, signers=FRIENDS, header=header_of(8, FIVE))


def _votes_of_another_header(board: Board) -> FinalityProof:
    """Put the honest votes for a block under the header of another one."""
    other = replace(board, head=Head(board.head.number, board.head.timestamp + 9))
    votes = decode_proof(prove(other).text).signed.votes
    forged = decode_proof(prove(board, signers=[]).text)
    forged.signed.votes.extend(votes)
    return change(prove(board), signed=forged.signed)


def _votes_of_another_height(board: Board) -> FinalityProof:
    votes = decode_proof(prove(board, header=header_of(9, FIVE)).text).signed.votes
    forged = decode_proof(prove(board, signers=[]).text)
    forged.signed.votes.extend(votes)
    return change(prove(board), signed=forged.signed)


def _votes_of_another_network(board: Board) -> FinalityProof:
    """Take what the same five signed on a network of another name."""
    other = replace(header_of(8, FIVE), chain="veche-8")
    genesis = genesis_text(FIVE, board.chain_id, "veche-7")
    return prove(board, header=other, genesis=genesis)


@pytest.mark.parametrize(
    ("forge", "fact"),
    [
        (_two_of_five, "signed by 20 of 50"),
        (_with_friends, "names other validators"),
        (_friends_in_the_set, "is of no validator"),
        (_votes_of_another_header, "signature does not hold"),
        (_votes_of_another_height, "signature does not hold"),
        (_votes_of_another_network, "is of another network"),
    ],
)
def test_two_of_five_sign_no_other_history(
    board: Board, forge: Callable[[Board], FinalityProof], fact: str
) -> None:
    found = _judge(replace(board, finality=forge(board)))
    assert found.signing is Signing.FAILED
    assert fact in found.fact


def test_a_network_of_friends_is_not_the_one_that_was_given(
    board: Board, signed: Board
) -> None:
    forged = prove(board, members=FRIENDS, signers=FRIENDS)
    found = _judge(replace(board, finality=forged), _genesis(signed))
    assert found.signing is Signing.FAILED
    assert "of another network" in found.fact


def test_a_proof_that_does_not_hold_fails_the_audit(board: Board) -> None:
    forged = replace(board, finality=_two_of_five(board))
    report = audit_board(forged, progress=lambda *_: None)
    assert all(check.verdict is not Verdict.FAILED for check in report.checks)
    assert report.verdict is Verdict.FAILED


def test_both_readers_take_a_signed_record(signed: Board) -> None:
    text = encode_bundle(signed)
    assert decode_bundle(text) == signed
    assert encode_bundle(decode_bundle(text)) == text
    assert len(read_bundle(text).logs) == len(signed.logs)


def test_the_record_is_the_same_text_up_to_its_end(board: Board, signed: Board) -> None:
    assert encode_bundle(signed).startswith(encode_bundle(board))


_PIECE, _WAY = '"line":"finality"', '"line":"storage"'


def _add(lines: list[str]) -> list[str]:
    return [line.replace('"piece":', '"more":1,"piece":') for line in lines]


def _spaced(lines: list[str]) -> list[str]:
    return [line.replace('"piece":', '"piece": ') for line in lines]


def _not_hex(lines: list[str]) -> list[str]:
    return [line.replace('"piece":"0x', '"piece":"0X') for line in lines]


def _empty(lines: list[str]) -> list[str]:
    return [*lines, '{"line":"finality","piece":"0x"}']


def _two_short(lines: list[str]) -> list[str]:
    at = next(at for at, line in enumerate(lines) if _PIECE in line)
    return [*lines[: at + 1], '{"line":"finality","piece":"0x00"}', *lines[at + 1 :]]


def _before_the_end(lines: list[str]) -> list[str]:
    end = next(line for line in lines if '"line":"end"' in line)
    return [*(line for line in lines if line != end), end]


def _sealed_before_the_end(lines: list[str]) -> list[str]:
    """Close the lines of who signed as well as the others."""
    body = [line.encode() for line in lines if '"line":"end"' not in line]
    return seal(*body).decode().splitlines()


def _twice(lines: list[str]) -> list[str]:
    return [*lines, lines[-1]]


def _out_of_order(lines: list[str]) -> list[str]:
    return [*lines[:-2], lines[-1], lines[-2]]


def _ways_alone(lines: list[str]) -> list[str]:
    return [line for line in lines if _PIECE not in line]


def _of_a_stranger(lines: list[str]) -> list[str]:
    way = {
        "line": "storage",
        "address": "0x" + "ff" * 20,
        "account_proof": [],
        "storage_proof": [],
    }
    return [*lines, json.dumps(way, separators=(",", ":"))]


def _long_node(lines: list[str]) -> list[str]:
    document = json.loads(lines[-1])
    document["storage_proof"] = ["0x" + "00" * 533]
    return [*lines[:-1], json.dumps(document, separators=(",", ":"))]


def _many_nodes(lines: list[str]) -> list[str]:
    document = json.loads(lines[-1])
    document["storage_proof"] = ["0x00"] * 66
    return [*lines[:-1], json.dumps(document, separators=(",", ":"))]


def _log_behind(lines: list[str]) -> list[str]:
    return [*lines, next(line for line in lines if '"line":"log"' in line)]


_WHOLE = json.dumps(
    {"line": "finality", "piece": "0x" + "00" * 2**17}, separators=(",", ":")
)


def _many_pieces(lines: list[str]) -> list[str]:
    end = next(at for at, line in enumerate(lines) if '"line":"end"' in line)
    return [*lines[: end + 1], *[_WHOLE] * 129]


def _piece_behind_a_way(lines: list[str]) -> list[str]:
    before = [line for line in lines if _PIECE not in line and _WAY not in line]
    return [*before, _WHOLE, lines[-1], _WHOLE]


@pytest.mark.parametrize(
    "spoil",
    [
        _add,
        _spaced,
        _not_hex,
        _empty,
        _two_short,
        _before_the_end,
        _sealed_before_the_end,
        _twice,
        _out_of_order,
        _ways_alone,
        _of_a_stranger,
        _long_node,
        _many_nodes,
        _log_behind,
        _many_pieces,
        _piece_behind_a_way,
    ],
)
def test_both_readers_are_strict_behind_the_end(
    signed: Board, spoil: Callable[[list[str]], list[str]]
) -> None:
    lines = encode_bundle(signed).decode().splitlines()
    spoilt = spoil(lines)
    assert spoilt != lines
    raw = "".join(line + "\n" for line in spoilt).encode()
    with pytest.raises(BundleError):
        decode_bundle(raw)
    with pytest.raises(NoBundleError):
        read_bundle(raw)


def test_the_audit_says_who_signed(
    signed: Board, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "signed.jsonl"
    path.write_bytes(encode_bundle(signed))
    pinned = f"--genesis-hash={_genesis(signed).hex()}"
    assert run(["audit", str(path), pinned, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)["finality"]
    assert (found["signing"], found["signers"]) == ("held", 5)
    assert run(["audit", str(path), f"--genesis-hash={'0' * 64}"]) == 3
    assert "WHO SIGNED IT IS NOT PROVEN" in capsys.readouterr().out
