"""Go on from what was verified of a record before, instead of from its beginning.

docs/protocol.md §5, ADR 26. The first call reads and verifies all. What it found is
kept beside the key file; a later call reads what came since, and every source has to
answer with running hashes that follow from what is kept and what it told now.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Final

from Crypto.Hash import SHA256
from Crypto.Protocol.KDF import HKDF

from election.audit.past import NOTHING, Past
from election.client.deployment import Deployment
from scripts.shared.acceptance import AuditedElection
from scripts.shared.carried import Sources
from scripts.shared.errors import FileError
from scripts.shared.files.deployment_file import read_deployment
from scripts.shared.files.key_file import KeyFile
from scripts.shared.files.lock import lock_file
from scripts.shared.files.past_file import Binding, PastFile, UnusableError, open_past
from scripts.shared.files.past_steps import keep_past
from scripts.shared.program import digest_program
from scripts.shared.terminal import say

_CONTEXT: Final = b"veche-verified/1"


@contextmanager
def accepting(
    election: Path,
    sources: Sources,
    checks: Collection[str],
    *,
    key_file: KeyFile,
    fresh: bool,
) -> Iterator[AuditedElection]:
    """Accept a record as its sources tell it, from where this member was.

    fresh: from its beginning, whatever was kept. Another program with this key file
    waits. Raises as `Sources.accept` does, and FileError.
    """
    deployment = read_deployment(election)
    binding = bind(deployment, checks, key_file)
    path = place_past(deployment, key_file)
    with ExitStack() as held:
        if not _lock(path, held):
            yield sources.accept(deployment, checks)
            return
        past = _find(path, binding, fresh=fresh)
        try:
            audited = sources.accept(deployment, checks, past)
            kept = _keep(path, audited, binding)
        except BaseException:
            _close(past)
            raise
        try:
            yield kept
        finally:
            _close(kept.evidence.past)


def _lock(path: Path, held: ExitStack) -> bool:
    """Lock what is kept, and tell whether anything can be kept there."""
    if not os.access(path.parent, os.W_OK):
        say("nothing is kept beside a key file that cannot be written to")
        return False
    try:
        held.enter_context(lock_file(path))
    except FileError as error:  # no room for a lock: nor for what it would guard
        say(f"warning: nothing is kept, and all is verified anew: {error}")
        return False
    return True


def bind(deployment: Deployment, checks: Collection[str], key_file: KeyFile) -> Binding:
    """Say what a kept record has to be of to be gone on from."""
    secret = key_file.secrets.account.to_bytes(32, "big")
    seal = HKDF(secret, 32, b"", SHA256, context=_CONTEXT)
    return Binding(
        deployment.chain_id,
        deployment.election,
        digest_program(),
        tuple(checks),
        seal if isinstance(seal, bytes) else b"".join(seal),
    )


def place_past(deployment: Deployment, key_file: KeyFile) -> Path:
    """Name the file of one election beside the key file."""
    election = f"{deployment.chain_id}-{deployment.election.hex()[:16]}"
    return key_file.path.with_name(f"{key_file.path.name}.{election}.verified")


def _find(path: Path, binding: Binding, *, fresh: bool) -> Past:
    if fresh or not path.exists():
        say("verifying the record from its beginning")
        return NOTHING
    try:
        past = open_past(path, binding)
    except UnusableError as error:
        say(f"verifying the record from its beginning: {error}")
        return NOTHING
    say(f"going on from block {past.block}, up to which the record was verified before")
    return past


def _keep(path: Path, audited: AuditedElection, binding: Binding) -> AuditedElection:
    """Keep what was verified; where the disk does not let us, go on without."""
    try:
        return AuditedElection(keep_past(path, audited.evidence, binding))
    except FileError as error:
        say(f"warning: the next call verifies the same again: {error}")
        return audited


def _close(past: Past) -> None:
    if isinstance(past, PastFile):
        past.close()
