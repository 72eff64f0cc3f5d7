"""What members of a ceremony may send wrongly, or out of turn, and the refusals."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

from web3.contract.contract import ContractFunction

from election.crypto.transcript import Hash
from election.protocol.ceremony.attempt import Step
from tests.contracts.bad_points import flip
from tests.contracts.ceremony_run import CeremonyRun

STEPS: Final = {
    "enroll": Step.ENROLL,
    "commit": Step.COMMIT,
    "reveal": Step.REVEAL,
    "deal": Step.SHARES,
    "confirm": Step.CONFIRM,
    "complain": Step.CONFIRM,
}
"""When an act is possible."""


def hollow_act(run: CeremonyRun[Any], name: str) -> ContractFunction:
    """Act with nothing in one's hands."""
    view = run.contract.functions
    acts: dict[str, ContractFunction] = {
        "enroll": view.enroll(bytes(128), bytes(128), 0),
        "commit": view.commit(bytes(32)),
        "reveal": view.reveal(b"", b"", 0, bytes(32)),
        "deal": view.deal(b"", b"", 0, []),
        "confirm": view.confirm(b"", 0),
        "complain": view.complain(1, b"", b"", [], b"", b"", b"", 0),
    }
    return acts[name]


Misstep = tuple[str, Callable[[CeremonyRun[Any], int], ContractFunction]]
"""The contract's reason, and what a member sends."""

_NO_POINT: Final = bytes(128)


def _enroll(**changes: Any) -> Callable[[CeremonyRun[Any], int], ContractFunction]:
    return lambda run, member: run.enroll(replace(run.enrolments[member], **changes))


def _deal(**changes: Any) -> Callable[[CeremonyRun[Any], int], ContractFunction]:
    return lambda run, member: run.deal(replace(run.deals[member], **changes))


def _cut_shares(run: CeremonyRun[Any], member: int) -> ContractFunction:
    honest = run.deals[member]
    return run.deal(replace(honest, ciphertexts=honest.ciphertexts[1:]))


def _copy_deal(run: CeremonyRun[Any], member: int) -> ContractFunction:
    other = 1 if member != 1 else 2
    return run.deal(run.deals[other])


def _cut_coefficients(run: CeremonyRun[Any], member: int) -> ContractFunction:
    honest = run.reveals[member]
    return run.reveal(replace(honest, coefficients=honest.coefficients[128:]))


def _change_salt(run: CeremonyRun[Any], member: int) -> ContractFunction:
    honest = run.reveals[member]
    return run.reveal(replace(honest, salt=Hash(flip(honest.salt))))


def _miss_proof(run: CeremonyRun[Any], member: int) -> ContractFunction:
    return run.confirm(replace(run.confirmation(member), s=1))


MISSTEPS: Final[dict[Step, dict[str, Misstep]]] = {
    Step.ENROLL: {
        "empty key": ("key_ceremony: wrong E or R length", _enroll(key=b"")),
        "no key": ("key_ceremony: E or R is infinity", _enroll(key=_NO_POINT)),
        "another's proof": ("key_ceremony: E is not proven", _enroll(s=1)),
    },
    Step.REVEAL: {
        "too few": ("key_ceremony: wrong F length", _cut_coefficients),
        "another salt": ("key_ceremony: not as committed", _change_salt),
    },
    Step.SHARES: {
        "empty point": ("key_ceremony: wrong E or R length", _deal(r=b"")),
        "no point": ("key_ceremony: E or R is infinity", _deal(r=_NO_POINT)),
        "too few": ("key_ceremony: shares miscounted", _cut_shares),
        "no proof": ("key_ceremony: R is not proven", _deal(s=1)),
        "another's": ("key_ceremony: R is not proven", _copy_deal),
    },
    Step.CONFIRM: {"no proof": ("key_ceremony: shares not proven", _miss_proof)},
}
"""By step and name; in COMMIT nothing is wrong."""

COMPLAINTS: Final[dict[str, tuple[str, int, Callable[[Any, int], Any]]]] = {
    "oneself": ("key_ceremony: dealer is oneself", 0, lambda _, member: member),
    "coefficients": ("key_ceremony: not the dealer's F", 1, lambda raw, _: flip(raw)),
    "point": ("key_ceremony: not as dealt", 2, lambda raw, _: flip(raw)),
    "empty point": ("key_ceremony: wrong point length", 2, lambda *_: b""),
    "response": ("key_ceremony: Z is not proven", 7, lambda *_: 1),
}
"""What of a complaint may be false: the reason, which argument, and how."""


def complain_falsely(
    run: CeremonyRun[Any], member: int, dealer: int, name: str
) -> ContractFunction:
    """Complain with one false argument."""
    _, at, change = COMPLAINTS[name]
    given = [*run.complain(run.complaint(member, dealer)).args]
    given[at] = change(given[at], member)
    act: ContractFunction = run.contract.functions.complain(*given)
    return act
