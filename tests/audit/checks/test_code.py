from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from election.audit.checks import code as code_check
from election.audit.checks.immutables import expect_immutables
from election.audit.evidence import Evidence
from election.crypto.group import G
from election.crypto.scalar import Scalar
from election.crypto.transcript import Address, Hash
from election.protocol.board import Board
from election.protocol.events import BoxCreated, ContestListed, ElectionDeployed
from election.protocol.replay import Part, replay_board
from tests.audit.story import MANY
from tests.audit.tampering import audit, change, examine, find

PARTS = tuple(Part)


def flip(board: Board, address: Address, at: int) -> Board:
    code = bytearray(board.code[address])
    code[at] ^= 1
    return replace(board, code={**board.code, address: bytes(code)})


def address_of(board: Board, part: Part) -> Address:
    contracts = replay_board(board).contracts.values()
    return next(each.address for each in contracts if each.part is part)


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("at", [0, 500, -1, -33])
def test_one_byte_of_other_code_is_found(board: Board, part: Part, at: int) -> None:
    tampered = flip(board, address_of(board, part), at)
    faults = examine(tampered)
    assert faults.keys() == {"code"}
    (finding,) = faults["code"]
    assert finding.subject.startswith(part.title)
    assert finding.blames == "commission"


@pytest.mark.parametrize("part", PARTS)
def test_code_is_missed_when_it_is_not_on_the_board(board: Board, part: Part) -> None:
    missing = address_of(board, part)
    code = {address: raw for address, raw in board.code.items() if address != missing}
    assert examine(replace(board, code=code)).keys() == {"code"}


def test_appended_code_is_found(board: Board) -> None:
    address = find(board, ElectionDeployed).event.tally
    code = {**board.code, address: board.code[address] + b"\0"}
    assert examine(replace(board, code=code)).keys() == {"code"}


@pytest.mark.parametrize(
    "part", ["ceremony", "voter_list", "tally", "small_box", "box"]
)
@pytest.mark.parametrize("at", [0, 100, -1])
def test_other_blueprint_is_found(board: Board, part: str, at: int) -> None:
    """A constructor could seat a stranger and leave the same code behind."""
    blueprints = find(board, ElectionDeployed).event.blueprints
    faults = examine(flip(board, getattr(blueprints, part), at))
    assert faults.keys() == {"code"}
    assert faults["code"][0].subject == f"blueprint of the {part}"


def retitle(deployed: ElectionDeployed) -> ElectionDeployed:
    return replace(deployed, rules=replace(deployed.rules, title="Another"))


def seat_other_reserve(deployed: ElectionDeployed) -> ElectionDeployed:
    members = list(deployed.trustees.members)
    members[-1] = replace(members[-1], account=Address(bytes([7]) * 20))
    trustees = replace(deployed.trustees, members=tuple(members))
    return replace(deployed, trustees=trustees)


def appoint_by_others(deployed: ElectionDeployed) -> ElectionDeployed:
    *members, last = deployed.issuers.members
    members.append(replace(last, commission=not last.commission))
    issuers = replace(deployed.issuers, members=tuple(members))
    return replace(deployed, issuers=issuers)


def deploy_elsewhere(deployed: ElectionDeployed) -> ElectionDeployed:
    return replace(deployed, deployer=Address(bytes([7]) * 20))


@pytest.mark.parametrize(
    "announce", [retitle, seat_other_reserve, appoint_by_others, deploy_elsewhere]
)
def test_election_made_of_something_else_is_found(
    board: Board, announce: Callable[[ElectionDeployed], ElectionDeployed]
) -> None:
    deployed = find(board, ElectionDeployed)
    other = announce(deployed.event)
    fields = {name: getattr(other, name) for name in ElectionDeployed.__slots__}
    faults = examine(change(board, deployed, **fields))
    subjects = [finding.subject for finding in faults["code"]]
    assert subjects == ["address of the election"]


def test_other_booth_is_found(board: Board) -> None:
    deployed = find(board, ElectionDeployed)
    rules = replace(deployed.event.rules, booth=Hash(bytes([7]) * 32))
    faults = examine(change(board, deployed, rules=rules))
    assert faults.keys() == {"code"}
    assert faults["code"][0].subject == "address of the election"


def test_box_of_the_other_size_is_found(board: Board) -> None:
    """Boxes of contests of few and of many candidates have two builds."""
    small, large = (_find_box(board, contest) for contest in (1, MANY))
    code = {
        **board.code,
        small: board.code[large],
        large: board.code[small],
    }
    findings = examine(replace(board, code=code))["code"]
    assert {finding.contest for finding in findings} == {1, MANY}


def _find_box(board: Board, contest: int) -> Address:
    return find(board, BoxCreated, lambda e: e.event.contest == contest).event.box


def test_other_title_of_a_contest_is_found(board: Board) -> None:
    faults = examine(change(board, find(board, ContestListed), title="Another"))
    assert faults.keys() == {"rules", "contexts"}
    assert faults["rules"][0].fact == "is not what the election was made with"
    deployed = find(board, ElectionDeployed)
    first, *others = deployed.event.contests
    fixed = (replace(first, texts=Hash(bytes([7]) * 32)), *others)
    assert "code" in examine(change(board, deployed, contests=fixed))


def test_other_generator_in_the_build_is_found(
    board: Board, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(code_check, "K", G * Scalar(7))
    subjects = [finding.subject for finding in examine(board)["code"]]
    assert subjects == ["generator K of the small box", "generator K of the box"]


def test_settings_and_immutables_are_stated(board: Board) -> None:
    code = next(check for check in audit(board).checks if check.name == "code")
    settings, *contracts = code.outcome.notes
    assert settings == "vyper 0.4.3, evm prague, optimize gas"
    assert len(contracts) == len(replay_board(board).contracts)
    assert any("kind 0x2" in note and "slots 0x4" in note for note in contracts)


def test_every_immutable_of_every_contract_is_stated(board: Board) -> None:
    code = next(check for check in audit(board).checks if check.name == "code")
    evidence, stated = Evidence(board), code.outcome.notes[1:]
    for contract, note in zip(evidence.replay.contracts.values(), stated, strict=True):
        for name in expect_immutables(evidence, contract):
            assert f" {name.strip('_').lower().replace('_', ' ')} 0x" in note


def test_immutables_that_no_auditor_knows_are_found(
    board: Board, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(code_check, "expect_immutables", lambda *_: {})
    findings = examine(board)["code"]
    assert len(findings) == len(replay_board(board).contracts)
    assert findings[0].fact == "fixes other things than an auditor knows"


@pytest.mark.parametrize("part", ["small_box", "box"])
def test_other_announced_hash_of_the_blueprint_is_found(
    board: Board, part: str
) -> None:
    deployed = find(board, ElectionDeployed)
    tampered = change(board, deployed, **{f"{part}_code_hash": bytes(32)})
    facts = {finding.fact for finding in examine(tampered)["code"]}
    assert "is another than announced" in facts
