"""C7: no secret of a key is also in G2, docs/protocol.md §1.

P and X hide the same secret exactly when e(P, G2) = e(G, X); each pair is compared.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from reference.curve import (
    G1_BYTES,
    G2,
    G2_BYTES,
    G,
    are_equal,
    begin_pairing,
    cut,
    decode_g1,
    decode_g2,
)
from reference.errors import NotDueError, claim
from reference.record import Record
from reference.report import Cases


def check_images(record: Record, cases: Cases) -> None:
    """Compare every key point of G1 with every point of G2 that is there."""
    images = [
        begin_pairing(G, decode_g2(raw))
        for raw in dict.fromkeys(_points_of_g2(record))
        if raw != bytes(G2_BYTES)
    ]
    for raw in dict.fromkeys(_points_of_g1(record)):
        with cases.case(f"point 0x{raw.hex()}"):
            _claim_no_image(raw, images)
    for part in ("trustees", "issuers"):
        if record.is_running(part):
            with cases.case(part):
                raise NotDueError("may still publish a point")


def _claim_no_image(raw: bytes, images: list[Any]) -> None:
    if raw == bytes(G1_BYTES):
        return
    pairing = begin_pairing(decode_g1(raw), G2)
    is_hidden = not any(are_equal(pairing, image) for image in images)
    claim(is_hidden, "hides the same secret as a point in G2")


def _points_of_g1(record: Record) -> Iterator[bytes]:
    for event in record.every("Enrolled"):
        yield event["key"]
    for event in record.every("Dealt"):
        yield event["r"]
    for event in record.every("Revealed", part="trustees"):
        yield from cut(event["coefficients"], G1_BYTES)
    for event in record.every("SlotDerived", part="trustees"):
        yield from cut(event["key"] + event["verification_keys"], G1_BYTES)


def _points_of_g2(record: Record) -> Iterator[bytes]:
    for event in record.every("Revealed", part="issuers"):
        yield from cut(event["coefficients"] + event["t"], G2_BYTES)
    for event in record.every("Confirmed", part="issuers"):
        yield event["t"]
    for event in record.every("SlotDerived", part="issuers"):
        yield from cut(event["key"] + event["verification_keys"], G2_BYTES)
