"""Calls in another encoding than the ABI's: refused, or the same act in every event.

How ballots are encoded is tested with the box.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Final

import pytest
from web3.types import LogReceipt

from election.client.errors import ContractRefusedError
from election.client.wire import Act
from election.crypto.signature import SigningKey
from election.protocol.board import Log
from election.protocol.ceremony.attempt import Kind, Step
from election.protocol.context import derive_election_id
from election.protocol.phases import derive_extension_hash
from tests.contracts.chain import RefusedError
from tests.contracts.conftest import CeremonyAt
from tests.contracts.leaf_desk import LOCK, LeafDesk, open_desk
from tests.contracts.rehearsal import COUNTS, LARGE, LONELY, Rehearsal, lists_published
from tests.contracts.sums import authorize, open_sums

_SELECTOR: Final = 4
_WORD: Final = 32

Told = tuple[tuple[tuple[bytes, ...], bytes], ...]
"""Topics and data of every event."""


@dataclass(frozen=True, slots=True)
class Case:
    """The calldata of an honest act; told: what other calldata leads to.

    It tells no event if the act is refused.
    """

    payload: bytes
    told: Callable[[bytes], Told]


def tell(logs: tuple[Log, ...] | list[LogReceipt]) -> Told:
    """List events; that of a share which is refused has no data and is none."""
    pairs = (
        (tuple(map(bytes, log.topics)), log.data)
        if isinstance(log, Log)
        else (tuple(map(bytes, log["topics"])), bytes(log["data"]))
        for log in logs
    )
    return tuple(pair for pair in pairs if pair[1])


def try_act(rehearsal: Rehearsal, act: Act, sender: SigningKey) -> Case:
    def told(payload: bytes) -> Told:
        with rehearsal.unwound():
            try:
                receipt = rehearsal.send(replace(act, payload=payload), sender)
            except ContractRefusedError:
                return ()
            return tell(receipt.logs)

    return Case(act.payload, told)


def try_message(ceremony_at: CeremonyAt, step: Step) -> Case:
    """Take one of a trustee's steps; a complaint stands for FINAL."""
    run = ceremony_at(Kind.TRUSTEES, step if step is not Step.FINAL else Step.CONFIRM)
    if step is Step.FINAL:
        act = run.complain(run.complaint(1, 2))
    else:
        if step is Step.CONFIRM:
            run.derive_all()
        act = run.honest_act(step, 1)

    def told(payload: bytes) -> Told:
        with run.chain.unwound():
            try:
                receipt = run.chain._send_raw(
                    "0x" + payload.hex(), to=act.address, sender=run.account(1)
                )
            except RefusedError:
                return ()
            return tell(receipt["logs"])

    return Case(bytes.fromhex(str(act._encode_transaction_data())[2:]), told)


@contextmanager
def at_the_desk(make: Callable[[LeafDesk], Act]) -> Iterator[Case]:
    """Act on a leaf in the phase that the maker enters."""
    with open_desk() as desk:
        act = make(desk)
        desk.rehearsal.opened.connection.request("evm_mine")
        yield try_act(desk.rehearsal, act, desk.rehearsal.roles.polling_station)


def register(desk: LeafDesk) -> Act:
    return desk.enter_registration().register(lock=LOCK)


def withdraw(desk: LeafDesk) -> Act:
    desk.enter_registration().send(desk.register(lock=LOCK))
    return desk.withdraw(signature=desk.sign_lock(desk.withdrawal()))


def mark_paper(desk: LeafDesk) -> Act:
    desk.enter(4)
    return desk.mark_paper()


def request_credential(desk: LeafDesk) -> Act:
    return desk.enter_polls().request_credential()


@contextmanager
def extending() -> Iterator[Case]:
    with lists_published().unwound() as lists:
        digest = derive_extension_hash(
            derive_election_id(lists.opened.rules.slug),
            chain_id=lists.opened.connection.chain_id,
            election=lists.opened.address,
            counter=0,
            delta=60,
        )
        signed = authorize(digest, lists.roles)
        act = lists.opened.election.extend(
            60, commission=signed.commission, observers=signed.observers
        )
        yield try_act(lists, act, lists.roles.relay)


