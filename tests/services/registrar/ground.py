"""An election with a registrar, and attesters of the test beside it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from starlette.requests import Request as HttpRequest
from starlette.responses import Response
from starlette.routing import Route

from election.crypto.blind_credential import RecoverySecret
from election.crypto.group import encode_g1
from election.crypto.signature import SigningKey, encode_signature
from election.crypto.transcript import Hash
from election.protocol.attestation import (
    LIFETIME,
    Action,
    Request,
    Role,
    attest,
    request_issuance,
)
from election.protocol.issuance import prepare_request
from election.protocol.voter_list import derive_leaf, hash_voter
from scripts.shared.files.terms_file import digest_terms, render_terms
from scripts.shared.files.voter_files import build_lists
from services.registrar.importing import import_voters
from services.registrar.publishing import keep_lists, note_publication, read_voters
from services.registrar.salts import open_salts
from services.registrar.service import SERVICE
from services.registrar.voters_csv import Voter
from services.shell.bodies import answer
from services.shell.home import Home
from services.shell.opening import open_context
from services.shell.peers import Peers, require_peer
from services.shell.problems import Problem
from services.shell.service import Context, Parts, Service
from services.shell.vault import open_peer_key
from tests.client.stage import (
    COMMISSION,
    PORTAL,
    SMS_GATEWAY,
    Stage,
    travel,
)
from tests.patience import wait_until
from tests.services.desk import make_desk
from tests.services.running import (
    PASSWORD,
    Running,
    describe_peers,
    make_home,
    public_key,
    serving,
)

SHARED: Final = """
public_url = "http://127.0.0.1:1"
listen_port = 0
rate = 100000
burst = 10000
"""
VOTERS: Final = tuple(
    Voter(
        n + 2,
        f"V{n}",
        f"account-{n}",
        f"Иванов {n}",
        "1970-01-31",
        "=cmd|'/c calc'!A1" if n == 0 else "Москва",
        1 if n < 6 else 30,
        "Крюково" if n % 2 else "Савёлки",
    )
    for n in range(8)
)


@dataclass
class Attester:
    """What an organisation of the test does when it is asked to attest."""

    role: Role
    key: SigningKey
    stage: Stage
    asked: list[dict[str, Any]] = field(default_factory=list)
    refuses: bool = False

    def sign(self, body: dict[str, Any]) -> dict[str, Any]:
        self.asked.append(body)
        if self.refuses:
            raise Problem("no_consent", "No consent.", 403)
        box, shown = self.stage.boxes[body["contest"]].box, body["opening"]
        voter = hash_voter(shown["voter_id"], Hash(bytes.fromhex(shown["salt"][2:])))
        own = derive_leaf(
            self.stage.election_id, body["contest"], index=shown["index"], voter=voter
        )
        if f"0x{own.hex()}" != body["leaf"]:
            raise Problem("wrong_leaf", "Another leaf.", 403)
        request = Request(
            box.ctx,
            Action[body["action"].upper()],
            Hash(bytes.fromhex(body["leaf"][2:])),
            body["nonce"],
            Hash(bytes.fromhex(body["h_req"][2:])),
        )
        return spell(attest(request, self.key, role=self.role, expiry=body["expiry"]))

    def service(self, name: str) -> Service:
        def build(_: Context) -> Parts:
            async def attestations(request: HttpRequest) -> Response:
                await require_peer(request, "registrar")
                return answer(self.sign(await request.json()))

            return Parts([Route("/peer/attestations", attestations, methods=["POST"])])

        return make_desk(name, build=build)


def spell(attestation: Any) -> dict[str, Any]:
    signature = encode_signature(attestation.signature)
    return {"expiry": attestation.expiry, "signature": f"0x{signature.hex()}"}


@dataclass
class Ground:
    """A home of a registrar whose election takes applications; more: of its config."""

    stage: Stage
    home: Home
    node: str
    portal: Attester
    gateway: Attester
    portal_home: Home
    more: str = ""
    url: str = ""

    @property
    def name(self) -> str:
        return f"0x{self.stage.opened.address.hex()}"

    def ask(
        self, method: str, path: str, body: Any = None, *, caller: str = "portal"
    ) -> Any:
        """Ask the registrar as another service does; raises PeerError."""

        async def call() -> Any:
            with open_context(
                make_desk(caller),
                Home(self.portal_home.folder.parent / caller, caller),
                PASSWORD,
                write=lambda _: None,
            ) as context:
                key = open_peer_key(context.home, context.vault)
            known = context.settings.peers["registrar"]
            registrar = known.model_copy(update={"url": self.url})
            peers = Peers(caller, key, {"registrar": registrar})
            try:
                return await peers["registrar"].call(method, path, body)
            finally:
                await peers.close()

        return asyncio.run(call())

    def apply(self, account: str, consent: str, lock: str | None = None) -> Any:
        body = {"consent": consent, "locks": {self.name: lock}}
        return self.ask("POST", f"/peer/people/{account}/applications", body)

    def withdraw(self, account: str, consent: str) -> Any:
        body = {"consent": consent, "elections": "all"}
        return self.ask("POST", f"/peer/people/{account}/withdrawals", body)

    def show(self, account: str) -> Any:
        return self.ask("GET", f"/peer/people/{account}")

    def state(self, account: str) -> tuple[str, str]:
        """Give the states of an application and of its leaf."""
        shown = self.show(account)
        (election,) = shown["elections"]
        return shown["application"]["state"], election["leaf_state"]

    def await_state(self, account: str, *states: str) -> None:
        wait_until(lambda: self.state(account) == states)

    def travel(self, moment: int) -> None:
        travel(self.stage.connection, moment)

    def issue_body(self, account: str, *, words: int = 0) -> dict[str, Any]:
        """Make what a booth sends, with both attestations."""
        (election,) = self.show(account)["elections"]
        contest, leaf = election["contest"], bytes.fromhex(election["leaf"][2:])
        ctx = self.stage.boxes[contest].box.ctx
        secret = RecoverySecret(bytes([words]) * 16)
        blinded = prepare_request(secret, ctx=ctx, leaf=Hash(leaf)).blinded
        request = request_issuance(
            ctx, Hash(leaf), nonce=election["nonce"], blinded=blinded
        )
        expiry = self.stage.connection.read_clock() + LIFETIME - 60
        return {
            "election": self.name,
            "contest": contest,
            "leaf": election["leaf"],
            "index": election["index"],
            "blinded": f"0x{encode_g1(blinded).hex()}",
            "portal": spell(attest(request, PORTAL, role=Role.PORTAL, expiry=expiry)),
            "gateway": spell(
                attest(request, SMS_GATEWAY, role=Role.SMS_GATEWAY, expiry=expiry)
            ),
            "lock": None,
        }


def make_ground(
    folder: Path,
    stage: Stage,
    node: str,
    *,
    voters: Sequence[Voter] = VOTERS,
    is_listed: bool = True,
) -> Ground:
    """Bring voters and lists to an election whose keys are made.

    is_listed: False for terms from before the lists, which `publish` then makes.
    """
    travel(stage.connection, stage.manifest.times.voter_list)
    home = make_home(SERVICE, folder / "registrar", SHARED)
    with open_context(SERVICE, home, PASSWORD, write=lambda _: None) as context:
        context.database.run_now(
            import_voters,
            voters,
            refuse=lambda _: None,
            keep=True,
            are_different=False,
        )
    portal = Attester(Role.PORTAL, PORTAL, stage)
    gateway = Attester(Role.SMS_GATEWAY, SMS_GATEWAY, stage)
    ground = Ground(
        stage, home, node, portal, gateway, Home(folder / "portal", "portal")
    )
    if is_listed:
        publish(ground)
    else:
        ground.more = "applications_from = 2019-07-24T00:00:00+03:00"
        write_terms(ground)
    return ground


def publish(ground: Ground) -> None:
    """Build the lists of who is on the register, and put them on the chain."""
    stage, home = ground.stage, ground.home
    with open_context(SERVICE, home, PASSWORD, write=lambda _: None) as context:
        database = context.database
        salts = open_salts(home, context.vault, make=True)
        listed = database.run_now(read_voters, salts, stage.election_id)
        lists = build_lists(listed, election_id=stage.election_id)
        keep_lists(home.folder, ground.name, lists)
        acts = [
            stage.opened.voter_list.publish(
                contest, made.tree.root, size=made.tree.size
            )
            for contest, made in lists.items()
        ]
        stage.connection.send_all(acts, key=COMMISSION)
        published = {contest: made.published for contest, made in lists.items()}
        database.run_now(
            note_publication,
            ground.name,
            published,
            election_id=stage.election_id,
            at=1,
        )
    stage.lists = lists
    write_terms(ground)


def write_terms(ground: Ground) -> None:
    """Put the terms as they are now into the home, and their hash into its config."""
    text = render_terms(ground.stage.terms())
    (ground.home.folder / "terms.json").write_text(text)
    _write_config(ground, digest_terms(text.encode()))


def _write_config(ground: Ground, digest: str) -> None:
    """Let the three services know each other."""
    folder = ground.home.folder.parent
    own = public_key(SERVICE, ground.home)
    known = describe_peers(registrar=("http://127.0.0.1:1", own))
    peers = {}
    for name in ("portal", "gateway"):
        service = make_desk(name)
        home = make_home(service, folder / name, f'greeting = ""\n{SHARED}{known}')
        peers[name] = ("http://127.0.0.1:1", public_key(service, home))
    text = f"""{SHARED}
