"""A voter's receipt, as a booth's page saves it: `veche-receipt/1`, docs/booth.md."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct

from finality.proof_file import Hex20, Hex32, Number
from scripts.shared.errors import InputError


class _AnyFile(Struct):
    format: str


class ReceiptFile(Struct, forbid_unknown_fields=True):
    """Hold which ballot is meant, and the proof that it is in its box."""

    format: Literal["veche-receipt/1"]
    election: Hex20
    chain_id: Number
    contest: Number
    tracking_code: Hex32
    ballot_hash: Hex32
    block: Number
    control_word: Annotated[str, Meta(max_length=256)] | None
    nodes: Annotated[list[Number], Meta(max_length=16)]
    proof: msgspec.Raw


def find_receipt(text: bytes, *, name: str) -> ReceiptFile | None:
    """Read a receipt; None if a file is of another format.

    Raises InputError for one that is spoiled, or that has no proof.
    """
    try:
        kind = msgspec.json.decode(text, type=_AnyFile).format
        if kind != "veche-receipt/1":
            return None
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
        return None  # what reads it as a proof says what is wrong
    try:
        receipt = msgspec.json.decode(text, type=ReceiptFile)
    except msgspec.MsgspecError as error:
        raise InputError(name, f"is no receipt: {error}") from error
    if bytes(receipt.proof) == b"null":
        hint = "ask for one: `veche proof`, or the page `receipt.html` of a booth"
        fact = "is a receipt without a proof, from before its block was signed"
        raise InputError(name, fact, hint=hint)
    return receipt


def render_receipt(receipt: ReceiptFile) -> str:
    """Write a receipt as the text of its file."""
    text = msgspec.json.format(msgspec.json.encode(receipt), indent=1)
    return f"{text.decode()}\n"
