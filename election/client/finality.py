"""Ask a network's node for what shows to others who signed a block.

docs/finality.md, docs/bundle.md. A chain without a network has no such thing.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Annotated, Any, Final, TypeVar

import msgspec

from election.client.errors import ClientError, NodeRefusedError
from election.client.rpc import Connection
from election.client.wire import hexed, parse_bytes, well_formed
from election.crypto.transcript import Address
from election.protocol.board import Board
from election.protocol.finality_proof import FinalityProof, Ways
from election.protocol.replay import find_contracts
from finality.errors import FinalityError
from finality.proof_file import ProofFile, encode_proof
from finality.verify import Proven, verify_proof

Told = TypeVar("Told")
_UNKNOWN_METHOD: Final = -32_601
RUNNING_HASH: Final = "0x" + "00" * 32
"""The slot of every contract that holds its running hash."""

_PATIENCE: Final = 20.0  # seconds until the block after a block has been agreed on
_PAUSE: Final = 0.5  # seconds between questions


class _Slot(msgspec.Struct):
    proof: list[str]


class SlotWays(msgspec.Struct):
    """What is read of eth_getProof's answer, EIP-1186."""

    accountProof: list[str]  # noqa: N815  its names
    storageProof: Annotated[  # noqa: N815
        list[_Slot], msgspec.Meta(min_length=1)
    ]


def is_network(connection: Connection) -> bool:
    """Say whether a node is one of a network, whose validators sign its blocks.

    What it is not sure of it denies: a node that answers nothing is none. Never raises
    for what a node says.
    """
    try:
        told = connection.request("veche_networkStatus")
    except ClientError:
        return False
    return isinstance(told, dict)


def ask_proof(connection: Connection, *place: str) -> ProofFile:
    """Ask for a proof of a block, or of a transaction by block and index.

    It may not hold: `require_proof`. Raises ClientError.
    """
    return _convert(connection.request("veche_finalityProof", *place), ProofFile)


def ask_ways(
    connection: Connection, contracts: Sequence[str], slots: Sequence[str], block: str
) -> list[SlotWays]:
    """Ask for the ways to slots of some contracts, after a block."""
    asked = [("eth_getProof", (each, [*slots], block)) for each in contracts]
    return [_convert(each, SlotWays) for each in connection.request_all(asked)]


def require_proof(proof: ProofFile) -> Proven:
    """Check what a node gave, before anybody relies on it; raises ClientError."""
    try:
        return verify_proof(proof)
    except FinalityError as error:
        fact = f"gave a proof that does not hold: {error}"
        raise ClientError("node", fact) from error


def read_finality(connection: Connection, board: Board) -> FinalityProof | None:
    """Read what shows who signed the head of a record, None from a chain of one node.

    The block after the head is waited for. Raises ClientError.
    """
    block = hex(board.head.number)
    proof = await_proof(connection, block)
    if proof is None:
        return None
    require_proof(proof)
    contracts = [each.address for each in find_contracts(board.election, board.logs)]
    asked = [hexed(each) for each in contracts]
    ways = ask_ways(connection, asked, [RUNNING_HASH], block)
    with well_formed(connection.url):
        found = {
            Address(address): Ways(
                tuple(map(parse_bytes, each.accountProof)),
                tuple(map(parse_bytes, each.storageProof[0].proof)),
            )
            for address, each in zip(contracts, ways, strict=True)
        }
    return FinalityProof(encode_proof(proof), found)


def await_proof(connection: Connection, *place: str) -> ProofFile | None:
    """Ask as `ask_proof` does until the block is signed, for some seconds.

    None from a chain of one node. Raises NodeRefusedError for a block that is not
    signed by then, ClientError.
    """
    give_up = time.monotonic() + _PATIENCE
    while True:
        try:
            return ask_proof(connection, *place)
        except NodeRefusedError as error:
            if error.code == _UNKNOWN_METHOD:
                return None
            if time.monotonic() > give_up:
                raise
        time.sleep(_PAUSE)


def _convert(found: Any, kind: type[Told]) -> Told:
    try:
        return msgspec.convert(found, kind)
    except msgspec.ValidationError as error:
        raise ClientError("node", f"gave no proof: {error}") from error
