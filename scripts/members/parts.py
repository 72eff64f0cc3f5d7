"""A member's part in one election, found in its key file or begun there.

Secrets belong to one election: its chain, its address, the time of its deployment.
Every other election begins with secrets of its own, so that no share of one is taken
for a share of another, and no end of one for the end of another.
"""

from __future__ import annotations

import secrets
from dataclasses import replace

from election.client.ceremony import AttemptRecord
from election.crypto.group import G, Point, encode_g1
from election.crypto.randomness import SecretSource
from election.protocol.ceremony.attempt import Step
from election.protocol.ceremony.enrolment import derive_encryption_secret
from scripts.shared.errors import InputError
from scripts.shared.files.key_file import (
    Instance,
    KeyFile,
    Secrets,
    StoredPart,
    change_secrets,
)

_RANDOM_BYTES = 64


def source_of(key_file: KeyFile, part: StoredPart) -> SecretSource:
    """Give what a member's secrets of an election follow from."""
    account = key_file.secrets.account.to_bytes(32, "big")
    return SecretSource(part.random, account)


def open_part(
    record: AttemptRecord[Point], key_file: KeyFile, *, instance: Instance
) -> StoredPart | None:
    """Find or begin the part of a member in an election; None if it has no seat.

    Raises InputError if the chain has what this key file did not make, or lacks what
    it made.
    """
    part = key_file.secrets.parts.get(instance)
    if key_file.account not in record.attempt.members:
        if part is not None and not part.random:
            raise _contradict(key_file, record)
        return None
    if part is None:
        part = _begin(record, key_file, instance=instance)
    _require_own(record, key_file, part)
    return part


def _begin(
    record: AttemptRecord[Point], key_file: KeyFile, *, instance: Instance
) -> StoredPart:
    """Keep a new part before its first message; an older file may have it already."""
    kept = key_file.secrets
    older = StoredPart(kept.random, kept.share)
    is_older = _is_made_by(record, key_file, older)

    def begin(now: Secrets) -> Secrets:
        if instance in now.parts:  # another program was quicker
            return now
        if is_older:
            return replace(now, random=b"", share=None).put_part(instance, older)
        drawn = StoredPart(secrets.token_bytes(_RANDOM_BYTES))
        return now.put_part(instance, drawn)

    return change_secrets(key_file, begin).secrets.parts[instance]


def _is_made_by(
    record: AttemptRecord[Point], key_file: KeyFile, part: StoredPart
) -> bool:
    """Tell whether the account's enrolment follows from this part."""
    index = record.attempt.members.index(key_file.account) + 1
    enrolled = record.enrolled.get(index)
    if not part.random:  # its own keys are compared when the record is audited
        is_own = part.share is not None and part.share.member == index
        return is_own and record.step is Step.FINAL
    source = source_of(key_file, part)
    secret = derive_encryption_secret(record.attempt, index, source=source)
    return enrolled is not None and enrolled.key == encode_g1(G * secret)


def _require_own(
    record: AttemptRecord[Point], key_file: KeyFile, part: StoredPart
) -> None:
    index = record.attempt.members.index(key_file.account) + 1
    is_begun = index in record.enrolled or not part.random
    if not is_begun or _is_made_by(record, key_file, part):
        return
    if part.random:
        fact = (
            "did not make the enrolment that its account has on this chain: another "
            "copy of it did, or what it is shown is another history"
        )
        raise InputError(str(key_file.path), fact)
    raise _contradict(key_file, record)


def _contradict(key_file: KeyFile, record: AttemptRecord[Point]) -> InputError:
    step = record.step.name.lower()
    fact = (
        "has ended its part in this election, but what it is shown is attempt "
        f"{record.attempt.number} in step {step}: that is older, or another history"
    )
    return InputError(str(key_file.path), fact)
