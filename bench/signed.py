"""Measure what who signed a record adds to its bundle: `--contests 3`.

The headers and votes are those of a recorded network of four validators that a fifth
joined and left; the contracts stand in a state of as many other accounts as a chain of
some elections has.
"""

from __future__ import annotations

import argparse
import secrets
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from bench.stopping import run_stoppable
from election.artifacts import ROOT
from election.audit.bundle import encode_bundle
from election.audit.packing import pack_text
from election.crypto.transcript import Address
from election.protocol.board import Board, Head
from election.protocol.finality_proof import FinalityProof
from finality.chain_block import Account, require_slot
from finality.proof_file import decode_proof
from finality.rlp import decode_list, text_of
from finality.trie import keccak, look_up
from finality.verify import verify_proof
from tests.audit.signing import State

_ACCOUNTS: Final = 2_000
_CONTRACTS: Final = 5  # beside one box for each contest
_RECORDED: Final = Path("tests/finality/vectors/changes.json")


def main(arguments: Sequence[str] | None = None) -> None:
    """Print bytes and seconds."""
    parser = argparse.ArgumentParser(prog="bench.signed", description=__doc__)
    parser.add_argument("--contests", type=int, default=3)
    contests = parser.parse_args(arguments).contests
    state = State()
    for _ in range(_ACCOUNTS):
        state.accounts[Address(secrets.token_bytes(20))] = secrets.token_bytes(32), b"x"
    root, ways = state.prove()
    chosen = dict(list(ways.items())[: _CONTRACTS + contests])
    text = (ROOT / _RECORDED).read_bytes()
    board = Board(1, next(iter(chosen)), (), dict.fromkeys(chosen, b""), {}, Head(1, 1))
    signed = Board(
        *(1, board.election, (), board.code, {}, board.head),
        FinalityProof(text, chosen),
    )
    plain, whole = encode_bundle(board), encode_bundle(signed)
    packed = len(pack_text(whole)) - len(pack_text(plain))
    begun = time.perf_counter()
    verify_proof(decode_proof(text))
    for address, each in chosen.items():
        fields = decode_list(look_up(root, keccak(address), each.account) or b"")
        require_slot(Account(text_of(fields[2]), b""), 0, each.storage)
    seconds = time.perf_counter() - begun
    print(
        f"who signed a record of {contests} contests:"
        f" {len(whole) - len(plain):,} bytes, {packed:,} packed;"
        f" verified in {1_000 * seconds:.0f} ms"
    )


if __name__ == "__main__":
    run_stoppable(main)
