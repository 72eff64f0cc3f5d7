"""Credentials and ballots, on their way from a voter to a box."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from pydantic import with_config

from scripts.shared.files.json_file import CLOSED, Hex, Hex20, Hex32, Point, Word


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
    sigma: Point


@with_config(CLOSED)
@dataclass(frozen=True, slots=True)
class BallotFile:
    """A ballot, ready to be cast; it tells nothing of its voter or choice."""

    format: Literal["veche-ballot/1"]
    contest: Word
    record: Hex
