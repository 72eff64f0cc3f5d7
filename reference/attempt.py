"""One attempt of a key ceremony, message by message, docs/protocol.md §4."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from reference.curve import (
    G1_BYTES,
    G2,
    G2_BYTES,
    INFINITY,
    INFINITY_2,
    ORDER,
    G,
    Point,
    add_up,
    cut,
    decode_g1,
    decode_g2,
    multiply,
)
from reference.errors import claim
from reference.record import Event
from reference.transcript import challenge, tagged_hash


@dataclass(frozen=True, slots=True)
class Group:
    """The group of a ceremony's keys."""

    kind: int
    size: int
    base: Point
    zero: Point
    decode: Callable[..., Point]


GROUPS: Final = {
    "trustees": Group(1, G1_BYTES, G, INFINITY, decode_g1),
    "issuers": Group(2, G2_BYTES, G2, INFINITY_2, decode_g2),
}


@dataclass(frozen=True, slots=True)
class Terms:
    """What is the same in all attempts of a ceremony; k of L slots' keys are enough."""

    group: Group
    chain_id: int
    ceremony: bytes
    election_id: bytes
    k: int
    slots: int


@dataclass(slots=True)
class Attempt:
    """What the members, seated from 1, have published so far; started: of the step."""

    terms: Terms
    number: int
    members: tuple[bytes, ...]
    started: int
    cer: bytes = b""
    enrolled: dict[int, bytes] = field(default_factory=dict)
    committed: dict[int, bytes] = field(default_factory=dict)
    revealed: dict[int, list[list[Point]]] = field(default_factory=dict)
    dealt: dict[int, Event] = field(default_factory=dict)
    confirmed: dict[int, Event] = field(default_factory=dict)
    h_p: dict[int, bytes] = field(default_factory=dict)
    h_c: dict[int, bytes] = field(default_factory=dict)
    derived: dict[int, list[bytes]] = field(default_factory=dict)
    seen: set[bytes] = field(default_factory=set)

    @property
    def seats(self) -> range:
        """List the seats."""
        return range(1, len(self.members) + 1)

    @property
    def step(self) -> int:
        """Give the number of the step: the first in which somebody has not acted."""
        for number, done in enumerate(self._turns(), 1):
            if len(done) < len(self.members):
                return number
        return 6

    def _turns(self) -> tuple[dict[int, Any], ...]:
        return (
            self.enrolled,
            self.committed,
            self.revealed,
            self.dealt,
            self.confirmed,
        )

    def first_silent(self) -> int:
        """Give the first seat that has not acted in this step."""
        done = self._turns()[self.step - 1]
        return next(seat for seat in self.seats if seat not in done)

    def take(self, event: Event, *, step: int) -> None:
        """Verify a member's message; raises RefutedError."""
        index = event["index"]
        claim(self.step == step, f"came in step {self.step}")
        is_due = index in self.seats and index not in self._turns()[step - 1]
        claim(is_due, "is of no member whose turn it is")
        claim(step == 1 or bool(self.cer), "came before cer")
        takers = {
            "Enrolled": self._enroll,
            "Committed": self._commit,
            "Revealed": self._reveal,
            "Dealt": self._deal,
            "Confirmed": self._confirm,
        }
        takers[event.name](event, index)
        if self.step != step:
            self.started = event.log.timestamp

    def _enroll(self, event: Event, index: int) -> None:
        claim(event["account"] == self.members[index - 1], "is of another account")
        terms, key = self.terms, event["key"]
        h = tagged_hash(
            "dkg-enroll",
            terms.chain_id,
            terms.ceremony,
            terms.election_id,
            self.number,
            terms.group.kind,
            event["account"],
            key,
        )
        e = challenge(tagged_hash("dkg-enroll-e", h, event["t"]))
        point = decode_g1(key)
        self._claim_known(GROUPS["trustees"], point, event, e=e)
        self.enrolled[index] = key

    def bind(self, event: Event) -> None:
        """Compute cer again."""
        claim(self.step == 2 and not self.cer, "is not when all have enrolled")
        terms = self.terms
        cer = tagged_hash(
            "cer",
            terms.chain_id,
            terms.ceremony,
            terms.election_id,
            self.number,
            terms.group.kind,
            len(self.members),
            terms.k,
            terms.slots,
            *self.members,
            *(self.enrolled[seat] for seat in self.seats),
        )
        claim(event["cer"] == cer, "is not the hash of members and keys")
        self.cer = cer

    def _commit(self, event: Event, index: int) -> None:
        self.committed[index] = event["commitment"]

    def _reveal(self, event: Event, index: int) -> None:
        terms, raw = self.terms, event["coefficients"]
        size = terms.group.size
        claim(len(raw) == terms.slots * terms.k * size, "has a wrong number of points")
        h_p = tagged_hash("dkg-pok", self.cer, index, raw)
        t, s, salt = event["t"], event["s"], event["salt"]
        c = tagged_hash("dkg-commit", self.cer, index, salt, h_p, t, s)
        claim(c == self.committed[index], "is not what was committed")
        points = [
            [self._read_coefficient(part, degree) for degree, part in enumerate(row)]
            for row in (cut(slot, size) for slot in cut(raw, terms.k * size))
        ]
        weighted = [
            multiply(f, challenge(tagged_hash("dkg-pok-alpha", h_p, slot, degree)))
            for slot, row in enumerate(points, 1)
            for degree, f in enumerate(row)
        ]
        e = challenge(tagged_hash("dkg-pok-e", h_p, t))
        total = add_up(weighted, zero=terms.group.zero)
        self._claim_known(terms.group, total, event, e=e)
        self.revealed[index], self.h_p[index] = points, h_p

    def _read_coefficient(self, raw: bytes, degree: int) -> Point:
        claim(raw not in self.seen, "has a point that was revealed before")
        self.seen.add(raw)
        is_inner = 0 < degree < self.terms.k - 1
        return self.terms.group.decode(raw, may_be_infinity=is_inner)

    def derive(self, event: Event) -> None:
        """Add up a slot again."""
        slot, group = event["slot"], self.terms.group
        claim(self.step in {4, 5}, "came before all revealed")
        is_new = 1 <= slot <= self.terms.slots and slot not in self.derived
        claim(is_new, "is of no slot that was to derive")
        parts = [self.revealed[seat][slot - 1] for seat in self.seats]
        firsts = (part[0] for part in parts)
        key = add_up(firsts, zero=group.zero)
        claim(group.decode(event["key"]) == key, "has another key than revealed")
        images = cut(event["verification_keys"], group.size)
        claim(len(images) == len(self.members), "has not one image for each member")
        for seat, raw in zip(self.seats, images, strict=True):
            image = group.decode(raw, may_be_infinity=True)
            values = (self.evaluate(part, seat) for part in parts)
            is_right = image == add_up(values, zero=group.zero)
            claim(is_right, "has other verification keys")
        self.derived[slot] = images

    def evaluate(self, part: list[Point], seat: int) -> Point:
        """Evaluate a polynomial in the exponent at a seat."""
        terms = (multiply(f, seat**degree) for degree, f in enumerate(part))
        return add_up(terms, zero=self.terms.group.zero)

    def _deal(self, event: Event, index: int) -> None:
        r, ciphertexts = event["r"], event["ciphertexts"]
        count = (len(self.members) - 1) * self.terms.slots
        claim(len(ciphertexts) == count, "has a wrong number of shares")
        h_p = self.h_p[index]
        h_c = tagged_hash("dkg-deal", self.cer, index, h_p, r, *ciphertexts)
        e = challenge(tagged_hash("dkg-deal-e", h_c, event["t"]))
        self._claim_known(GROUPS["trustees"], decode_g1(r), event, e=e)
        self.dealt[index], self.h_c[index] = event, h_c

    def _confirm(self, event: Event, index: int) -> None:
        group, slots = self.terms.group, range(1, self.terms.slots + 1)
        claim(len(self.derived) == self.terms.slots, "came before all keys")
        h_p = (self.h_p[seat] for seat in self.seats)
        h_c = (self.h_c[seat] for seat in self.seats)
        digest = tagged_hash("dkg-digest", self.cer, *h_p, *h_c)
        images = [self.derived[slot][index - 1] for slot in slots]
        h = tagged_hash("dkg-confirm", self.cer, index, digest, *images)
        weighted = (
            multiply(
                group.decode(raw, may_be_infinity=True),
                challenge(tagged_hash("dkg-confirm-alpha", h, slot)),
            )
            for slot, raw in enumerate(images, 1)
        )
        e = challenge(tagged_hash("dkg-confirm-e", h, event["t"]))
        total = add_up(weighted, zero=group.zero)
        self._claim_known(group, total, event, e=e)
        self.confirmed[index] = event

    @staticmethod
    def _claim_known(group: Group, point: Point, event: Event, *, e: int) -> None:
        """Check sB - eP - T = O."""
        s = event["s"]
        claim(s < ORDER, "has a response that is not reduced")
        t = group.decode(event["t"], may_be_infinity=True)
        is_known = multiply(group.base, s) == multiply(point, e) + t
        claim(is_known, "does not prove its secret")
