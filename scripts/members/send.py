"""Send what a member signed on a machine without a network, each act once.

Whoever is killed and runs it again finds by their hashes which of the transactions a
node has; what an act would do and is there already, by whatever transaction, is not
sent.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from election.client.ceremony import (
    Ceremony,
    issuers_ceremony,
    read_attempt,
    trustees_ceremony,
)
from election.client.delivering import await_known, deliver, find_known
from election.client.errors import ContractRefusedError
from election.client.open_election import OpenElection
from election.client.wire import Receipt
from election.errors import ElectionError
from election.protocol.abi import ContractName, decode_event
from election.protocol.events import ShareAccepted
from election.protocol.tally import TallyState
from scripts.shared.errors import (
    ContestError,
    InputError,
    NotYetError,
    ScriptError,
)
from scripts.shared.files.signed_file import SignedAct, SignedActs
from scripts.shared.terminal import say

_ANEW: Final = "export the record anew, and sign again by it"
_SHARE: Final = "submit_share"
_WORDS: Final[Mapping[str, str]] = {
    "enroll": "the enrolment",
    "commit": "the commitment",
    "reveal": "the reveal",
    "deal": "the deal",
    "confirm": "the confirmation",
    "complain": "the complaint",
}
_MAKING: Final = {"trustees": "election key", "issuers": "credential keys"}


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of an act: sent, there, needless, refused, or numbered otherwise.

    contest, error: of a share that was not sent, and why.
    """

    act: str
    result: str
    contest: int = 0
    error: ElectionError | None = None


def spell_act(each: SignedAct) -> str:
    """Say what a signed act is, as its bytes have it."""
    if each.function == _SHARE:
        return f"the share of contest {each.values[0]}"
    making = f"in the making of the {_MAKING[each.part]}"
    if each.function == "derive":
        return f"the sum of slot {each.values[0]} {making}"
    return f"{_WORDS[each.function]} {making}"


def require_own(path: Path, signed: SignedActs, opened: OpenElection) -> None:
    """Raise InputError for a file that is of another chain or election."""
    chain_id = opened.connection.chain_id
    if signed.chain_id != chain_id:
        fact = f"is signed for chain {signed.chain_id}, and the election is on chain "
        raise InputError(str(path), f"{fact}{chain_id}")
    if signed.election != opened.address:
        raise InputError(str(path), "is signed for another election")


def send_acts(opened: OpenElection, signed: SignedActs) -> Iterator[Fate]:
    """Send acts in their order; tells of each what became of it.

    A share that cannot be sent stops no other one. Raises ClientError, and of a
    ceremony InputError and NotYetError for a number that is not the account's next one.
    """
    for each in signed.acts:
        words = spell_act(each)
        say(f"sending {words} ...")
        try:
            yield Fate(words, _send(opened, signed, each))
        except (ContractRefusedError, InputError, NotYetError) as error:
            is_refused = isinstance(error, ContractRefusedError)
            if each.function != _SHARE:
                if is_refused:
                    error.add_note(f"`veche status` shows what is due; {_ANEW}")
                raise
            result = "refused" if is_refused else "numbered otherwise"
            yield Fate(words, result, each.values[0], error)


def _send(opened: OpenElection, signed: SignedActs, each: SignedAct) -> str:
    connection = opened.connection
    known = find_known(connection, each.choices)
    if known is not None:
        _require_taken(each, await_known(connection, known))
        return "there"
    found = _find_done(opened, signed, each)
    if found is not None:
        return found
    number = connection.read_nonce(signed.account)
    choice = each.numbers.get(number)
    if choice is None:
        raise _spell_number(each, number)
    try:
        receipt = deliver(connection, choice)
    except ContractRefusedError:
        found = _find_done(opened, signed, each)
        if found is None:
            raise
        return found
    _require_taken(each, receipt)
    return "sent"


def _require_taken(each: SignedAct, receipt: Receipt) -> None:
    """Raise ContractRefusedError for a share whose proof the tally found wrong.

    It says so in an event, and changes nothing: such a transaction succeeds.
    """
    if each.function != _SHARE:
        return
    said = (decode_event(log, ContractName.TALLY) for log in receipt.logs)
    if not any(isinstance(event, ShareAccepted) for event in said):
        fact = "the proof of the share does not hold: sign it again, by a later record"
        raise ContractRefusedError("tally", fact)


def require_all(fates: Sequence[Fate]) -> None:
    """Raise why shares were not sent: ContestError if only some were not."""
    errors = {each.contest: each.error for each in fates if each.error is not None}
    for first in errors.values():
        if len(errors) == len(fates):
            raise first
        failed = ContestError({contest: str(each) for contest, each in errors.items()})
        failed.add_note(f"what was done for the others stands; for these {_ANEW}")
        raise failed


def _find_done(opened: OpenElection, signed: SignedActs, each: SignedAct) -> str | None:
    """Tell if what an act does is there already, or is needed no more."""
    if each.function == _SHARE:
        contest, trustee = each.values[:2]
        opened.contest(contest)
        if opened.tally.contract.read("share", contest, trustee):
            return "there"
        is_final = opened.tally.state(contest) is TallyState.FINAL
        return "needless" if is_final else None
    is_said = _is_said_in(opened, signed, each)
    return "there" if is_said else None


def _is_said_in(opened: OpenElection, signed: SignedActs, each: SignedAct) -> bool:
    """Tell whether a ceremony's current attempt has a message."""
    is_of_trustees = each.part == "trustees"
    ceremony: Ceremony[Any] = (
        trustees_ceremony(opened) if is_of_trustees else issuers_ceremony(opened)
    )
    record = read_attempt(ceremony)
    if each.function == "derive":
        return each.values[0] in record.derived
    if signed.account not in record.attempt.members:
        return False
    said = {
        "enroll": record.enrolled,
        "commit": record.committed,
        "reveal": record.revealed,
        "deal": record.dealt,
        "confirm": record.confirmed,
    }
    index = record.attempt.members.index(signed.account) + 1
    return index in said.get(each.function, ())


def _spell_number(each: SignedAct, number: int) -> ScriptError:
    """Say why none of an act's transactions is its account's next one; no fault."""
    first, last = each.choices[0].nonce, each.choices[-1].nonce
    subject = spell_act(each)
    if number < first:
        fact = f"is transaction {first} of its account, which has sent {number}: send "
        fact += f"first what was signed before it, or {_ANEW}"
        return NotYetError(subject, fact)
    fact = f"is transaction {last} of its account, which has sent {number} by now"
    return InputError(subject, f"{fact}: another one took its place", hint=_ANEW)
