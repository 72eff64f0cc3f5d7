"""A portal with all that it needs, and browsers that visit it."""

from __future__ import annotations

import html
import json
import re
from base64 import urlsafe_b64decode
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import httpx2

from election.crypto.signature import SigningKey, derive_address
from election.crypto.transcript import Hash
from election.protocol.terms import ElectionTerms, PublishedContest
from election.protocol.voter_list import build_voter_list, derive_leaf, hash_voter
from scripts.shared.files.key_file import open_key_file
from scripts.shared.files.terms_file import digest_terms, render_terms
from services.portal.client_key import make_client_key, store_client_secret
from services.portal.service import SERVICE
from services.shell.home import Home
from services.shell.vault import Vault
from tests import honest
from tests.patience import PATIENCE
from tests.services.portal.doubles import Gateway, Registrar
from tests.services.portal.providers import (
    django_provider,
    node_provider,
    pass_provider,
)
from tests.services.running import (
    PASSWORD,
    Running,
    describe_peers,
    free_port,
    make_home,
    public_key,
    serving,
)

ELECTION: Final = f"0x{honest.account(8).hex()}"
BOOTH: Final = "https://booth.example.org"
VOTERS: Final = ("77 000001", "77 000002", "77 000003")
SALTS: Final = tuple(Hash(bytes([0x11 * n]) * 32) for n in (1, 2, 3))
DAY: Final = 86_400
SECRET: Final = "of-a-test-and-of-32-characters-or-more"  # noqa: S105
PLAIN: Final = """
public_url = "http://127.0.0.1:1"
listen_port = 0
greeting = "x"
"""


@dataclass(frozen=True)
class Stage:
    """A portal that runs, and those it talks to."""

    portal: Running
    url: str
    issuer: str
    registrar: Registrar
    gateway: Gateway
    terms: ElectionTerms
    homes: dict[str, Home] = field(repr=False)

    @contextmanager
    def browser(self) -> Iterator[httpx2.Client]:
        with httpx2.Client(
            base_url=self.url, trust_env=False, timeout=PATIENCE
        ) as client:
            yield client

    @contextmanager
    def logged_in(self, account: str) -> Iterator[httpx2.Client]:
        """A browser in which somebody has logged in."""
        with self.browser() as browser:
            back = self.go_to_provider(browser, account)
            assert browser.get(back).headers["location"] == "/"
            yield browser

    def go_to_provider(self, browser: httpx2.Client, account: str) -> str:
        """Log in at the provider; returns where it sends the browser back to."""
        begun = browser.get("/login")
        assert begun.status_code == 303, begun.text
        typed = {"login": account, "username": account, "password": "password"}
        return pass_provider(browser, begun.headers["location"], self.url, **typed)

    def add_person(self, account: str, number: int = 0, **changed: Any) -> None:
        """Put a voter of the list into the register."""
        now = self.portal.context.clock.now()
        voter = hash_voter(VOTERS[number], SALTS[number])
        leaf = derive_leaf(honest.ELECTION_ID, 1, index=number, voter=voter)
        part = {
            "election": ELECTION,
            "title": "TEST: a round",
            "test": True,
            "phases": {
                "registration": now - 3 * DAY,
                "freeze": now - 2 * DAY,
                "opening": now - 3_600,
                "issue_closing": now + 20_000,
                "cast_closing": now + 30_000,
            },
            "contest": 1,
            "index": number,
            "leaf": f"0x{leaf.hex()}",
            "salt": f"0x{SALTS[number].hex()}",
            "leaf_state": "ONLINE",
            "nonce": 1,
            "place": number,
        }
        person = {
            "voter_id": VOTERS[number],
            "name": "Анна Каренина",
            "district": 1,
            "neighbourhood": "Бибирево",
            "application": None,
            "elections": [{**part, **changed.pop("part", {})}],
        }
        self.registrar.people[account] = {**person, **changed}

    def leaf(self, account: str) -> str:
        return str(self.registrar.people[account]["elections"][0]["leaf"])


def post(
    browser: httpx2.Client, url: str, stage: Stage, **fields: str
) -> httpx2.Response:
    """Send a form as one of our pages does."""
    token = re.search(r'name="token" value="([^"]+)"', browser.get("/help").text)
    assert token, "nobody is logged in"
    data = {"token": token[1], **fields}
    return browser.post(url, data=data, headers={"Origin": stage.url})


