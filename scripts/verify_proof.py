"""Check a file that proves what a network agreed on."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

from scripts.errors import InputError
from scripts.options import AsJson, GenesisHash, path_option
from scripts.terminal import show

EXAMPLE = "veche verify-proof --proof proof.json --genesis-hash 64-HEX-DIGITS"


def command(
    proof: Annotated[Path, path_option(help="The file that `veche proof` wrote.")],
    genesis_hash: GenesisHash = None,
    as_json: AsJson = False,
) -> None:
    """Check what a network agreed on, without a node and without a network.

    More than two thirds of the validators of the genesis signed it, or of those that
    they made their followers. Compare the hash of the genesis with what the network's
    organisations published, or give it.
    """
    from finality.errors import FinalityError
    from finality.proof_file import MAX_FILE, decode_proof
    from finality.verify import verify_proof

    try:
        with proof.open("rb") as file:
            text = file.read(MAX_FILE + 1)
    except OSError as error:
        raise InputError(str(proof), "cannot be read") from error
    try:
        proven = verify_proof(decode_proof(text), genesis_hash)
    except FinalityError as error:
        raise InputError(error.subject, error.fact) from error
    result: dict[str, Any] = {
        "genesis": proven.genesis.digest.hex(),
        "chain_id": proven.genesis.chain_id,
        "block": proven.block.number,
        "block_hash": "0x" + proven.block.hash.hex(),
        "time": proven.block.timestamp,
        "signed_by": f"{proven.signers} validators",
    }
    if proven.transaction is not None:
        digest, receipt = proven.transaction
        result["transaction"] = "0x" + digest.hex()
        result["succeeded"] = receipt.succeeded
        result["events"] = len(receipt.logs)
    if proven.storage is not None:
        address, slot, value = proven.storage
        result["contract"] = "0x" + address.hex()
        result["slot"] = f"0x{slot:064x}"
        result["value"] = f"0x{value:064x}"
    show(result, as_json=as_json)
