"""A gateway with a voter, a portal's key and a centre; tests break one thing."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

import httpx2
from joserfc.jwk import ECKey
from sqlalchemy import insert

from election.crypto.signature import SigningKey, derive_address, encode_signature
from election.crypto.transcript import Address, Hash
from election.protocol.attestation import Action, Request, Role, attest
from election.protocol.terms import ElectionTerms, PublishedContest
from election.protocol.voter_list import build_voter_list, derive_leaf, hash_voter
from scripts.shared.files.key_file import open_key_file
from scripts.shared.files.terms_file import digest_terms, render_terms
from services.gateway.centre_file import seal_centre_password
from services.gateway.service import SERVICE
from services.gateway.tables import phones
from services.shell.home import Home
from services.shell.opening import init_home, open_context
from services.shell.peer_tokens import digest_call, make_token
from services.shell.vault import spell_public
from tests import honest
from tests.services.gateway.centre_thread import (
    CENTRE_PASSWORD,
    RunningCentre,
    running_centre,
)
from tests.services.running import PASSWORD, Running, describe_peers, make_home, serving

PORTAL: Final = SigningKey(77)
SALT: Final = Hash(bytes([7]) * 32)
VOTER: Final = "AB-123"
PHONE: Final = "+79161234567"
OTHER, OTHER_PHONE = "CD-456", "+79037654321"
CONTEST: Final = 10
H_REQ: Final = Hash(bytes([0xAB]) * 32)
AN_HOUR: Final = 3_600
LOCK: Final = "0x" + "11" * 20

CONFIG: Final = """
public_url = "http://127.0.0.1:1"
listen_port = 0
rate = 60000
burst = 10000
booth_origins = ["https://booth.example.org"]
support_line = "+7 (000) 000-00-00"
{extra}
[centre]
{centre}
[[elections]]
terms = "terms.json"
terms_hash = "{terms_hash}"
nodes = ["http://127.0.0.1:1"]
{peers}
"""


def make_terms(gateway: Address, *, opened: int = -AN_HOUR) -> ElectionTerms:
    """Give the honest terms, with the polls open since an hour; opened: seconds."""
    now = int(time.time())
    terms = replace(
        honest.contest_terms(CONTEST),
        opening=now + opened,
        issue_closing=now + opened + 12 * AN_HOUR,
        cast_closing=now + opened + 13 * AN_HOUR,
    )
    voters = [hash_voter(VOTER, SALT), hash_voter(OTHER, SALT)]
    root = build_voter_list(honest.ELECTION_ID, CONTEST, voters=voters).tree.root
    keys = tuple(key[0] for key in honest.keys().credential.verification_keys)
    contest = PublishedContest(terms, root, 2, keys)
    portal = derive_address(PORTAL)
    return ElectionTerms(
        honest.account(8), "TEST", True, portal, gateway, {CONTEST: contest}
    )


@dataclass
class Stage:
    """The running gateway and what others hold of it."""

    running: Running
    centre: RunningCentre
    home: Home
    terms: ElectionTerms
    peers: dict[str, ECKey] = field(repr=False)

    @property
    def election(self) -> str:
        return f"0x{self.terms.election.hex()}"

    def leaf(self, voter: str = VOTER, index: int = 0) -> Hash:
        own = hash_voter(voter, SALT)
        return derive_leaf(honest.ELECTION_ID, CONTEST, index=index, voter=own)

    def request(self, **changed: Any) -> Request:
        ctx = self.terms.contest(CONTEST).box.ctx
        return replace(Request(ctx, Action.ISSUE, self.leaf(), 1, H_REQ), **changed)

    def issue_body(
        self,
        request: Request | None = None,
        *,
        key: SigningKey = PORTAL,
        role: Role = Role.PORTAL,
        expiry: int | None = None,
        **changed: Any,
    ) -> dict[str, Any]:
        """Give what a booth posts, attested by the portal."""
        asked = request or self.request()
        until = int(time.time()) + 800 if expiry is None else expiry
        made = attest(asked, key, role=role, expiry=until)
        body = {
            "election": self.election,
            "contest": CONTEST,
            "index": 0,
            "leaf": f"0x{asked.leaf.hex()}",
            "voter_id": VOTER,
            "salt": f"0x{SALT.hex()}",
            "nonce": asked.nonce,
            "h_req": f"0x{asked.subject.hex()}",
            "expiry": until,
            "attestation": {
                "expiry": until,
                "signature": f"0x{encode_signature(made.signature).hex()}",
            },
            "language": "ru",
        }
        return {**body, **changed}

    def post(self, path: str, body: Any, **options: Any) -> httpx2.Response:
        return self.running.client.post(path, json=body, **options)

    def open(self, **changed: Any) -> dict[str, Any]:
        """Ask for a code; returns the gateway's answer."""
        response = self.post("/issues", self.issue_body(**changed))
        assert response.status_code == 201, response.text
        return dict(response.json())

    def check(self, serial: str, code: str, h_req: Hash = H_REQ) -> httpx2.Response:
        body = {"code": code, "h_req": f"0x{h_req.hex()}"}
        return self.post(f"/issues/{serial}/check", body)

    def call(self, peer: str, path: str, body: Any) -> httpx2.Response:
        """Call as another service does."""
        raw = json.dumps(body).encode()
        token = make_token(
            self.peers[peer],
            issuer=peer,
            audience="gateway",
            now=int(time.time()),
            digest=digest_call("POST", path, raw),
        )
        headers = {"Authorization": f"Bearer {token}"}
        return self.running.client.post(path, content=raw, headers=headers)

    def consent(self, action: str = "apply", **changed: Any) -> httpx2.Response:
        """Ask for a consent, as the portal."""
        covered = {
            "election": self.election,
            "contest": CONTEST,
            "index": 0,
            "salt": f"0x{SALT.hex()}",
            "lock": None,
            **changed,
        }
        body = {"action": action, "voter_id": VOTER, "elections": [covered]}
        return self.call("portal", "/peer/consents", body)

    def agree(self, count: int, action: str = "apply", **changed: Any) -> str:
        """Give a consent, by the code of the message with this number."""
        response = self.consent(action, **changed)
        assert response.status_code == 201, response.text
        serial = str(response.json()["serial"])
        given = {"code": self.centre.code(count)}
        checked = self.call("portal", f"/peer/consents/{serial}/check", given)
        assert checked.json() == {"consented": True}
        return serial

    def attest(self, action: str = "register", **changed: Any) -> httpx2.Response:
        """Ask for an attestation, as the registrar."""
        body = {
            "election": self.election,
            "contest": CONTEST,
            "leaf": f"0x{self.leaf().hex()}",
            "action": action,
            "nonce": 0,
            "h_req": "0x" + "00" * 32,
            "expiry": int(time.time()) + 800,
            **changed,
        }
        return self.call("registrar", "/peer/attestations", body)

    def pass_time(self, seconds: int) -> None:
        """Move the gateway's clock."""
        self.running.context.clock.ahead += seconds


