"""Registration, and the day of the polls, each from where the chain says that it is.

The registrar's acts are in one order, that of the voters, so that the number of its
transactions says how far it came; of ballots their box knows each one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar

from election.client.casting import CastResult, cast_accepted, sort_ballots
from election.client.open_election import OpenElection
from election.client.wire import Act, Receipt
from election.crypto.blind_credential import RECOVERY_SECRET_BYTES
from election.crypto.scalar import Scalar
from election.crypto.signature import derive_address
from election.crypto.transcript import Hash, uint_word
from election.errors import BallotError, ElectionError
from election.protocol.abi import ContractName, decode_event, find_topic
from election.protocol.attestation import LIFETIME
from election.protocol.ceremony.confirmation import KeyShare
from election.protocol.events import Issued
from election.protocol.issuance import serve_share
from rehearsal import voting
from rehearsal.people import Person, casts
from rehearsal.roles import Roles
from rehearsal.voting import Register
from scripts.rehearse.day import Slice
from scripts.rehearse.devices import Asking, Choosing, Devices, Done, Terms
from scripts.rehearse.seed import Seed
from scripts.rehearse.sending import Kind, Sender

Item = TypeVar("Item")
_Asked = tuple[Sequence[Person], Future[Done]]
_ACTS: Final = 64  # of voters, in a block
_BALLOTS: Final = 32  # in one call
_PORTION: Final = 128  # voters whose devices compute in one go
_AT_RISK: Final = 2  # slices of the day that may not be whole after an interruption
_OPENING: Final = 4  # of the times of an election


@dataclass(frozen=True, slots=True)
class Polls:
    """All that acts at the polls, and how it tells how far it came.

    terms: what devices know of each contest. travel: moves the chain's clock, in the
    sender's turn. tell: of so many acts of voters of a kind.
    """

    opened: OpenElection
    roles: Roles
    register: Register
    issuers: Sequence[KeyShare] = field(repr=False)
    seed: Seed
    devices: Devices
    sender: Sender
    terms: Mapping[int, Terms]
    travel: Callable[[int], None]
    tell: Callable[[Kind, int], None]

    # Registration

    def register_all(self, people: Sequence[Person]) -> None:
        """Register everybody who votes online."""
        done = min(self._count_sent(), len(people))
        self.tell(Kind.REGISTRATION, done)
        for some in cut(people[done:], _ACTS):
            expiry = self._read_time() + LIFETIME
            acts = [
                voting.apply_for(
                    self.opened,
                    person,
                    self.roles,
                    register=self.register,
                    expiry=expiry,
                )
                for person in some
            ]
            sent = self._send(Kind.REGISTRATION, acts)
            sent.add_done_callback(self._teller(Kind.REGISTRATION, len(acts)))
        self.sender.finish()

    def _read_time(self) -> int:
        return self.opened.connection.read_head().timestamp

    def _count_sent(self) -> int:
        registrar = derive_address(self.roles.registrar)
        return self.opened.connection.read_nonce(registrar)

    def _send(self, kind: Kind, acts: list[Act]) -> Future[tuple[Receipt, ...]]:
        connection, key = self.opened.connection, self.roles.registrar
        return self.sender.send(
            kind, len(acts), lambda: connection.send_all(acts, key=key)
        )

    def _teller(self, kind: Kind, count: int) -> Callable[[Future[Any]], None]:
        def tell(ended: Future[Any]) -> None:
            if not ended.cancelled() and ended.exception() is None:
                self.tell(kind, count)

        return tell

    # The day

    def hold_day(self, day: Sequence[Slice], *, registered: int) -> None:
        """Give credentials to who comes, and bring their ballots into the boxes.

        registered: how many acts of the registrar came before. While one slice asks,
        the one before is cast.
        """
        asked = self._count_sent() - registered
        first, before = self._find_first(day, asked)
        done = sum(len(each.people) for each in day[:first])
        self.tell(Kind.REQUEST, done)
        cast = (each for part in day[:first] for each in part.people if casts(each))
        self.tell(Kind.BALLOT, sum(1 for _ in cast))
        casting: list[tuple[int, Future[Done]]] = []
        asking = self._begin_asking(day[first:], asked - before)
        for part in day[first:]:
            known, blinded = next(asking)
            sent = self._request(part, known, blinded)
            self._cast(casting)
            casting = self._credit(part, sent)
        self._cast(casting)
        self.sender.finish()

    def _find_first(self, day: Sequence[Slice], asked: int) -> tuple[int, int]:
        """Find the slice to go on with, and how many come before it."""
        place, before = 0, 0
        while place < len(day) and before + len(day[place].people) <= asked:
            before += len(day[place].people)
            place += 1
        first = max(0, place - _AT_RISK)
        return first, sum(len(each.people) for each in day[:first])

    def _begin_asking(
        self, day: Sequence[Slice], asked: int
    ) -> Iterator[tuple[int, dict[Person, bytes]]]:
        """Give of each slice how many had asked before, and M' of the others.

        asked: how many had of all. The devices of the next slice begin meanwhile.
        """
        coming = None
        for part in day:
            known = max(0, min(len(part.people), asked))
            asked -= known
            begun = known, self._ask_devices(part.people[known:])
            if coming is not None:
                yield coming[0], _collect(coming[1])
            coming = begun
        if coming is not None:
            yield coming[0], _collect(coming[1])

    def _ask_devices(self, people: Sequence[Person]) -> list[_Asked]:
        """Let the devices of these voters make M'."""
        begun = []
        for contest, of_contest in _by_contest(people):
            for some in cut(of_contest, _PORTION):
                asking = [Asking(self._leaf(each), self._secret(each)) for each in some]
                begun.append((some, self.devices.ask(self.terms[contest], asking)))
        return begun

    def _request(
        self, part: Slice, known: int, blinded: Mapping[Person, bytes]
    ) -> list[Future[tuple[Receipt, ...]]]:
        """Have the registrar send the requests of a slice that are not there yet."""
        start = self.opened.rules.times[_OPENING] + part.start
        self.sender.do(lambda: self.travel(start))
        self.tell(Kind.REQUEST, known)
        sent = []
        for some in cut(part.people[known:], _ACTS):
            expiry = max(start, self._read_time()) + LIFETIME
            acts = [
                voting.announce_blinded(
                    self.opened,
                    (person, blinded[person]),
                    self.roles,
                    register=self.register,
                    expiry=expiry,
                )
                for person in some
            ]
            begun = self._send(Kind.REQUEST, acts)
            begun.add_done_callback(self._teller(Kind.REQUEST, len(acts)))
            sent.append(begun)
        return sent

    def _credit(
        self, part: Slice, sent: list[Future[tuple[Receipt, ...]]]
    ) -> list[tuple[int, Future[Done]]]:
        """Have issuers answer what the chain announced, and devices make ballots."""
        issued = dict(_read_issued(sent))
        begun = []
        for contest, of_contest in _by_contest(part.people):
            position = self.opened.contest(contest).position - 1
            secrets = {each.member: each.secrets[position] for each in self.issuers}
            for some in cut([each for each in of_contest if casts(each)], _PORTION):
                choosing = [
                    self._choose(
                        person,
                        secrets,
                        issued.get(leaf := self._leaf(person))
                        or self._find_issued(contest, leaf),
                    )
                    for person in some
                ]
                made = self.devices.vote(self.terms[contest], choosing)
                begun.append((contest, made))
        return begun

    def _choose(
        self, person: Person, secrets: Mapping[int, Scalar], blinded: bytes
    ) -> Choosing:
        """Give a device what it makes a ballot of; secrets: of the issuers."""
        answers = {
            issuer: serve_share(blinded, secret) for issuer, secret in secrets.items()
        }
        numbers = person.contest, person.index
        randomness = self.seed.derive("ballot", *numbers, size=64)
        leaf, secret = self._leaf(person), self._secret(person)
        return Choosing(leaf, secret, randomness, person.choice, answers)

    def _find_issued(self, contest: int, leaf: Hash) -> bytes:
        """Find what was announced of a leaf before an interruption."""
        topic = find_topic(ContractName.VOTER_LIST, Issued.__name__)
        contract = self.opened.voter_list.contract
        events = contract.read_events(topic, Hash(uint_word(contest)), leaf)
        for event in events:
            if isinstance(event, Issued):
                return event.blinded
        fact = "was asked for in another order than this: the chain is of another run"
        raise ElectionError(f"credential of leaf {leaf.hex()[:16]}", fact)

    def _cast(self, begun: list[tuple[int, Future[Done]]]) -> None:
        """Have the relay verify the ballots that devices made, and cast them."""
        made: defaultdict[int, list[bytes]] = defaultdict(list)
        for contest, done in begun:
            made[contest] += done.result().given
        for contest, records in made.items():
            for some in cut(records, _BALLOTS):
                self._cast_some(contest, some)

    def _cast_some(self, contest: int, records: Sequence[bytes]) -> None:
        box, key = self.register.boxes[contest], self.roles.relay
        found = sort_ballots(records, box.box)
        for error in found.refused.values():
            raise error

        def cast() -> CastResult:
            result = cast_accepted(box, found.accepted, key=key)
            if len(result.cast) + len(result.already_there) != len(records):
                raise BallotError(f"contest {contest}", f"not all are cast: {result}")
            return result

        sent = self.sender.send(Kind.BALLOT, len(records), cast)
        sent.add_done_callback(self._teller(Kind.BALLOT, len(records)))

    # What is known of a voter

    def _leaf(self, person: Person) -> Hash:
        return self.register.leaf(person)

    def _secret(self, person: Person) -> bytes:
        numbers = person.contest, person.index
        return self.seed.derive("recovery", *numbers, size=RECOVERY_SECRET_BYTES)


def _read_issued(
    sent: list[Future[tuple[Receipt, ...]]],
) -> Iterator[tuple[Hash, bytes]]:
    """Give leaf and M' of what was announced."""
    for each in sent:
        for receipt in each.result():
            for log in receipt.logs:
                event = decode_event(log, ContractName.VOTER_LIST)
                if isinstance(event, Issued):
                    yield event.leaf, event.blinded


def _collect(begun: list[_Asked]) -> dict[Person, bytes]:
    """Wait for what devices make."""
    return {
        person: blinded
        for some, done in begun
        for person, blinded in zip(some, done.result().given, strict=True)
    }


def _by_contest(people: Sequence[Person]) -> Iterator[tuple[int, list[Person]]]:
    for contest in sorted({each.contest for each in people}):
        yield contest, [each for each in people if each.contest == contest]


def cut(items: Sequence[Item], size: int) -> Iterator[Sequence[Item]]:
    """Cut into parts of a size, of which the last may be smaller."""
    for at in range(0, len(items), size):
        yield items[at : at + size]
