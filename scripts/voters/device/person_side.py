"""What is asked of those who know the person; each answer is checked before it is used.

docs/protocol.md §6, docs/booth.md. Nothing here has seen a ballot.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, Final

from election.client.contract import Contract
from election.client.contracts.voter_list import VoterList
from election.client.issuing import take_credential
from election.client.rpc import Connection
from election.crypto.signature import (
    decode_signature,
    derive_address,
    encode_signature,
    sign_hash,
)
from election.crypto.transcript import Address, Hash, decode_hash, uint_word
from election.errors import ElectionError, EncodingError
from election.protocol.abi import ContractName
from election.protocol.attestation import (
    LAST_REQUESTS,
    LIFETIME,
    NO_LOCK,
    Attestation,
    Role,
    accept_attestation,
    derive_lock_hash,
)
from election.protocol.events import Issued
from election.protocol.issuance import Credential
from election.protocol.notice import Notice, accept_notice
from election.protocol.voter_list import LeafState, derive_leaf, hash_voter
from scripts.shared.errors import (
    RuledOutError,
    ServiceAwayError,
    ServiceError,
    UntrueError,
)
from scripts.shared.files.booth_files import BoothServices
from scripts.voters.device.answers import (
    read_attestation,
    read_number,
    spell_attestation,
    spell_hex,
    unhex,
)
from scripts.voters.device.asking import Asker, blaming
from scripts.voters.device.device import Device
from scripts.voters.device.nodes import Nodes
from scripts.voters.device.sides import Sides
from scripts.voters.device.texts import spell_one, spell_refusal

_SERIAL: Final = re.compile("[ABEKMHPCTYX]-[1-9][0-9]-[2-9a-hjkmnp-z]{12}")
_NUMBER: Final = 4  # characters of a serial that the message carries
_OWNERS: Final = 2
_FAIR: Final = 60  # seconds by which honest clocks may differ
_OVER: Final = {"polls_closed": 0, "too_late": LAST_REQUESTS}
"""Refusals that say that it is too late; seconds before the end from which it is."""


@dataclass(frozen=True, slots=True)
class Leaf:
    """What stands on the chain of a leaf."""

    state: LeafState
    nonce: int
    lock: Address


@dataclass(frozen=True, slots=True)
class Opening:
    """Where the voter stands on the list, and what the portal attested."""

    index: int
    voter_id: str
    salt: Hash
    nonce: int
    attestation: Attestation


@dataclass(frozen=True, slots=True)
class Message:
    """A message on its way to the phone. phone_ends: two digits, or empty."""

    serial: str
    phone_ends: str

    @property
    def number(self) -> str:
        """Give the number that the message has to carry."""
        return self.serial[:_NUMBER]


@dataclass(frozen=True, slots=True)
class PersonSide:
    """Portal, gateway, registrar, issuers, and nodes that may learn of the leaf."""

    device: Device
    services: BoothServices
    sides: Sides
    nodes: Nodes
    asker: Asker = field(repr=False)

    # The chain

    def read_time(self) -> int:
        """Read the time as `Nodes.read_time` does."""
        return self.nodes.read_time()

    def read_times(self) -> list[int]:
        """Read the own time and others as `Nodes.read_times` does."""
        return self.nodes.read_times()

    def count_owners(self) -> int:
        """Count whom two nodes can be asked of, two at most."""
        return min(_OWNERS, len({each.organisation for each in self.nodes.hosts}))

    def find_last_issue_closing(self) -> int:
        """Find when no ballot is given out, as `Nodes.find_last_closings` does."""
        return self.nodes.find_last_closings(self.device)[0]

    def find_issue_closing(self) -> int:
        """Find until when ballots are given out, as `Nodes.find_closings` does."""
        return self.nodes.find_closings(self.device)[0]

    def read_leaf(self, least: int = 1) -> Leaf:
        """Read what all nodes that answer have of the leaf.

        least: organisations that have to answer. Raises UntrueError where they differ,
        ServiceAwayError.
        """
        told = dict(self.nodes.ask_all(self._read_leaf))
        found = set(told.values())
        if not found:
            raise _away(spell_one("node"))
        if len(told) < least:
            raise ServiceAwayError(spell_one("nodes"), spell_refusal("two_nodes"))
        if len(found) > 1:
            raise UntrueError(", ".join(told), spell_refusal("nodes_differ"))
        return found.pop()

    def _read_leaf(self, connection: Connection) -> Leaf:
        leaf = self.device.leaf
        voters = self._voters(connection)
        (nonce,) = voters.nonces([leaf])
        return Leaf(voters.state(leaf), nonce, voters.lock(leaf))

    def _voters(self, connection: Connection) -> VoterList:
        at = self.device.terms.common.voter_list
        return VoterList(Contract(connection, ContractName.VOTER_LIST, at))

    def is_issued(self) -> bool:
        """Look whether M' was issued; a node may be a block behind, and is waited for.

        Raises RuledOutError if another M' was, UntrueError where nodes differ,
        ServiceAwayError.
        """
        told = dict(self.nodes.ask_all(self._find_blinded))
        found = set(told.values())
        if not found:
            raise _away(spell_one("node"))
        if found == {None}:
            return False
        own = self.device.blinded
        if found <= {own, None}:
            return found == {own}
        if len(found) > 1:
            raise UntrueError(", ".join(told), spell_refusal("nodes_differ"))
        raise RuledOutError(spell_one("ballot word"), spell_refusal("other_issued"))

    def _find_blinded(self, connection: Connection) -> bytes | None:
        topics = None, Hash(uint_word(self.device.contest)), self.device.leaf
        events = self._voters(connection).contract.read_events(*topics)
        blinded = [each.blinded for each in events if isinstance(each, Issued)]
        return blinded[-1] if blinded else None

    def is_locked(self, leaf: Leaf) -> bool:
        """Say whether the leaf has a lock; raises RuledOutError for another's."""
        if leaf.lock == NO_LOCK:
            return False
        if leaf.lock != derive_address(self.device.lock_key):
            raise RuledOutError(spell_one("ballot word"), spell_refusal("locked"))
        return True

    @contextmanager
    def _weighing(self) -> Iterator[None]:
        """Pass no refusal on that the chain does not bear out."""
        try:
            yield
        except ServiceError as error:
            if error.code not in _OVER and error.code != "not_online":
                raise
            code = "refused"
            with suppress(ElectionError):
                code = "not_true" if self._is_untrue(error.code) else error.code
            fact = spell_refusal(code, wait=error.wait, case=error.case)
            raise ServiceError(
                error.subject, fact, code=code, wait=error.wait, case=error.case
            ) from error

    def _is_untrue(self, code: str) -> bool:
        """Tell whether the chain has something else than what a service refuses for.

        Raises ElectionError where too few nodes say so: one alone accuses nobody.
        """
        if code == "not_online":
            return self.read_leaf(_OWNERS).state is LeafState.ONLINE
        opening = self.device.published.terms.opening
        closing = self.find_issue_closing() - _OVER[code]
        told = self.nodes.ask_owners(_OWNERS, Connection.read_clock).values()
        is_open = all(
            (code == "too_late" or now > opening + _FAIR) and now < closing - _FAIR
            for now in told
        )
        if is_open and len(told) < _OWNERS:
            raise _away(spell_one("node"))
        return is_open

    # Services

    def open(self, ticket: str, leaf: Leaf) -> Opening:
        """Show ticket and M'; check what the portal attests, and where the leaf is."""
        device = self.device
        who, url = spell_one("portal"), self.services.portal.url
        body = {"ticket": ticket, "blinded": spell_hex(device.blinded)}
        said = self.asker.ask(who, f"{url}/booth/attestations", body=body)
        asked = device.ask(leaf.nonce)
        own = {
            "leaf": spell_hex(device.leaf),
            "contest": device.contest,
            "election": spell_hex(device.terms.election),
            "h_req": spell_hex(asked.subject),
        }
        if any(said.get(key) != value for key, value in own.items()):
            raise UntrueError(who, spell_refusal("other_leaf"))
        opening = _read_opening(who, said)
        if opening.nonce != leaf.nonce or not self._opens(opening):
            # what it has of the place it has from the registrar
            raise UntrueError(spell_one("registrar"), spell_refusal("other_place"))
        self._accept(who, opening, opening.attestation, Role.PORTAL)
        return opening

    def _opens(self, opening: Opening) -> bool:
        device = self.device
        election_id = device.terms.common.election_id
        try:
            voter = hash_voter(opening.voter_id, opening.salt)
        except ElectionError:
            return False
        index, number = opening.index, device.contest
        return device.leaf == derive_leaf(election_id, number, index=index, voter=voter)

    def ask_code(self, opening: Opening, language: str) -> Message:
        """Have a code sent; the gateway has to name this request."""
        device = self.device
        body = {
            "election": spell_hex(device.terms.election),
            "contest": device.contest,
            "index": opening.index,
            "leaf": spell_hex(device.leaf),
            "voter_id": opening.voter_id,
            "salt": spell_hex(opening.salt),
            "nonce": opening.nonce,
            "h_req": spell_hex(device.ask(opening.nonce).subject),
            "expiry": opening.attestation.expiry,
            "attestation": spell_attestation(opening.attestation),
            "language": language,
        }
        with self._weighing():
            return self._send_code("/issues", body, opening)

    def ask_again(self, opening: Opening, message: Message, language: str) -> Message:
        """Have another code sent for the same request."""
        path = f"/issues/{message.serial}/code"
        with self._weighing():
            return self._send_code(path, {"language": language}, opening)

    def _send_code(
        self, path: str, body: Mapping[str, Any], opening: Opening
    ) -> Message:
        who, url = spell_one("gateway"), self.services.gateway.url
        said = self.asker.ask(who, url + path, body=body)
        serial = said.get("serial")
        asked = self.device.ask(opening.nonce)
        with blaming(who):
            if not (isinstance(serial, str) and _SERIAL.fullmatch(serial)):
                raise UntrueError(who, spell_refusal("other_message"))
            moment = read_number(said.get("time"))
            notice = Notice(asked.ctx, asked.leaf, asked.subject, moment, serial)
            signature = decode_signature(unhex(said.get("statement")))
            accept_notice(notice, signature, gateway=self.device.terms.sms_gateway)
        ends = said.get("phone_ends")
        is_plain = isinstance(ends, str) and re.fullmatch("[0-9]{2}", ends)
        message = Message(serial, str(ends) if is_plain else "")
        if said.get("message") != message.number:
            raise UntrueError(who, spell_refusal("other_message"))
        return message

    def type_code(self, opening: Opening, message: Message, code: str) -> Attestation:
        """Type the code, for the gateway alone; give what it attests."""
        who, url = spell_one("gateway"), self.services.gateway.url
        subject = self.device.ask(opening.nonce).subject
        body = {"code": code, "h_req": spell_hex(subject)}
        path = f"/issues/{message.serial}/check"
        said = self.asker.ask(who, url + path, body=body)
        with blaming(who):
            attestation = read_attestation(said.get("attestation"))
        self._accept(who, opening, attestation, Role.SMS_GATEWAY)
        return attestation

    def _accept(
        self, who: str, opening: Opening, attestation: Attestation, role: Role
    ) -> None:
        terms = self.device.terms
        signer = terms.portal if role is Role.PORTAL else terms.sms_gateway
        asked, expiry = self.device.ask(opening.nonce), attestation.expiry
        with blaming(who):
            accept_attestation(attestation, asked, role=role, signer=signer, now=expiry)
        now = self.read_time()
        if not now <= expiry <= now + LIFETIME:  # the own clock may be wrong
            raise ServiceError(who, spell_refusal("other_time"), code="other_time")

    def bring(self, opening: Opening, gateway: Attestation, *, is_locked: bool) -> None:
        """Have the registrar bring the request to the chain; may be repeated."""
        device, signed = self.device, None
        if is_locked:
            digest = derive_lock_hash(device.ask(opening.nonce))
            signed = spell_hex(encode_signature(sign_hash(digest, device.lock_key)))
        body = {
            "election": spell_hex(device.terms.election),
            "contest": device.contest,
            "leaf": spell_hex(device.leaf),
            "index": opening.index,
            "blinded": spell_hex(device.blinded),
            "portal": spell_attestation(opening.attestation),
            "gateway": spell_attestation(gateway),
            "lock": signed,
        }
        url = f"{self.services.registrar.url}/requests"
        with self._weighing():
            self.asker.ask(spell_one("registrar"), url, body=body)

    def collect(self) -> Credential | None:
        """Ask all issuers once; None while too few have answered well.

        Answers are not signed, so a wrong one accuses nobody while others may come.
        Raises UntrueError once so many answered for another request that no t are left,
        CredentialError once all answered and too few answers hold.
        """
        device, threshold = self.device, self.device.published.terms.issuer_threshold
        issuers, own = self.sides.issuers, spell_hex(device.blinded)
        election, leaf = spell_hex(device.terms.election), spell_hex(device.leaf)
        path = f"{election}/{device.contest}/{leaf}"
        answers: dict[int, bytes] = {}
        swapped: list[str] = []
        for each in issuers:
            who = spell_one("issuer", whose=each.organisation)
            try:
                said = self.asker.ask(who, f"{each.url}/answers/{path}")
                if said.get("blinded") == own:
                    answers[each.number] = unhex(said.get("answer"))
                else:
                    swapped.append(who)
            except (ServiceError, EncodingError):
                continue
        if len(swapped) > len(issuers) - threshold:
            raise UntrueError(", ".join(swapped), spell_refusal("issuers_swapped"))
        if len(answers) < threshold:
            return None
        try:
            return take_credential(
                device.request,
                sorted(answers.items()),
                device.published.terms,
                issuer_keys=device.published.issuer_keys,
            )
        except ElectionError:
            if len(answers) + len(swapped) == len(issuers):
                raise
            return None


def open_sigma(device: Device, sigma: bytes) -> Credential:
    """Take sigma from what was kept; raises ElectionError if it does not hold."""
    from election.crypto.blind_credential import CredentialClaim, verify_credential
    from election.crypto.group import decode_g1
    from election.errors import CredentialError

    made = Credential(device.request.ballot_key, decode_g1(sigma))
    box = device.published.box
    claim = CredentialClaim(made.address, made.sigma)
    if not verify_credential(claim, ctx=box.ctx, key=box.credential_key):
        raise CredentialError("credential", "does not verify")
    return made


def _read_opening(who: str, said: Mapping[str, Any]) -> Opening:
    with blaming(who):
        voter_id = said.get("voter_id")
        if not isinstance(voter_id, str):
            raise EncodingError("voter id", "is none")
        return Opening(
            read_number(said.get("index")),
            voter_id,
            decode_hash(unhex(said.get("salt"))),
            read_number(said.get("nonce")),
            read_attestation(said.get("attestation")),
        )


def _away(who: str) -> ServiceAwayError:
    return ServiceAwayError(who, spell_refusal("away"))
