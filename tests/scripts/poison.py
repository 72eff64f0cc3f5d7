"""Issuers who confirm as agreed, but publish the image of a secret in G2 with it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import pytest

from election.crypto.proofs.knowledge import prove_knowledge
from election.crypto.randomness import SecretSource
from election.crypto.scalar import Scalar
from election.protocol.ceremony import confirmation
from election.protocol.ceremony.attempt import ISSUER_GROUP, Attempt
from election.protocol.ceremony.confirmation import Confirmation
from election.protocol.encoding import encode_points

Choose = Callable[[Attempt[Any], SecretSource], Scalar]
"""Picks the secret of an attempt, given an issuer's own source."""


@contextmanager
def publish_in_g2(chosen: Mapping[int, Choose]) -> Iterator[None]:
    """Let issuers, by index, take these secrets for their nonces."""
    honest = confirmation.confirm

    def confirm(bound: Any, key_share: Any, **named: Any) -> Confirmation:
        choose, source = chosen.get(key_share.member), named["source"]
        if bound.attempt.group is not ISSUER_GROUP or choose is None:
            return honest(bound, key_share, **named)
        keys, digest = named["keys"], named["digest"]
        statement = confirmation._state(
            bound, key_share.member, keys=keys, digest=digest
        )
        nonce = choose(bound.attempt, source)
        proof = prove_knowledge(statement, key_share.secrets, nonce=nonce)
        return Confirmation(encode_points((proof.commitment,)), proof.response)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(confirmation, "confirm", confirm)
        yield