clock = "chain"
margin = 600
send_every = 1
check_every = 0.1
{ground.more}
booth_origins = ["https://booth.example.org"]
[[elections]]
terms = "terms.json"
terms_hash = "{digest}"
nodes = ["{ground.node}"]
{describe_peers(**peers)}"""
    ground.home.config.write_text(text, "utf-8")


@contextmanager
def open_ground(ground: Ground) -> Iterator[Running]:
    """Serve attesters and the registrar."""
    folder = ground.home.folder.parent
    with ExitStack() as stack:
        text = ground.home.config.read_text("utf-8")
        for name, attester in (("portal", ground.portal), ("gateway", ground.gateway)):
            service = attester.service(name)
            running = stack.enter_context(serving(service, Home(folder / name, name)))
            head, mark, tail = text.partition(f"[peers.{name}]\nurl = ")
            text = f'{head}{mark}"{running.url}"\n{tail.partition(chr(10))[2]}'
        ground.home.config.write_text(text, "utf-8")
        running = stack.enter_context(serving(SERVICE, ground.home))
        ground.url = running.url
        wait_until(lambda: running.client.get("/ready").status_code == 200)
        now, clock = (
            ground.stage.connection.read_head().timestamp,
            running.context.clock,
        )
        wait_until(lambda: clock.now() >= now)  # it follows the chain's
        yield running
