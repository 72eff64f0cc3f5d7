"""Boards that decode and of which at least one check of §8 does not hold."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from typing import Any, Final, get_args

from election.audit.bundle import encode_bundle
from election.crypto.transcript import Address
from election.protocol import events
from election.protocol.board import Board, Log
from election.protocol.events import Event
from tests.audit.tampering import (
    change,
    delay_block,
    drop,
    encode_event,
    examine,
    find,
    put,
)
from tests.vectors.make_negative.case import Case, flip
from tests.vectors.make_negative.patch import cut_lines, find_patch

KINDS: Final = tuple(
    kind for kind in get_args(Event) if kind is not events.CeremonyFailed
)
NAMES: Final = {
    "that clears a line": "x\x1b[2K",
    "of two lines": "x\ny",
    "that turns its direction": "x\u202ey",
    "with a blank that is not seen": "x\u200by",
    "of a letter that is not seen": "\u3164",
    "of a pattern without dots": "\u2800",
    "of blanks": "  ",
    "of signs alone": "...",
    "with two blanks in a row": "x  y",
    "with a blank behind it": "x ",
    "that is not in NFC": "e\u0301",
    "of five marks on a letter": "x" + "\u0331" * 5,
    "of a mark by itself": "x \u0331",
    "of a character that is not assigned": "x\u0378",
}
"""Texts within the contracts' bounds that no name may be, §7."""

_ALIKE: Final = (events.Withdrawn, events.PaperMarked)
"""Leaf events whose places are those of Registered and Issued."""

_TIMES: Final = 7  # as many as the ABI asks for


def make_boards(board: Board) -> Iterator[Case]:
    """List boards in which one thing is not as it was."""
    text = encode_bundle(board)
    for title, twin in _twins(board):
        checks = list(examine(twin))
        if checks:  # a title, say, is announced and bound to nothing
            content = {"patch": _patch(text, twin), "checks": checks}
            rule = f"§8: {', '.join(checks[:3])}"
            yield Case(title, rule, "board", content)


def _patch(text: bytes, twin: Board) -> list[dict[str, Any]]:
    """Describe all but the end, which follows from the rest."""
    last = len(cut_lines(text)) - 1
    patch = find_patch(text, encode_bundle(twin))
    return [step for step in patch if step["from"] < last]


def _twins(board: Board) -> Iterator[tuple[str, Board]]:
    for kind in KINDS:
        entry, name = find(board, kind), kind.__name__
        yield f"{name} left out", drop(board, entry)
        again = replace(entry.log, index=entry.log.index + 1)
        yield f"{name} told twice", put(board, entry.log, entry.log, again)
        if kind in _ALIKE:
            continue
        for field in fields(entry.event):
            value = getattr(entry.event, field.name)
            for path, other in _vary(value):
                where = f"{name}.{field.name}{path} changed"
                yield where, change(board, entry, **{field.name: other})
    yield from _logs(board)
    yield from _unanswered(board)
    yield from _rest(board)
    yield from _bounds(board)


def _vary(value: Any) -> Iterator[tuple[str, Any]]:
    """Change one number, hash or address inside a value."""
    if is_dataclass(value) and not isinstance(value, type):
        for field in fields(value):
            for path, other in _vary(getattr(value, field.name)):
                yield f".{field.name}{path}", replace(value, **{field.name: other})
    elif isinstance(value, tuple) and value:
        for path, other in _vary(value[-1]):
            yield f"[-1]{path}", (*value[:-1], other)
        if len(value) != _TIMES:
            yield "[:-1]", value[:-1]
    else:
        yield from _vary_one(value)


def _vary_one(value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, bytes) and value:
        yield "", flip(value)
    elif isinstance(value, bool):
        yield "", not value
    elif isinstance(value, int):
        yield "", value ^ 1


def _logs(board: Board) -> Iterator[tuple[str, Board]]:
    cast = find(board, events.BallotCast).log
    other = find(board, events.TallyFrozen).log.address
    twins: dict[str, tuple[Log, ...]] = {
        "log of another contract": (replace(cast, address=other),),
        "log without topics": (replace(cast, topics=()),),
        "log with a topic too many": (replace(cast, topics=cast.topics * 2),),
        "log with words behind its data": (replace(cast, data=cast.data + bytes(32)),),
        "log with its data cut off": (replace(cast, data=cast.data[:-32]),),
        "log with a bit in its padding": (replace(cast, data=flip(cast.data)),),
        "log after the head": (replace(cast, block_number=board.head.number + 1),),
        "log before the one before it": (replace(cast, block_number=1),),
    }
    for title, logs in twins.items():
        yield title, put(board, cast, *logs)
    for kind in (events.Registered, events.Issued, events.BallotCast):
        number = find(board, kind).log.block_number
        yield f"{kind.__name__} in SETUP", delay_block(board, number, 1)
        late = board.head.timestamp - 1
        yield f"{kind.__name__} after all closed", delay_block(board, number, late)


