"""Cast the ballots of files, and say what became of each."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

from election.client.casting import (
    CastResult,
    Unknown,
    Void,
    cast_accepted,
    sort_ballots,
)
from election.client.contracts.ballot_box import LARGEST_BATCH
from election.client.errors import (
    ClientError,
    ConnectionFailedError,
    ContractRefusedError,
    NodeRefusedError,
    WrongChainError,
)
from election.client.open_election import OpenElection, read_box
from election.client.transport import show_url
from election.crypto.signature import SigningKey
from election.crypto.transcript import Hash
from election.errors import ElectionError
from scripts.shared.errors import ScriptError
from scripts.shared.files.ballot_files import BallotFile
from scripts.shared.files.json_file import read_json
from scripts.shared.progress import progress
from scripts.shared.sending import counting_mined

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
    with progress("verifying ballots", len(paths)) as done:
        found = sort_ballots([files[path] for path in paths], box.box, done)
    calls = -(-len(found.accepted) // LARGEST_BATCH)
    with counting_mined(opened.connection, "calls of the box", calls):
        result = cast_accepted(box, found.accepted, key=relay)
    return Casting(result, {paths[at]: why for at, why in found.refused.items()})


def spell_casting(done: Casting) -> dict[str, Any]:
    """Give what JSON holds of what became of ballots."""
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


def spell_way_to_proof(inside: Sequence[Path], url: str) -> list[str]:
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


def spell_warnings(done: Casting) -> list[str]:
    """Say of whose ballots more is to be known."""
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
