"""What a person sees: the result on stdout, all talk on stderr."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

_LAST_SECOND: Final = 253_402_300_799  # of the year 9999


def complain(program: str, fact: str, *, hint: str) -> None:
    """Say what is wrong and what may help."""
    print(f"{program}: error: {fact}", file=sys.stderr)
    print(f"{program}: hint: {hint}", file=sys.stderr)


def say(text: str) -> None:
    """Tell of progress."""
    from rich.console import Console

    Console(stderr=True, highlight=False).print(text, markup=False, soft_wrap=True)


def show(result: Mapping[str, Any], *, as_json: bool) -> None:
    """Print a result: as JSON, or a line for each entry."""
    if as_json:
        print(json.dumps(result, ensure_ascii=False))
        return
    width = max((len(key) for key in result), default=0)
    for key, value in result.items():
        print(f"{key.replace('_', ' '):<{width}}  {_plain(value)}")


def _plain(value: Any) -> str:
    if isinstance(value, list | tuple):
        return ", ".join(map(_plain, value)) or "none"
    if isinstance(value, Mapping):
        return ", ".join(f"{key}: {_plain(each)}" for key, each in value.items())
    return str(value)


def spell_time(seconds: int) -> str:
    """Spell Unix seconds in UTC, or as they are after the year 9999."""
    if seconds > _LAST_SECOND:
        return f"second {seconds}"
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d %H:%M:%S} UTC"


def hint_for(error: Exception) -> str:
    """Suggest what to look at after an error."""
    hints = {
        "ConnectionFailedError": "is the node running? `veche devnet` starts one",
        "WrongChainError": "give the node of the election's chain with --rpc-url",
        "ContractRefusedError": "it changed nothing; `veche status` shows the phases",
        "NodeRefusedError": "nothing changed; the node says why",
        "TransactionLostError": "it may still be mined: look before you repeat it",
        "UnverifiedError": "go no further; ask another node, and tell the others",
        "PasswordError": "is it the right password, and an unchanged key file?",
        "ManifestError": "elections/mgd-2019.toml shows every key of a manifest",
        "RecordError": "give the file that `veche deploy` wrote with --election",
        "LyingNodeError": "nothing was sent; ask the node of another organisation",
        "UnexpectedAnswerError": "give the file that `veche deploy` wrote",
        "BallotError": "no ballot was sent",
        "CountError": "nothing was published",
    }
    return hints.get(type(error).__name__, "nothing changed; --help shows an example")
