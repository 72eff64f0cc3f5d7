"""A made-up voter's program over HTTP: the steps of `veche vote`, one by one.

docs/protocol.md §6. It is made of what voters run (`scripts/voters/device/`): side A
(portal, gateway, registrar, issuers) never sees what is sent to side B (relays, and
nodes that are asked for ballots), and the reverse.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from election.crypto.blind_credential import RecoverySecret
from election.crypto.randomness import SecretSource
from election.crypto.transcript import Address, Hash
from election.errors import ElectionError
from election.protocol.ballot import NO_MEMO, accept_ballot, make_ballot, prepare_choice
from election.protocol.issuance import Credential
from scripts.voters.device.asking import Asker
from scripts.voters.device.ballot_side import BallotSide
from scripts.voters.device.box_reader import BoxReader, Stored
from scripts.voters.device.device import Device
from scripts.voters.device.nodes import Nodes
from scripts.voters.device.person_side import Opening, PersonSide
from scripts.voters.device.pinned import Pinned
from scripts.voters.device.sides import LEAST_RELAYS, split_sides

_PAUSE: Final = 0.5  # seconds between two looks


class StepError(ElectionError):
    """Report what was refused to a person's browser; code: its stable word."""

    def __init__(self, step: str, code: str, title: str = "") -> None:
        """Keep the word."""
        super().__init__(step, f"{code}: {title}" if title else code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Sent:
    """A signed ballot on its way; deadlines: what each relay promised, by its owner."""

    record: bytes = field(repr=False)
    ballot_hash: Hash
    credential: Address
    tracking_code: Hash
    deadlines: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Program:
    """A voter's program, whose two sides share no organisation."""

    person: PersonSide
    ballot: BallotSide
    reader: BoxReader

    @property
    def device(self) -> Device:
        """Give what it knows."""
        return self.person.device

    def open_at_portal(self, ticket: str) -> Opening:
        """Show the ticket and M'."""
        return self.person.open(ticket, self.person.read_leaf())

    def collect(self, *, give_up: int) -> Credential:
        """Wait for any t good answers of issuers; give_up: by the chain's clock."""
        while (found := self.person.collect()) is None:
            self._wait("issuers", give_up)
        return found

    def make_ballot(self, credential: Credential, choice: int) -> tuple[bytes, Hash]:
        """Encrypt, prove and sign a choice; give the record and its tracking code."""
        box = self.device.published.box
        source = SecretSource(secrets.token_bytes(64), self.device.secret.secret)
        prepared = prepare_choice(choice, box, source=source)
        record = make_ballot(
            prepared, box, credential=credential, memo=NO_MEMO, source=source
        )
        return record, prepared.tracking_code

    def send(self, record: bytes) -> Sent:
        """Send a ballot to relays until enough promise it, or it is in the box.

        Raises what the last one refused. May be repeated with the same record.
        """
        made = accept_ballot(record, self.device.published.box)
        now = self.ballot.read_time()
        promised, refused = self.ballot.send(record, (), now=now)
        is_short = len(promised) < LEAST_RELAYS
        if is_short and not isinstance(self.reader.find(), Stored):
            raise refused[-1] if refused else StepError("relays", "too_few")
        deadlines = {each.organisation: each.deadline for each in promised}
        code, credential = made.tracking_code, made.record.credential
        return Sent(record, made.ballot_hash, credential, code, deadlines)

    def wait_final(self, sent: Sent, *, give_up: int) -> int:
        """Wait until the ballot is in the box; give its block. Raises StepError."""
        while not isinstance(found := self.reader.find(), Stored):
            self._wait("box", give_up)
        if found.record != sent.record:
            raise StepError("box", "another_ballot_counts")
        return found.block

    def _wait(self, step: str, give_up: int) -> None:
        if self.person.read_time() >= give_up:
            raise StepError(step, "not_in_time")
        time.sleep(_PAUSE)


def make_program(
    pinned: Pinned, device: Device, *, person: Asker, ballot: Asker
) -> Program:
    """Make a voter's program by the signed files; raises InputError.

    person, ballot: what asks the services of each side.
    """
    services, threshold = pinned.services, device.published.terms.issuer_threshold
    sides = split_sides(services, device.secret, threshold=threshold)
    chain, genesis = services.chain_id, services.genesis_hash
    is_network = genesis is not None
    watching = Nodes(sides.ballot_nodes, chain, is_network)
    pin = None if genesis is None else bytes.fromhex(genesis)
    return Program(
        PersonSide(
            device,
            services,
            sides,
            Nodes(sides.person_nodes, chain, is_network),
            person,
        ),
        BallotSide(device, sides.relays, watching, ballot),
        BoxReader(device, watching, pin),
    )


def draw_secret() -> RecoverySecret:
    """Draw the 128 bits that a voter would print."""
    return RecoverySecret(secrets.token_bytes(16))