def read_told(browser: httpx2.Client, answer: httpx2.Response) -> str:
    """Open the page that a form leads to; returns the code of what is told there.

    Empty where nothing is. No form is answered by a page: nobody could come back to it.
    """
    assert answer.status_code == 303, answer.text
    assert answer.headers["cache-control"] == "no-store"
    value = browser.cookies.get("told")
    page = browser.get(answer.headers["location"])
    assert ('role="alert"' in page.text) == (value is not None)
    if value is None:
        return ""
    body = value.partition(".")[0]
    said = json.loads(urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    assert html.escape(said["text"]).replace("&quot;", "&#34;") in page.text
    return str(said["code"])


def open_ticket(browser: httpx2.Client, stage: Stage, **fields: str) -> httpx2.Response:
    """Press “Get my ballot”, and come to the page of the link."""
    answer = post(browser, "/ballot/ticket", stage, **{"election": ELECTION, **fields})
    assert answer.status_code == 303, answer.text
    return browser.get(answer.headers["location"])


def get_ticket(browser: httpx2.Client, stage: Stage) -> str:
    """Press “Get my ballot”; returns the ticket."""
    page = open_ticket(browser, stage)
    assert page.status_code == 200, page.text
    found = re.search(
        r"#contest=1&amp;leaf=0x[0-9a-f]{64}&amp;ticket=([\w-]{43})\"", page.text
    )
    assert found, page.text
    return found[1]


def make_terms_for(portal: SigningKey) -> ElectionTerms:
    """Give terms on the honest keys, which name this portal."""
    keys = tuple(key[0] for key in honest.keys().credential.verification_keys)
    voters = [hash_voter(v, s) for v, s in zip(VOTERS, SALTS, strict=True)]
    built = build_voter_list(honest.ELECTION_ID, 1, voters=voters)
    contest = PublishedContest(
        honest.contest_terms(), built.tree.root, len(voters), keys
    )
    return ElectionTerms(
        honest.account(8),
        "TEST",
        True,
        derive_address(portal),
        honest.account(9),
        {1: contest},
    )


def _begin_provider(
    folder: Path, port: int, url: str, jwks: dict[str, Any] | None
) -> AbstractContextManager[str]:
    """Begin a provider; jwks: keys of private_key_jwt, or none for a secret."""
    if jwks is None:
        described = {
            "client_id": "veche-portal",
            "client_secret": SECRET,
            "redirect_uri": f"{url}/login/done",
            "post_logout_redirect_uri": f"{url}/",
            "people": ["anna"],
        }
        return django_provider(folder / "django", port, described)
    client = {
        "client_id": "veche-portal",
        "redirect_uris": [f"{url}/login/done"],
        "post_logout_redirect_uris": [f"{url}/"],
        "grant_types": ["authorization_code"],
        "response_types": ["code"],
        "token_endpoint_auth_method": "private_key_jwt",
        "token_endpoint_auth_signing_alg": "ES256",
        "jwks": jwks,
    }
    return node_provider(port, client)


@contextmanager
def staged(folder: Path, *, is_django: bool = False) -> Iterator[Stage]:
    """Start a portal, its identity provider, and the other services' doubles."""
    registrar, gateway = Registrar(), Gateway()
    issuer_port, port = free_port(), free_port()
    url, issuer = f"http://127.0.0.1:{port}", f"http://127.0.0.1:{issuer_port}"
    config = f"""
public_url = "{url}"
listen_port = {port}
booth_origins = ["{BOOTH}"]
rate = 100000
burst = 100000
[provider]
issuer = "{issuer}"
client_id = "veche-portal"
auth_method = "{"client_secret_basic" if is_django else "private_key_jwt"}"
[[booths]]
title = "booth.example.org"
url = "{BOOTH}"
[[booths]]
title = "other.example.org"
url = "https://other.example.org/booth"
"""
    home = make_home(SERVICE, folder / "portal", config)
    account = open_key_file(home.key, password=PASSWORD)
    vault = Vault(account.secrets.account)
    jwks = make_client_key(home, vault)
    store_client_secret(home, vault, SECRET)
    terms = make_terms_for(account.key)
    text = render_terms(terms)
    (home.folder / "terms.json").write_text(text, "utf-8")
    known = describe_peers(portal=(url, public_key(SERVICE, home)))
    homes = {"portal": home}
    with ExitStack() as stack:
        begun = _begin_provider(folder, issuer_port, url, None if is_django else jwks)
        stack.enter_context(begun)
        peers = {}
        for double in (registrar, gateway):
            service = double.service
            own = make_home(service, folder / service.name, PLAIN + known)
            homes[service.name] = own
            running = stack.enter_context(serving(service, own))
            peers[service.name] = (running.url, public_key(service, own))
        pinned = digest_terms(text.encode())
        listed = f"""
[[elections]]
terms = "terms.json"
terms_hash = "{pinned}"
nodes = ["http://127.0.0.1:1"]
"""
        home.config.write_text(config + listed + describe_peers(**peers), "utf-8")
        portal = stack.enter_context(serving(SERVICE, home, port=port))
        yield Stage(portal, url, issuer, registrar, gateway, terms, homes)
