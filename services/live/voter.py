"""A voter's device over HTTP, step by step: from a ticket to a ballot in the box.

docs/protocol.md §6. Side A (portal, gateway, registrar, issuers) never sees what is
sent to side B (relays, the node that is asked for ballots), and the reverse: one
`Device` holds both, and gives each step what that side may know.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import httpx2

from election.client.contract import Contract
from election.client.issuing import take_credential
from election.client.rpc import Connection
from election.crypto.blind_credential import RecoverySecret
from election.crypto.group import encode_g1
from election.crypto.randomness import SecretSource
from election.crypto.signature import SigningKey, decode_signature, encode_signature
from election.crypto.signature import sign_hash as sign
from election.crypto.transcript import Address, Hash, address_word, uint_word
from election.errors import ElectionError
from election.protocol.abi import ContractName
from election.protocol.attestation import derive_lock_hash, request_issuance
from election.protocol.ballot import NO_MEMO, accept_ballot, make_ballot, prepare_choice
from election.protocol.events import BallotCast, Issued
from election.protocol.issuance import Credential, CredentialRequest, prepare_request
from election.protocol.notice import Notice, accept_notice
from election.protocol.promise import Promise, accept_promise
from election.protocol.terms import ElectionTerms, PublishedContest

Body = Mapping[str, Any]
Sleep = Callable[[float], None]
_PAUSE: Final = 0.5  # seconds between two looks
_LEAST_RELAYS: Final = 2


class StepError(ElectionError):
    """Report what a service refused; the subject is its step, code its stable word."""

    def __init__(self, step: str, code: str, title: str = "") -> None:
        """Keep the word."""
        super().__init__(step, f"{code}: {title}" if title else code)
        self.code = code


@dataclass(frozen=True, slots=True)
class SideA:
    """Who knows the person: base URLs, and a node that is asked about leaves."""

    portal: str
    gateway: str
    registrar: str
    issuers: Sequence[str]
    node: Connection


@dataclass(frozen=True, slots=True)
class SideB:
    """Who knows the ballot: relays' accounts by base URL, and a node for ballots."""

    relays: Mapping[str, Address]
    node: Connection


@dataclass(frozen=True, slots=True)
class Opening:
    """What the portal opened for a ticket, and attested; fields as in its answer."""

    fields: Body
    attestation: Body

    def choose(self, *names: str) -> dict[str, Any]:
        """Give some of the fields."""
        return {name: self.fields[name] for name in names}


