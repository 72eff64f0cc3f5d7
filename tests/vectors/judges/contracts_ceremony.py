"""How KeyCeremony meets the messages of its members, each from its own account."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any, Final

from election.artifacts import read_artifact
from election.protocol.abi import ContractName
from election.protocol.codec import encode_act, encode_constructor
from election.protocol.phases import Phase
from tests.honest import account
from tests.vectors.judges.answers import answer, assemble
from tests.vectors.judges.files import GIVENS, number
from tests.vectors.judges.scene import Scene

Input = Mapping[str, Any]
ELECTION: Final = account(104)
PROOFS: Final = account(109)
_ATTEMPTS: Final = GIVENS["attempts"]
_NAME: Final = ContractName.KEY_CEREMONY
_HOUR: Final = 3_600
_FIELDS: Final[Mapping[str, tuple[str, ...]]] = {
    "enroll": ("key", "t", "s"),
    "commit": ("commitment",),
    "reveal": ("coefficients", "t", "s", "salt"),
    "deal": ("r", "t", "s", "ciphertexts"),
    "confirm": ("t", "s"),
}
"""What the acts take, by the names that it has in the files."""


@cache
def begin() -> Scene:
    """Make both ceremonies, each at the address that its messages are bound to."""
    (election_id,) = {given["election_id"] for given in _ATTEMPTS.values()}
    answers = (
        answer(ContractName.ELECTION, "phase", Phase.KEYS),
        answer(ContractName.ELECTION, "are_contests_listed", True),
        answer(ContractName.ELECTION, "election_id", bytes.fromhex(election_id)),
    )
    proofs = read_artifact(ContractName.CEREMONY_PROOFS.value).runtime
    scene = Scene().place(ELECTION, assemble(answers)).place(PROOFS, proofs)
    for given in _ATTEMPTS.values():
        members = [(bytes.fromhex(each), False) for each in given["members"]]
        size = given["kind"], given["slots"], len(members), given["k"]
        initcode = read_artifact(_NAME.value).initcode
        arguments = encode_constructor(_NAME, *size, members, _HOUR, PROOFS)
        address = bytes.fromhex(given["ceremony"])
        scene = scene.create(address, initcode + arguments, maker=ELECTION)
    return scene


def _read(name: str, value: Any) -> Any:
    if isinstance(value, list):
        return [bytes.fromhex(each) for each in value]
    return number(value) if name == "s" else bytes.fromhex(value)


def _encode(function: str, case: Input) -> bytes:
    fields = (_read(name, case[name]) for name in _FIELDS[function])
    return encode_act(_NAME, function, *fields)


def _homes(name: str, member: int) -> tuple[bytes, bytes]:
    """Give the ceremony's address and the account of a member."""
    given = _ATTEMPTS[name]
    return bytes.fromhex(given["ceremony"]), bytes.fromhex(given["members"][member - 1])


def _ask(scene: Scene, payload: bytes, case: Input) -> None:
    address, sender = _homes(case["attempt"], case["member"])
    scene.ask(address, payload, sender=sender)


def _act(scene: Scene, payload: bytes, *, name: str, member: int) -> Scene:
    address, sender = _homes(name, member)
    return scene.act(address, payload, sender=sender)


def _act_all(
    scene: Scene, function: str, messages: Iterable[Input], *, name: str
) -> Scene:
    """Let every member send its message, in the order of seats."""
    for member, message in enumerate(messages, 1):
        payload = _encode(function, message)
        scene = _act(scene, payload, name=name, member=member)
    return scene


def _derive(scene: Scene, reveals: list[Input], *, name: str) -> Scene:
    """Derive the key of every slot from what was revealed."""
    given = _ATTEMPTS[name]
    size = 128 * given["kind"] * given["k"]
    raws = [bytes.fromhex(each["coefficients"]) for each in reveals]
    for slot in range(given["slots"]):
        parts = b"".join(raw[slot * size : (slot + 1) * size] for raw in raws)
        payload = encode_act(_NAME, "derive", slot + 1, parts)
        scene = _act(scene, payload, name=name, member=1)
    return scene


def _enroll_all(scene: Scene, name: str) -> Scene:
    return _act_all(scene, "enroll", _ATTEMPTS[name]["enrolments"], name=name)


def _commitments(name: str) -> list[Input]:
    return [{"commitment": each} for each in _ATTEMPTS[name]["commitments"]]


def _reveal_all(scene: Scene, name: str) -> Scene:
    committed = _act_all(scene, "commit", _commitments(name), name=name)
    return _act_all(committed, "reveal", _ATTEMPTS[name]["reveals"], name=name)


def _deal_all(scene: Scene, name: str) -> Scene:
    dealt = _act_all(scene, "deal", _ATTEMPTS[name]["deals"], name=name)
    return _derive(dealt, _ATTEMPTS[name]["reveals"], name=name)


@cache
def _bound(name: str) -> Scene:
    return _enroll_all(begin(), name)


@cache
def _revealed(name: str) -> Scene:
    return _reveal_all(_bound(name), name)


@cache
def _dealt(name: str) -> Scene:
    return _deal_all(_revealed(name), name)


@cache
def finish() -> Scene:
    """Let both ceremonies come to their end."""
    scene = begin()
    for name, given in _ATTEMPTS.items():
        dealt = _deal_all(_reveal_all(_enroll_all(scene, name), name), name)
        scene = _act_all(dealt, "confirm", given["confirmations"], name=name)
    return scene


@cache
def _others_committed(name: str, member: int) -> Scene:
    scene = _bound(name)
    for seat, message in enumerate(_commitments(name), 1):
        if seat != member:
            payload = _encode("commit", message)
            scene = _act(scene, payload, name=name, member=seat)
    return scene


def meet_enrolment(case: Input) -> None:
    """Take an enrolment."""
    _ask(begin(), _encode("enroll", case), case)


def meet_reveal(case: Input) -> None:
    """Take a reveal of what the case says was committed to."""
    name, member = case["attempt"], case["member"]
    scene, payload = _others_committed(name, member), _encode("commit", case)
    committed = _act(scene, payload, name=name, member=member)
    _ask(committed, _encode("reveal", case), case)


def meet_reveals(case: Input) -> None:
    """Take the reveals of all members and derive the keys."""
    name, reveals = case["attempt"], case["reveals"]
    committed = _act_all(_bound(name), "commit", reveals, name=name)
    _derive(_act_all(committed, "reveal", reveals, name=name), reveals, name=name)


def meet_deal(case: Input) -> None:
    """Take a deal."""
    _ask(_revealed(case["attempt"]), _encode("deal", case), case)


def meet_confirmation(case: Input) -> None:
    """Take a confirmation."""
    _ask(_dealt(case["attempt"]), _encode("confirm", case), case)


def meet_complaint(case: Input) -> None:
    """Judge a complaint, whoever it blames."""
    given, dealer = _ATTEMPTS[case["attempt"]], case["dealer"]
    revealed = bytes.fromhex(given["reveals"][dealer - 1]["coefficients"])
    deal = (_read(n, given["deals"][dealer - 1][n]) for n in ("r", "ciphertexts"))
    opening = (_read(name, case[name]) for name in ("z", "t1", "t2", "s"))
    payload = encode_act(_NAME, "complain", dealer, revealed, *deal, *opening)
    _ask(_dealt(case["attempt"]), payload, case)
