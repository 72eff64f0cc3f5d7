"""C17: each share is of the trustee's key, docs/protocol.md §5."""

from __future__ import annotations

from collections import Counter

from reference.curve import (
    G1_BYTES,
    INFINITY,
    ORDER,
    G,
    Point,
    add_up,
    cut,
    decode_g1,
    decode_points,
    multiply,
)
from reference.errors import claim
from reference.record import Event, Record
from reference.report import Cases
from reference.transcript import challenge, tagged_hash


def check_shares(record: Record, cases: Cases) -> None:
    """Verify the proof of every accepted share, one equation after the other."""
    accepted = record.every("ShareAccepted")
    owners = Counter((event["contest"], event["trustee"]) for event in accepted)
    for event in accepted:
        with cases.case(f"share of trustee {event['trustee']}, {event.contest}"):
            is_only = owners[event["contest"], event["trustee"]] == 1
            claim(is_only, "is one of several")
            _claim_share(record, event)


def _claim_share(record: Record, event: Event) -> None:
    tally, trustee, s = record.tally(event["contest"]), event["trustee"], event["s"]
    slots = len(tally.box.keys)
    keys, d = _find_keys(record, trustee, slots=slots), event["decryption"]
    claim(len(d) == slots * G1_BYTES, "has not one point for each slot")
    claim(s < ORDER, "has a response that is not reduced")
    h_d = tagged_hash("dec", tally.box.ctx, trustee, tally.a_sum_bytes, *keys, d)
    e = challenge(tagged_hash("dec-e", h_d, event["t1"], event["t2"]))
    for base, images, t in (
        (G, b"".join(keys), event["t1"]),
        (tally.a_sum, d, event["t2"]),
    ):
        image = multiply(_weigh(images, h_d), e)
        commitment = decode_g1(t, may_be_infinity=True)
        is_proven = multiply(base, s) == image + commitment
        claim(is_proven, "is not of the trustee's key")


def _find_keys(record: Record, trustee: int, *, slots: int) -> list[bytes]:
    """Give V_{m,1}..V_{m,L} of a trustee."""
    _, members = record.final_attempt("trustees")
    claim(1 <= trustee <= len(members), "is of no trustee")
    derived = record.derived("trustees")
    claim(set(range(1, slots + 1)) <= set(derived), "is of keys that are not there")
    images = [
        cut(derived[slot]["verification_keys"], G1_BYTES)
        for slot in range(1, slots + 1)
    ]
    claim(all(len(each) >= trustee for each in images), "is of no known key")
    return [each[trustee - 1] for each in images]


def _weigh(raw: bytes, h_d: bytes) -> Point:
    """Compute the sum of alpha_l times each point; alpha_1 is 1."""
    weighted = (
        multiply(point, challenge(tagged_hash("dec-alpha", h_d, slot)))
        if slot > 1
        else point
        for slot, point in enumerate(decode_points(raw), 1)
    )
    return add_up(weighted, zero=INFINITY)
