"""Every act that asks a node, in the moment for which it is, with what it takes.

One election is held on a chain in this process; of the chain a copy is kept before each
act, so that acts can be tried in any order, honestly and not.
"""

from __future__ import annotations

import copy
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from election.client.casting import cast_ballots
from election.client.ceremony import trustees_ceremony
from election.client.ceremony_member import advance_member
from election.client.deployment import Deployment
from election.client.leaf_requests import (
    LeafRequest,
    ask_for_credential,
    ask_to_register,
    ask_to_withdraw,
)
from election.client.open_election import read_box
from election.client.rpc import Connection
from election.client.sending import sign_act
from election.client.tallying import recompute_tally, submit_share
from election.client.transport import Post
from election.crypto.signature import SigningKey, derive_address, sign_hash
from election.crypto.transcript import ZERO_HASH, Hash, hash_bytes
from election.protocol.attestation import Role as Attester
from election.protocol.decryption import make_share
from election.protocol.tally import FrozenTally, derive_override_hash
from election.protocol.voter_list import hash_voter
from node.config import read_config
from scripts.anybody.freeze import freeze
from scripts.commission.authorizations import AuthorizationFile, propose_extension
from scripts.shared.acceptance import EXTENSIONS, accept_board, read_record
from scripts.shared.files.ballot_files import BallotFile
from scripts.shared.files.deployment_file import store_deployment
from scripts.shared.files.json_file import render_json
from scripts.shared.files.request_files import write_attestation, write_request
from scripts.shared.files.signed_file import render_signed
from scripts.shared.files.terms_file import digest_terms, render_terms
from scripts.shared.files.voter_files import ListFile
from scripts.shared.roles import Role
from tests.client.stage import (
    COMMISSION,
    ISSUERS,
    OBSERVERS,
    RELAY,
    STATION,
    TRUSTEES,
    Stage,
    deploy,
    make_key,
    make_source,
    travel,
)
from tests.in_process import connect_in_process
from tests.scripts.conftest import MANIFEST, PASSWORD
from tests.scripts.key_files import make_key_file

REGISTRAR, VOTER, NEWCOMER = map(make_key, ("registrar", "voter", "newcomer"))
VOTERS: Final = 4
SMALL: Final = 30
"""The contest with a ballot less than its minimum."""

KEYS: Final[Mapping[str, tuple[Role, SigningKey]]] = {
    "commission": (Role.COMMISSION, COMMISSION),
    "observer": (Role.OBSERVER, OBSERVERS[0]),
    "station": (Role.POLLING_STATION, STATION),
    "registrar": (Role.REGISTRAR, REGISTRAR),
    "relay": (Role.RELAY, RELAY),
    "trustee": (Role.TRUSTEE, TRUSTEES[0]),
    "issuer": (Role.ISSUER, ISSUERS[0]),
    "voter": (Role.VOTER, VOTER),
}

BY_ELECTION: Final = ("--election", "election.json")
BY_TERMS: Final = ("--terms", "terms.json", "--terms-hash")
LEAF: Final = ("--portal", "portal.json", "--sms", "sms.json")


@dataclass(frozen=True, slots=True)
class Line:
    """An act's command line: what it is called with, whose key it takes, and when.

    made: the file that it leaves, if it leaves one.
    """

    arguments: tuple[str, ...]
    key: str | None
    moment: str
    made: str | None = None


LINES: Final[Mapping[str, Line]] = {
    "deploy": Line(
        (
            *("deploy", "manifest.toml", "--accounts", "accounts.toml"),
            *("--out", "made.json", "--chain-id", str(read_config().chain.id)),
        ),
        "commission",
        "setup",
        "made.json",
    ),
    "trustee": Line(("trustee",), "trustee", "keys"),
    "issuer": Line(("issuer",), "issuer", "keys"),
    "expire": Line(("expire", "trustees"), "relay", "late"),
    "create-boxes": Line(("create-boxes",), "relay", "made"),
    "publish-list": Line(
        ("publish-list", "voters.csv", "--out", "lists"), "commission", "list", "lists"
    ),
    "request": Line(
        (
            *("request", "register", "--list", "list-1.json"),
            *("--index", "0", "--out", "made.json"),
        ),
        "voter",
        "registration",
        "made.json",
    ),
    "register": Line(("register", "register.json", *LEAF), "registrar", "registration"),
    "withdraw": Line(("withdraw", "withdraw.json", *LEAF), "registrar", "registered"),
    "mark-paper": Line(
        (
            *("mark-paper", "--list", "list-1.json"),
            *("--voter-id", "1-0", "--salt", hash_bytes(bytes([0])).hex()),
        ),
        "station",
        "paper",
    ),
    "place": Line(
        (
            *("place", "--list", "list-1.json"),
            *("--voter-id", "1-0", "--salt", hash_bytes(bytes([0])).hex()),
        ),
        None,
        "paper",
    ),
    "request-credential": Line(
        ("request-credential", "issue.json", *LEAF), "registrar", "voting"
    ),
    "authorize extension": Line(
        ("authorize", "--extend", "60", "--out", "made.json"),
        "observer",
        "voting",
        "made.json",
    ),
    "extend": Line(
        ("extend", "60", *(f"extension-{each}.json" for each in range(3))),
        "relay",
        "voting",
    ),
    "cast": Line(
        ("cast", *(f"ballot-{each}.json" for each in range(3))), "relay", "casting"
    ),
    "freeze": Line(("freeze",), "relay", "closed"),
    "authorize override": Line(
        ("authorize", "--override", str(SMALL), "--out", "made.json"),
        "observer",
        "frozen",
        "made.json",
    ),
    "override": Line(
        (
            *("override", *(f"override-{each}.json" for each in range(3))),
            *("--contest", str(SMALL)),
        ),
        "relay",
        "frozen",
    ),
    "send": Line(("send", "signed.json"), None, "frozen"),
    "publish-result": Line(("publish-result", "--contest", "1"), "relay", "shared"),
    "status": Line(("status",), None, "shared"),
    "audit": Line(("audit",), None, "shared"),
    "reconcile": Line(("reconcile",), None, "shared"),
    "export": Line(("export", "--out", "made.gz"), None, "shared", "made.gz"),
}
"""Every act that asks one node; those that ask two are in test_lying_node.py."""

