"""Whether the own ballot is in the box: in a network a proof says so, and nothing else.

On a chain that nobody signs two nodes of different organisations have to agree.
docs/booth.md, ADR 38. All ballots of the box are read, so that no node learns which.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Final

from election.client.errors import ClientError, NodeRefusedError
from election.client.finality import ask_proof
from election.client.rpc import Connection
from election.client.wire import parse_number, well_formed
from election.crypto.transcript import Hash
from election.errors import ElectionError
from election.protocol.abi import ContractName, decode_event, find_topic
from election.protocol.board import Log
from election.protocol.events import BallotCast
from finality.errors import FinalityError
from finality.proof_file import ProofFile
from finality.verify import verify_proof
from scripts.shared.errors import ServiceAwayError
from scripts.shared.files.booth_files import Host
from scripts.voters.device.device import Device
from scripts.voters.device.nodes import Nodes
from scripts.voters.device.texts import spell_one, spell_refusal

_ENOUGH: Final = 2  # organisations
_TOPIC: Final = find_topic(ContractName.BALLOT_BOX, "BallotCast")


class State(Enum):
    """What nodes have, short of a ballot that is in the box."""

    NONE = auto()
    SHOWN = auto()
    """A node shows it, and has no proof yet."""
    DIFFER = auto()
    FALSE = auto()
    """A node gave a proof that does not hold, and no other one gave any."""


@dataclass(frozen=True, slots=True)
class Absent:
    """No ballot that is in the box; liars: organisations whose proof does not hold."""

    state: State
    liars: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Stored:
    """A ballot of the own credential in the box. signers: 0 where nobody signs."""

    record: bytes
    block: int
    proof: ProofFile | None
    signers: int


@dataclass(slots=True)
class BoxReader:
    """Reads the box on; what a node has shown once is not asked of it again."""

    device: Device
    nodes: Nodes
    genesis_hash: bytes | None
    first: int = 0
    _next: dict[Connection, int] = field(default_factory=dict)
    _shown: dict[Connection, tuple[Log, bytes]] = field(default_factory=dict)

    def find(self) -> Stored | Absent:
        """Look; raises ServiceAwayError while too few nodes answer."""
        return self._compare() if self.genesis_hash is None else self._prove()

    def _prove(self) -> Stored | Absent:
        """Ask nodes until one of them proves a ballot, whoever it is."""
        told: dict[str, State] = {}  # by organisation
        for host in self.nodes.draw():
            honest = [each for each in told.values() if each is not State.FALSE]
            if len(honest) == _ENOUGH:
                break
            if host.organisation not in told:
                found = self._ask(host)
                if isinstance(found, Stored):
                    return found
                if found is not None:
                    told[host.organisation] = found
        return _sum_up(told)

    def _ask(self, host: Host) -> Stored | State | None:
        """Ask one node; None if it is of no use."""
        try:
            connection = self.nodes.reach(host)
        except ElectionError:
            return None
        try:
            shown = self._look(connection)
            if shown is None:
                return State.NONE
            proof = _ask_proof(connection, shown[0])
        except ElectionError:
            self._forget(connection)
            return None
        if proof is None:
            return State.SHOWN
        try:
            return self._accept(shown, proof)
        except (ElectionError, FinalityError):
            self._forget(connection)  # what it said before proves nothing of it
            return State.FALSE

    def _accept(self, shown: tuple[Log, bytes], proof: ProofFile) -> Stored:
        """Check that a network agreed on this ballot; raises ElectionError."""
        log, record = shown
        self.device.accept(record)
        proven = verify_proof(proof, self.genesis_hash)
        at = self.device.published.terms.box
        receipt = None if proven.transaction is None else proven.transaction[1]
        stored = [
            each.data
            for each in (receipt.logs if receipt else ())
            if each.address == at and tuple(map(Hash, each.topics)) == log.topics
        ]
        if proven.block.number != log.block_number or log.data not in stored:
            raise ClientError("node", "gave a proof of something else")
        return Stored(record, log.block_number, proof, proven.signers)

    def _compare(self) -> Stored | Absent:
        seen = self.nodes.ask_owners(_ENOUGH, self._look)
        if len(seen) < _ENOUGH:
            raise ServiceAwayError(spell_one("nodes"), spell_refusal("two_nodes"))
        one, other = seen.values()
        if one is None or other is None:
            return Absent(State.NONE)
        (log, record), (its_log, its_record) = one, other
        if (log.block_number, record) != (its_log.block_number, its_record):
            return Absent(State.DIFFER)
        self.device.accept(record)
        return Stored(record, log.block_number, None, 0)

    def _look(self, connection: Connection) -> tuple[Log, bytes] | None:
        """Read what came since; give the own ballot of it. Raises ElectionError."""
        if connection in self._shown:
            return self._shown[connection]
        last = connection.read_head().number
        at = self.device.published.terms.box
        first = self._next.get(connection, self.first)
        logs = connection.read_logs([at], first=first, last=last, topics=[_TOPIC])
        for log in logs:
            event = decode_event(log, ContractName.BALLOT_BOX)
            if not isinstance(event, BallotCast):
                raise ClientError("node", "answered with what was not asked for")
            if event.credential == self.device.credential:
                self._shown[connection] = log, event.ballot
        self._next[connection] = max(first, last + 1)
        return self._shown.get(connection)

    def _forget(self, connection: Connection) -> None:
        """Ask a node anew: it may tell the truth later."""
        self._shown.pop(connection, None)
        self._next.pop(connection, None)


def _sum_up(told: Mapping[str, State]) -> Absent:
    """Say what nodes have of which none proved a ballot; raises ServiceAwayError."""
    liars = tuple(name for name, each in told.items() if each is State.FALSE)
    if liars:
        return Absent(State.FALSE, liars)
    if State.SHOWN in told.values():
        return Absent(State.SHOWN)
    if len(told) < _ENOUGH:
        raise ServiceAwayError(spell_one("nodes"), spell_refusal("two_nodes"))
    return Absent(State.NONE)


def _ask_proof(connection: Connection, log: Log) -> ProofFile | None:
    """Ask for the proof of a log's transaction; None before its block is signed."""
    digest = f"0x{log.transaction.hex()}"
    found = connection.request("eth_getTransactionReceipt", digest)
    with well_formed(connection.url):
        place = hex(log.block_number), hex(parse_number(found["transactionIndex"]))
    try:
        return ask_proof(connection, *place)
    except NodeRefusedError:
        return None
