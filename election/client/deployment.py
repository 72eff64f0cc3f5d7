"""Put an election on a chain, step by step, so that it can be gone on with.

docs/protocol.md §7: four blueprints and the Deployer, then Election, whose constructor
makes the rest. Every step first records where its contract will stand, then sends;
whoever comes back after a crash sees by the code there whether the step was taken.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from typing import Final

from eth_utils.address import to_checksum_address
from web3.types import Nonce
from web3.utils import get_create_address

from election.artifacts import read_artifact
from election.client.contract import MOST_GAS
from election.client.errors import RecordError, UnexpectedAnswerError, WrongChainError
from election.client.rpc import Connection
from election.client.wire import Act
from election.crypto.signature import SigningKey, derive_address
from election.crypto.transcript import Address, Hash, hash_bytes
from election.protocol.abi import ContractName
from election.protocol.codec import encode_act
from election.protocol.events import Blueprints, Rules
from election.protocol.manifest import Manifest
from election.protocol.origin import derive_created_address, encode_origin

_BLUEPRINTS: Final = ("KeyCeremony", "VoterList", "Tally", "BallotBox")
_DEPLOYER: Final = "Deployer"
_ELECTION: Final = "Election"


@dataclass(frozen=True, slots=True)
class Deployment:
    """How far the deployment of a manifest came, and where everything stands.

    manifest: its digest. shift: seconds by which its times were moved. block: the head
    before the first step. contracts: by name, in the order of the steps; the last may
    not stand yet.
    """

    chain_id: int
    manifest: Hash
    shift: int
    block: int
    contracts: tuple[tuple[str, Address], ...] = ()

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


def shift_times(manifest: Manifest, seconds: int) -> Manifest:
    """Move all times by a constant; raises RecordError unless it is a rehearsal."""
    if seconds and not manifest.test:
        raise RecordError("manifest", "only the times of a test election can be moved")
    times = manifest.times
    moved = {name: value + seconds for name, value in asdict(times).items()}
    return replace(manifest, times=replace(times, **moved))


def deploy_election(
    connection: Connection,
    manifest: Manifest,
    *,
    key: SigningKey,
    deployment: Deployment,
    save: Callable[[Deployment], None],
) -> Deployment:
    """Take all steps that are still to take, from this account.

    save: called before each step with what is to be kept. Raises RecordError,
    WrongChainError, ContractRefusedError.
    """
    if deployment.chain_id != connection.chain_id:
        fact = f"serves chain {connection.chain_id} instead of {deployment.chain_id}"
        raise WrongChainError(connection.url, fact)
    if deployment.manifest != digest_manifest(manifest):
        raise RecordError("deployment", "is of another manifest")
    moved = shift_times(manifest, deployment.shift)
    begun = _ELECTION in dict(deployment.contracts)
    if not begun and moved.times.keys <= connection.read_clock():
        raise RecordError("manifest", "phase keys would have begun already")
    for name, (initcode, code) in _list_tools().items():
        deployment = _place(connection, deployment, name, initcode, key=key, save=save)
        if _read_code(connection, dict(deployment.contracts)[name]) != code:
            raise RecordError(name, "is not what the source compiles to")
    initcode = _election_initcode(moved, dict(deployment.contracts))
    return _create(connection, deployment, initcode, key=key, save=save)


def _list_tools() -> dict[str, tuple[bytes, bytes]]:
    """List what stands before the election: initcode and code of each."""
    blueprints = map(read_artifact, _BLUEPRINTS)
    deployer = read_artifact(_DEPLOYER)
    return {
        **{
            each.name: (each.blueprint_initcode, each.blueprint_code)
            for each in blueprints
        },
        _DEPLOYER: (deployer.initcode, deployer.runtime),
    }


def _place(
    connection: Connection,
    deployment: Deployment,
    name: str,
    initcode: bytes,
    *,
    key: SigningKey,
    save: Callable[[Deployment], None],
) -> Deployment:
    contracts = dict(deployment.contracts)
    if name in contracts and _read_code(connection, contracts[name]):
        return deployment
    contracts[name] = _next_address(connection, derive_address(key))
    deployment = replace(deployment, contracts=tuple(contracts.items()))
    save(deployment)
    receipt = connection.send(Act(None, initcode, MOST_GAS), key=key)
    if receipt.created != contracts[name]:
        raise UnexpectedAnswerError(name, "stands at another address than foreseen")
    return deployment


def _create(
    connection: Connection,
    deployment: Deployment,
    initcode: bytes,
    *,
    key: SigningKey,
    save: Callable[[Deployment], None],
) -> Deployment:
    """Have the Deployer make the election, where nobody else can make another one."""
    contracts = dict(deployment.contracts)
    deployer = contracts[_DEPLOYER]
    contracts[_ELECTION] = derive_created_address(initcode, deployer=deployer)
    deployment = replace(deployment, contracts=tuple(contracts.items()))
    save(deployment)
    if not _read_code(connection, deployment.election):
        calldata = encode_act(ContractName.DEPLOYER, "deploy", initcode)
        connection.send(Act(deployer, calldata, MOST_GAS), key=key)
        if not _read_code(connection, deployment.election):
            raise UnexpectedAnswerError(_ELECTION, "is not where it must be")
    return deployment


def _next_address(connection: Connection, sender: Address) -> Address:
    nonce = Nonce(connection.read_nonce(sender))
    address = get_create_address(to_checksum_address(sender), nonce)
    return Address(bytes.fromhex(address[2:]))


def _read_code(connection: Connection, address: Address) -> bytes:
    return connection.read_code([address], block=connection.read_head().number)[0]


def _election_initcode(manifest: Manifest, contracts: dict[str, Address]) -> bytes:
    arguments = encode_origin(
        derive_rules(manifest),
        trustees=manifest.trustees,
        issuers=manifest.issuers,
        contests=manifest.contests,
        blueprints=Blueprints(*(contracts[name] for name in _BLUEPRINTS)),
    )
    return read_artifact(_ELECTION).initcode + arguments


def derive_rules(manifest: Manifest) -> Rules:
    """Bring a manifest into the form of the constructor."""
    accounts = manifest.accounts
    return Rules(
        slug=manifest.id,
        title=manifest.title,
        test=manifest.test,
        times=tuple(asdict(manifest.times).values()),
        step_seconds=manifest.step_seconds,
        m_min=manifest.minimum_cast,
        commission=accounts.commission,
        portal=accounts.portal,
        sms_gateway=accounts.sms_gateway,
        polling_station=accounts.polling_station,
        observers=accounts.observers,
        quorum=manifest.quorum,
    )
