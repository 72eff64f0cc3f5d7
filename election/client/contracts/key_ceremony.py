"""The handle of a KeyCeremony contract: one act for each message of a member."""

from __future__ import annotations

from dataclasses import dataclass

from election.client.contract import Contract
from election.client.wire import LARGEST_NUMBER, Act
from election.crypto.transcript import Address, Hash
from election.protocol.ceremony.attempt import Step
from election.protocol.ceremony.complaint import Complaint
from election.protocol.ceremony.confirmation import Confirmation
from election.protocol.ceremony.dealing import Deal
from election.protocol.ceremony.enrolment import Enrolment
from election.protocol.ceremony.polynomials import Reveal
from election.protocol.rules import MOST_SEATS, MOST_SLOTS


@dataclass(frozen=True, slots=True)
class KeyCeremony:
    """The trustees' or the issuers' ceremony."""

    contract: Contract

    def step(self) -> Step:
        """Read the step of the current attempt."""
        return self.contract.read_state("step", into=Step)

    def attempt(self) -> int:
        """Read the number of the current attempt, from 1."""
        return int(self.contract.read("attempt"))

    def n(self) -> int:
        """Read the seats of the current attempt."""
        return self.contract.read_number("n", most=MOST_SEATS)

    def k(self) -> int:
        """Read the threshold."""
        return self.contract.read_number("k", most=MOST_SEATS)

    def slots(self) -> int:
        """Read how many keys are made."""
        return self.contract.read_number("slots", most=MOST_SLOTS)

    def deadline(self) -> int:
        """Read when the step expires, Unix seconds; 0 when nothing is awaited."""
        return self.contract.read_number("deadline", most=LARGEST_NUMBER)

    def seat(self, account: Address) -> int:
        """Read the seat of an account in the current attempt, 0 if it has none."""
        return self.contract.read_number("seat", account, most=MOST_SEATS)

    def keys(self) -> tuple[bytes, ...]:
        """Read the key of every slot."""
        slots = range(1, self.slots() + 1)
        return tuple(self.contract.read_each("key", [(slot,) for slot in slots]))

    def key(self, slot: int) -> bytes:
        """Read the key of a slot, from 1."""
        return bytes(self.contract.read("key", slot))

    def verification_keys(self, slot: int) -> tuple[bytes, ...]:
        """Read every member's verification key of a slot."""
        seats = range(1, self.n() + 1)
        arguments = [(seat, slot) for seat in seats]
        return tuple(self.contract.read_each("verification_key", arguments))

    def enroll(self, message: Enrolment) -> Act:
        """Give an encryption key."""
        return self.contract.act("enroll", message.key, message.t, message.s)

    def commit(self, commitment: Hash) -> Act:
        """Commit to what will be revealed."""
        return self.contract.act("commit", commitment)

    def reveal(self, message: Reveal) -> Act:
        """Show the polynomials in the exponent."""
        fields = message.coefficients, message.t, message.s, message.salt
        return self.contract.act("reveal", *fields)

    def derive(self, slot: int, coefficients: bytes) -> Act:
        """Add up what the members revealed of a slot."""
        return self.contract.act("derive", slot, coefficients)

    def deal(self, message: Deal) -> Act:
        """Give all others their encrypted shares."""
        fields = message.r, message.t, message.s, message.ciphertexts
        return self.contract.act("deal", *fields)

    def confirm(self, message: Confirmation) -> Act:
        """Prove to hold one's shares."""
        return self.contract.act("confirm", message.t, message.s)

    def complain(self, complaint: Complaint, *, revealed: bytes, deal: Deal) -> Act:
        """Have a dealer judged by what he revealed and dealt."""
        return self.contract.act(
            "complain",
            complaint.dealer,
            revealed,
            deal.r,
            deal.ciphertexts,
            complaint.z,
            complaint.t1,
            complaint.t2,
            complaint.s,
        )

    def expire(self) -> Act:
        """Exclude the first member who let the step's time pass."""
        return self.contract.act("expire")
