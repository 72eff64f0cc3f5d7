"""The terms of an election as a file, which a hash pins: `veche-terms/1`.

docs/protocol.md §6. The hash is SHA-256 of the file, as `sha256sum` prints it, so that
anybody compares it with what stands on paper.
"""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, with_config

from election.crypto.group import decode_g2, encode_g2
from election.crypto.transcript import Address, Hash
from election.errors import EncodingError
from election.protocol.context import ContestTerms, derive_ctx
from election.protocol.encoding import decode_g1_list, encode_points
from election.protocol.terms import ElectionTerms, PublishedContest
from scripts.shared.errors import InputError
from scripts.shared.files.json_file import (
    CLOSED,
    Hex,
    Hex20,
    Hex32,
    Word,
    decode_text,
    parse_json,
    read_raw,
    render_json,
)
from scripts.shared.slips import find_slip

_G2 = Annotated[Hex, Field(min_length=256, max_length=256)]


@with_config(CLOSED)
@dataclass(frozen=True, slots=True)
class _ContestTerms:
    """`ContestTerms`, points as their bytes."""

    chain_id: Word
    box: Hex20
    voter_list: Hex20
    trustees_ceremony: Hex20
    issuers_ceremony: Hex20
    election_id: Hex32
    contest: Word
    trustees: Word
    trustee_threshold: Word
    election_keys: Hex
    title: str
    candidates: Annotated[tuple[str, ...], Field(min_length=2, max_length=16)]
    particulars: Annotated[tuple[str, ...], Field(min_length=2, max_length=16)]
    issuers: Word
    issuer_threshold: Word
    credential_key: _G2
    opening: Word
    issue_closing: Word
    cast_closing: Word
    minimum_cast: Word


@with_config(CLOSED)
@dataclass(frozen=True, slots=True)
class _Contest:
    ctx: Hex32
    terms: _ContestTerms
    list_root: Hex32
    list_size: Annotated[int, Field(ge=0, le=2**24)]
    issuer_keys: Annotated[tuple[_G2, ...], Field(min_length=2, max_length=10)]


@with_config(CLOSED)
@dataclass(frozen=True, slots=True)
class _File:
    format: Literal["veche-terms/1"]
    election: Hex20
    title: str
    test: bool
    portal: Hex20
    sms_gateway: Hex20
    contests: Annotated[tuple[_Contest, ...], Field(min_length=1, max_length=64)]


def render_terms(terms: ElectionTerms) -> str:
    """Write terms as the one text of their file."""
    file = _File(
        "veche-terms/1",
        terms.election,
        terms.title,
        terms.test,
        terms.portal,
        terms.sms_gateway,
        tuple(map(_spell_contest, terms.contests.values())),
    )
    return render_json(file)


def digest_terms(raw: bytes) -> str:
    """Hash a file of terms: SHA-256, in hexadecimal."""
    return hashlib.sha256(raw).hexdigest()


def read_terms(path: Path, *, pinned: str) -> ElectionTerms:
    """Read terms whose hash is known, in hexadecimal; raises InputError."""
    raw, name = read_raw(path), str(path)
    found = digest_terms(raw)
    if found != pinned:
        slip = find_slip(pinned, found)
        why = f"differs from it in digit {slip}: mistyped?" if slip else "is another"
        raise InputError(name, f"has the hash {found}; what is pinned {why}")
    return parse_terms(decode_text(raw, name=name), name=name)


def parse_terms(text: str, *, name: str) -> ElectionTerms:
    """Parse the text of a file of terms; raises InputError, which names the file."""
    file = parse_json(text, _File, name=name)
    try:
        contests = {each.terms.contest: _parse_contest(each) for each in file.contests}
    except EncodingError as error:
        raise InputError(name, str(error)) from error
    if len(contests) != len(file.contests):
        raise InputError(name, "lists a contest twice")
    return ElectionTerms(
        Address(file.election),
        file.title,
        file.test,
        Address(file.portal),
        Address(file.sms_gateway),
        contests,
    )


def _spell_contest(contest: PublishedContest) -> _Contest:
    terms = contest.terms
    fields = {name: getattr(terms, name) for name in _ContestTerms.__annotations__}
    fields["election_keys"] = encode_points(terms.election_keys)
    fields["credential_key"] = encode_g2(terms.credential_key)
    return _Contest(
        contest.box.ctx,
        _ContestTerms(**fields),
        contest.root,
        contest.size,
        tuple(map(encode_g2, contest.issuer_keys)),
    )


def _parse_contest(contest: _Contest) -> PublishedContest:
    fields = asdict(contest.terms)
    fields["election_keys"] = decode_g1_list(contest.terms.election_keys)
    fields["credential_key"] = decode_g2(contest.terms.credential_key)
    terms = ContestTerms(**fields)
    if derive_ctx(terms) != contest.ctx:
        raise EncodingError(
            f"contest {terms.contest}", "has another ctx than its terms"
        )
    keys = tuple(map(decode_g2, contest.issuer_keys))
    return PublishedContest(terms, Hash(contest.list_root), contest.list_size, keys)