_ON_TERMS: Final = (
    *("request", "register", "withdraw", "request-credential"),
    "place",
)


@dataclass
class Election:
    """An election that was held, a copy of its chain before each act, and its files."""

    folder: Path
    stage: Stage
    moments: dict[str, Any] = field(default_factory=dict)

    def keep(self, moment: str) -> None:
        """Keep a copy of the chain as it is."""
        behind: Any = self.stage.connection._post
        self.moments[moment] = copy.deepcopy(behind.__self__)

    @contextmanager
    def ahead(self, moment: int) -> Iterator[None]:
        """Go to a time, and come back from it."""
        connection = self.stage.connection
        snapshot = connection.request("evm_snapshot")
        travel(connection, moment)
        yield
        connection.request("evm_revert", snapshot)

    @contextmanager
    def at(self, moment: str) -> Iterator[Post]:
        """Give the chain as it was in a moment, which forgets what is done to it."""
        post: Post = self.moments[moment].handle
        chain_id = self.stage.connection.chain_id
        connection = Connection(post, url="in process", chain_id=chain_id)
        snapshot = connection.request("evm_snapshot")
        yield post
        connection.request("evm_revert", snapshot)

    def lay_out(self, act: str, folder: Path) -> None:
        """Copy what an act takes into a folder."""
        shutil.copytree(self.folder, folder, dirs_exist_ok=True)
        own = LINES[act].arguments[1:2]
        for name in ("register", "withdraw", "issue"):
            if own == (f"{name}.json",):
                shutil.copytree(folder / name, folder, dirs_exist_ok=True)

    def command(self, act: str, folder: Path) -> list[str]:
        """Write the command line of an act, on a folder with copies of the files."""
        line = LINES[act]
        words = [_place(each, folder) for each in line.arguments]
        words += ["--rpc-url", "http://node", "--json"]
        if line.key is not None:
            words += ["--key", str(folder / f"{line.key}.key")]
            words += ["--password-file", str(folder / "password")]
        if act in _ON_TERMS:
            pinned = (folder / "terms-hash").read_text()
            return [*words, *(_place(each, folder) for each in BY_TERMS), pinned]
        if act == "deploy":
            return words
        return [*words, *(_place(each, folder) for each in BY_ELECTION)]


def _place(word: str, folder: Path) -> str:
    is_file = word.endswith((".json", ".toml", ".csv", ".gz")) or word == "lists"
    return str(folder / word) if is_file else word


def hold_election(folder: Path) -> Election:
    """Hold an election, keeping the moments of all acts."""
    stage = deploy(connect_in_process())
    held = Election(folder, stage)
    for name, (role, key) in KEYS.items():
        make_key_file(folder / f"{name}.key", role, key)
    (folder / "password").write_text(PASSWORD)
    _write_manifest(folder)
    for chapter in (_setup, _make_keys, _publish, _register, _vote, _count):
        chapter(held)
    return held


def _write_manifest(folder: Path) -> None:
    (folder / "manifest.toml").write_text(MANIFEST.replace("2019-", "2030-"))

    def spell(key: SigningKey) -> str:
        return f'"0x{derive_address(key).hex()}"'

    lines = ["[accounts]", f"commission = {spell(COMMISSION)}"]
    lines += [f"portal = {spell(VOTER)}", f"sms_gateway = {spell(NEWCOMER)}"]
    lines += [f"polling_station = {spell(STATION)}"]
    lines += [f"observers = [{spell(OBSERVERS[0])}]"]
    for role, keys in (("trustees", TRUSTEES), ("issuers", ISSUERS)):
        for key in keys[:2]:
            lines += [f"[[{role}.members]]", f"account = {spell(key)}"]
            lines += ["commission = false"]
    (folder / "accounts.toml").write_text("\n".join(lines))


