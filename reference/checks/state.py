"""C21: no event was left out, docs/protocol.md §8.

What the events give is encoded as the contract would answer, and compared.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from reference.abi import Array, Type, encode, struct
from reference.checks.contexts import hash_candidates
from reference.checks.results import is_withheld
from reference.errors import claim, refute
from reference.record import Contract, Record
from reference.report import Cases
from reference.transcript import keccak256

Question = tuple[str, int | None, Type, Any]
"""A view, its contest if it takes one, the type of its answer, and how to find it."""


def check_state(record: Record, cases: Cases) -> None:
    """Compare every answer of the contracts with what their events give."""
    for contract in record.contracts.values():
        for name, contest, kind, find in _list_questions(record, contract):
            title = f"{contract.part}: {name}({'' if contest is None else contest})"
            with cases.case(title):
                answer = record.bundle.answers.get(_call(contract, name, contest))
                expected = encode(struct(answer=kind), {"answer": find()})
                claim(answer == expected, "is not what the events say")


def _call(contract: Contract, name: str, contest: int | None) -> tuple[bytes, bytes]:
    if contest is None:
        return contract.address, keccak256(f"{name}()".encode())[:4]
    selector = keccak256(f"{name}(uint256)".encode())[:4]
    return contract.address, selector + contest.to_bytes(32, "big")


def _list_questions(record: Record, contract: Contract) -> Iterator[Question]:
    contests = [contest["contest"] for contest in record.contests]
    if contract.part == "election":
        yield from _ask_election(record, contests)
    elif contract.part in {"trustees", "issuers"}:
        yield from _ask_ceremony(record, contract.part)
    elif contract.part == "box":
        cast = record.every("BallotCast", contest=contract.contest)
        yield "cast_count", None, "uint256", lambda: len(cast)
    for contest in contests:
        if contract.part == "voter list":
            yield from _ask_voter_list(record, contest)
        elif contract.part == "tally":
            yield "state", contest, "uint256", lambda c=contest: _state(record, c)
            kind = Array("uint256")
            yield "counts", contest, kind, lambda c=contest: _counts(record, c)


def _ask_election(record: Record, contests: list[int]) -> Iterator[Question]:
    extended = record.every("Extended")
    observers = record.rules["observers"]
    yield "extension_counter", None, "uint256", lambda: len(extended)
    yield "contest_ids", None, Array("uint256"), lambda: contests
    yield "observers", None, Array("address"), lambda: observers
    for listed in record.contests:
        contest: int = listed["contest"]
        for field, kind in (("box", "address"), ("ctx", "bytes32")):
            yield (
                field,
                contest,
                kind,
                lambda c=contest, f=field: record.last("BoxCreated", contest=c)[f],
            )
        names = listed["candidates"]
        yield "candidates_hash", contest, "bytes32", lambda n=names: hash_candidates(n)


def _ask_ceremony(record: Record, part: str) -> Iterator[Question]:
    started = record.last("AttemptStarted", part=part)
    yield "attempt", None, "uint256", lambda: started["attempt"]
    yield "step", None, "uint256", lambda: _step(record, part)
    yield "cer", None, "bytes32", lambda: _cer(record, part, started["attempt"])


def _ask_voter_list(record: Record, contest: int) -> Iterator[Question]:
    def count(name: str) -> int:
        return len(record.every(name, contest=contest))

    def last(field: str) -> Any:
        return record.last("ListPublished", contest=contest)[field]

    yield "root", contest, "bytes32", lambda: last("root")
    yield "size", contest, "uint256", lambda: last("size")
    online = count("Registered") - count("Withdrawn")
    yield "online", contest, "uint256", lambda: online
    yield "paper", contest, "uint256", lambda: count("PaperMarked")
    yield "issued", contest, "uint256", lambda: count("Issued")


def _step(record: Record, part: str) -> int:
    if record.every("CeremonyFailed", part=part):
        return 7
    is_final = bool(record.every("CeremonyFinal", part=part))
    return 6 if is_final else refute("the ceremony is not over")


def _cer(record: Record, part: str, attempt: int) -> bytes:
    for event in record.every("CeremonyBound", part=part):
        if event["attempt"] == attempt:
            cer: bytes = event["cer"]
            return cer
    return bytes(32)


def _state(record: Record, contest: int) -> int:
    if record.every("ResultPublished", contest=contest):
        return 3
    if is_withheld(record, contest):
        return 2
    return 1 if record.every("TallyFrozen", contest=contest) else 0


def _counts(record: Record, contest: int) -> tuple[int, ...]:
    results = record.every("ResultPublished", contest=contest)
    counts: tuple[int, ...] = results[-1]["counts"] if results else ()
    return counts
