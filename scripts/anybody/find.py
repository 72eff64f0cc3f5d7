"""Ask a node for a ballot by its tracking code, and for the proof of what it says.

What it shows of boxes is compared with its own block, and that with the signatures of
its network, if there are any. So no node can leave a ballot out, or make one up, unless
it makes up a block, which no network signed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from election.client.block_header import read_block
from election.client.contract import Contract
from election.client.contracts.election import Election
from election.client.errors import ClientError, NodeRefusedError, WrongChainError
from election.client.finality import await_proof, is_network
from election.client.rpc import FINAL, Connection
from election.crypto.transcript import Address, Hash
from election.errors import BallotError
from election.protocol.abi import ContractName
from election.protocol.ballot import Ballot, accept_ballot
from election.protocol.board import Log
from election.protocol.context import Box, ContestTerms, open_box
from election.protocol.longest_extension import LONGEST_EXTENSION
from finality.chain_block import ChainBlock
from finality.errors import FinalityError
from finality.verify import Proven, verify_proof
from scripts.anybody.box_search import Searched, Stored, search_boxes
from scripts.anybody.box_state import require_counted, require_whole
from scripts.shared.errors import NotYetError
from scripts.shared.reading import telling


@dataclass(frozen=True, slots=True)
class Sought:
    """A ballot that is looked for, and where.

    contests: by id, at least one. genesis_hash: of the network that is meant, if known.
    """

    code: Hash
    election: Address
    contests: Mapping[int, ContestTerms]
    genesis_hash: bytes | None = None

    @property
    def boxes(self) -> dict[Address, Box]:
        """Give what ballots of each box are checked against."""
        return {each.box: open_box(each) for each in self.contests.values()}

    @property
    def terms(self) -> ContestTerms:
        """Give what the contests have in common: opening and closing."""
        return next(iter(self.contests.values()))


@dataclass(frozen=True, slots=True)
class Signing:
    """Signatures of a block that hold; validators: how many could sign."""

    proven: Proven
    validators: int

    @property
    def in_words(self) -> str:
        """Say how many of them signed."""
        return f"{self.proven.signers} of {self.validators} validators"


@dataclass(frozen=True, slots=True)
class Shown:
    """A ballot that a node shows and proves to be counted.

    place: of its transaction in the block, from 0, which nothing proves where nobody
    signed.
    """

    contest: int
    ballot: Ballot
    stored: Stored
    block: ChainBlock
    place: int
    signing: Signing | None


@dataclass(frozen=True, slots=True)
class Absent:
    """Boxes that a node shows whole up to a block, without the ballot.

    unmade: contests whose box is not there yet. cast: ballots of the others. now: the
    chain's clock. closing: until when ballots are taken. Both are the node's word.
    """

    block: ChainBlock
    cast: Mapping[int, int]
    unmade: tuple[int, ...]
    now: int
    closing: int


def ask_node(connection: Connection, sought: Sought) -> Shown | Absent:
    """Look through all that a node shows of the boxes, up to its last final block.

    Raises ClientError for a node that does not answer, or contradicts itself, and
    NotYetError for a block that its network has not signed yet.
    """
    last = connection.read_head(FINAL).number
    boxes = sought.boxes
    logs = connection.iter_logs([*boxes], first=0, last=last)
    searched = search_boxes(telling(logs, range(last + 1)), sought.code, boxes)
    if searched.stored is None:
        return _show_absent(connection, sought, searched, last)
    return _show_ballot(connection, sought, searched.stored)


def _show_ballot(connection: Connection, sought: Sought, stored: Stored) -> Shown:
    log = stored.log
    contest = next(
        number for number, each in sought.contests.items() if each.box == log.address
    )
    ballot = _accept(connection, stored, sought.boxes[log.address])
    block = read_block(connection, log.block_number)
    if log.transaction not in block.transactions:
        fact = (
            f"shows a ballot by a transaction that is not in block {log.block_number}"
        )
        raise ClientError(connection.url, fact)
    candidates = len(sought.contests[contest].candidates)
    require_counted(connection, stored, block.header, candidates=candidates)
    place = block.transactions.index(log.transaction)
    signing = _ask_signed(connection, sought, block.header, hex(place))
    if signing is not None and not _proves(signing.proven, log):
        fact = "gives a proof of another transaction than it shows the ballot in"
        raise ClientError(connection.url, fact)
    return Shown(contest, ballot, stored, block.header, place, signing)


def _accept(connection: Connection, stored: Stored, box: Box) -> Ballot:
    """Accept the ballot as its box does: whatever is shown, the box took no other."""
    try:
        return accept_ballot(stored.event.ballot, box)
    except BallotError as error:
        fact = f"shows a ballot that no box would have taken: {error.fact}"
        raise ClientError(connection.url, fact) from error


def _show_absent(
    connection: Connection, sought: Sought, searched: Searched, last: int
) -> Absent:
    """Show that boxes were told whole: what is not among their ballots is not there."""
    header = read_block(connection, last).header
    boxes = {each.box: number for number, each in sought.contests.items()}
    unmade = require_whole(connection, searched.running, [*boxes], header)
    _ask_signed(connection, sought, header)
    made = {box: number for box, number in boxes.items() if box not in unmade}
    return Absent(
        header,
        {number: searched.cast.get(box, 0) for box, number in made.items()},
        tuple(boxes[each] for each in unmade),
        connection.read_clock(),
        _read_closing(connection, sought),
    )


def _read_closing(connection: Connection, sought: Sought) -> int:
    """Read until when ballots are taken, Unix seconds: as extended, if it can be."""
    fixed = sought.terms.cast_closing
    contract = Contract(connection, ContractName.ELECTION, sought.election)
    try:
        _, told = Election(contract).closings()
    except ClientError:  # one that is behind has no election yet
        return fixed
    return told if fixed <= told <= fixed + LONGEST_EXTENSION else fixed


def _ask_signed(
    connection: Connection, sought: Sought, header: ChainBlock, *place: str
) -> Signing | None:
    """Ask for the signatures of a block, and check them; None where nobody signs.

    place: of a transaction whose receipt is wanted, too.
    """
    number = header.number
    try:
        file = (
            await_proof(connection, hex(number), *place)
            if is_network(connection)
            else None
        )
    except NodeRefusedError as error:
        fact = f"has not heard yet that the network signed block {number}: "
        raise NotYetError(connection.url, fact + "ask again in some seconds") from error
    if file is None:
        if sought.genesis_hash is not None:
            fact = "is of a chain that nobody signs, and --genesis-hash is of a network"
            raise WrongChainError(connection.url, fact)
        return None
    try:
        proven = verify_proof(file, sought.genesis_hash)
    except FinalityError as error:
        if error.subject == "genesis":
            fact = f"its genesis {error.fact} than --genesis-hash names"
            raise WrongChainError(connection.url, fact) from error
        fact = f"gives signatures of block {number} that do not hold: {error}"
        raise ClientError(connection.url, fact) from error
    if proven.block.hash != header.hash:
        fact = f"shows another block {number} than the network signed"
        raise ClientError(connection.url, fact)
    last_set = (
        file.changes[-1].validators if file.changes else proven.genesis.validators
    )
    return Signing(proven, len(last_set))


def _proves(proven: Proven, log: Log) -> bool:
    """Tell whether a proof is of the transaction that wrote a log."""
    if proven.transaction is None:
        return False
    digest, receipt = proven.transaction
    written = {(each.address, each.topics, each.data) for each in receipt.logs}
    is_written = (log.address, log.topics, log.data) in written
    return digest == log.transaction and is_written
