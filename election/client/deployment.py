"""Put an election on a chain, step by step, so that it can be gone on with.

docs/protocol.md §7: first its tools and the Deployer, then Election, whose constructor
makes the rest. Every step first records where its contract will stand, then sends;
whoever comes back after a crash sees by the code there whether the step was taken. If
not, it is taken anew: the election is no worse for a blueprint that nobody uses.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from itertools import takewhile
from typing import Final

from election.artifacts import SMALL_BOX, read_artifact
from election.client.anchor import Anchor, check_anchor, read_anchor
from election.client.contract import MOST_GAS, Contract
from election.client.contracts.election import Election
from election.client.errors import (
    ContractRefusedError,
    ForgottenError,
    RecordError,
    UnexpectedAnswerError,
    WrongChainError,
)
from election.client.initcode import build_initcode, derive_rules
from election.client.open_election import open_election
from election.client.rpc import Connection
from election.client.wire import Act
from election.crypto.signature import SigningKey, derive_address
from election.crypto.transcript import Address, Hash, hash_bytes
from election.protocol.abi import ContractName
from election.protocol.codec import encode_act
from election.protocol.events import Blueprints, ContestListed
from election.protocol.manifest import Manifest
from election.protocol.origin import derive_created_address
from election.protocol.text import spell_time

_BLUEPRINTS: Final = ("KeyCeremony", "VoterList", "Tally", SMALL_BOX, "BallotBox")
_PROOFS: Final = "CeremonyProofs"
_DEPLOYER: Final = "Deployer"
_ELECTION: Final = "Election"
CONTRACTS: Final = (_PROOFS, *_BLUEPRINTS, _DEPLOYER, _ELECTION)
"""What is placed, in this order."""


@dataclass(frozen=True, slots=True)
class Deployment:
    """How far the deployment of a manifest came, and where everything stands.

    manifest: its digest. shift: seconds by which its times were moved. block: the head
    before the first step. contracts: by name, in the order of the steps; the last may
    not stand yet. anchor: the latest block when this was recorded; older programs kept
    none.
    """

    chain_id: int
    manifest: Hash
    shift: int
    block: int
    contracts: tuple[tuple[str, Address], ...] = ()
    anchor: Anchor | None = None

    @property
    def election(self) -> Address:
        """Give the address of the Election contract.

        Raises RecordError if the deployment did not come so far.
        """
        address = dict(self.contracts).get(_ELECTION)
        if address is None:
            raise RecordError("deployment", "is not finished")
        return address


def digest_manifest(manifest: Manifest) -> Hash:
    """Hash all of a manifest, to know it again."""
    canonical = json.dumps(asdict(manifest), default=bytes.hex, sort_keys=True)
    return hash_bytes(canonical.encode())


def begin_deployment(
    connection: Connection, manifest: Manifest, *, shift: int = 0
) -> Deployment:
    """Record what is about to be deployed; nothing is sent."""
    block = connection.read_head().number
    return Deployment(connection.chain_id, digest_manifest(manifest), shift, block)


def check_remembered(connection: Connection, deployment: Deployment) -> None:
    """Raise ForgottenError if the node's chain is not the one of a record."""
    if deployment.anchor is not None:
        check_anchor(connection, deployment.anchor)
    elif connection.read_head().number < deployment.block:
        fact = f"the node's chain ends before block {deployment.block}, where it began"
        raise ForgottenError("record", fact)


def shift_times(manifest: Manifest, seconds: int) -> Manifest:
    """Move all times by a constant; raises RecordError unless it is a rehearsal."""
    if seconds and not manifest.test:
        raise RecordError("manifest", "only the times of a test election can be moved")
    times = manifest.times
    moved = {name: value + seconds for name, value in asdict(times).items()}
    return replace(manifest, times=replace(times, **moved))


@dataclass(frozen=True, slots=True)
class _Tool:
    """What stands before the election, and the code that it leaves."""

    initcode: bytes
    code: bytes


@dataclass(frozen=True, slots=True)
class _Site:
    """Where an election is put, by whom, and who keeps the record of it."""

    connection: Connection
    key: SigningKey
    save: Callable[[Deployment], None]

    def code(self, address: Address) -> bytes:
        """Read the code that stands at an address by now."""
        head = self.connection.read_head().number
        return self.connection.read_code([address], block=head)[0]

    def record(self, deployment: Deployment, name: str, at: Address) -> Deployment:
        """Keep where a contract will stand, as the last of the record."""
        before = takewhile(lambda each: each[0] != name, deployment.contracts)
        anchor = read_anchor(self.connection)
        kept = replace(deployment, contracts=(*before, (name, at)), anchor=anchor)
        self.save(kept)
        return kept


