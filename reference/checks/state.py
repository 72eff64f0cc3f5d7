"""C21: no event was left out, docs/protocol.md §8 and docs/bundle.md.

What the events give is encoded as the contract would answer, and compared.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import takewhile
from typing import Any

from reference.abi import Array, Type, encode, struct
from reference.checks.results import is_withheld
from reference.curve import cut
from reference.errors import claim, refute
from reference.events import POINTS
from reference.record import Contract, Record
from reference.record_hash import run_hashes
from reference.report import Cases
from reference.transcript import keccak256

_MOST_SEATS = 10
_MESSAGES = ("Enrolled", "Committed", "Revealed", "Dealt")


@dataclass(frozen=True, slots=True)
class Question:
    """A view, its numbers, the type of its answer, and how to find what is right."""

    name: str
    numbers: tuple[int, ...]
    kind: Type
    find: Callable[[], Any]

    @property
    def calldata(self) -> bytes:
        """Encode the question."""
        types = ",".join("uint256" for _ in self.numbers)
        selector = keccak256(f"{self.name}({types})".encode())[:4]
        return selector + b"".join(each.to_bytes(32, "big") for each in self.numbers)


def check_state(record: Record, cases: Cases) -> None:
    """Compare every answer of the contracts with what their events give."""
    hashes = run_hashes(record.bundle.logs)
    for contract in record.contracts.values():
        running = hashes.get(contract.address, bytes(32))
        whole = Question("record_hash", (), "bytes32", partial(bytes, running))
        for question in (whole, *_list_questions(record, contract)):
            with cases.case(f"{contract.part}: {question.name}{question.numbers}"):
                call = (contract.address, question.calldata)
                answer = record.bundle.answers.get(call)
                kind = struct(answer=question.kind)
                expected = encode(kind, {"answer": question.find()})
                claim(answer == expected, "is not what the events say")


def _list_questions(record: Record, contract: Contract) -> Iterator[Question]:
    if contract.part == "election":
        yield from _ask_election(record)
    elif contract.part in {"trustees", "issuers"}:
        yield from _ask_ceremony(record, contract.part)
    elif contract.part == "box":
        cast = record.every("BallotCast", contest=contract.contest)
        yield Question("cast_count", (), "uint256", lambda: len(cast))
    for listed in record.contests:
        contest: int = listed["contest"]
        if contract.part == "election":
            yield from _ask_contest(record, contest)
        elif contract.part == "voter list":
            yield from _ask_voter_list(record, contest)
        elif contract.part == "tally":
            yield from _ask_tally(record, contest)


def _ask_election(record: Record) -> Iterator[Question]:
    extended = record.every("Extended")
    ids = [contest["id"] for contest in record.deployed["contests"]]
    observers = record.rules["observers"]
    yield Question("extension_counter", (), "uint256", lambda: len(extended))
    yield Question("contest_ids", (), Array("uint256"), lambda: ids)
    yield Question("observers", (), Array("address"), lambda: observers)


def _ask_contest(record: Record, contest: int) -> Iterator[Question]:
    box, ctx = bytes(20), bytes(32)
    for event in record.every("BoxCreated", contest=contest):
        box, ctx = event["box"], event["ctx"]
    yield Question("box", (contest,), "address", lambda: box)
    yield Question("ctx", (contest,), "bytes32", lambda: ctx)
    fixed = {each["id"]: each["texts"] for each in record.deployed["contests"]}
    texts = fixed.get(contest, bytes(32))
    yield Question("candidates_hash", (contest,), "bytes32", lambda: texts)


def _ask_ceremony(record: Record, part: str) -> Iterator[Question]:
    def attempt() -> int:
        number: int = record.last("AttemptStarted", part=part)["attempt"]
        return number

    yield Question("attempt", (), "uint256", attempt)
    yield Question("step", (), "uint256", lambda: _step(record, part))
    yield Question("cer", (), "bytes32", lambda: _cer(record, part, attempt()))


def _ask_voter_list(record: Record, contest: int) -> Iterator[Question]:
    def count(name: str) -> int:
        return len(record.every(name, contest=contest))

    root, size = bytes(32), 0
    for event in record.every("ListPublished", contest=contest):
        root, size = event["root"], event["size"]
    online = count("Registered") - count("Withdrawn")
    yield Question("root", (contest,), "bytes32", lambda: root)
    yield Question("size", (contest,), "uint256", lambda: size)
    yield Question("online", (contest,), "uint256", lambda: _natural(online))
    yield Question("paper", (contest,), "uint256", lambda: count("PaperMarked"))
    yield Question("issued", (contest,), "uint256", lambda: count("Issued"))


def _ask_tally(record: Record, contest: int) -> Iterator[Question]:
    numbers, kind = (contest,), Array("uint256")
    yield Question("state", numbers, "uint256", lambda: _state(record, contest))
    yield Question("counts", numbers, kind, lambda: _counts(record, contest))
    seats = min(record.deployed["trustees"]["n"], _MOST_SEATS)
    for trustee in range(1, seats + 1):
        find = partial(_share, record, contest, trustee)
        yield Question("share", (contest, trustee), POINTS, find)


def _natural(number: int) -> int:
    return number if number >= 0 else refute("more were withdrawn than registered")


def _step(record: Record, part: str) -> int:
    if record.every("CeremonyFailed", part=part):
        return 7
    if record.every("CeremonyFinal", part=part):
        return 6
    started = record.last("AttemptStarted", part=part)
    acted = Counter(
        event.name
        for event in record.every(*_MESSAGES, part=part)
        if event["attempt"] == started["attempt"]
    )
    full = (acted[name] >= started["n"] for name in _MESSAGES)
    return 1 + len([*takewhile(bool, full)])


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


def _share(record: Record, contest: int, trustee: int) -> list[list[bytes]]:
    """Give the words of the share of a trustee that was accepted last, if one was."""
    accepted = [
        event["decryption"]
        for event in record.every("ShareAccepted", contest=contest)
        if event["trustee"] == trustee
    ]
    return [cut(raw, 32) for raw in cut(accepted[-1], 128)] if accepted else []
