"""Every contract runs what the compiler makes of the source in `contracts/`.

docs/protocol.md §7. The code of a contract is its build followed by the values that its
constructor fixed, which must be the ones that the record announces. What else a
constructor did does not show there: the election's address is a hash of its initcode
with its arguments, and by these blueprints it made the other contracts. A trapped
generator K would open every ballot, so K is computed anew and looked for in the box's
build.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Final

from election.artifacts import (
    COMPILER,
    EVM_VERSION,
    OPTIMIZE,
    SMALL_BOX,
    Artifact,
    read_artifact,
)
from election.audit.checks.immutables import expect_immutables, find_room
from election.audit.errors import require
from election.audit.evidence import Evidence
from election.audit.report import COMMISSION, Outcome
from election.audit.verify import Named, join_outcomes, verify_each
from election.crypto.group import K, encode_g1
from election.crypto.transcript import hash_bytes
from election.protocol.abi import ContractName
from election.protocol.origin import derive_election_address
from election.protocol.replay import Contract, Part
from election.protocol.rules import MOST_SMALL

_SETTINGS: Final = f"vyper {COMPILER}, evm {EVM_VERSION}, optimize {OPTIMIZE}"


def check_code(evidence: Evidence) -> Outcome:
    """Compare all runtime code with the build; list what the constructors fixed."""
    contracts = tuple(evidence.replay.contracts.values())
    notes = (_SETTINGS, *(_describe(evidence, each) for each in contracts))
    return join_outcomes(
        (
            verify_each(
                contracts,
                lambda contract: _verify_contract(evidence, contract),
                name=lambda contract: Named(contract.title, contract.contest),
                blames=COMMISSION,
            ),
            verify_each(
                _BLUEPRINTS,
                lambda part: _verify_blueprint(evidence, part),
                name=lambda part: Named(f"blueprint of the {part}"),
                blames=COMMISSION,
            ),
            verify_each(
                _OTHERS,
                lambda subject: _OTHERS[subject](evidence),
                name=Named,
                blames=COMMISSION,
            ),
            Outcome(0, 0, (), notes),
        )
    )


def _read_build(evidence: Evidence, contract: Contract) -> Artifact:
    if contract.part is Part.BOX and find_room(evidence, contract) == MOST_SMALL:
        return read_artifact(SMALL_BOX)
    return read_artifact(contract.part.contract_name.value)


def _verify_contract(evidence: Evidence, contract: Contract) -> None:
    artifact = _read_build(evidence, contract)
    code = evidence.board.code.get(contract.address, b"")
    is_built = code.startswith(artifact.runtime) and len(code) == artifact.code_size
    require(is_built, "is not the build of its source", blames=COMMISSION)
    actual = artifact.read_immutables(code)
    expected = expect_immutables(evidence, contract)
    is_known = actual.keys() == expected.keys()
    require(is_known, "fixes other things than an auditor knows", blames=COMMISSION)
    for name, value in expected.items():
        fact = f"holds another {_spell(name)} than the record says"
        require(actual[name] == value, fact, blames=COMMISSION)


def _verify_blueprint(evidence: Evidence, part: str) -> None:
    address = getattr(evidence.deployed.blueprints, part)
    code = evidence.board.code.get(address, b"")
    is_built = code == read_artifact(_BLUEPRINTS[part]).blueprint_code
    require(is_built, "is not the build of its source", blames=COMMISSION)


def _verify_proofs(evidence: Evidence) -> None:
    code = evidence.board.code.get(evidence.deployed.blueprints.proofs, b"")
    is_built = code == read_artifact(ContractName.CEREMONY_PROOFS.value).runtime
    require(is_built, "is not the build of its source", blames=COMMISSION)


def _verify_box_hash(evidence: Evidence, part: str) -> None:
    address = getattr(evidence.deployed.blueprints, part)
    code = evidence.board.code.get(address, b"")
    announced = getattr(evidence.deployed, f"{part}_code_hash")
    is_announced = hash_bytes(code) == announced
    require(is_announced, "is another than announced", blames=COMMISSION)


def _verify_origin(evidence: Evidence) -> None:
    build = read_artifact(ContractName.ELECTION.value).initcode
    address = derive_election_address(evidence.deployed, build)
    is_committed = address == evidence.board.election
    require(is_committed, "is not made of what the record says", blames=COMMISSION)


def _verify_generator(_: Evidence, part: str) -> None:
    runtime = read_artifact(_BLUEPRINTS[part]).runtime
    raw = encode_g1(K)
    words = (raw[at : at + 32].lstrip(b"\0") for at in range(0, len(raw), 32))
    is_used = all(word in runtime for word in words)
    require(is_used, "is not what the box verifies with", blames=COMMISSION)


_BLUEPRINTS: Final[Mapping[str, str]] = {
    "ceremony": ContractName.KEY_CEREMONY.value,
    "voter_list": ContractName.VOTER_LIST.value,
    "tally": ContractName.TALLY.value,
    "small_box": SMALL_BOX,
    "box": ContractName.BALLOT_BOX.value,
}
_OTHERS: Final[Mapping[str, Callable[[Evidence], None]]] = {
    "proofs of the ceremonies": _verify_proofs,
    "hash of the small box blueprint": partial(_verify_box_hash, part="small_box"),
    "hash of the box blueprint": partial(_verify_box_hash, part="box"),
    "generator K of the small box": partial(_verify_generator, part="small_box"),
    "generator K of the box": partial(_verify_generator, part="box"),
    "address of the election": _verify_origin,
}


def _describe(evidence: Evidence, contract: Contract) -> str:
    artifact = _read_build(evidence, contract)
    code = evidence.board.code.get(contract.address, b"")
    values = ", ".join(
        f"{_spell(name)} 0x{value.hex().lstrip('0') or '0'}"
        for name, value in artifact.read_immutables(code).items()
    )
    where = f"{contract.title} 0x{contract.address.hex()}"
    return f"{where}: code 0x{hash_bytes(code).hex()}, {values}"


def _spell(name: str) -> str:
    return name.strip("_").lower().replace("_", " ")
