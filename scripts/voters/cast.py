"""Bring ballots into the box, as a relay.

Exit code 3: ballots were cast, and others were set aside; it is told which and why.
Exit code 5: ballots were sent and not seen in the box, where they may be all the same:
run it again to look.
"""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Annotated, Any

import typer

from election.client.casting import (
    CastResult,
    Unknown,
    Void,
    cast_accepted,
    sort_ballots,
)
from election.client.errors import (
    ClientError,
    ConnectionFailedError,
    ContractRefusedError,
    NodeRefusedError,
    WrongChainError,
)
from election.client.finality import is_network
from election.client.open_election import OpenElection, read_box
from election.client.transport import show_url
from election.crypto.signature import SigningKey
from election.crypto.transcript import Hash
from election.errors import ElectionError
from scripts.shared.errors import ScriptError
from scripts.shared.files.ballot_files import BallotFile
from scripts.shared.files.json_file import read_json
from scripts.shared.files.key_file import Role
from scripts.shared.options import (
    AnyRpcUrl,
    AsJson,
    ElectionFile,
    KeyPath,
    PasswordFile,
    path_argument,
)
from scripts.shared.session import acting, enter, unlock
from scripts.shared.terminal import say, show

EXAMPLE = "veche cast ballot.json --election election.json --key keys/relay.json"
EXIT_SET_ASIDE, EXIT_UNKNOWN = 3, 5
_NODE_SAYS = "the node says"


@dataclass(frozen=True, slots=True)
class Casting:
    """What became of files: of the ballots, and of those that were set aside."""

    result: CastResult
    aside: Mapping[Path, ElectionError]


def read_ballots(
    paths: Sequence[Path],
) -> tuple[dict[int, dict[Path, bytes]], dict[Path, ElectionError]]:
    """Read ballots, by contest; a file that is none is set aside."""
    by_contest: dict[int, dict[Path, bytes]] = {}
    aside: dict[Path, ElectionError] = {}
    for path in paths:
        try:
            file = read_json(path, BallotFile)
        except ElectionError as error:
            aside[path] = error
        else:
            by_contest.setdefault(file.contest, {})[path] = file.record
    return by_contest, aside


def cast(opened: OpenElection, paths: Sequence[Path], *, relay: SigningKey) -> Casting:
    """Cast the ballots of files; what cannot be cast is set aside and stops no other.

    A contest's ballots are all verified before one of them is sent, and none is set
    aside for what comes afterwards. Raises the reason of the first if all are.
    """
    by_contest, aside = read_ballots(paths)
    result = CastResult()
    for contest, files in by_contest.items():
        try:
            done = _cast_contest(opened, contest, files, relay=relay)
        except (ConnectionFailedError, WrongChainError):
            raise
        except ElectionError as error:  # none of them was sent
            aside |= dict.fromkeys(files, _attribute(error))
        else:
            result += done.result
            aside |= done.aside
    if result == CastResult():
        for path in paths:
            raise aside[path]
    return Casting(result, {path: aside[path] for path in paths if path in aside})


def _cast_contest(
    opened: OpenElection,
    contest: int,
    files: Mapping[Path, bytes],
    *,
    relay: SigningKey,
) -> Casting:
    box, paths = read_box(opened, contest), list(files)
    found = sort_ballots([files[path] for path in paths], box.box)
    result = cast_accepted(box, found.accepted, key=relay)
    return Casting(result, {paths[at]: why for at, why in found.refused.items()})


