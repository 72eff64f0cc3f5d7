"""Make a voter's receipt of a ballot that a node shows in its box."""

from __future__ import annotations

import shlex
from pathlib import Path

import msgspec

from election.client.errors import ClientError, NodeRefusedError
from election.client.finality import is_network
from election.client.rpc import Connection
from election.protocol.ballot import Ballot, derive_memo
from election.protocol.terms import ElectionTerms
from finality.errors import FinalityError
from finality.proof_file import ProofFile, encode_proof
from finality.verify import verify_proof
from scripts.anybody.proof import CastBallot, prove_transaction
from scripts.anybody.proven_ballots import list_ballots
from scripts.shared.errors import InputError, NotYetError
from scripts.shared.files.receipt_file import ReceiptFile
from scripts.shared.terminal import say


def make_receipt(
    connection: Connection,
    cast: CastBallot,
    terms: ElectionTerms,
    *,
    genesis_hash: bytes | None,
    control_word: str | None,
) -> tuple[ReceiptFile, int]:
    """Make the receipt of a ballot; how many validators signed, 0 on no network.

    Raises InputError, NotYetError, ClientError.
    """
    if control_word is not None:
        _require_word(cast.ballot, control_word)
    proof, signers = None, 0
    if is_network(connection):
        proof, signers = _prove(connection, cast, terms, genesis_hash)
    elif genesis_hash is not None:
        raise InputError("--genesis-hash", "is of a network, and this node is of none")
    else:
        say("nobody signs the blocks of this chain: the receipt has no proof")
    receipt = ReceiptFile(
        format="veche-receipt/1",
        election=f"0x{terms.election.hex()}",
        chain_id=terms.common.chain_id,
        contest=cast.contest,
        tracking_code=f"0x{cast.ballot.tracking_code.hex()}",
        ballot_hash=f"0x{cast.ballot.ballot_hash.hex()}",
        block=cast.log.block_number,
        control_word=control_word,
        nodes=[],
        proof=msgspec.Raw(b"null" if proof is None else encode_proof(proof)),
    )
    return receipt, signers


def spell_next(path: Path, *, is_proven: bool) -> tuple[str, ...]:
    """Say what a voter does with a receipt."""
    name = shlex.quote(str(path))
    if is_proven:
        return (
            f"keep it: `veche verify-proof {name}`, or any booth's page of receipts,",
            "checks it for years, without a node",
        )
    return (
        "keep it: after the polls `veche export` writes a record of all, in which",
        "its tracking code has to stand",
    )


def _require_word(ballot: Ballot, word: str) -> None:
    """Refuse a control word that is not the ballot's; raises InputError."""
    record = ballot.record
    if derive_memo(record.credential, word) != record.memo:
        raise InputError("--control-word", "does not belong to this ballot")


def _prove(
    connection: Connection,
    cast: CastBallot,
    terms: ElectionTerms,
    genesis_hash: bytes | None,
) -> tuple[ProofFile, int]:
    """Ask for the proof of a ballot, and check it; with how many signed.

    Raises InputError, NotYetError, ClientError.
    """
    try:
        proof = prove_transaction(connection, cast.transaction)
    except NodeRefusedError as error:
        fact = "is in a block that the network has not signed yet: try in some seconds"
        raise NotYetError("the ballot", fact) from error
    try:
        proven = verify_proof(proof, genesis_hash)
    except FinalityError as error:
        raise InputError(error.subject, error.fact) from error
    code = f"0x{cast.ballot.tracking_code.hex()}"
    named = {each.get("tracking_code") for each in list_ballots(proven, terms)}
    if code not in named or proven.block.number != cast.log.block_number:
        raise ClientError("node", "gave a proof of something else")
    return proof, proven.signers
