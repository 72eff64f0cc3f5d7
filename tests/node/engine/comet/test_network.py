"""Four validators and an observer, as processes with the real engine."""

from __future__ import annotations

import shutil
import signal
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path

import pytest
from msgspec import convert

from election.artifacts import read_artifact
from election.audit.audit import audit_board
from election.audit.report import Finality, Signing
from election.client.deployment import begin_deployment, deploy_election
from election.client.finality import is_network
from election.client.rpc import connect
from election.crypto.signature import SigningKey, derive_address
from finality.errors import ProofRefusedError
from finality.proof_file import ProofFile, decode_proof, encode_proof
from finality.verify import verify_proof
from node.config import Config, read_config
from node.engine.comet.binary import find_engine
from node.engine.comet.home import NodeHome
from node.engine.comet.joining import make_local_network
from node.engine.comet.possession import read_keys
from node.engine.comet.proposals import propose_node, propose_removal
from node.exit_codes import ExitCode
from scripts.anybody.acts import export as export_act
from scripts.anybody.proof import prove_transaction
from scripts.nodes.network_standing import stand
from scripts.shared.files.bundle_file import read_bundle
from scripts.shared.files.deployment_file import store_deployment
from tests.client.stage import make_manifest
from tests.network.deciding import decide
from tests.network.nodes import Node, free_ports
from tests.node.engine.comet.members import Council, prove
from tests.node.wallet import KEYS, Wallet
from tests.patience import PATIENCE, wait_until

_MEMBERS = ("commission", "university", "press", "party", "observer-1")
_RECIPIENT = b"\x22" * 20


@dataclass
class Network:
    """Hold all nodes, and what sends to them."""

    nodes: list[Node]
    wallet: Wallet = field(default_factory=Wallet)

    def send(self, node: Node) -> str:
        """Send a transaction to a node; returns its hash."""
        raw = self.wallet.sign(_RECIPIENT)
        return str(node.ask("eth_sendRawTransaction", "0x" + raw.hex()))

    def council(self) -> Council:
        """Return the organisations' accounts, which have sent before."""
        council, node = Council(), self.nodes[0]
        for wallet in council.wallets:
            owner = "0x" + wallet.address.hex()
            wallet.nonce = int(node.ask("eth_getTransactionCount", owner, "latest"), 16)
        return council


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Network]:
    """One for both stories: it costs more than either."""
    made = make_local_network(
        tmp_path_factory.mktemp("network") / "nodes",
        read_config(),
        find_engine(),
        members=_MEMBERS,
        port=free_ports(len(_MEMBERS)),
        registry=read_artifact("ObserverRegistry").initcode,
    )
    nodes = [Node(folder) for _, folder in made]
    try:
        for node in nodes:
            node.start()
        for node in nodes:
            node.await_url()
        yield Network(nodes)
    finally:
        for node in nodes:
            node.stop(signal.SIGKILL)


def test_a_network_agrees_while_one_of_four_is_gone(
    network: Network, config: Config, tmp_path: Path
) -> None:
    *_, last, observer = network.nodes
    first = network.send(observer)
    wait_until(lambda: all(node.has(first) for node in network.nodes))
    last.stop(signal.SIGKILL)
    second = network.send(network.nodes[0])
    wait_until(lambda: all(node.has(second) for node in (*network.nodes[:3], observer)))
    last.start()
    last.await_url()
    wait_until(lambda: last.has(second))
    heads = [
        node.ask("eth_getBlockByNumber", "latest", False) for node in network.nodes
    ]
    assert len({head["hash"] for head in heads}) == 1
    assert {node.ask("eth_chainId") for node in network.nodes} == {hex(config.chain.id)}

    _require_standing(observer)
    _require_comparison(network.nodes)
    _require_one_signer(network.nodes[0])
    _require_proof(observer, second)
    _require_signed_bundle(observer, tmp_path)


