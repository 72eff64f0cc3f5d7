"""Tell by which exit code an act ends, and what it means."""

from __future__ import annotations

import textwrap
from typing import Final

from scripts.shared.exit_codes import MEANINGS
from scripts.shared.options import AsJson
from scripts.shared.terminal import tell, tell_json

EXAMPLE: Final = "veche exit-codes --json"
_WIDTH, _INDENT = 80, 19


def command(as_json: AsJson = False) -> None:
    """Tell by which exit code every act ends, the word for it in JSON, and its meaning.

    With --json an act that fails tells why in the last line of stderr: an object
    `error` with `act`, `code`, `exit_code`, `facts`, `hint`, and how many transactions
    were `sent` and were seen to have `succeeded`.
    """
    if as_json:
        tell_json(
            [
                {"exit_code": int(code), "code": code.word, "meaning": meaning}
                for code, meaning in MEANINGS.items()
            ]
        )
        return
    for code, meaning in MEANINGS.items():
        first, *others = textwrap.wrap(meaning, _WIDTH - _INDENT)
        tell(f"{code:>3}  {code.word:<12}  {first}")
        for line in others:
            tell(" " * _INDENT + line)
