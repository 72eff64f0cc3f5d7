"""What voters' devices compute, in processes of their own, and only there.

Each is given what its voter's device would have: the secret of this voter, the box's
keys, the issuers' answers.
"""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from functools import lru_cache
from typing import NamedTuple

from election.crypto.blind_credential import RecoverySecret
from election.crypto.group import decode_g1, encode_g1
from election.crypto.randomness import SecretSource
from election.crypto.transcript import Hash
from election.protocol.ballot import NO_MEMO, make_ballot, prepare_choice
from election.protocol.context import Box, decode_box
from election.protocol.issuance import accept_credential, prepare_request
from scripts.shared.cores import settle


class Terms(NamedTuple):
    """What all devices of a contest know, as bytes of `BoxOpened`."""

    contest: int
    ctx: Hash
    election_keys: bytes
    credential_key: bytes


class Asking(NamedTuple):
    """One voter who asks for a credential; secret: what the voter printed."""

    leaf: Hash
    secret: bytes


class Choosing(NamedTuple):
    """One voter who votes. answers: of issuers, by their index."""

    leaf: Hash
    secret: bytes
    randomness: bytes
    choice: int
    answers: dict[int, bytes]


class Done(NamedTuple):
    """What devices gave, one thing for each voter, and the process they ran in."""

    process: int
    given: list[bytes]


def ask(terms: Terms, voters: list[Asking]) -> Done:
    """Give the blinded message M' of each voter."""
    return Done(
        os.getpid(),
        [
            encode_g1(
                prepare_request(
                    RecoverySecret(each.secret), ctx=terms.ctx, leaf=each.leaf
                ).blinded
            )
            for each in voters
        ],
    )


def vote(terms: Terms, voters: list[Choosing]) -> Done:
    """Combine the answers of each voter into a credential, and make the ballot.

    Raises CredentialError if answers do not hold.
    """
    box = _decode(terms)
    return Done(os.getpid(), [_vote(box, each) for each in voters])


@lru_cache
def _decode(terms: Terms) -> Box:
    return decode_box(
        terms.contest,
        terms.ctx,
        election_keys=terms.election_keys,
        credential_key=terms.credential_key,
    )


def _vote(box: Box, voter: Choosing) -> bytes:
    request = prepare_request(
        RecoverySecret(voter.secret), ctx=box.ctx, leaf=voter.leaf
    )
    shares = {issuer: decode_g1(raw) for issuer, raw in voter.answers.items()}
    credential = accept_credential(shares, request, box)
    source = SecretSource(voter.randomness, b"")
    prepared = prepare_choice(voter.choice, box, source=source)
    return make_ballot(
        prepared, box, credential=credential, memo=NO_MEMO, source=source
    )


class Devices:
    """The processes. begun: those that gave something so far."""

    def __init__(self, pool: ProcessPoolExecutor) -> None:
        self._pool = pool
        self.begun: set[int] = set()

    def ask(self, terms: Terms, voters: list[Asking]) -> Future[Done]:
        """Begin what `ask` does."""
        return self._note(self._pool.submit(ask, terms, voters))

    def vote(self, terms: Terms, voters: list[Choosing]) -> Future[Done]:
        """Begin what `vote` does."""
        return self._note(self._pool.submit(vote, terms, voters))

    def _note(self, begun: Future[Done]) -> Future[Done]:
        begun.add_done_callback(self._add)
        return begun

    def _add(self, ended: Future[Done]) -> None:
        if not ended.cancelled() and ended.exception() is None:
            self.begun.add(ended.result().process)


@contextmanager
def own_processes() -> Iterator[Devices]:
    """Start processes for devices: one core is left to the node."""
    count = max(1, len(os.sched_getaffinity(0)) - 1)
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(count, mp_context=context, initializer=settle)
    try:
        yield Devices(pool)
    finally:
        pool.shutdown(cancel_futures=True)
