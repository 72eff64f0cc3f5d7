"""What a person sees: the result on stdout, all talk on stderr."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from election.client.errors import ConnectionFailedError, Trouble

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


_STEPS: Final = {
    Trouble.ADDRESS: "give it like --rpc-url http://127.0.0.1:8545",
    Trouble.NAME: "is the name spelt right, and is this machine on the network?",
    Trouble.AWAY: "is the node running? `veche devnet` starts one",
    Trouble.TLS: "does --rpc-url begin with https://, and does this machine know "
    "who signed the certificate?",
    Trouble.LOST: "look how far it came, and run it again",
    Trouble.SLOW: "is the way to the node slow? try again, or ask another node",
    Trouble.BUSY: "what stands before the node says this, not the node: try later",
    Trouble.STATUS: "does the node answer at --rpc-url itself, with its path?",
    Trouble.LARGE: "no honest answer is so large: ask another node",
    Trouble.FOREIGN: "is --rpc-url that of a node? if it is, ask another one",
}

_HINTS: Final = {
    "WrongChainError": "give the node of the election's chain with --rpc-url",
    "ContractRefusedError": "what is refused changes nothing; `veche status` shows "
    "the phases",
    "NodeRefusedError": "the node says why; `veche status` shows how far it came",
    "TransactionLostError": "it may still be mined: look before you repeat it",
    "UnverifiedError": "go no further; ask another node, and tell the others",
    "FileError": "no part of it was written; mend that and run it again",
    "PasswordError": "is it the right password, and an unchanged key file?",
    "ManifestError": "elections/mgd-2019.toml shows every key of a manifest",
    "RecordError": "give the file that `veche deploy` wrote with --election",
    "ForgottenError": "ask a node that has it; to begin anew, give another --out",
    "LyingNodeError": "no answer was sent to it; ask the node of another organisation",
    "UnexpectedAnswerError": "give the file that `veche deploy` wrote",
    "BallotError": "a contest's ballots are sent when all of them hold, none before",
    "ContestError": "what was done for the others stands; run it again for these",
    "CountError": "no counts are published for this contest",
}
"""By the name of the error. None says that nothing changed: an act may have sent, or
written, something before; an error of the connection tells what is mined."""


def hint_for(error: Exception) -> str:
    """Suggest what to look at after an error."""
    if isinstance(error, ConnectionFailedError):
        return _STEPS[error.trouble]
    return _HINTS.get(type(error).__name__, "--help shows an example")
