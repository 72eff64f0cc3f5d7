"""No voter costs either audit more because there are many voters, or many lists."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import ClassVar, Final

import pytest
from typing_extensions import override

from election.audit.audit import run_checks
from election.audit.bundle import encode_bundle
from election.audit.evidence import Evidence
from election.crypto.group import G, encode_g1
from election.crypto.transcript import ZERO_HASH
from election.protocol.board import Board
from election.protocol.events import Issued, ListPublished, PaperMarked
from reference.audit import list_checks, run_check
from reference.build import Build
from reference.bundle import Bundle, read_bundle
from reference.checks.issuance import check_issuance
from reference.checks.shares import check_shares
from reference.log_file import Log
from reference.record import Contract, Decoded, Event, Record
from reference.report import Cases
from tests.audit.tampering import change, find, put
from tests.linear import assert_no_dearer, count_opcodes

CHECKS: Final = (
    *("record", "clock", "lists", "leaves", "attestations", "issuance"),
    *("casting", "counting", "state"),
)
GENERATOR = encode_g1(G)
VOTERLESS = Bundle(1, bytes(20), 1, 1, {}, {}, ())
_LISTS: Final = 200
_LEAVES: Final = 50
NOWHERE = Log(bytes(20), (), b"", 0, 0, bytes(32), 0)


def repeat(
    board: Board, kind: type[Issued | ListPublished | PaperMarked], times: int
) -> Board:
    log = find(board, kind).log
    logs = (replace(log, index=log.index + more) for more in range(times))
    return put(board, log, *logs)


def audit_first(board: Board, builds: Mapping[str, Build]) -> None:
    del builds
    tuple(run_checks(Evidence(board), CHECKS, progress=lambda *_: None))


def audit_again(board: Board, builds: Mapping[str, Build]) -> None:
    record, checks = Record(read_bundle(encode_bundle(board))), list_checks(builds)
    for name in CHECKS:
        run_check(name, record, checks=checks)


@pytest.mark.parametrize("audit", [audit_first, audit_again])
@pytest.mark.parametrize("kind", [Issued, PaperMarked])
def test_leaf_costs_an_audit_the_same_however_much_there_is(
    board: Board,
    builds: Mapping[str, Build],
    audit: Callable[[Board, Mapping[str, Build]], None],
    kind: type[Issued | PaperMarked],
) -> None:
    last = find(board, ListPublished, lambda entry: entry.event.root != ZERO_HASH)
    roomy = change(board, last, size=2**20)  # so that counting goes on

    def prepare(lists: int, leaves: int) -> Callable[[], None]:
        more = repeat(repeat(roomy, ListPublished, lists), kind, leaves)
        return partial(audit, more, builds)

    def count(lists: int, leaves: int) -> int:
        return count_opcodes(prepare(lists, leaves))

    prepare(1, 9)()  # so that what is remembered of it costs neither
    few = count(1, 9) - count(1, 1)
    many = count(_LISTS, _LEAVES + 8) - count(_LISTS, _LEAVES)
    assert_no_dearer(few, many)


class Counted(bytes):
    """Bytes that count how often they are compared."""

    compared: ClassVar[int] = 0

    @override
    def __eq__(self, other: object) -> bool:
        Counted.compared += 1
        return super().__eq__(other)

    @override
    def __hash__(self) -> int:
        return super().__hash__()


@pytest.mark.parametrize(
    ("check", "name"), [(check_issuance, "Issued"), (check_shares, "ShareAccepted")]
)
def test_leaf_is_not_compared_with_all_others(
    check: Callable[[Record, Cases], None], name: str
) -> None:
    contract, many = Contract(bytes(20), "voter list"), 200
    record = Record(VOTERLESS)
    events = tuple(
        Event(
            NOWHERE,
            contract,
            name,
            {
                "contest": 1,
                "leaf": Counted(at.to_bytes(32, "big")),
                "trustee": Counted(at.to_bytes(32, "big")),
                "blinded": GENERATOR,
            },
        )
        for at in range(many)
    )
    places = array("Q", range(many))
    vars(record)["decoded"] = Decoded(
        dict(enumerate(events)), set(), {(name, None): places}
    )
    Counted.compared = 0
    check(record, Cases())
    assert Counted.compared < 4 * many
