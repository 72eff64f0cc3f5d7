"""A member's part in a ceremony, with the key file that its secrets are kept in.

What it made is audited at once: after the polls, nothing could mend it.
"""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Final

import typer

from election.audit.evidence import Evidence
from election.client.ceremony import (
    Ceremony,
    issuers_ceremony,
    trustees_ceremony,
)
from election.client.ceremony_member import Advance, Member, advance_member
from election.client.errors import ContractRefusedError
from election.client.open_election import OpenElection
from election.crypto.group import Point
from election.crypto.randomness import SecretSource
from election.protocol.ceremony.attempt import Step
from election.protocol.ceremony.confirmation import KeyShare
from election.protocol.replay import Part
from scripts.acceptance import (
    MADE,
    read_record,
    require_keys,
    require_own_key,
)
from scripts.errors import InputError
from scripts.files.key_file import KeyFile, Role, StoredShare, change_secrets
from scripts.session import enter, unlock
from scripts.terminal import say, show

Wait = Annotated[bool, typer.Option("--wait", help="Go on until it is over.")]

_PAUSE: Final = 1.0  # seconds between looks at what the others did


def take_step(ceremony: Ceremony[Point], key_file: KeyFile) -> Advance:
    """Take the member's next step, if there is one.

    When the ceremony is final, the share is kept; what it was made from, too, until
    `verify_keys` has seen that it is the share of the election's key.
    """
    secrets = key_file.secrets
    if not secrets.random:
        if secrets.share is None:
            raise InputError(str(key_file.path), "has no secrets for a ceremony")
        attempt = ceremony.handle.attempt()
        return Advance(attempt, Step.FINAL, acted=False, key_share=secrets.key_share)
    account = secrets.account.to_bytes(32, "big")
    member = Member(key_file.key, SecretSource(secrets.random, account))
    advance = advance_member(ceremony, member)
    if advance.key_share is not None:
        share = StoredShare(advance.key_share.member, advance.key_share.secrets)
        change_secrets(key_file, lambda kept: replace(kept, share=share))
    return advance


def play(
    part: Part,
    *,
    election: Path,
    key: Path,
    password_file: Path | None,
    wait: bool,
    rpc_url: str,
    as_json: bool,
) -> None:
    """Take a member's part, tell how far it came, and verify what was made."""
    opened = enter(election, rpc_url)
    role = Role.TRUSTEE if part is Part.TRUSTEES else Role.ISSUER
    key_file = unlock(key, password_file, roles={role})
    if part is Part.TRUSTEES:
        advance = take_part(trustees_ceremony(opened), key_file, wait=wait)
    else:
        advance = take_part(issuers_ceremony(opened), key_file, wait=wait)
    result = {
        "attempt": advance.attempt,
        "step": advance.step.name.lower(),
        "acted": advance.acted,
        "has_share": advance.key_share is not None,
    }
    show(result, as_json=as_json)
    if advance.key_share is not None:
        verify_keys(opened, key_file, advance.key_share, part=part)


def take_part(ceremony: Ceremony[Point], key_file: KeyFile, *, wait: bool) -> Advance:
    """Take the next step, or with `wait` all steps until the ceremony is over.

    Another member's act may come between a look and a step; then it looks again.
    """
    refused = False
    while True:
        try:
            advance = take_step(ceremony, key_file)
        except ContractRefusedError:
            if refused or not wait:
                raise
            refused = True
            continue
        refused = False
        if advance.acted:
            say(f"attempt {advance.attempt}: {advance.step.name.lower()}")
        if not wait or advance.is_over:
            return advance
        if not advance.acted:
            time.sleep(_PAUSE)


def verify_keys(
    opened: OpenElection, key_file: KeyFile, key_share: KeyShare, *, part: Part
) -> None:
    """Audit the keys as far as they are made; raises UnverifiedError.

    Only then is erased what the share was made from: a node that showed another
    ceremony would have had the member keep nothing of the true one.
    """
    say("verifying the keys ...")
    board = read_record(opened)
    later = require_keys(board, MADE)
    require_own_key(Evidence(board), key_share, part=part)
    change_secrets(key_file, lambda kept: replace(kept, random=b""))
    if later:
        say(f"not due yet: {', '.join(later)}; run it again before the polls")