def _unanswered(board: Board) -> Iterator[tuple[str, Board]]:
    """Change what no other check is about, and answer for what was there."""

    def put_logs(*changes: tuple[Log, Log | None]) -> Board:
        new = {id(old): other for old, other in changes}
        logs = (new.get(id(log), log) for log in board.logs)
        return replace(board, logs=tuple(log for log in logs if log is not None))

    registered = find(board, events.Registered).log
    withdrawn = find(board, events.Withdrawn).log
    both = put_logs((registered, None), (withdrawn, None))
    yield "a registration and its withdrawal left out", both
    refused = find(board, events.ShareRefused).log
    yield "ShareRefused left out, not answered for", put_logs((refused, None))
    cast = find(board, events.BallotCast).log
    other = find(board, events.BallotCast, lambda each: each.log is not cast).log
    first, second = _take_place(other, cast), _take_place(cast, other)
    yield "two ballots exchanged", put_logs((cast, first), (other, second))
    marked = find(board, events.PaperMarked).log
    later = replace(marked, timestamp=marked.timestamp + 1)
    yield "PaperMarked a second later", put_logs((marked, later))
    listed = find(board, events.ContestListed)
    topics, data = encode_event(
        replace(listed.event, title="Another"), listed.contract.part.contract_name
    )
    renamed = replace(listed.log, topics=topics, data=data)
    yield "another title of a contest", put_logs((listed.log, renamed))


def _take_place(log: Log, of: Log) -> Log:
    place = of.block_number, of.timestamp, of.transaction, of.index
    return Log(log.address, log.topics, log.data, *place)


def _rest(board: Board) -> Iterator[tuple[str, Board]]:
    for number, call in enumerate(sorted(board.answers, key=_key)):
        if number % 4 == 0 and board.answers[call]:
            answers = {**board.answers, call: flip(board.answers[call])}
            title = f"answer to 0x{call.calldata[:4].hex()} changed, {number}"
            yield title, replace(board, answers=answers)
    first = min(board.answers, key=_key)
    others = {call: raw for call, raw in board.answers.items() if call != first}
    yield "an answer left out", replace(board, answers=others)
    yield "no answers", replace(board, answers={})
    for number, address in enumerate(sorted(board.code)):
        code = {**board.code, address: flip(board.code[address], 40)}
        yield f"code of contract {number} changed", replace(board, code=code)
    asked = {call.address for call in board.answers}
    code = {address: board.code[address] for address in asked}
    yield "no code of the blueprints", replace(board, code=code)
    yield "another chain", replace(board, chain_id=board.chain_id + 1)
    yield "another election", replace(board, election=Address(board.election[::-1]))


def _bounds(board: Board) -> Iterator[tuple[str, Board]]:
    """Go one beyond what a constructor takes, or a decoder."""
    deployed = find(board, events.ElectionDeployed)
    rules, roster = deployed.event.rules, deployed.event.trustees
    many = tuple(Address(bytes([n]) * 20) for n in range(1, 34))
    others = {
        "33 observers": replace(rules, observers=many),
        "a title of 129 bytes": replace(rules, title="x" * 129),
        **{f"a title {why}": replace(rules, title=text) for why, text in NAMES.items()},
        "keys too short for the last attempt": replace(rules, step_seconds=5_761),
    }
    for title, other in others.items():
        yield title, change(board, deployed, rules=other)
    more = (replace(roster.members[0], account=each) for each in many)
    members = (*roster.members, *more)[:21]
    longer = replace(roster, members=members)
    yield "21 trustees and reserves", change(board, deployed, trustees=longer)
    listed = find(board, events.ContestListed, lambda each: each.event.contest == 2)
    names = {
        "17 candidates": ("x",) * 17,
        "a candidate of 129 bytes": ("x", "x" * 129),
        **{f"a candidate {why}": ("x", text) for why, text in NAMES.items()},
    }
    for title, candidates in names.items():
        yield title, change(board, listed, candidates=candidates)
    alike = {"names alike": ("Анна", "AHHA"), "one name": ("x", "x")}
    for title, candidates in alike.items():
        yield f"candidates of {title}", change(board, listed, candidates=candidates)
    yield "particulars for one alone", change(board, listed, particulars=("x",))
    yield "particulars of 257 bytes", change(board, listed, particulars=("x" * 257, ""))
    yield "two candidates of one text", put(board, listed.log, _share(listed.log))


def _share(log: Log) -> Log:
    """Let both offsets of a list of two short texts lead to the first of them."""
    names, rest = log.data[:-160], log.data[-160:]  # particulars, none
    before, offset = names[:-192], names[-192:-160]
    return replace(log, data=before + 2 * offset + names[-128:-64] + rest)


def _key(call: Any) -> tuple[bytes, bytes]:
    return call.address, call.calldata
