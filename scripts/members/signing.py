"""Sign acts on a machine without a network, for another machine to send.

The record says how many transactions the account sent; by that number the next ones are
signed, and nothing is asked.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from election.client.sending import sign_act
from election.client.wire import Act
from election.protocol.board import Board
from scripts.shared.errors import InputError, UsageError
from scripts.shared.files.json_file import write_new
from scripts.shared.files.key_file import KeyFile
from scripts.shared.files.signed_file import render_signed, spell_fingerprint
from scripts.shared.following import say_next

_NO_OUT = "is missing: what you sign is written there, for `veche send` elsewhere"


@dataclass(frozen=True, slots=True)
class Draft:
    """An act that is to be signed.

    has_one_number: it is needed only where every act before it is. Else it is signed
    for each number that it gets if some of them turn out to be needless.
    """

    act: Act
    has_one_number: bool = False


def require_out(out: Path | None) -> Path:
    """Give where to write what is signed; raises UsageError, InputError if it is there.

    Before anything is noted as signed.
    """
    if out is None:
        raise UsageError("--out", _NO_OUT)
    if out.exists():
        fact = "is there already: carry it, or name another file for what you sign now"
        raise InputError(str(out), fact)
    return out


def require_number(board: Board, key_file: KeyFile) -> int:
    """Give how many transactions the account sent; raises InputError if nothing says.

    What a source says of it can only make what is signed useless, not harmful.
    """
    sent = board.sent.get(key_file.account)
    if sent is None:
        fact = "does not say how many transactions your account sent"
        hint = (
            "export it with your card: `veche key card` makes one, and `veche export "
        )
        hint += "--for CARD` takes it"
        raise InputError("record", fact, hint=hint)
    return sent


def write_signed(
    out: Path, drafts: Sequence[Draft], *, board: Board, key_file: KeyFile
) -> str:
    """Sign acts in their order and write them to a file; gives its fingerprint."""
    first, chain_id = require_number(board, key_file), board.chain_id
    signed = [
        [
            sign_act(each.act, key_file.key, chain_id=chain_id, nonce=first + at).raw
            for at in ([place] if each.has_one_number else range(place + 1))
        ]
        for place, each in enumerate(drafts)
    ]
    text = render_signed(chain_id, board.election, key_file.account, signed)
    write_new(out, text)
    return spell_fingerprint(text.encode())


def say_carry(out: Path, *, as_json: bool) -> None:
    """Say where what was signed goes next."""
    say_next(
        f"carry {out} to a machine with a network, and there: `veche send {out.name}`,",
        "which shows the same fingerprint",
        as_json=as_json,
    )