def test_a_validator_joins_and_leaves_and_what_is_agreed_on_is_proven(
    network: Network,
) -> None:
    """The last of all: the network has another history then, and other members."""
    council, joiner = network.council(), network.nodes[4]
    home = NodeHome(joiner.home)
    keys = read_keys(home, validates=True)
    account = council.wallets[4].address
    call = propose_node(account, prove(keys, account), keys.node_id)
    decide(network.nodes[0], council, call, 3)
    decide(network.nodes[0], council, propose_removal(keys.node_id), 4)
    raw = "0x" + council.wallets[0].sign(_RECIPIENT).hex()
    digest = network.nodes[0].ask("eth_sendRawTransaction", raw)
    wait_until(lambda: network.nodes[0].has(digest))
    receipt = network.nodes[0].ask("eth_getTransactionReceipt", digest)
    place = (receipt["blockNumber"], receipt["transactionIndex"])
    proof = network.nodes[0].await_proof(*place)
    genesis = sha256(home.genesis.read_bytes()).digest()
    proven = verify_proof(convert(proof, ProofFile), genesis)
    assert proven.transaction is not None
    assert proven.transaction[0].hex() == digest[2:]
    sets = [len(change["validators"]) for change in proof["changes"]]
    assert sets == [5, 4]
    joiner.stop()
    joiner.start()
    joiner.await_url()
    wait_until(lambda: "no node of this network" in network.nodes[0].engine_log())
    short = convert({**proof, "changes": proof["changes"][:1]}, ProofFile)
    with pytest.raises(ProofRefusedError, match="other validators"):
        verify_proof(short, genesis)


def _require_standing(observer: Node) -> None:
    """The observer tells of four peers and of validators who signed the last block."""
    wait_until(
        lambda: len(observer.ask("veche_networkStatus")["peers"]) == len(_MEMBERS) - 1
    )
    told = observer.ask("veche_networkStatus")
    assert (
        told["block"]["hash"]
        == observer.ask("eth_getBlockByNumber", "latest", False)["hash"]
    )
    validators = told["validators"]
    assert {each["name"] for each in validators} == set(_MEMBERS[:-1])
    assert {each["name"] for each in told["peers"]} == set(_MEMBERS[:-1])
    assert sum(each["signed"] for each in validators) >= 3


def _require_comparison(nodes: list[Node]) -> None:
    """All tell one history, to who asks them from outside."""
    urls = [node.url for node in nodes]
    wait_until(lambda: stand(urls).holds)  # whoever began anew finds the others first
    assert len(stand(urls).nodes) == len(nodes)


def _require_one_signer(node: Node) -> None:
    """A copy of a validator's folder has a lock of its own, and starts all the same."""
    copy = Node(node.home.with_name("copy"))
    shutil.copytree(node.home, copy.home, ignore=shutil.ignore_patterns("*.log"))
    copy.start()
    assert copy.process is not None
    assert copy.process.wait(PATIENCE) == ExitCode.IN_USE
    assert "signs with its key" in (copy.home / "node.log").read_text()
    copy.stop()


def _require_proof(node: Node, digest: str) -> None:
    """A file proves a transaction to who has no node."""
    proof = prove_transaction(connect(node.url), digest)
    proven = verify_proof(decode_proof(encode_proof(proof)), genesis_hash(node))
    assert proven.transaction is not None
    assert "0x" + proven.transaction[0].hex() == digest
    assert proven.signers >= 3


def _require_signed_bundle(node: Node, folder: Path) -> None:
    """A record that is exported from it says who signed it, to who has no node."""
    connection = connect(node.url)
    assert is_network(connection)
    key = SigningKey(int(KEYS[0], 16))
    manifest = make_manifest(connection.read_clock())
    accounts = replace(manifest.accounts, commission=derive_address(key))
    manifest = replace(manifest, accounts=accounts)
    record, bundle = folder / "election.json", folder / "election.jsonl.gz"
    deploy_election(
        connection,
        manifest,
        key=key,
        deployment=begin_deployment(connection, manifest),
        save=lambda deployment: store_deployment(record, deployment),
    )
    export_act.command(record, bundle, [node.url])
    signed = _audit(bundle, genesis_hash(node))
    assert (signed.signing, signed.pinned) == (Signing.HELD, True), signed
    assert (signed.signers or 0) >= 3
    assert _audit(bundle, bytes(32)).signing is Signing.FAILED


def _audit(bundle: Path, genesis: bytes) -> Finality:
    board = read_bundle(bundle)
    return audit_board(board, progress=lambda *_: None, genesis=genesis).finality


def genesis_hash(node: Node) -> bytes:
    """Return what all of its network publish."""
    return sha256((node.home / "engine/config/genesis.json").read_bytes()).digest()