def _setup(held: Election) -> None:
    stage, opened = held.stage, held.stage.opened
    contracts = (("Election", opened.address),)
    since = opened.election.contract.since
    deployed = Deployment(stage.connection.chain_id, ZERO_HASH, 0, since, contracts)
    store_deployment(held.folder / "election.json", deployed)
    held.keep("setup")


def _make_keys(held: Election) -> None:
    stage, times = held.stage, held.stage.manifest.times
    with held.ahead(times.keys):
        held.keep("keys")
        ceremony = trustees_ceremony(stage.opened)
        for member in stage.members(TRUSTEES[:2]):
            advance_member(ceremony, member)
        travel(stage.connection, times.keys + stage.manifest.step_seconds + 60)
        held.keep("late")
    stage.hold_ceremonies()
    held.keep("made")
    stage.make_boxes()


def _publish(held: Election) -> None:
    stage = held.stage
    with held.ahead(stage.manifest.times.voter_list):
        held.keep("list")
    rows = [
        f"{contest},V{contest}-{each},{hash_bytes(bytes([each])).hex()}"
        for contest in stage.opened.contests
        for each in range(VOTERS)
    ]
    table = "\n".join(("contest,voter_id,salt", *rows))
    (held.folder / "voters.csv").write_text(table)
    stage.publish_lists(VOTERS)
    voters = tuple(
        hash_voter(f"1-{each}", hash_bytes(bytes([each]))) for each in range(VOTERS)
    )
    made = ListFile("veche-list/1", 1, voters)
    (held.folder / "list-1.json").write_text(render_json(made))
    terms = render_terms(stage.terms())
    (held.folder / "terms.json").write_text(terms)
    (held.folder / "terms-hash").write_text(digest_terms(terms.encode()))


def _register(held: Election) -> None:
    stage, times = held.stage, held.stage.manifest.times
    with held.ahead(times.registration):
        held.keep("registration")
        _attest(held, "register", ask_to_register(stage.place(1, 0, nonce=0)))
    with held.ahead(times.opening):
        held.keep("paper")
    stage.register_all()
    held.keep("registered")
    _attest(held, "withdraw", ask_to_withdraw(stage.place(1, 0, nonce=1)))


def _attest(held: Election, name: str, asked: LeafRequest) -> None:
    portal, sms = held.stage.attest(asked)
    folder = held.folder / name
    folder.mkdir()
    write_request(folder / f"{name}.json", asked)
    write_attestation(
        folder / "portal.json", portal, asked.request, role=Attester.PORTAL
    )
    write_attestation(
        folder / "sms.json", sms, asked.request, role=Attester.SMS_GATEWAY
    )


def _authorize(held: Election, name: str, digest: Hash) -> None:
    for each, key in enumerate((COMMISSION, *OBSERVERS[:2])):
        signed = sign_hash(digest, key)
        file = AuthorizationFile(
            "veche-authorization/1", digest, signed.v, signed.r, signed.s
        )
        (held.folder / f"{name}-{each}.json").write_text(render_json(file))


def _vote(held: Election) -> None:
    stage = held.stage
    with held.ahead(stage.manifest.times.opening):
        held.keep("voting")
        blinded = stage.credential_request(1, 0).blinded
        place = stage.place(1, 0, nonce=1)
        _attest(held, "issue", ask_for_credential(place, blinded))
    audited = accept_board(read_record(stage.opened), EXTENSIONS)
    _authorize(held, "extension", propose_extension(audited, 60).digest)
    stage.issue_all()
    held.keep("casting")
    ballots = stage.ballots(1, [1, 2, 2])
    for each, record in enumerate(ballots):
        file = BallotFile("veche-ballot/1", 1, record)
        (held.folder / f"ballot-{each}.json").write_text(render_json(file))
    cast_ballots(stage.boxes[1], ballots, key=RELAY)
    cast_ballots(stage.boxes[SMALL], stage.ballots(SMALL, [1]), key=RELAY)


def _sign_share(held: Election, frozen: FrozenTally) -> None:
    """Sign the first trustee's share as one whose machine has no network."""
    stage, key = held.stage, TRUSTEES[0]
    chain_id, account = stage.connection.chain_id, derive_address(key)
    message = make_share(frozen.tally, stage.shares[key], source=make_source("y"))
    act = stage.opened.tally.submit_share(1, 1, share=message)
    number = stage.connection.read_nonce(account)
    raw = sign_act(act, key, chain_id=chain_id, nonce=number).raw
    text = render_signed(chain_id, stage.opened.address, account, [[raw]])
    (held.folder / "signed.json").write_text(text)


def _count(held: Election) -> None:
    stage, opened = held.stage, held.stage.opened
    travel(stage.connection, stage.manifest.times.cast_closing)
    held.keep("closed")
    freeze(opened, [1, SMALL], key=RELAY)
    held.keep("frozen")
    withheld = recompute_tally(opened, read_box(opened, SMALL)).tally
    _authorize(held, "override", derive_override_hash(withheld))
    frozen = recompute_tally(opened, read_box(opened, 1))
    _sign_share(held, frozen)
    for key in TRUSTEES[:2]:
        message = make_share(frozen.tally, stage.shares[key], source=make_source("x"))
        submit_share(opened, frozen, message, key=key)
    held.keep("shared")