@dataclass(frozen=True, slots=True)
class Sent:
    """A signed ballot on its way; deadlines: what each relay promised, by its URL."""

    record: bytes = field(repr=False)
    ballot_hash: Hash
    credential: Address
    tracking_code: Hash
    deadlines: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Device:
    """A voter's device in one contest; the secret is all that it has to keep.

    now: time by the election's clock, Unix seconds.
    """

    terms: ElectionTerms
    contest: int
    leaf: Hash
    secret: RecoverySecret = field(repr=False)
    http: httpx2.Client = field(repr=False)
    now: Callable[[], int] = lambda: int(time.time())
    sleep: Sleep = time.sleep

    @property
    def published(self) -> PublishedContest:
        """Give the contest as the terms have it."""
        return self.terms.contest(self.contest)

    @property
    def request(self) -> CredentialRequest:
        """Derive bk, rho and M' from the secret."""
        ctx = self.published.box.ctx
        return prepare_request(self.secret, ctx=ctx, leaf=self.leaf)

    # Side A

    def open_at_portal(self, side: SideA, ticket: str) -> Opening:
        """Show the ticket and M'; the portal attests it for the person logged in."""
        blinded = encode_g1(self.request.blinded)
        body = {"ticket": ticket, "blinded": _hex(blinded)}
        said = dict(self._post("portal", f"{side.portal}/booth/attestations", body))
        attestation = said.pop("attestation")
        opening = Opening(said, attestation)
        if said["leaf"] != _hex(self.leaf) or said["contest"] != self.contest:
            raise StepError("portal", "other_leaf")
        if said["h_req"] != _hex(self._asked(opening).subject):
            raise StepError("portal", "other_request")
        return opening

    def ask_for_code(
        self, side: SideA, opening: Opening, *, language: str = "ru"
    ) -> tuple[str, str]:
        """Have a code sent; give the serial, and the number that the message has."""
        names = ("election", "contest", "index", "leaf", "voter_id", "salt")
        body = opening.choose(*names, "nonce", "h_req", "expiry")
        body |= {"attestation": opening.attestation, "language": language}
        said = self._post("gateway", f"{side.gateway}/issues", body)
        asked, serial = self._asked(opening), str(said["serial"])
        notice = Notice(asked.ctx, asked.leaf, asked.subject, said["time"], serial)
        signature = decode_signature(_bytes(said["statement"]))
        accept_notice(notice, signature, gateway=self.terms.sms_gateway)
        return serial, str(said.get("message", serial))

    def type_code(self, side: SideA, opening: Opening, serial: str, code: str) -> Body:
        """Type the code, for the gateway alone; give its attestation."""
        body = {"code": code, "h_req": opening.fields["h_req"]}
        said = self._post("gateway", f"{side.gateway}/issues/{serial}/check", body)
        return dict(said["attestation"])

    def ask_registrar(
        self,
        side: SideA,
        opening: Opening,
        attestation: Body,
        *,
        lock: SigningKey | None = None,
    ) -> str:
        """Have the request sent to the chain; give its state. May be repeated.

        attestation: the gateway's.
        """
        signed = None
        if lock is not None:
            digest = derive_lock_hash(self._asked(opening))
            signed = _hex(encode_signature(sign(digest, lock)))
        body = opening.choose("election", "contest", "leaf", "index")
        body |= {
            "blinded": _hex(encode_g1(self.request.blinded)),
            "portal": opening.attestation,
            "gateway": attestation,
            "lock": signed,
        }
        said = self._post("registrar", f"{side.registrar}/requests", body)
        return str(said["state"])

    def is_issued(self, side: SideA) -> bool:
        """Look at a node of side A; raises StepError if another M' was issued."""
        at = self.terms.common.voter_list
        voters = Contract(side.node, ContractName.VOTER_LIST, at)
        topics = None, Hash(uint_word(self.contest)), self.leaf
        events = [e for e in voters.read_events(*topics) if isinstance(e, Issued)]
        if not events:
            return False
        if events[-1].blinded != encode_g1(self.request.blinded):
            raise StepError("issuance", "issued_to_another_secret")
        return True

    def collect(self, side: SideA, *, give_up: int) -> Credential:
        """Wait for any t good answers of issuers and combine them.

        give_up: by the clock. Raises StepError.
        """
        terms, found = self.published.terms, dict[int, bytes]()
        path = f"/answers/{_hex(self.terms.election)}/{self.contest}/{_hex(self.leaf)}"
        while True:
            for number, url in enumerate(side.issuers, 1):
                if number not in found and (raw := self._ask_issuer(url + path)):
                    found[number] = raw
            if len(found) >= terms.issuer_threshold:
                try:
                    return take_credential(
                        self.request,
                        sorted(found.items()),
                        terms,
                        issuer_keys=self.published.issuer_keys,
                    )
                except ElectionError:
                    if len(found) == len(side.issuers):
                        found.clear()  # answers are not signed: fetched once more
            self._wait("issuers", give_up)

    def _ask_issuer(self, url: str) -> bytes | None:
        """Ask one issuer; None while it has no answer for this M'."""
        try:
            answered = self.http.get(url)
            said = answered.json() if answered.is_success else {}
            own = _hex(encode_g1(self.request.blinded))
            return _bytes(said["answer"]) if said.get("blinded") == own else None
        except (httpx2.HTTPError, ValueError, KeyError, TypeError, AttributeError):
            return None

    # Side B

    def make_ballot(self, credential: Credential, choice: int) -> tuple[bytes, Hash]:
        """Encrypt, prove and sign a choice; give the record and its tracking code."""
        box = self.published.box
        source = SecretSource(secrets.token_bytes(64), self.secret.secret)
        prepared = prepare_choice(choice, box, source=source)
        record = make_ballot(
            prepared, box, credential=credential, memo=NO_MEMO, source=source
        )
        return record, prepared.tracking_code

    def send(self, side: SideB, record: bytes, *, least: int = _LEAST_RELAYS) -> Sent:
        """Send a ballot to relays until enough of them promise it, or it is in the box.

        Raises StepError with the word of the last one that refused. May be repeated,
        with the same record: a relay gives the promise that it gave, and forgets it
        once the box has the ballot.
        """
        ballot = accept_ballot(record, self.published.box)
        deadlines: dict[str, int] = {}
        code, credential = ballot.tracking_code, ballot.record.credential
        sent = Sent(record, ballot.ballot_hash, credential, code, deadlines)
        refused = StepError("relays", "too_few")
        for url, account in side.relays.items():
            try:
                promise = self._send_to(url, account, record)
            except (ElectionError, httpx2.HTTPError) as error:
                refused = (
                    error
                    if isinstance(error, StepError)
                    else StepError("relay", "no_promise", str(error))
                )
                if refused.code == "already_cast" and self.find(side, sent):
                    return sent  # by a relay that was quicker than this loop
                continue
            deadlines[url] = promise.deadline
            if len(deadlines) == least:
                return sent
        raise refused

    def _send_to(self, url: str, account: Address, record: bytes) -> Promise:
        ballot = accept_ballot(record, self.published.box)
        ctx = self.published.box.ctx
        answered = self.http.post(
            f"{url}/ballots",
            params={"context": _hex(ctx)},
            content=record,
            headers={"Content-Type": "application/octet-stream"},
        )
        said = _read("relay", answered)
        try:
            deadline, signature = int(said["deadline"]), _bytes(said["signature"])
        except (KeyError, TypeError, ValueError):
            raise StepError("relay", "no_promise") from None
        promise = Promise(ctx, ballot.record.credential, ballot.ballot_hash, deadline)
        return accept_promise(
            promise, decode_signature(signature), relay=account, now=self.now()
        )

    def find(self, side: SideB, sent: Sent) -> int | None:
        """Look for the ballot in the box; give its block, None while it is not there.

        Raises StepError if the box has another ballot of the credential.
        """
        at = self.published.terms.box
        box = Contract(side.node, ContractName.BALLOT_BOX, at)
        # robots ask for one credential; a device of a person reads whole blocks
        for log, event in box.read_entries(None, Hash(address_word(sent.credential))):
            if isinstance(event, BallotCast) and event.ballot == sent.record:
                return log.block_number
            raise StepError("box", "another_ballot_counts")
        return None

    def wait_final(self, side: SideB, sent: Sent, *, give_up: int) -> int:
        """Wait until the ballot is in the box; give its block. Raises StepError."""
        while (block := self.find(side, sent)) is None:
            self._wait("box", give_up)
        return block

    # Both

    def _asked(self, opening: Opening) -> Any:
        return request_issuance(
            self.published.box.ctx,
            self.leaf,
            nonce=int(opening.fields["nonce"]),
            blinded=self.request.blinded,
        )

    def _wait(self, step: str, give_up: int) -> None:
        if self.now() >= give_up:
            raise StepError(step, "not_in_time")
        self.sleep(_PAUSE)

    def _post(self, step: str, url: str, body: Body) -> Body:
        return _read(step, self.http.post(url, json=dict(body)))


def draw_secret() -> RecoverySecret:
    """Draw the 128 bits that a voter would print."""
    return RecoverySecret(secrets.token_bytes(16))


def _read(step: str, answered: httpx2.Response) -> Body:
    try:
        said = answered.json()
    except ValueError:
        said = None
    if not isinstance(said, dict):
        raise StepError(step, "no_answer", str(answered.status_code))
    if not answered.is_success:
        code, title = said.get("code", "refused"), said.get("title", "")
        raise StepError(step, str(code), str(title))
    return said


def _hex(raw: bytes) -> str:
    return f"0x{raw.hex()}"


def _bytes(text: str) -> bytes:
    return bytes.fromhex(text.removeprefix("0x"))