SMPP_CENTRE: Final = """kind = "smpp"
host = "127.0.0.1"
port = {port}
system_id = "veche"
sender = "Veche"
"""


def make_gateway(
    folder: Path,
    *,
    centre: str,
    password: str = CENTRE_PASSWORD,
    extra: str = "",
    opened: int = -AN_HOUR,
) -> tuple[Home, ElectionTerms, dict[str, ECKey]]:
    """Make a home: terms of an open election, peers, a voter's phone."""
    peers = {
        name: ECKey.generate_key("P-256", private=True)
        for name in ("portal", "registrar")
    }
    known = describe_peers(
        **{
            name: ("http://127.0.0.1:1", spell_public(key))
            for name, key in peers.items()
        }
    )
    home = make_home(SERVICE, folder)
    gateway = open_key_file(home.key, password=PASSWORD).account
    terms = make_terms(gateway, opened=opened)
    text = render_terms(terms)
    home.path("terms.json").write_text(text, "utf-8")
    home.config.write_text(
        CONFIG.format(
            extra=extra,
            centre=centre,
            terms_hash=digest_terms(text.encode()),
            peers=known,
        ),
        "utf-8",
    )
    init_home(SERVICE, home, PASSWORD)
    with open_context(SERVICE, home, PASSWORD) as context:
        seal_centre_password(home, context.vault, password)
        rows = [
            {"voter_id": voter, "phone": phone, "changed_at": 0}
            for voter, phone in ((VOTER, PHONE), (OTHER, OTHER_PHONE))
        ]
        context.database.run_now(lambda each: each.execute(insert(phones), rows))
    return home, terms, peers


@contextmanager
def gateway_stage(folder: Path, **options: Any) -> Iterator[Stage]:
    """Serve a gateway whose centre is that of `veche live`."""
    with running_centre() as centre:
        described = SMPP_CENTRE.format(port=centre.port)
        home, terms, peers = make_gateway(folder, centre=described, **options)
        with serving(SERVICE, home) as running:
            yield Stage(running, centre, home, terms, peers)
