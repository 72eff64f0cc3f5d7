"""Whether more than two thirds of a network's validators signed a record.

docs/bundle.md. The proof leads from the genesis to the head that the record ends at,
and from that into the state: what code each contract has, and what its running hash
is. So the record is the signed one if its own events give the same hashes.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from election.audit.evidence import Evidence
from election.audit.report import Finality, Signing
from election.errors import EncodingError
from election.protocol.finality_proof import FinalityProof
from election.protocol.nesting import check_nesting
from election.protocol.replay import Contract
from finality.chain_block import require_account, require_slot
from finality.errors import FinalityError, ProofRefusedError
from finality.proof_file import decode_proof
from finality.trie import keccak
from finality.verify import Proven, verify_proof

_RUNNING_HASH: Final = 0  # its slot in each contract: `record` is the first module
_ABSENT: Final = "this record says nothing of who signed it"


def judge_finality(evidence: Evidence, genesis: bytes | None = None) -> Finality:
    """Tell whether a network's validators signed a record, as far as it says so.

    genesis: SHA-256 of the genesis that is meant, if that is known: then a record that
    says nothing has failed. Never raises for what is on the record.
    """
    proof = evidence.board.finality
    if proof is None and genesis is None:
        return Finality(Signing.ABSENT, _ABSENT)
    if proof is None:
        fact = f"{_ABSENT}, and a genesis is given"
        return Finality(Signing.FAILED, fact)
    try:
        check_nesting(proof.text)
        file = decode_proof(proof.text)
        check_nesting(file.genesis.encode())
        proven = verify_proof(file, genesis)
        _require_head(evidence, proven)
        for contract in evidence.replay.contracts.values():
            _require_contract(evidence, proven, proof, contract)
    except (FinalityError, EncodingError) as error:
        return Finality(Signing.FAILED, str(error))
    network = proven.genesis
    fact = (
        f"block {proven.block.number} is signed by {proven.signers} validators of "
        f"network {network.engine_chain}, more than two thirds"
    )
    return Finality(
        Signing.HELD,
        fact,
        genesis=network.digest.hex(),
        pinned=genesis is not None,
        network=network.engine_chain,
        engine_height=proven.engine_height,
        signers=proven.signers,
    )


def _require_head(evidence: Evidence, proven: Proven) -> None:
    """Refuse a proof of another chain or of another block than the record's head."""
    board = evidence.board
    if proven.genesis.chain_id != board.chain_id:
        fact = f"is of chain {proven.genesis.chain_id}, the record of {board.chain_id}"
        raise ProofRefusedError("proof", fact)
    signed = proven.block.number, proven.block.timestamp
    if signed != (board.head.number, board.head.timestamp):
        fact = "is not the one that the record ends at, or has another time"
        raise ProofRefusedError(f"block {proven.block.number}", fact)


def _require_contract(
    evidence: Evidence, proven: Proven, proof: FinalityProof, contract: Contract
) -> None:
    """Refuse a record that is not the one whose hash a contract holds."""
    subject = f"{contract.title} 0x{contract.address.hex()}"
    ways = proof.ways.get(contract.address)
    if ways is None:
        raise ProofRefusedError(subject, "has no way into the state that was signed")
    try:
        account = require_account(proven.block, contract.address, ways.account)
        held = require_slot(account, _RUNNING_HASH, ways.storage)
    except ProofRefusedError as error:
        raise ProofRefusedError(subject, str(error)) from error
    code = evidence.board.code.get(contract.address, b"")
    if account.code_hash != keccak(code):
        raise ProofRefusedError(subject, "has another code than the record says")
    expected = evidence.running_hashes[contract.address]
    if held.to_bytes(32, "big") != expected:
        fact = "has another history in the block that was signed than on this record"
        raise ProofRefusedError(subject, fact)


def spell_finality(finality: Finality) -> Iterator[str]:
    """Say in lines who signed a record."""
    if finality.signing is Signing.HELD:
        yield f"signed: {finality.fact}"
        word = (
            "the one that was given"
            if finality.pinned
            else ("compare it with what the network's organisations published")
        )
        yield f"genesis {finality.genesis}"
        yield f"    {word}"
    elif finality.signing is Signing.ABSENT:
        yield finality.fact
    else:
        yield f"WHO SIGNED IT IS NOT PROVEN: {finality.fact}"
