"""Exclude a member who lets the others wait."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from election.client.contracts.key_ceremony import KeyCeremony
from election.client.errors import ContractRefusedError, UnexpectedAnswerError
from election.crypto.signature import SigningKey
from election.crypto.transcript import Address
from election.protocol.abi import ContractName, decode_event
from election.protocol.ceremony.attempt import Step
from election.protocol.events import AttemptAborted
from election.protocol.replay import Part
from scripts.shared.durations import spell_here
from scripts.shared.errors import InputError, NotYetError
from scripts.shared.files.key_file import Role
from scripts.shared.options import (
    AnyRpcUrl,
    AsJson,
    ElectionFile,
    KeyPath,
    PasswordFile,
)
from scripts.shared.session import enter, unlock
from scripts.shared.standing import spell_margin
from scripts.shared.terminal import say, show

EXAMPLE = "veche expire trustees --election election.json --key keys/commission.json"


class Which(StrEnum):
    """One of an election's two ceremonies."""

    TRUSTEES = "trustees"
    ISSUERS = "issuers"


def require_overdue(ceremony: KeyCeremony, *, part: Part, end: int) -> None:
    """Raise NotYetError while a step has time left, InputError if no step is left.

    end: of the phase in which keys are made, Unix seconds.
    """
    step, deadline = ceremony.step(), ceremony.deadline()
    if step in (Step.FINAL, Step.FAILED):
        raise InputError(part.title, "is over: nobody can be excluded any more")
    now = ceremony.contract.connection.read_clock()
    if now >= end:
        fact = f"ended without a key: keys were made until {spell_here(end)}"
        raise InputError(part.title, fact)
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


def command(
    ceremony: Annotated[Which, typer.Argument(help="Whose ceremony.")],
    election: ElectionFile,
    key: KeyPath,
    password_file: PasswordFile = None,
    rpc_urls: AnyRpcUrl = None,
    as_json: AsJson = False,
) -> None:
    """Exclude the first member who let a ceremony's step pass in silence.

    Anybody may do it, once the step's time is over; `veche status` says until when.
    """
    opened = enter(election, rpc_urls)
    key_file = unlock(key, password_file, roles=set(Role))
    handle = opened.trustees if ceremony is Which.TRUSTEES else opened.issuers
    part = Part.TRUSTEES if ceremony is Which.TRUSTEES else Part.ISSUERS
    try:
        culprit = expire(handle, key=key_file.key)
    except ContractRefusedError:
        require_overdue(handle, part=part, end=opened.rules.times[1])
        raise
    members, threshold = handle.n(), handle.k()
    result = {"excluded": f"0x{culprit.hex()}"}
    show(result | {"members": members, "threshold": threshold}, as_json=as_json)
    say(spell_margin(members, threshold, part=part))
