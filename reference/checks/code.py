"""C3: every contract is built from its source.

Code on chain is the build followed by the words that the constructor fixed: a number or
an address in one word, a list as its length and room for as many as it can have.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from reference.abi import encode
from reference.build import Build
from reference.curve import cut, encode_g1, generator_k
from reference.errors import claim
from reference.events import ORIGIN
from reference.record import Contract, Record
from reference.report import Cases
from reference.transcript import keccak256

_BUILDS: Final = {
    "election": "Election",
    "trustees": "KeyCeremony",
    "issuers": "KeyCeremony",
    "voter list": "VoterList",
    "tally": "Tally",
}
_BLUEPRINTS: Final = {
    "ceremony": "KeyCeremony",
    "voter_list": "VoterList",
    "tally": "Tally",
    "small_box": "SmallBallotBox",
    "box": "BallotBox",
}
_BOXES: Final = {6: "SmallBallotBox", 16: "BallotBox"}
"""The build of a box by the most slots that it has room for."""
_HASHES: Final = ("small_box_code_hash", "box_code_hash")
_POINT: Final = 128


def check_code(record: Record, cases: Cases, *, builds: Mapping[str, Build]) -> None:
    """Compare all code with the builds and the words behind it with the events."""
    for contract in record.contracts.values():
        with cases.case(f"{contract.part} 0x{contract.address.hex()}"):
            _claim_contract(record, contract, builds[_name_build(record, contract)])
    for part, name in _BLUEPRINTS.items():
        with cases.case(f"blueprint of the {part}"):
            code = record.bundle.code.get(record.deployed["blueprints"][part], b"")
            is_built = code == b"\xfe\x71\x00" + builds[name].initcode
            claim(is_built, "is not the build of its source")
    with cases.case("proofs of the ceremonies"):
        code = record.bundle.code.get(record.deployed["blueprints"]["proofs"], b"")
        claim(code == builds["CeremonyProofs"].runtime, "are another build")
    words = cut(encode_g1(generator_k()), 32)
    for part in ("small_box", "box"):
        build = builds[_BLUEPRINTS[part]]
        with cases.case(f"hash of the {part} blueprint"):
            hashed = keccak256(b"\xfe\x71\x00" + build.initcode)
            claim(hashed == record.deployed[f"{part}_code_hash"], "is another one")
        with cases.case(f"generator K of the {part}"):
            is_used = all(word.lstrip(b"\0") in build.runtime for word in words)
            claim(is_used, "is not in the build")
    with cases.case("address of the election"):
        _claim_origin(record, builds["Election"])


def _name_build(record: Record, contract: Contract) -> str:
    if contract.part != "box":
        return _BUILDS[contract.part]
    return _BOXES[_room(record, contract)]


def _room(record: Record, contract: Contract) -> int:
    """Tell the most slots that a contest's box must have room for."""
    listed = record.last("ContestListed", contest=contract.contest)
    count = len(listed["candidates"])
    return next((most for most in _BOXES if count <= most), max(_BOXES))


def _claim_origin(record: Record, build: Build) -> None:
    deployed = record.deployed
    arguments = encode(ORIGIN, deployed.fields)
    hashed = keccak256(build.initcode + arguments)
    created = keccak256(b"\xff" + deployed["deployer"] + bytes(32) + hashed)[12:]
    is_committed = created == record.bundle.election
    claim(is_committed, "does not follow from what is announced")


def _claim_contract(record: Record, contract: Contract, build: Build) -> None:
    code = record.bundle.code.get(contract.address, b"")
    runtime, fixed = code[: len(build.runtime)], code[len(build.runtime) :]
    claim(runtime == build.runtime, "is not the build of its source")
    expected = _expect(record, contract)
    names = {name for name, _, _ in build.immutables}
    claim(names == set(expected), "fixes what this audit does not know")
    claim(len(fixed) == sum(map(len, expected.values())), "fixes words of its own")
    for name, offset, size in build.immutables:
        is_right = fixed[offset : offset + size] == expected[name]
        claim(is_right, f"fixes another {name}")


def _expect(record: Record, contract: Contract) -> dict[str, bytes]:
    """Give what the constructor must have fixed, by its name in the source."""
    if contract.part == "election":
        return _expect_election(record)
    election = {"_ELECTION": _words(record.bundle.election)}
    if contract.part in {"trustees", "issuers"}:
        return election | _expect_ceremony(record, contract.part)
    return election | (_expect_box(record, contract) if contract.part == "box" else {})


def _expect_election(record: Record) -> dict[str, bytes]:
    deployed, rules = record.deployed, record.rules
    offices = ("commission", "portal", "sms_gateway", "polling_station")
    of_rules = ("test", "m_min", "quorum", *offices)
    of_event = ("election_id", "voter_list", "tally", *_HASHES)
    return {
        **{name: _words(rules[name]) for name in of_rules},
        **{name: _words(deployed[name]) for name in of_event},
        "small_box_blueprint": _words(deployed["blueprints"]["small_box"]),
        "box_blueprint": _words(deployed["blueprints"]["box"]),
        "_TIMES": _words(*rules["times"]),
        "trustees": _words(deployed["trustees_ceremony"]),
        "issuers": _words(deployed["issuers_ceremony"]),
    }


def _expect_ceremony(record: Record, part: str) -> dict[str, bytes]:
    counts = [contest["slots"] for contest in record.deployed["contests"]]
    kind = 1 if part == "trustees" else 2
    return {
        "kind": _words(kind),
        "slots": _words(max(counts, default=0) if part == "trustees" else len(counts)),
        "k": _words(record.deployed[part]["k"]),
        "_PROOFS": _words(record.deployed["blueprints"]["proofs"]),
        "_STEP_SECONDS": _words(record.rules["step_seconds"]),
        "_SIZE": _words(kind * _POINT),
    }


def _expect_box(record: Record, contract: Contract) -> dict[str, bytes]:
    opened = record.last("BoxOpened", contest=contract.contest)
    keys: bytes = opened["election_keys"]
    slots, room = len(keys) // _POINT, _room(record, contract)
    return {
        "_VOTER_LIST": _words(record.deployed["voter_list"]),
        "_CONTEST": _words(opened["contest"]),
        "_CTX": opened["ctx"],
        "_SLOTS": _words(slots),
        "_ELECTION_KEYS": _words(slots) + keys.ljust(room * _POINT, b"\0"),
        "_CREDENTIAL_KEY": opened["credential_key"],
    }


def _words(*values: Any) -> bytes:
    return b"".join(
        value.rjust(32, b"\0")
        if isinstance(value, bytes)
        else value.to_bytes(32, "big")
        for value in values
    )
