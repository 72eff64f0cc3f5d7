"""Signed transactions: kept before any node sees them, handed over until they count.

What is signed is the same bytes for ever, so handing it over twice is once; and each
moves a leaf from one value of its counter, so that even two of them for one step would
be one step. A process that is killed goes on with what is kept here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, Row, insert, select, update

from election.client.errors import ClientError, ContractRefusedError
from election.client.rpc import Connection as Node
from election.client.sending import sign_numbered
from election.client.wire import Act, hexed, parse_number, well_formed
from election.crypto.signature import SigningKey, derive_address
from election.crypto.transcript import Hash
from election.protocol.attestation import Action
from services.registrar.tables import PENDING, sends

_PATIENCE: Final = 120  # seconds after its attestations expired until it is given up


@dataclass(frozen=True, slots=True)
class Errand:
    """An act to be sent for a leaf; expiry: of its attestations, Unix seconds."""

    election: str
    leaf: Hash
    action: Action
    act: Act
    expiry: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a kept transaction: its new state, and its block."""

    number: int
    state: str
    block: int = 0


def sign_errands(
    node: Node, errands: Sequence[Errand], taken: set[int], *, key: SigningKey
) -> list[dict[str, Any]]:
    """Sign acts with the lowest free nonces; gives the rows to be kept.

    taken: nonces of transactions that are open. Raises ClientError.
    """
    free = _free(_count_used(node, key), taken)
    numbered = [(next(free), each.act) for each in errands]
    signed = sign_numbered(node, numbered, key)
    return [
        {
            "election": errand.election,
            "leaf": errand.leaf,
            "action": int(errand.action),
            "chain": node.chain_id,
            "nonce": nonce,
            "hash": each.hash,
            "raw": each.raw,
            "state": "open",
            "block": 0,
            "expiry": errand.expiry,
        }
        for errand, (nonce, _), each in zip(errands, numbered, signed, strict=True)
    ]


def _count_used(node: Node, key: SigningKey) -> int:
    """Ask for the lowest nonce that is in no block; raises ClientError."""
    account = hexed(derive_address(key))
    raw = node.request("eth_getTransactionCount", account, "latest")
    with well_formed(node.url):
        return parse_number(raw)


def _free(first: int, taken: set[int]) -> Iterator[int]:
    while True:
        if first not in taken:
            yield first
        first += 1


def keep_sends(
    connection: Connection, rows: Iterable[dict[str, Any]], *, now: int
) -> int:
    """Keep signed transactions; a leaf that has one waiting gets no other.

    One that was lost and is signed again, to the same bytes, is the same: its row opens
    again.
    """
    kept = 0
    for row in rows:
        waiting = connection.scalar(
            select(sends.c.id).where(
                sends.c.election == row["election"],
                sends.c.leaf == row["leaf"],
                sends.c.state.in_(PENDING),
            )
        )
        if waiting is None:
            again = connection.execute(
                update(sends)
                .where(sends.c.hash == row["hash"], sends.c.state == "lost")
                .values(state="open", at=now)
            )
            if not again.rowcount:
                connection.execute(insert(sends).values(at=now, **row))
            kept += 1
    return kept


def read_open(connection: Connection, chain: int) -> Sequence[Row[Any]]:
    """Read what is not known to be in a block yet, by nonce."""
    return connection.execute(
        select(sends)
        .where(sends.c.chain == chain, sends.c.state == "open")
        .order_by(sends.c.nonce)
    ).all()


def read_taken(connection: Connection, chain: int) -> set[int]:
    """Read the nonces that are taken."""
    query = select(sends.c.nonce).where(sends.c.chain == chain, sends.c.state == "open")
    return set(connection.scalars(query))


def deliver(
    node: Node, waiting: Sequence[Row[Any]], *, key: SigningKey, now: int
) -> list[Outcome]:
    """Look for receipts, and hand over what has none; raises ClientError.

    now: Unix seconds. A transaction whose nonce another one used, or whose
    attestations expired, is lost: whoever wanted it asks anew.
    """
    outcomes = _look(node, waiting)
    known = {each.number for each in outcomes}
    missing = [each for each in waiting if each.id not in known]
    if not missing:
        return outcomes
    requests = [("eth_sendRawTransaction", (each.raw,)) for each in missing]
    answers = list(node.request_each(requests))
    outcomes += _look(node, missing)
    known = {each.number for each in outcomes}
    used = _count_used(node, key)
    for each, answer in zip(missing, answers, strict=True):
        is_lost = (
            isinstance(answer, ContractRefusedError)
            or (each.nonce < used and isinstance(answer, ClientError))
            or each.expiry + _PATIENCE < now
        )
        if each.id not in known and is_lost:
            outcomes.append(Outcome(each.id, "lost"))
    return outcomes


def find_stranded(
    node: Node, waiting: Sequence[Row[Any]], *, key: SigningKey
) -> list[Outcome]:
    """Give up the last transaction if all wait for a nonce that none of them has.

    One was lost below them, and whoever wanted it may not want it any more. What is
    given up is signed anew, with the lowest free nonce, and lets the others pass.
    waiting: open ones, by nonce. Raises ClientError.
    """
    if waiting and waiting[0].nonce > _count_used(node, key):
        return [Outcome(waiting[-1].id, "lost")]
    return []


def _look(node: Node, waiting: Sequence[Row[Any]]) -> list[Outcome]:
    receipts = node.request_all(
        [("eth_getTransactionReceipt", (each.hash,)) for each in waiting]
    )
    outcomes = []
    with well_formed(node.url):
        for each, receipt in zip(waiting, receipts, strict=True):
            if receipt is not None:
                state = "mined" if parse_number(receipt["status"]) else "failed"
                block = parse_number(receipt["blockNumber"])
                outcomes.append(Outcome(each.id, state, block))
    return outcomes


def note_outcomes(connection: Connection, outcomes: Iterable[Outcome]) -> None:
    """Note what became of transactions."""
    for each in outcomes:
        connection.execute(
            update(sends)
            .where(sends.c.id == each.number, sends.c.state == "open")
            .values(state=each.state, block=each.block)
        )