def command(
    ballots: Annotated[list[Path], path_argument(help="From `veche ballot`.")],
    election: ElectionFile,
    key: KeyPath,
    password_file: PasswordFile = None,
    rpc_urls: AnyRpcUrl = None,
    as_json: AsJson = False,
) -> None:
    """Bring ballots into the box; cast again, they are simply there already.

    Every ballot is told by its tracking code, which its voter was shown. Of two ballots
    of one voter the one that was first in the box counts; the other is told as void,
    and the exit code is 0, since the relay did its part. A file that is no ballot of
    this election is set aside by its name, the others are cast, and the exit code is 3.
    A ballot that was sent and is not seen in the box is told as unknown, with what the
    node says of it, and the exit code is 5, before any other: the ballot may be in the
    box, so run it again to look.

    On a network the last line told is the command that then writes what proves that
    a ballot is in the box, to its voter or to anybody, without a node.

    Sent by a relay's account, in batches, in an order that tells nothing. A voter
    never sends from an account of his own.
    """
    opened = enter(election, rpc_urls)
    key_file = unlock(key, password_file, roles={Role.RELAY})
    with acting(key_file):
        done = cast(opened, ballots, relay=key_file.key)
    spelt = _spell(done)
    if not as_json:  # what more is known of each is told below, in lines of its own
        for name in ("void", "unknown"):
            spelt[name] = [each["tracking_code"] for each in spelt[name]]
    show(spelt, as_json=as_json)
    say(*_warn(done))
    if done.result.cast or done.result.already_there:
        url = opened.connection.url
        if is_network(opened.connection):
            say(*_tell_proof([each for each in ballots if each not in done.aside], url))
    if done.result.unknown:
        raise typer.Exit(EXIT_UNKNOWN)
    if done.aside or done.result.unseen:
        raise typer.Exit(EXIT_SET_ASIDE)


def _spell(done: Casting) -> dict[str, Any]:
    result = done.result
    return {
        "cast": [f"0x{each.hex()}" for each in result.cast],
        "already_there": [f"0x{each.hex()}" for each in result.already_there],
        "void": [_spell_void(each) for each in result.void],
        "unseen": [f"0x{each.hex()}" for each in result.unseen],
        "unknown": [
            {
                "tracking_code": f"0x{each.tracking_code.hex()}",
                "reason": None if each.why is None else str(_attribute(each.why)),
            }
            for each in result.unknown
        ],
        "set_aside": [
            {"file": str(path), "reason": str(error)}
            for path, error in done.aside.items()
        ],
    }


def _spell_void(void: Void) -> dict[str, str]:
    return {
        "credential": f"0x{void.credential.hex()}",
        "tracking_code": f"0x{void.tracking_code.hex()}",
        "counts": f"0x{void.counts.hex()}",
    }


def _tell_proof(inside: Sequence[Path], url: str) -> list[str]:
    """Say how to prove that a ballot is in its box."""
    path = shlex.quote(str(inside[0])) if len(inside) == 1 else "BALLOT"
    return [
        "signed by the network; this writes what proves it to anybody:",
        f"  veche proof --ballot {path} --terms terms.json \\",
        f"    --terms-hash HASH --rpc-url {show_url(url)} --out proof.json",
    ]


def _attribute(error: ElectionError) -> ElectionError:
    """Tell a node's words as the node's: whatever they say, nobody else said it."""
    if isinstance(error, NodeRefusedError | ContractRefusedError):
        told = ScriptError(_NODE_SAYS, str(error))
        told.add_note("nothing was sent: ask another node whether it says the same")
        return told
    return error


def _group(unknown: Sequence[Unknown]) -> list[tuple[ClientError | None, list[Hash]]]:
    """Put ballots together of which the same went wrong, which comes by the call."""
    return [
        (why, [each.tracking_code for each in some])
        for why, some in groupby(unknown, key=lambda each: each.why)
    ]


def _warn(done: Casting) -> list[str]:
    lines = []
    for void in done.result.void:
        lines.append("warning: a ballot does not count, since its voter has another:")
        lines.append(f"  void    0x{void.tracking_code.hex()}")
        lines.append(f"  counts  0x{void.counts.hex()}")
    for unseen in done.result.unseen:
        lines.append("warning: the node says that the voter of this ballot has cast,")
        lines.append("and shows none of that voter that verifies: ask another node")
        lines.append(f"  unseen  0x{unseen.hex()}")
    for why, codes in _group(done.result.unknown):
        lines.append("warning: sent; may be in the box: run it again to look")
        lines += [f"  unknown  0x{each.hex()}" for each in codes]
        if why is not None:
            lines.append(f"  {_attribute(why)}")
    return lines + [f"warning: {path} was set aside" for path in done.aside]