def deploy_election(
    connection: Connection,
    manifest: Manifest,
    *,
    key: SigningKey,
    deployment: Deployment,
    save: Callable[[Deployment], None],
) -> Deployment:
    """Take all steps that are still to take, from this account, and look at the end.

    save: called before each step with what is to be kept. Raises ManifestError,
    RecordError, ForgottenError, WrongChainError, ContractRefusedError.
    """
    moved = _check_record(connection, manifest, deployment)
    site = _Site(connection, key, save)
    begun = _ELECTION in dict(deployment.contracts)
    stands = begun and bool(site.code(deployment.election))
    now = connection.read_clock()
    if not begun and moved.times.keys <= now:
        fact = "phase keys would have begun already, at "
        fact += f"{spell_time(moved.times.keys)}; the chain's clock says "
        raise RecordError("manifest", fact + spell_time(now))
    for name, tool in _list_tools().items():
        if not _is_placed(site, deployment, name, tool):
            if stands:
                raise RecordError(name, "is not what the source compiles to")
            deployment = _place(site, deployment, name, tool)
    deployment = _create(site, deployment, moved)
    _list_contests(site, deployment, moved)
    _verify(site, deployment, moved)
    return deployment


def _check_record(
    connection: Connection, manifest: Manifest, deployment: Deployment
) -> Manifest:
    """Check that a record is of this manifest and chain; return the times it moved."""
    if deployment.chain_id != connection.chain_id:
        fact = f"serves chain {connection.chain_id} instead of {deployment.chain_id}"
        raise WrongChainError(connection.url, fact)
    if deployment.manifest != digest_manifest(manifest):
        raise RecordError("deployment", "is of another manifest")
    check_remembered(connection, deployment)
    return shift_times(manifest, deployment.shift)


def _list_tools() -> dict[str, _Tool]:
    """List what stands before the election."""
    blueprints = map(read_artifact, _BLUEPRINTS)
    proofs, deployer = map(read_artifact, (_PROOFS, _DEPLOYER))
    return {
        _PROOFS: _Tool(proofs.initcode, proofs.runtime),
        **{
            each.name: _Tool(each.blueprint_initcode, each.blueprint_code)
            for each in blueprints
        },
        _DEPLOYER: _Tool(deployer.initcode, deployer.runtime),
    }


def _is_placed(site: _Site, deployment: Deployment, name: str, tool: _Tool) -> bool:
    """Look whether a step was taken.

    The last one of a record may not have been, or another transaction of the account
    took its place. All before it were seen to stand, or the record had not gone on.
    """
    address = dict(deployment.contracts).get(name)
    code = b"" if address is None else site.code(address)
    if address is not None and not code and deployment.contracts[-1][0] != name:
        fact = f"no longer stands at 0x{address.hex()} on the node's chain"
        raise ForgottenError(name, fact)
    return code == tool.code


def _place(site: _Site, deployment: Deployment, name: str, tool: _Tool) -> Deployment:
    """Place a contract where the account's next one comes to stand."""
    foreseen = _next_address(site.connection, derive_address(site.key))
    deployment = site.record(deployment, name, foreseen)
    act = Act(None, tool.initcode, MOST_GAS)
    created = site.connection.send(act, key=site.key).created or foreseen
    if created != foreseen:  # another transaction of the account came first
        deployment = site.record(deployment, name, created)
    if not _is_placed(site, deployment, name, tool):
        raise UnexpectedAnswerError(name, "does not stand where it was placed")
    return deployment


def _create(site: _Site, deployment: Deployment, manifest: Manifest) -> Deployment:
    """Have the Deployer make the election, where nobody else can make another one."""
    contracts = dict(deployment.contracts)
    blueprints = Blueprints(*(contracts[name] for name in (_PROOFS, *_BLUEPRINTS)))
    initcode = build_initcode(manifest, blueprints)
    address = derive_created_address(initcode, deployer=contracts[_DEPLOYER])
    if contracts.get(_ELECTION) != address:
        deployment = site.record(deployment, _ELECTION, address)
    if not site.code(address):
        calldata = encode_act(ContractName.DEPLOYER, "deploy", initcode)
        act = Act(contracts[_DEPLOYER], calldata, MOST_GAS)
        try:
            site.connection.send(act, key=site.key)
        except ContractRefusedError:
            if not site.code(address):  # else another was first to make the same
                raise
    return deployment


def _list_contests(site: _Site, deployment: Deployment, manifest: Manifest) -> None:
    """Put the texts of all contests on the record that are not there yet."""
    own = Contract(
        site.connection, ContractName.ELECTION, deployment.election, deployment.block
    )
    events = own.read_events()
    listed = {each.contest for each in events if isinstance(each, ContestListed)}
    missing = [each for each in manifest.contests if each.id not in listed]
    acts = [Election(own).list_contest(each) for each in missing]
    if acts:
        site.connection.send_all(acts, key=site.key)


def _verify(site: _Site, deployment: Deployment, manifest: Manifest) -> None:
    """Look that the election stands where and as it should.

    Its address alone says what it was made of (docs/protocol.md §7).
    """
    build = read_artifact(_ELECTION)
    code = site.code(deployment.election)
    if not code.startswith(build.runtime) or len(code) != build.code_size:
        raise UnexpectedAnswerError(_ELECTION, "is not where it must be")
    opened = open_election(site.connection, deployment.election, since=deployment.block)
    if opened.rules != derive_rules(manifest):
        raise UnexpectedAnswerError(_ELECTION, "announces other rules")


def _next_address(connection: Connection, sender: Address) -> Address:
    from eth_utils.address import to_checksum_address
    from web3.types import Nonce
    from web3.utils import get_create_address

    nonce = Nonce(connection.read_nonce(sender))
    address = get_create_address(to_checksum_address(sender), nonce)
    return Address(bytes.fromhex(address[2:]))
