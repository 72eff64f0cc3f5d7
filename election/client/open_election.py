"""From the address of an Election contract to all that belongs to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from election.artifacts import read_artifact
from election.client.contract import Contract
from election.client.contracts.ballot_box import BallotBox
from election.client.contracts.election import Election
from election.client.contracts.key_ceremony import KeyCeremony
from election.client.contracts.tally import Tally
from election.client.contracts.voter_list import VoterList
from election.client.errors import (
    ConnectionFailedError,
    NoBoxError,
    Trouble,
    UnexpectedAnswerError,
)
from election.client.rpc import Connection
from election.crypto.group import decode_g2
from election.crypto.transcript import Address
from election.protocol.abi import ContractName
from election.protocol.board import Log
from election.protocol.context import (
    Box,
    ContestTerms,
    derive_election_id,
    open_box,
)
from election.protocol.encoding import decode_g1_list
from election.protocol.events import ContestListed, ElectionDeployed, Event, Rules
from election.protocol.origin import (
    derive_boxes,
    derive_election_address,
    derive_parts,
)
from election.protocol.rules import judge_rules

_ZERO = Address(bytes(20))


@dataclass(frozen=True, slots=True)
class OpenElection:
    """One election on a chain: its rules and a handle for each contract.

    contests: as listed at deployment, by id, in the manifest's order. deployed_at:
    time of the block that deployed it, Unix seconds.
    """

    connection: Connection
    deployed: ElectionDeployed
    deployed_at: int
    contests: Mapping[int, ContestListed]
    election: Election
    trustees: KeyCeremony
    issuers: KeyCeremony
    voter_list: VoterList
    tally: Tally

    @property
    def rules(self) -> Rules:
        """Give the rules fixed at deployment."""
        return self.deployed.rules

    @property
    def address(self) -> Address:
        """Give the address of the Election contract."""
        return self.election.contract.address

    def contest(self, number: int) -> ContestListed:
        """Give a contest; raises UnexpectedAnswerError if it is not listed."""
        listed = self.contests.get(number)
        if listed is None:
            raise UnexpectedAnswerError(f"contest {number}", "is not in the election")
        return listed


@dataclass(frozen=True, slots=True)
class ContestBox:
    """A contest's box: its handle, and what its ballots are checked against.

    terms: what ctx was recomputed from.
    """

    handle: BallotBox
    box: Box
    terms: ContestTerms


def open_election(
    connection: Connection, address: Address, *, since: int = 0
) -> OpenElection:
    """Find the contracts of an election from its own announcements.

    since: a block not after the deployment. Raises UnexpectedAnswerError, also if the
    address is not what follows from what a node shows of the election: of its rules,
    rosters, contests and contracts no node can tell a lie.
    """
    own = Contract(connection, ContractName.ELECTION, address, since)
    return gather_election(own, own.read_entries())


def open_recorded(
    chain_id: int, address: Address, entries: Sequence[tuple[Log, Event]]
) -> OpenElection:
    """Open the election of a record, where no node can be asked.

    entries: what the Election contract announced. Acts can be made with its handles,
    for somebody else to send; whatever would ask a node raises ConnectionFailedError.
    """
    connection = Connection(_ask_nobody, url="record", chain_id=chain_id)
    own = Contract(connection, ContractName.ELECTION, address)
    return gather_election(own, entries)


def _ask_nobody(_: bytes) -> bytes:
    fact = "no node is asked of what was carried here in a file"
    raise ConnectionFailedError("record", fact, Trouble.ADDRESS)


def gather_election(
    own: Contract, entries: Sequence[tuple[Log, Event]]
) -> OpenElection:
    """Give what an Election contract announced as one; raises as `open_election`."""
    connection, address = own.connection, own.address

    def contract(name: ContractName, at: Address) -> Contract:
        return Contract(connection, name, at, own.since)

    events = [event for _, event in entries]
    deployed = next((e for e in events if isinstance(e, ElectionDeployed)), None)
    if deployed is None:
        fact = f"is no election on chain {connection.chain_id}"
        raise UnexpectedAnswerError(f"0x{address.hex()}", fact)
    ceremony = ContractName.KEY_CEREMONY
    texts = (event for event in events if isinstance(event, ContestListed))
    listed = sorted(texts, key=lambda event: event.position)
    _require_origin(deployed, address)
    _require_rules(deployed, listed)
    return OpenElection(
        connection=connection,
        deployed=deployed,
        deployed_at=entries[events.index(deployed)][0].timestamp,
        contests={event.contest: event for event in listed},
        election=Election(own),
        trustees=KeyCeremony(contract(ceremony, deployed.trustees_ceremony)),
        issuers=KeyCeremony(contract(ceremony, deployed.issuers_ceremony)),
        voter_list=VoterList(contract(ContractName.VOTER_LIST, deployed.voter_list)),
        tally=Tally(contract(ContractName.TALLY, deployed.tally)),
    )


def _require_origin(deployed: ElectionDeployed, address: Address) -> None:
    """Raise UnexpectedAnswerError unless an address says what a node shows there.

    docs/protocol.md §7, docs/adr/0008.
    """
    build = read_artifact(ContractName.ELECTION.value).initcode
    parts = (
        deployed.trustees_ceremony,
        deployed.issuers_ceremony,
        deployed.voter_list,
        deployed.tally,
    )
    is_made_so = derive_election_address(deployed, build) == address
    if not is_made_so or parts != derive_parts(address):
        fact = (
            "is not the address of what the node shows there: the node lies, or the "
            "election was made by other code than this program's"
        )
        raise UnexpectedAnswerError(f"0x{address.hex()}", fact)


def _require_rules(deployed: ElectionDeployed, listed: list[ContestListed]) -> None:
    """Raise UnexpectedAnswerError for what no constructor would have announced."""
    if not listed:
        raise UnexpectedAnswerError("election", "has no contest")
    missing = {each.id for each in deployed.contests} - {e.contest for e in listed}
    for contest in sorted(missing):
        fact = "has no candidates on the record yet: go on with `veche deploy`"
        raise UnexpectedAnswerError(f"contest {contest}", fact)
    for judged in judge_rules(deployed, listed):
        for fact in judged.faults:
            raise UnexpectedAnswerError(judged.subject, fact)


def read_box(opened: OpenElection, contest: int) -> ContestBox:
    """Read a contest's box and compute its context anew.

    Raises UnexpectedAnswerError if there is none, or if its context is not what
    follows from the rules and the ceremonies: nothing secret may meet such a box.
    """
    listed = opened.contest(contest)
    (address,) = opened.election.boxes([contest])
    if address == _ZERO:
        raise NoBoxError(f"contest {contest}", "has no box yet")
    if address not in derive_boxes(opened.address, contests=len(opened.contests)):
        fact = "has a box that the election cannot have made: the node lies"
        raise UnexpectedAnswerError(f"contest {contest}", fact)
    own = opened.election.contract
    contract = Contract(own.connection, ContractName.BALLOT_BOX, address, own.since)
    handle = BallotBox(contract)
    terms = _read_terms(opened, listed, box=address)
    box = open_box(terms)
    if handle.ctx() != box.ctx:
        raise UnexpectedAnswerError(f"contest {contest}", "has another context")
    return ContestBox(handle, box, terms)


def _read_terms(
    opened: OpenElection, listed: ContestListed, *, box: Address
) -> ContestTerms:
    rules, slots = opened.rules, len(listed.candidates)
    keys = opened.trustees.keys()[:slots]
    return ContestTerms(
        chain_id=opened.connection.chain_id,
        box=box,
        voter_list=opened.voter_list.contract.address,
        trustees_ceremony=opened.trustees.contract.address,
        issuers_ceremony=opened.issuers.contract.address,
        election_id=derive_election_id(rules.slug),
        contest=listed.contest,
        trustees=opened.trustees.n(),
        trustee_threshold=opened.trustees.k(),
        election_keys=decode_g1_list(b"".join(keys)),
        title=listed.title,
        candidates=listed.candidates,
        particulars=listed.particulars,
        issuers=opened.issuers.n(),
        issuer_threshold=opened.issuers.k(),
        credential_key=decode_g2(opened.issuers.key(listed.position)),
        opening=rules.times[4],
        issue_closing=rules.times[5],
        cast_closing=rules.times[6],
        minimum_cast=rules.m_min,
    )
