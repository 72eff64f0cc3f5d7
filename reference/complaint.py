"""Who is at fault when a member complains of a dealer, docs/protocol.md §4."""

from __future__ import annotations

from reference.attempt import Attempt
from reference.curve import ORDER, G, decode_g1, multiply
from reference.errors import claim
from reference.record import Event
from reference.transcript import challenge, tagged_hash


def judge(attempt: Attempt, event: Event) -> int:
    """Judge a complaint again; return the culprit's seat. Raises RefutedError."""
    dealer: int = event["dealer"]
    seat: int = event["complainer"]
    claim(attempt.step == 5, f"came in step {attempt.step}")
    is_between = dealer != seat and dealer in attempt.seats and seat in attempt.seats
    claim(is_between, "is not between two members")
    claim(seat not in attempt.confirmed, "is of a member who has confirmed")
    _claim_opened(attempt, event)
    culprit = seat if _are_shares(attempt, event) else dealer
    claim(event["culprit"] == culprit, "blames another")
    return culprit


def _claim_opened(attempt: Attempt, event: Event) -> None:
    key, z, s = attempt.enrolled[event["complainer"]], event["z"], event["s"]
    r = attempt.dealt[event["dealer"]]["r"]
    seats = event["dealer"], event["complainer"]
    h = tagged_hash("dkg-complain", attempt.cer, *seats, key, r, z)
    e = challenge(tagged_hash("dkg-complain-e", h, event["t1"], event["t2"]))
    claim(s < ORDER, "has a response that is not reduced")
    for base, image, raw in ((G, key, event["t1"]), (decode_g1(r), z, event["t2"])):
        t = decode_g1(raw, may_be_infinity=True)
        point = decode_g1(image, may_be_infinity=True)
        is_known = multiply(base, s) == multiply(point, e) + t
        claim(is_known, "does not prove what opens the shares")


def _are_shares(attempt: Attempt, event: Event) -> bool:
    dealer, seat, slots = event["dealer"], event["complainer"], attempt.terms.slots
    deal, base = attempt.dealt[dealer], attempt.terms.group.base
    receivers = [each for each in attempt.seats if each != dealer]
    start = receivers.index(seat) * slots
    for slot, part in enumerate(attempt.revealed[dealer], 1):
        fields = (dealer, seat, slot, deal["r"], event["z"])
        pad = tagged_hash("dkg-pad", attempt.cer, *fields)
        ciphertext = deal["ciphertexts"][start + slot - 1]
        share = int.from_bytes(ciphertext, "big") ^ int.from_bytes(pad, "big")
        is_share = multiply(base, share) == attempt.evaluate(part, seat)
        if share >= ORDER or not is_share:
            return False
    return True
