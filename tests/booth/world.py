"""An election in values that answers a booth: no server, no socket, no chain.

Every answer is honest unless a test puts another in its place, by the name of the
question: `world.lies["portal"] = lambda said, asked: ...`. The services themselves are
tried with the booth in tests/services/live/test_whole_election.py.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final, cast
from urllib.parse import parse_qs, urlsplit

from election.crypto.blind_credential import RecoverySecret, derive_lock_key
from election.crypto.group import decode_g1, encode_g1
from election.crypto.signature import (
    Signature,
    SigningKey,
    decode_signature,
    derive_address,
    encode_signature,
    recover_signer,
)
from election.crypto.transcript import (
    Address,
    Hash,
    address_word,
    hash_bytes,
    uint_word,
)
from election.protocol.attestation import (
    NO_LOCK,
    Request,
    Role,
    attest,
    derive_lock_hash,
    request_issuance,
    request_withdrawal,
)
from election.protocol.ballot import (
    NO_MEMO,
    accept_ballot,
    make_ballot,
    prepare_choice,
)
from election.protocol.booth_list import fill_headers
from election.protocol.issuance import (
    Credential,
    CredentialRequest,
    accept_credential,
    accept_share,
    prepare_request,
    serve_share,
)
from election.protocol.notice import Notice, sign_notice
from election.protocol.promise import Promise, sign_promise
from election.protocol.voter_list import derive_leaf, hash_voter
from scripts.booth.folder import Booth, accept_later, gather_booth
from scripts.shared.files.booth_files import SERVICES, SIGNATURES, TERMS
from scripts.shared.files.terms_file import render_terms
from tests import honest
from tests.booth.made import make_election, sign_services, spell_services
from tests.scripts.conftest import make_terms

BOOTH: Final = "https://booth.example.org"
OTHER_BOOTH: Final = "https://other-booth.example.org"
TICKET: Final = "T" * 43
SECRET: Final = b"0123456789abcdef"
CODE: Final = "123456"
VOTER_ID: Final = "V 1"
SALT: Final = Hash(bytes(32))
NOW: Final = 1_850  # 19 minutes before the polls close: no ballot waits for others
PORTAL: Final = SigningKey(201)
GATEWAY: Final = SigningKey(202)
RELAYS: Final = {"relay-1": SigningKey(203), "relay-2": SigningKey(204)}
ISSUED: Final = "0x7959aa43516c00ad6328586d5234afd227cfe5b5c58003b5d33f9845713b26e8"
CAST: Final = "0xe8e2a331edba2c071bb10f88dcad9831098282219997219f7cfda1db12c4f502"
SERIAL: Final = "A-47-7qk2m9xdhw3c"

Said = tuple[int, dict[str, Any]]
Lie = Callable[[dict[str, Any], Any], Any]


def url_of(name: str) -> str:
    """Give where a part answers."""
    return f"https://{name}.example.org"


def _make_booth() -> Booth:
    base = make_terms(portal=derive_address(PORTAL))
    terms = base.__class__(
        base.election,
        base.title,
        base.test,
        base.portal,
        derive_address(GATEWAY),
        base.contests,
    )
    raw_terms = render_terms(terms).encode()

    def host(name: str, organisation: str) -> dict[str, Any]:
        return {"organisation": organisation, "url": url_of(name)}

    services = spell_services(
        raw_terms,
        portal=host("portal", "Portal"),
        gateway=host("gateway", "SMS"),
        registrar=host("registrar", "Commission"),
        issuers=[
            {"number": n, **host(f"issuer-{n}", f"Issuer {n}")} for n in (1, 2, 3)
        ],
        relays=[
            host(name, f"Observer {number}")
            | {"account": f"0x{derive_address(key).hex()}"}
            for number, (name, key) in enumerate(RELAYS.items(), 1)
        ],
        nodes=[host(f"node-{n}", f"Observer {n}") for n in (1, 2, 3, 4)],
        booths=[
            {"organisation": "Observer 1", "url": BOOTH},
            {"organisation": "Observer 2", "url": OTHER_BOOTH},
        ],
    )
    bare = gather_booth(make_election())
    raw = dict(bare.raw) | {
        SERVICES: services,
        SIGNATURES: sign_services(services),
        TERMS: raw_terms,
    }
    return Booth(bare.listed, bare.election, raw, accept_later(bare.election, raw))


def _hex(raw: bytes) -> str:
    return f"0x{raw.hex()}"


def _sig(signature: Signature) -> str:
    return _hex(encode_signature(signature))


def refuse(code: str, status: int = 409) -> Said:
    """Refuse as a service does."""
    return status, {"code": code, "title": "…", "case": "7KQ2M9"}


@dataclass
class World:
    """All services and nodes. away: hosts that are down. asked: host, path, body.

    others: what hosts show who tell another history.
    """

    booth: Booth = field(default_factory=_make_booth)
    lies: dict[str, Lie] = field(default_factory=dict)
    away: set[str] = field(default_factory=set)
    asked: list[tuple[str, str, bytes]] = field(default_factory=list)
    files: dict[str, bytes] = field(default_factory=dict)
    blinded: bytes = b""
    issued: bytes = b""
    boxed: list[bytes] = field(default_factory=list)
    sent: dict[str, bytes] = field(default_factory=dict)
    now: int = NOW
    extension: int = 3_600  # of the polls: ballots are given out as they are taken
    height: int = 40
    is_boxing: bool = True
    term: int = 600  # seconds that relays promise to need
    lock: Address = NO_LOCK
    state: int = 1  # of the leaf: online
    withdrawn: list[int] = field(default_factory=list)  # counters of withdrawals
    others: dict[str, World] = field(default_factory=dict)

    @property
    def leaf(self) -> Hash:
        """Give the leaf of the one voter."""
        voter = hash_voter(VOTER_ID, SALT)
        return derive_leaf(honest.ELECTION_ID, 1, index=0, voter=voter)

    @property
    def link(self) -> str:
        """Give the portal's link to the booth."""
        return f"{BOOTH}/#contest=1&leaf={_hex(self.leaf)}&ticket={TICKET}"

    def answer(self, url: str, body: bytes) -> tuple[int, dict[str, str], bytes]:
        """Answer a request: status, headers, body."""
        parts = urlsplit(url)
        host = parts.netloc.removesuffix(".example.org")
        if host in ("booth", "other-booth"):
            if host in self.away:
                raise ConnectionError
            return self._serve(parts.path)
        self.asked.append((host, f"{parts.path}?{parts.query}", body))
        if host in self.away:
            raise ConnectionError
        name = host.split("-")[0]
        told = self.others.get(host, self)
        status, said = told._ask(name, host, parts.path, parts.query, body)
        is_json = body.startswith(b"{")
        asked = json.loads(body) if is_json else parts.path
        for key in (host, name):
            if key in self.lies:
                lie = self.lies[key](said, asked)
                status, said = lie if isinstance(lie, tuple) else (status, lie)
        headers = {
            "content-type": "application/json",
            "access-control-allow-origin": BOOTH,
            "access-control-expose-headers": "Retry-After",
        }
        return status, headers, json.dumps(said).encode()

    def _serve(self, path: str) -> tuple[int, dict[str, str], bytes]:
        name = path.removeprefix("/") or "index.html"
        raw = self.files.get(name, self.booth.raw.get(name))
        services = self.booth.services
        assert services is not None
        headers = fill_headers(self.booth.listed, services.origins())
        kinds = {each.path: each.media_type for each in self.booth.listed.files}
        headers["content-type"] = kinds.get(name, "application/json")
        return (404, headers, b"") if raw is None else (200, headers, raw)

    def _ask(self, name: str, host: str, path: str, query: str, body: bytes) -> Said:
        if name == "node":
            return 200, self._node(json.loads(body))
        if name == "issuer":
            return self._issuer(int(host[-1]))
        if name == "relay":
            return self._relay(host, query, body)
        told = json.loads(body)
        return cast("Said", getattr(self, f"_{name}")(path, told))

    def _request(self) -> Any:
        ctx = honest.box().ctx
        blinded = decode_g1(self.blinded)
        return request_issuance(ctx, self.leaf, nonce=1, blinded=blinded)

    def _attest(self, role: Role, key: SigningKey) -> dict[str, Any]:
        made = attest(self._request(), key, role=role, expiry=self.now + 600)
        return {"expiry": made.expiry, "signature": _sig(made.signature)}

    def _portal(self, path: str, told: dict[str, Any]) -> Said:
        assert path == "/booth/attestations"
        if told["ticket"] != TICKET:
            return refuse("unknown_ticket")
        self.blinded = bytes.fromhex(told["blinded"][2:])
        return 200, {
            "election": _hex(honest.account(8)),
            "contest": 1,
            "index": 0,
            "leaf": _hex(self.leaf),
            "voter_id": VOTER_ID,
            "salt": _hex(SALT),
            "nonce": 1,
            "h_req": _hex(hash_bytes(self.blinded)),
            "expiry": self.now + 600,
            "attestation": self._attest(Role.PORTAL, PORTAL),
        }

    def _gateway(self, path: str, told: dict[str, Any]) -> Said:
        if path.endswith("/check"):
            if told["code"] != CODE:
                return refuse("wrong_code", 403)
            return 200, {"attestation": self._attest(Role.SMS_GATEWAY, GATEWAY)}
        request = self._request()
        notice = Notice(request.ctx, request.leaf, request.subject, self.now, SERIAL)
        return 201, {
            "serial": SERIAL,
            "message": "A-47",
            "time": self.now,
            "statement": _sig(sign_notice(notice, GATEWAY)),
            "resend_after": 60,
            "expires": self.now + 600,
            "phone_ends": "67",
        }

    def _registrar(self, path: str, told: dict[str, Any]) -> Said:
        lock = told["lock"] and decode_signature(bytes.fromhex(told["lock"][2:]))
        if path == "/withdrawals":
            request = request_withdrawal(honest.box().ctx, self.leaf, nonce=1)
            assert told["leaf"] == _hex(self.leaf)
        else:
            assert path == "/requests"
            self.blinded = bytes.fromhex(told["blinded"][2:])
            request = self._request()
        if not self._is_let_by_lock(request, lock):
            return refuse("bad_lock", 400)
        if path == "/withdrawals":
            self.withdrawn.append(told["nonce"])
            return 202, {"state": "signed"}
        self.issued = self.blinded
        return 202, {"state": "queued"}

    def _is_let_by_lock(self, request: Request, lock: Signature | None) -> bool:
        if self.lock == NO_LOCK:
            return lock is None
        digest = derive_lock_hash(request)
        return lock is not None and recover_signer(digest, lock) == self.lock

    def set_lock(self, secret: bytes = SECRET) -> None:
        """Lock the voter's leaf with words."""
        key = derive_lock_key(RecoverySecret(secret), election_id=honest.ELECTION_ID)
        self.lock = derive_address(key)

    def _issuer(self, number: int) -> Said:
        if not self.issued:
            return refuse("not_issued", 404)
        share = honest.keys().issuers[number - 1].secrets[0]
        answer = serve_share(self.issued, share)
        return 200, {"blinded": _hex(self.issued), "answer": _hex(answer)}

    def _relay(self, host: str, query: str, body: bytes) -> Said:
        ctx = parse_qs(query)["context"][0]
        assert ctx == _hex(honest.box().ctx)
        ballot = accept_ballot(body, honest.box())
        credential = ballot.record.credential
        held = self.sent.get(host)
        if held is not None and held != body:
            return refuse("already_promised")
        if self.boxed and body not in self.boxed:
            return refuse("already_cast")
        self.sent[host] = body
        if len(self.sent) == len(RELAYS) and self.is_boxing:
            self.box(body)
        deadline = self.now + self.term
        promise = Promise(honest.box().ctx, credential, ballot.ballot_hash, deadline)
        return 200, {
            "deadline": promise.deadline,
            "signature": _sig(sign_promise(promise, RELAYS[host])),
        }

    def box(self, record: bytes) -> None:
        """Put a ballot into the box."""
        if record not in self.boxed:
            self.boxed.append(record)

    def _node(self, told: dict[str, Any]) -> dict[str, Any]:
        method = told["method"]
        result: Any = None
        if method == "eth_call":
            result = _hex(self._view(told["params"][0]["data"]))
        elif method == "eth_blockNumber":
            result = hex(self.height + len(self.boxed))
        elif method == "eth_getLogs":
            result = self._logs(told["params"][0])
        return {"jsonrpc": "2.0", "id": told["id"], "result": result}

    def _view(self, data: str) -> bytes:
        """Answer a call: a view of the voter's leaf, or code that tells the time."""
        views = {
            "state": uint_word(self.state),
            "nonce": uint_word(1),
            "lock": address_word(self.lock),
        }
        for name, word in views.items():
            selector = hash_bytes(f"{name}(bytes32)".encode())[:4].hex()
            if data.startswith(f"0x{selector}"):
                assert data.endswith(self.leaf.hex())
                return word
        if data.startswith(f"0x{hash_bytes(b'closings()')[:4].hex()}"):
            terms = honest.contest_terms()
            ends = terms.issue_closing, terms.cast_closing
            return b"".join(uint_word(each + self.extension) for each in ends)
        return uint_word(self.now)

    def _logs(self, asked: dict[str, Any]) -> list[dict[str, Any]]:
        first, last = (int(asked[key], 16) for key in ("fromBlock", "toBlock"))
        if asked["topics"][0] == ISSUED:
            logs = [self._issued_log(asked)] if self.issued else []
        else:
            logs = [
                self._cast_log(asked, self.height + 1 + at, raw)
                for at, raw in enumerate(self.boxed)
            ]
        return [each for each in logs if first <= int(each["blockNumber"], 16) <= last]

    def _issued_log(self, asked: dict[str, Any]) -> dict[str, Any]:
        data = uint_word(0) + self.issued + bytes(32 * 8)
        return {
            "address": asked["address"],
            "topics": [ISSUED, _hex(uint_word(1)), _hex(self.leaf)],
            "data": _hex(data),
            "blockNumber": hex(20),
        }

    def _cast_log(
        self, asked: dict[str, Any], block: int, raw: bytes
    ) -> dict[str, Any]:
        ballot = accept_ballot(raw, honest.box())
        data = ballot.ballot_hash + uint_word(64) + uint_word(len(raw)) + raw
        return {
            "address": asked["address"],
            "topics": [CAST, _hex(address_word(ballot.record.credential))],
            "data": _hex(data),
            "blockNumber": hex(block),
        }

    def issue(self, secret: bytes = SECRET) -> str:
        """Issue to the voter's words; give sigma, in hexadecimal."""
        request = self._prepare(secret)
        self.issued = self.blinded = encode_g1(request.blinded)
        return encode_g1(self._credential(secret).sigma).hex()

    def make_ballot(self, choice: int = 1, secret: bytes = SECRET) -> bytes:
        """Make a ballot of the voter's words, as another device would."""
        source, box = honest.source(choice), honest.box()
        return make_ballot(
            prepare_choice(choice, box, source=source),
            box,
            credential=self._credential(secret),
            memo=NO_MEMO,
            source=source,
        )

    def _prepare(self, secret: bytes) -> CredentialRequest:
        ctx = honest.box().ctx
        return prepare_request(RecoverySecret(secret), ctx=ctx, leaf=self.leaf)

    def _credential(self, secret: bytes) -> Credential:
        request, keys = self._prepare(secret), honest.keys()
        shares = {
            number: accept_share(
                serve_share(
                    encode_g1(request.blinded), keys.issuers[number - 1].secrets[0]
                ),
                issuer=number,
                blinded=request.blinded,
                key=keys.credential.verification_keys[number - 1][0],
            )
            for number in (1, 3)
        }
        return accept_credential(shares, request, honest.box())

    def _attested(self) -> dict[str, Any]:
        """Give what portal and gateway attested, before the registrar is asked."""
        self.blinded = encode_g1(self._prepare(SECRET).blinded)
        _, opening = self._portal(
            "/booth/attestations", {"ticket": TICKET, "blinded": _hex(self.blinded)}
        )
        _, message = self._gateway("", {})
        attestation = self._attest(Role.SMS_GATEWAY, GATEWAY)
        number = {"number": message["message"], "phoneEnds": message["phone_ends"]}
        return {
            "opening": opening,
            "message": {"serial": SERIAL, **number},
            "attestation": attestation,
        }

    def kept(self, stage: str) -> dict[str, Any]:
        """Give what a tab keeps of a voter who came to a stage."""
        kept: dict[str, Any] = {
            "contest": 1,
            "leaf": self.leaf.hex(),
            "secret": SECRET.hex(),
            "isWritten": True,
            "ticket": TICKET,
        }
        if stage == "asking":
            return kept
        if stage == "attested":
            return kept | self._attested() | {"isFree": True}
        kept |= {"isAsked": True}
        sigma = self.issue()
        if stage == "issuing":
            return kept
        kept["sigma"] = sigma
        if stage == "ballot":
            return kept
        record = self.make_ballot()
        ballot = accept_ballot(record, honest.box())
        told = {"tracking": ballot.tracking_code, "ballotHash": ballot.ballot_hash}
        kept |= {name: raw.hex() for name, raw in told.items()}
        kept |= {"record": record.hex(), "promised": [], "word": "ворона снег"}
        if stage == "promised":
            owners = ("Observer 1", "Observer 2")
            deadline = self.now + 600
            kept["promised"] = [
                {"organisation": each, "deadline": deadline} for each in owners
            ]
        return kept