@contextmanager
def overriding() -> Iterator[Case]:
    with open_sums(LONELY) as sums:
        yield try_act(sums.rehearsal, sums.override(), sums.account(1))


@contextmanager
def sharing() -> Iterator[Case]:
    with open_sums(LARGE) as sums:
        yield try_act(sums.rehearsal, sums.submit(sums.share()), sums.account(1))


@contextmanager
def finalizing() -> Iterator[Case]:
    with open_sums(LARGE) as sums:
        sums.give_shares((1, 2, 3))
        act = sums.finalize((1, 2, 3), COUNTS[LARGE])
        yield try_act(sums.rehearsal, act, sums.account(1))


CASES: Final = {
    "register": lambda: at_the_desk(register),
    "withdraw": lambda: at_the_desk(withdraw),
    "mark_paper": lambda: at_the_desk(mark_paper),
    "request_credential": lambda: at_the_desk(request_credential),
    "extend": extending,
    "override": overriding,
    "submit_share": sharing,
    "finalize": finalizing,
}


STEPS: Final = {
    "enroll": Step.ENROLL,
    "reveal": Step.REVEAL,
    "deal": Step.SHARES,
    "confirm": Step.CONFIRM,
    "complain": Step.FINAL,
}


@pytest.fixture(params=[*CASES, *STEPS])
def case(request: pytest.FixtureRequest, ceremony_at: CeremonyAt) -> Iterator[Case]:
    if request.param in STEPS:
        yield try_message(ceremony_at, STEPS[request.param])
        return
    with CASES[request.param]() as made:
        yield made


def offsets_of(payload: bytes) -> list[int]:
    """Find the words that look like offsets or lengths of what follows."""
    words = range(_SELECTOR, len(payload), _WORD)
    values = {at: int.from_bytes(payload[at : at + _WORD], "big") for at in words}
    return [at for at, value in values.items() if 0 < value < len(payload)]


@pytest.mark.parametrize("extra", [b"\1", bytes(32), b"\1" * 4000])
def test_bytes_after_the_arguments_change_nothing(case: Case, extra: bytes) -> None:
    honest = case.told(case.payload)
    assert honest
    assert case.told(case.payload + extra) == honest


def test_act_whose_end_is_cut_off_is_refused_or_ends_in_zeros(case: Case) -> None:
    """A dealer may deal zeros, too; nothing may stand in that nobody sent."""
    for missing in (_WORD, len(case.payload) // 2, len(case.payload) - _SELECTOR):
        cut = case.payload[:-missing]
        assert case.told(cut) in ((), case.told(cut + bytes(missing)))


def move_apart(payload: bytes, gap: bytes) -> bytes:
    """Put a gap between the head of the arguments and what its offsets lead to."""
    head, values = payload[:_SELECTOR], payload[_SELECTOR:]
    numbers = [
        int.from_bytes(values[at : at + _WORD], "big")
        for at in range(0, len(values), _WORD)
    ]
    size = next(n for n in numbers if n and n % _WORD == 0)
    for number in numbers[: size // _WORD]:
        moved = number + len(gap) if size <= number < len(values) else number
        head += moved.to_bytes(_WORD, "big")
    return head + gap + values[size:]


@pytest.mark.parametrize("gap", [b"\1" * 7, bytes(32), b"\1" * 4000])
def test_arguments_that_stand_further_off_are_the_same_act(
    case: Case, gap: bytes
) -> None:
    honest = case.told(case.payload)
    assert case.told(move_apart(case.payload, gap)) == honest


@pytest.mark.parametrize("shift", [-32, -1, 1, 31, 32, 2**255, 2**256 - 64])
def test_act_at_odd_offsets_is_refused_or_the_same(case: Case, shift: int) -> None:
    """What is announced is what was checked, wherever in the call it stood."""
    payload = case.payload
    honest = case.told(payload)
    for at in offsets_of(payload):
        value = int.from_bytes(payload[at : at + _WORD], "big") + shift
        odd = (value % 2**256).to_bytes(_WORD, "big")
        changed = payload[:at] + odd + payload[at + _WORD :]
        assert case.told(changed) in ((), honest)
