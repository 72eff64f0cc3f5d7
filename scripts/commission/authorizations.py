"""Signatures of the commission and a quorum of observers, collected in files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import with_config

from election.client.open_election import OpenElection
from election.crypto.signature import Signature, recover_signer
from election.crypto.transcript import Hash
from election.protocol.context import derive_election_id
from election.protocol.events import ContestListed, Extended, Rules
from election.protocol.longest_extension import LONGEST_EXTENSION
from election.protocol.phases import derive_extension_hash
from election.protocol.tally import TallyState, derive_override_hash
from election.protocol.text import spell_number, spell_time
from scripts.shared.acceptance import AuditedElection
from scripts.shared.errors import InputError, NotYetError, RuledOutError
from scripts.shared.files.json_file import CLOSED, Hex32, Word, read_json


@with_config(CLOSED)
@dataclass(frozen=True, slots=True)
class AuthorizationFile:
    """One organisation's signature over a hash."""

    format: Literal["veche-authorization/1"]
    hash: Hex32
    v: Word
    r: Word
    s: Word


@dataclass(frozen=True, slots=True)
class Proposal:
    """What is signed, and what it means to whoever signs it."""

    digest: Hash
    meaning: str


@dataclass(frozen=True, slots=True)
class Authorization:
    """What the contract takes: observers by increasing address."""

    commission: Signature
    observers: tuple[Signature, ...]


def propose_extension(audited: AuditedElection, delta: int) -> Proposal:
    """Say what the next extension does, by delta seconds, and what is signed for it.

    Its number and the closings are those of an audited record: a node that numbered
    it could collect signatures for several and use them one after the other. Raises
    RuledOutError for one that no contract takes any more.
    """
    evidence = audited.evidence
    rules, before = evidence.deployed.rules, evidence.every(Extended)
    digest = derive_extension_hash(
        evidence.deployed.election_id,
        chain_id=evidence.board.chain_id,
        election=evidence.board.election,
        counter=len(before),
        delta=delta,
    )
    so_far = sum(each.event.delta for each in before)
    require_in_time(rules, so_far, delta, now=evidence.board.head.timestamp)
    shift = so_far + delta
    issue, cast = (spell_time(each + shift) for each in rules.times[5:])
    meaning = (
        f"extension {len(before)}, by {spell_number(delta, 'second')}: "
        f"credentials until {issue}, ballots until {cast}"
    )
    return Proposal(digest, meaning)


def propose_override(audited: AuditedElection, contest: int) -> Proposal:
    """Say whose sum is opened though few are in it, and what is signed for it.

    Raises InputError if there is no such contest, and what `require_withheld` does.
    """
    evidence = audited.evidence
    if contest not in {each.id for each in evidence.deployed.contests}:
        raise InputError(f"contest {contest}", "is not in the election")
    require_withheld(contest, audited.state(contest))
    frozen = audited.frozen[contest]
    title = evidence.last(ContestListed, contest).event.title
    meaning = (
        f"contest {contest}, {title}: opens the sum of "
        f"{spell_number(frozen.tally.cast_count, 'ballot')}, where "
        f"{evidence.deployed.rules.m_min} is the minimum"
    )
    return Proposal(derive_override_hash(frozen.tally), meaning)


def require_in_time(rules: Rules, so_far: int, delta: int, *, now: int) -> None:
    """Raise RuledOutError for an extension that comes too late, or is too long.

    so_far: seconds of the extensions before. now: by the chain, Unix seconds.
    """
    end = rules.times[5] + so_far
    if now >= end:
        fact = f"could be extended before {spell_time(end)}; the chain's clock says "
        fact += spell_time(now)
        raise RuledOutError("polls", fact)
    left = LONGEST_EXTENSION - so_far
    if delta > left:
        fact = f"can be extended by {spell_number(left, 'second')} more, not by {delta}"
        raise RuledOutError("polls", fact)


def require_withheld(contest: int, state: TallyState) -> None:
    """Raise NotYetError before a sum is closed, RuledOutError for one to be seen."""
    if state is TallyState.NONE:
        hint = "`veche freeze` closes the sums once the polls are, anybody may"
        raise NotYetError(f"contest {contest}", "is not frozen yet", hint=hint)
    if state is not TallyState.WITHHELD:
        fact = "is not withheld: `veche status` shows how far its count is"
        raise RuledOutError(f"contest {contest}", fact)


def derive_next_extension(opened: OpenElection, delta: int) -> Hash:
    """Derive what has to be signed for the next extension, as a node counts them."""
    return _derive_extension(opened, delta, opened.election.extension_counter())


def find_done(opened: OpenElection, delta: int, *, paths: Sequence[Path]) -> int | None:
    """Find the extension that these signatures are of, if it was carried out."""
    signed = {read_json(path, AuthorizationFile).hash for path in paths}
    for number in range(opened.election.extension_counter()):
        if signed == {_derive_extension(opened, delta, number)}:
            return number
    return None


def _derive_extension(opened: OpenElection, delta: int, counter: int) -> Hash:
    return derive_extension_hash(
        derive_election_id(opened.rules.slug),
        chain_id=opened.connection.chain_id,
        election=opened.address,
        counter=counter,
        delta=delta,
    )


def collect(
    opened: OpenElection, digest: Hash, *, paths: Sequence[Path]
) -> Authorization:
    """Sort out whose signatures these are; raises InputError for a wrong one."""
    signed: dict[bytes, Signature] = {}
    for path in paths:
        file = read_json(path, AuthorizationFile)
        if file.hash != digest:
            raise InputError(str(path), "authorizes something else")
        signature = Signature(file.v, file.r, file.s)
        signed[recover_signer(digest, signature)] = signature
    commission = signed.pop(opened.rules.commission, None)
    if commission is None:
        raise InputError("authorization", "the commission has not signed")
    if strangers := set(signed) - set(opened.rules.observers):
        raise InputError(f"signer 0x{min(strangers).hex()}", "is no observer")
    return Authorization(commission, tuple(signed[each] for each in sorted(signed)))
