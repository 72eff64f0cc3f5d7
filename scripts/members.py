"""A member's part in a ceremony, with the key file that its secrets are kept in.

What it made is audited at once: after the polls, nothing could mend it.
"""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Final

from election.client.ceremony import Ceremony
from election.client.ceremony_member import Advance, Member, advance_member
from election.client.errors import ContractRefusedError
from election.client.open_election import OpenElection
from election.crypto.group import Point
from election.crypto.randomness import SecretSource
from election.protocol.ceremony.attempt import Step
from scripts.acceptance import MADE, list_due, read_record, require_keys
from scripts.errors import InputError
from scripts.files.key_file import KeyFile, StoredShare, change_secrets
from scripts.terminal import say

_PAUSE: Final = 1.0  # seconds between looks at what the others did


def take_step(ceremony: Ceremony[Point], key_file: KeyFile) -> Advance:
    """Take the member's next step, if there is one.

    When the ceremony is final, the share is kept and what it was made from is erased.
    """
    secrets = key_file.secrets
    if secrets.share is not None:
        attempt = ceremony.handle.attempt()
        return Advance(attempt, Step.FINAL, acted=False, key_share=secrets.key_share)
    if not secrets.random:
        raise InputError(str(key_file.path), "has no secrets for a ceremony")
    account = secrets.account.to_bytes(32, "big")
    member = Member(key_file.key, SecretSource(secrets.random, account))
    advance = advance_member(ceremony, member)
    if advance.key_share is not None:
        share = StoredShare(advance.key_share.member, advance.key_share.secrets)
        change_secrets(key_file, lambda kept: replace(kept, random=b"", share=share))
    return advance


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


def verify_keys(opened: OpenElection) -> None:
    """Audit the keys as far as they are made; raises UnverifiedError."""
    say("verifying the keys ...")
    board = read_record(opened)
    due = list_due(board)
    require_keys(board, due)
    if later := [name for name in MADE if name not in due]:
        say(f"not made yet: {', '.join(later)}; run it again before the polls")
