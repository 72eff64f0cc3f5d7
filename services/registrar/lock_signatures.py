"""The signature by which the lock of a leaf lets a withdrawal pass."""

from __future__ import annotations

from sqlalchemy import Connection, select, update

from election.crypto.signature import Signature, encode_signature, recover_signer
from election.crypto.transcript import Hash
from election.errors import ElectionError
from election.protocol.attestation import derive_lock_hash, request_withdrawal
from services.registrar import problems
from services.registrar.desks import Desk
from services.registrar.following import leaf_of
from services.registrar.tables import parts


def accept_lock_signature(
    connection: Connection,
    desk: Desk,
    leaf: Hash,
    *,
    nonce: int,
    signature: Signature,
) -> None:
    """Keep what a lock signed for a withdrawal that was filed. Raises Problem.

    All that does not hold is told alike, after the same work: whoever has no lock's key
    learns nothing, also not by the time it takes.
    """
    row = leaf_of(connection, desk.name, leaf)
    digest = leaf  # of a leaf that never moved anything is as wrong
    if row is not None:
        request = request_withdrawal(desk.ctx(row.contest), leaf, nonce=nonce)
        digest = derive_lock_hash(request)
    try:
        signer = recover_signer(digest, signature)
    except ElectionError:
        raise problems.BAD_LOCK from None
    if row is None or signer != row.lock or row.nonce != nonce:
        raise problems.BAD_LOCK
    part = connection.scalar(
        select(parts.c.id)
        .where(parts.c.election == desk.name, parts.c.leaf == leaf, ~parts.c.wanted)
        .order_by(parts.c.id.desc())
        .limit(1)
    )
    if part is None:
        raise problems.NO_APPLICATION
    connection.execute(
        update(parts)
        .where(parts.c.id == part)
        .values(lock_signature=encode_signature(signature), due=0, trouble="")
    )
