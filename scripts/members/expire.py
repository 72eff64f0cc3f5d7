"""Exclude the first silent member, or say why nobody can be."""

from __future__ import annotations

from election.client.contracts.key_ceremony import KeyCeremony
from election.client.errors import UnexpectedAnswerError
from election.crypto.signature import SigningKey
from election.crypto.transcript import Address
from election.protocol.abi import ContractName, decode_event
from election.protocol.ceremony.attempt import Step
from election.protocol.events import AttemptAborted
from election.protocol.replay import Part
from scripts.shared.durations import spell_here
from scripts.shared.errors import NotYetError, RuledOutError


def require_running(ceremony: KeyCeremony, *, part: Part) -> Step:
    """Give the step of a ceremony; raises RuledOutError if none is left."""
    step = ceremony.step()
    if step in (Step.FINAL, Step.FAILED):
        raise RuledOutError(part.title, "is over: nobody can be excluded any more")
    return step


def require_overdue(ceremony: KeyCeremony, *, part: Part, end: int) -> None:
    """Raise NotYetError while a step has time left, RuledOutError if no step is left.

    end: of the phase in which keys are made, Unix seconds.
    """
    step, deadline = require_running(ceremony, part=part), ceremony.deadline()
    now = ceremony.contract.connection.read_clock()
    if now >= end:
        fact = f"ended without a key: keys were made until {spell_here(end)}"
        raise RuledOutError(part.title, fact)
    if now < deadline:
        fact = f"step {step.name.lower()} has time left until {spell_here(deadline)}"
        raise NotYetError(part.title, f"{fact}; nobody can be excluded before")


def expire(ceremony: KeyCeremony, *, key: SigningKey) -> Address:
    """Exclude the first silent member; returns its account.

    Raises UnexpectedAnswerError if the node shows that nobody was.
    """
    receipt = ceremony.contract.connection.send(ceremony.expire(), key=key)
    for log in receipt.logs:
        event = decode_event(log, ContractName.KEY_CEREMONY)
        if isinstance(event, AttemptAborted):
            return event.culprit
    fact = "shows nobody whom it excluded: ask another node what became of it"
    raise UnexpectedAnswerError("ceremony", fact)
