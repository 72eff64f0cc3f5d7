"""Prove a transaction, a ballot's too, or a value in a contract."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from election.client.contract import Contract
from election.client.errors import ClientError
from election.client.rpc import Connection
from election.crypto.transcript import Hash, address_word
from election.protocol.abi import ContractName
from election.protocol.ballot import Ballot, accept_ballot
from election.protocol.board import Log
from election.protocol.events import BallotCast
from election.protocol.terms import ElectionTerms
from scripts.shared.errors import InputError, NotYetError
from scripts.shared.files.ballot_files import BallotFile
from scripts.shared.files.json_file import read_json

if TYPE_CHECKING:
    from finality.proof_file import ProofFile


@dataclass(frozen=True, slots=True)
class CastBallot:
    """A ballot of a file, and the event by which a node shows it in its box."""

    contest: int
    ballot: Ballot
    log: Log

    @property
    def transaction(self) -> str:
        """Give the hash of the transaction that stored it, as nodes spell it."""
        return f"0x{self.log.transaction.hex()}"


def find_cast(connection: Connection, path: Path, terms: ElectionTerms) -> CastBallot:
    """Find where a ballot is stored, as a node tells it.

    Raises InputError, NotYetError, BallotError, TermsError, ClientError.
    """
    file = read_json(path, BallotFile)
    contest = terms.contest(file.contest)
    own = accept_ballot(file.record, contest.box)
    box = Contract(connection, ContractName.BALLOT_BOX, contest.terms.box)
    topic = Hash(address_word(own.record.credential))
    for log, event in box.read_entries(None, topic):
        if isinstance(event, BallotCast) and event.ballot == file.record:
            return CastBallot(file.contest, own, log)
    fact = "is not in its box, as this node shows it: cast it, or ask another node"
    raise NotYetError(str(path), fact)


def prove_transaction(connection: Connection, digest: str) -> ProofFile:
    """Ask a node for what proves a transaction.

    digest: lower-case hex. Raises: InputError, ClientError.
    """
    from election.client.finality import ask_proof, require_proof

    found = connection.request("eth_getTransactionReceipt", digest)
    if not isinstance(found, dict):
        raise InputError("--transaction", "is in no block of this chain")
    proof = ask_proof(connection, found["blockNumber"], found["transactionIndex"])
    proven = require_proof(proof)
    if proven.transaction is None or "0x" + proven.transaction[0].hex() != digest:
        raise ClientError("node", "gave a proof of something else")
    return proof


def prove_storage(connection: Connection, contract: str, slot: str) -> ProofFile:
    """Prove a value in a contract's storage; raises ClientError."""
    import msgspec

    from election.client.finality import ask_proof, ask_ways
    from finality.proof_file import StorageFile

    number = connection.request("eth_blockNumber")
    (ways,) = ask_ways(connection, [contract], [slot], number)
    storage = StorageFile(
        address=contract,
        slot=slot,
        account_proof=ways.accountProof,
        storage_proof=ways.storageProof[0].proof,
    )
    return msgspec.structs.replace(ask_proof(connection, number), storage=storage)


def accept_hex(option: str, text: str, *, size: int) -> str:
    """Accept an option's digits; raises InputError."""
    lower = text.lower()
    if re.fullmatch(f"0x[0-9a-f]{{{2 * size}}}", lower) is None:
        raise InputError(option, f"is not 0x and {2 * size} digits in hex")
    return lower


def spell_next(path: Path) -> tuple[str, ...]:
    """Say who checks a proof, and against what."""
    return (
        "check it on any machine, without a node; --genesis-hash says of which network",
        "it has to be, by the hash that the network's organisations published:",
        f"  veche verify-proof --proof {shlex.quote(str(path))}",
    )
