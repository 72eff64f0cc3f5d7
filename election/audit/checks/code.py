"""Every contract runs what the compiler makes of the source in `contracts/`.

docs/protocol.md §7. The code of a contract is its build followed by the values that its
constructor fixed, which must be the ones that the record announces. A trapped generator
K would open every ballot, so K is computed anew and looked for in the box's build.
"""

from __future__ import annotations

from typing import Final

from election.artifacts import COMPILER, EVM_VERSION, OPTIMIZE, read_artifact
from election.audit.checks.immutables import expect_immutables
from election.audit.errors import require
from election.audit.evidence import Evidence
from election.audit.report import COMMISSION, Outcome
from election.audit.verify import Named, join_outcomes, verify_each
from election.crypto.group import K, encode_g1
from election.crypto.transcript import hash_bytes
from election.protocol.replay import Contract, Part

_SETTINGS: Final = f"vyper {COMPILER}, evm {EVM_VERSION}, optimize {OPTIMIZE}"
_BLUEPRINT: Final = "box blueprint"
_GENERATOR: Final = "generator K"


def check_code(evidence: Evidence) -> Outcome:
    """Compare all runtime code with the build; list what the constructors fixed."""
    contracts = tuple(evidence.replay.contracts.values())
    extra = {_BLUEPRINT: _verify_blueprint, _GENERATOR: _verify_generator}
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
                extra,
                lambda subject: extra[subject](evidence),
                name=Named,
                blames=COMMISSION,
            ),
            Outcome(0, 0, (), notes),
        )
    )


def _verify_contract(evidence: Evidence, contract: Contract) -> None:
    artifact = read_artifact(contract.part.contract_name.value)
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


def _verify_blueprint(evidence: Evidence) -> None:
    code = evidence.board.code.get(evidence.deployed.box_blueprint, b"")
    is_built = code == read_artifact(Part.BOX.contract_name.value).blueprint_code
    require(is_built, "is not the build of its source", blames=COMMISSION)
    is_announced = hash_bytes(code) == evidence.deployed.box_code_hash
    require(is_announced, "has another hash than announced", blames=COMMISSION)


def _verify_generator(_: Evidence) -> None:
    runtime = read_artifact(Part.BOX.contract_name.value).runtime
    raw = encode_g1(K)
    words = (raw[at : at + 32].lstrip(b"\0") for at in range(0, len(raw), 32))
    is_used = all(word in runtime for word in words)
    require(is_used, "is not what the box verifies with", blames=COMMISSION)


def _describe(evidence: Evidence, contract: Contract) -> str:
    artifact = read_artifact(contract.part.contract_name.value)
    code = evidence.board.code.get(contract.address, b"")
    values = ", ".join(
        f"{_spell(name)} 0x{value.hex().lstrip('0') or '0'}"
        for name, value in artifact.read_immutables(code).items()
    )
    where = f"{contract.title} 0x{contract.address.hex()}"
    return f"{where}: code 0x{hash_bytes(code).hex()}, {values}"


def _spell(name: str) -> str:
    return name.strip("_").lower().replace("_", " ")
