"""Issuers' answers, credentials and ballots, on their way from one to the other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, with_config

from election.crypto.transcript import Hash
from scripts.errors import InputError
from scripts.files.json_file import CLOSED, Hex, Hex20, Hex32, Word, read_json

_Point = Annotated[Hex, Field(min_length=128, max_length=128)]


@with_config(CLOSED)
@dataclass(frozen=True, slots=True)
class AnswersFile:
    """One issuer's answers to the requests of a contest, by leaf; public."""

    format: Literal["veche-answers/1"]
    contest: Word
    issuer: Annotated[int, Field(ge=1, le=10)]
    answers: dict[str, _Point]


@with_config(CLOSED)
@dataclass(frozen=True, slots=True)
class CredentialFile:
    """The right to cast one ballot, of use only with the voter's key file.

    It links a leaf with a ballot, so it stays with the voter.
    """

    format: Literal["veche-credential/1"]
    contest: Word
    leaf: Hex32
    address: Hex20
    sigma: _Point


@with_config(CLOSED)
@dataclass(frozen=True, slots=True)
class BallotFile:
    """A ballot, ready to be cast; it tells nothing of its voter or choice."""

    format: Literal["veche-ballot/1"]
    contest: Word
    record: Hex


def read_answers(
    paths: Sequence[Path], contest: int, *, leaf: Hash
) -> tuple[tuple[int, bytes], ...]:
    """Read what issuers answered for a leaf, each with its index; raises InputError.

    A file without an answer for the leaf is passed over: others may be enough.
    """
    files = [read_json(path, AnswersFile) for path in paths]
    name = f"0x{leaf.hex()}"
    found = tuple(
        (file.issuer, file.answers[name])
        for file in files
        if file.contest == contest and name in file.answers
    )
    if not found:
        names = ", ".join(map(str, paths))
        raise InputError(names, "has no answer for this request")
    return found
