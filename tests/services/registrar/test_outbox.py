"""What is signed is kept, and handed over until it counts, once to any effect."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
import rlp  # type: ignore[import-untyped]
from eth_hash.auto import keccak
from sqlalchemy import select
from typing_extensions import override

from election.client.errors import ContractRefusedError, NodeRefusedError
from election.client.wire import Act
from election.crypto.transcript import Address, Hash
from election.protocol.attestation import Action
from services.registrar.applications import file_application, withdraw
from services.registrar.outbox import (
    Errand,
    Outcome,
    deliver,
    find_stranded,
    keep_sends,
    note_outcomes,
    read_open,
    read_taken,
    sign_errands,
)
from services.registrar.registering import read_due
from services.registrar.tables import sends
from services.registrar.work import (
    accept_filed,
    keep_wanted,
    note_delivered,
    still_wanted,
)
from services.shell.database import Database
from tests.client.stage import RELAY
from tests.services.registrar.small import MAIN, NO_LOCK, START, open_small

CHAIN = 7


@dataclass
class Node:
    """A node that takes what it is sent, and makes a block when it is told."""

    url: str = "node"
    chain_id: int = CHAIN
    used: int = 0
    waiting: dict[int, str] = field(default_factory=dict)
    blocks: dict[str, int] = field(default_factory=dict)
    deaf: bool = False

    def request(self, method: str, *_: Any) -> Any:
        return hex(self.used) if method == "eth_getTransactionCount" else "0x0"

    def request_all(self, requests: Sequence[Any]) -> list[Any]:
        return [
            {"status": "0x1", "blockNumber": hex(self.blocks[digest])}
            if digest in self.blocks
            else None
            for _, (digest,) in requests
        ]

    def request_each(self, requests: Sequence[Any]) -> Iterator[Any]:
        for _, (raw,) in requests:
            nonce = self._nonce(raw)
            if nonce < self.used:
                yield NodeRefusedError(
                    "eth_sendRawTransaction", "nonce too low", -32000
                )
            elif not self.deaf:
                self.waiting[nonce] = raw
                yield "0x" + "00" * 32
            else:
                yield NodeRefusedError("eth_sendRawTransaction", "full", -32000)

    def _nonce(self, raw: str) -> int:
        fields = rlp.decode(bytes.fromhex(raw[2:]))
        return int.from_bytes(fields[0], "big")

    def make_block(self) -> list[str]:
        """Mine what waits in order; gives the hashes."""
        mined = []
        while self.used in self.waiting:
            raw = self.waiting.pop(self.used)
            digest = "0x" + keccak(bytes.fromhex(raw[2:])).hex()
            self.blocks[digest] = len(self.blocks) + 1
            mined.append(digest)
            self.used += 1
        return mined


@dataclass
class Refusing(Node):
    """A node on which every call fails."""

    @override
    def request_each(self, requests: Sequence[Any]) -> Iterator[Any]:
        for _ in requests:
            yield ContractRefusedError("voter_list", "is closed")


@dataclass
class Late(Node):
    """A node that makes its block while it is asked for the counter."""

    @override
    def request(self, method: str, *given: Any) -> Any:
        self.make_block()
        return super().request(method, *given)


def errand(number: int) -> Errand:
    act = Act(Address(b"\x01" * 20), bytes([number]), 100_000, announces=True)
    return Errand("0xe", Hash(bytes([number]) * 32), Action.REGISTER, act, 1_000)


def send(database: Database, node: Any, *numbers: int) -> None:
    taken = database.run_now(read_taken, CHAIN)
    rows = sign_errands(node, [errand(n) for n in numbers], taken, key=RELAY)
    database.run_now(keep_sends, rows, now=0)


def push(database: Database, node: Any, now: int = 0) -> None:
    waiting = database.run_now(read_open, CHAIN)
    database.run_now(note_outcomes, deliver(node, waiting, key=RELAY, now=now))


def states(database: Database) -> list[tuple[int, str]]:
    def read(connection: Any) -> list[tuple[int, str]]:
        query = select(sends.c.nonce, sends.c.state).order_by(sends.c.id)
        return [tuple(row) for row in connection.execute(query)]

    return database.run_now(read)


def test_what_was_kept_before_a_kill_is_handed_over_as_it_was(
    database: Database,
) -> None:
    node = Node()
    send(database, node, 1, 2)  # and the process is killed before it hands them over
    kept = [row.hash for row in database.run_now(read_open, CHAIN)]
    push(database, node)
    push(database, node)  # it was killed before it noted what became of them
    assert node.make_block() == kept
    push(database, node)
    assert states(database) == [(0, "mined"), (1, "mined")]
    assert node.waiting == {}


def test_leaf_with_a_transaction_under_way_gets_no_other(database: Database) -> None:
    node = Node()
    send(database, node, 1)
    send(database, node, 1, 2)
    assert [number for number, _ in states(database)] == [0, 2]


def test_gap_of_nonces_is_filled_first(database: Database) -> None:
    node = Node()
    send(database, node, 1)
    send(database, node, 1, 2)
    send(database, node, 3)
    assert sorted(number for number, _ in states(database)) == [0, 1, 2]


def test_nonce_that_another_program_used_is_lost_and_free(database: Database) -> None:
    node = Node()
    send(database, node, 1)
    node.used = 1
    push(database, node)
    assert states(database) == [(0, "lost")]
    send(database, node, 1)
    assert states(database)[-1] == (1, "open")


def test_what_the_chain_refuses_is_lost_at_once(database: Database) -> None:
    node = Refusing()
    send(database, node, 1)
    push(database, node)
    assert states(database) == [(0, "lost")]


def test_what_was_lost_and_is_signed_to_the_same_bytes_opens_again(
    database: Database,
) -> None:
    """Else nothing is kept any more: its nonce is the lowest that is free."""
    send(database, Refusing(), 1)
    push(database, Refusing())
    node = Node()
    send(database, node, 1, 2)
    assert states(database) == [(0, "open"), (1, "open")]
    push(database, node)
    assert len(node.make_block()) == 2


def test_what_waits_for_a_nonce_that_nobody_uses_goes_on(database: Database) -> None:
    """The first one is lost, as of a voter who asked the chain elsewhere, too."""
    node = Node()
    send(database, node, 1, 2, 3)
    waiting = database.run_now(read_open, CHAIN)
    assert find_stranded(node, waiting, key=RELAY) == []  # type: ignore[arg-type]
    lost = [Outcome(waiting[0].id, "lost")]
    database.run_now(note_outcomes, lost)
    push(database, node)
    assert node.make_block() == []
    waiting = database.run_now(read_open, CHAIN)
    lost = find_stranded(node, waiting, key=RELAY)  # type: ignore[arg-type]
    assert [each.number for each in lost] == [waiting[-1].id]
    database.run_now(note_outcomes, lost)
    send(database, node, 3)
    push(database, node)
    assert len(node.make_block()) == 3  # of the third leaf two, of which one counts
    push(database, node)
    assert states(database)[-1] == (0, "mined")


def test_what_comes_on_the_chain_between_two_looks_is_not_lost(
    database: Database,
) -> None:
    node = Late()
    send(database, node, 1)
    push(database, node)
    assert states(database) == [(0, "open")]
    push(database, node)
    assert states(database) == [(0, "mined")]


def test_part_that_was_withdrawn_while_it_was_attested_is_not_kept(
    tmp_path: Path, register: Database
) -> None:
    desks = open_small(tmp_path, register)
    register.run_now(
        file_application,
        "a0",
        consent="C",
        locks={MAIN: NO_LOCK},
        desks=desks,
        now=START,
    )
    register.run_now(accept_filed, desks=desks, now=START)
    (part,) = register.run_now(read_due, MAIN, now=START, most=9)
    made = replace(errand(1), election=MAIN, leaf=Hash(part.leaf))
    rows = sign_errands(Node(), [made], set(), key=RELAY)  # type: ignore[arg-type]
    register.run_now(
        withdraw, "a0", consent="W", elections=None, desks=desks, now=START
    )
    register.run_now(keep_wanted, [part], rows, still_wanted, now=START)
    assert states(register) == []


def test_part_that_the_chain_refuses_waits_longer_each_time(
    tmp_path: Path, database: Database
) -> None:
    """And asks the two organisations for no attestation meanwhile."""
    desks = open_small(tmp_path, database)
    database.run_now(
        file_application,
        "a0",
        consent="C",
        locks={MAIN: NO_LOCK},
        desks=desks,
        now=START,
    )
    database.run_now(accept_filed, desks=desks, now=START)
    now, waits = START, []
    for number in range(3):  # each time with other attestations
        (part,) = database.run_now(read_due, MAIN, now=now, most=9)
        made = replace(errand(number), election=MAIN, leaf=Hash(part.leaf))
        rows = sign_errands(Refusing(), [made], set(), key=RELAY)  # type: ignore[arg-type]
        database.run_now(keep_wanted, [part], rows, still_wanted, now=now)
        waiting = database.run_now(read_open, CHAIN)
        outcomes = deliver(Refusing(), waiting, key=RELAY, now=0)  # type: ignore[arg-type]
        assert database.run_now(note_delivered, outcomes, now=now) == 1
        due = now
        while not database.run_now(read_due, MAIN, now=due, most=9):
            due += 1
        waits.append(due - now)
        now = due
    assert waits == [5, 10, 20]


@pytest.mark.parametrize(("now", "state"), [(1_000, "open"), (1_121, "lost")])
def test_node_that_takes_nothing_is_asked_until_attestations_are_over(
    database: Database, now: int, state: str
) -> None:
    node = Node(deaf=True)
    send(database, node, 1)
    push(database, node, now)
    assert states(database) == [(0, state)]
