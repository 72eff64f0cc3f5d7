"""Read a file that proves what a network agreed on, and say what it proves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from scripts.shared.errors import InputError, UnprovenError
from scripts.shared.moments import Moment

if TYPE_CHECKING:
    from finality.verify import Proven
    from scripts.shared.files.receipt_file import ReceiptFile


def find_missing(
    ballots: Sequence[Mapping[str, str | int]],
    codes: Sequence[str],
    receipt: ReceiptFile | None,
) -> list[str]:
    """Say which ballots have to be proven and are not.

    A receipt's own is looked for by its hash, and by its code where ballots have one.
    """
    named = {each.get("tracking_code") for each in ballots}
    missing = [
        f"{code} is no ballot of this proof"
        for code in codes
        if code.lower() not in named
    ]
    if receipt is None:
        return missing
    own = [each for each in ballots if each["ballot_hash"] == receipt.ballot_hash]
    if not any(
        each.get("tracking_code", receipt.tracking_code) == receipt.tracking_code
        and each.get("contest", receipt.contest) == receipt.contest
        for each in own
    ):
        missing.append(f"{receipt.tracking_code}, of the receipt, is no ballot of it")
    return missing


def read_proof(path: Path) -> bytes:
    """Read a file, no more of it than a proof can have; raises InputError."""
    from finality.proof_file import MAX_FILE

    try:
        with path.open("rb") as file:
            return file.read(MAX_FILE + 1)
    except FileNotFoundError as error:
        raise InputError(str(path), "there is no such file") from error
    except OSError as error:
        raise InputError(str(path), "cannot be read") from error


def verify(text: bytes, genesis_hash: bytes | None) -> Proven:
    """Check a proof; raises InputError for no proof, UnprovenError for a false one."""
    from finality.errors import FinalityError, ProofRefusedError
    from finality.proof_file import decode_proof
    from finality.verify import verify_proof

    try:
        return verify_proof(decode_proof(text), genesis_hash)
    except ProofRefusedError as error:
        raise UnprovenError(error.subject, error.fact) from error
    except FinalityError as error:
        raise InputError(error.subject, error.fact) from error


OWN_WORD: Final = (
    "no --genesis-hash was given: that the genesis is your network's is this file's",
    "own word. Compare it with the hash that the network's organisations published",
)


def spell_proven(
    proven: Proven, ballots: list[dict[str, str | int]], *, was_given: bool
) -> dict[str, Any]:
    """Give what is shown of what was proven.

    was_given: the genesis was compared with a hash that the caller had.
    """
    result: dict[str, Any] = {
        "genesis": proven.genesis.digest.hex(),
        "genesis_compared": was_given,
        "chain_id": proven.genesis.chain_id,
        "block": proven.block.number,
        "block_hash": "0x" + proven.block.hash.hex(),
        "time": Moment(proven.block.timestamp),
        "signed_by": f"{proven.signers} validators",
    }
    if proven.transaction is not None:
        digest, receipt = proven.transaction
        result["transaction"] = "0x" + digest.hex()
        result["succeeded"] = receipt.succeeded
        result["events"] = len(receipt.logs)
        result["ballots"] = ballots
    if proven.storage is not None:
        address, slot, value = proven.storage
        result["contract"] = "0x" + address.hex()
        result["slot"] = f"0x{slot:064x}"
        result["value"] = f"0x{value:064x}"
    return result
