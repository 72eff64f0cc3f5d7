"""Which booth an election announced, and where the list with that hash is found."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from election.artifacts import read_artifact
from election.crypto.transcript import ZERO_HASH, Address, Hash
from election.errors import EncodingError
from election.protocol.abi import ContractName, decode_event
from election.protocol.booth_list import NAME, decode_list, digest_list
from election.protocol.events import ElectionDeployed, Rules
from election.protocol.origin import derive_election_address
from election.protocol.text import name_election
from scripts.booth.fetching import GUISES
from scripts.booth.folder import gather_booth
from scripts.booth.looking import Announced, Place, fetch_one
from scripts.shared.errors import InputError, UnverifiedError, UsageError
from scripts.shared.files.booth_files import (
    ELECTION,
    describe_election,
    parse_election,
    render_election,
)
from scripts.shared.files.bundle_file import read_bundle
from scripts.shared.session import enter
from scripts.shared.terminal import say


@dataclass(frozen=True, slots=True)
class Source:
    """What is announced. rules, address, chain_id: unknown where a hash is all."""

    digest: Hash
    rules: Rules | None = None
    address: Address | None = None
    chain_id: int | None = None


def read_source(
    election: Path | None,
    rpc_urls: Sequence[str] | None,
    bundle: Path | None,
    booth_hash: bytes | None,
) -> Source:
    """Read what is announced, from the one source that is named; raises InputError."""
    if sum(each is not None for each in (election, bundle, booth_hash)) != 1:
        fact = "give --election, --bundle or --hash: what is announced, and by whom"
        raise UsageError("verify-booth", fact)
    if booth_hash is not None:
        return Source(_require_booth(Hash(booth_hash)))
    if bundle is not None:
        return _read_bundle(bundle)
    opened = enter(election or Path(), rpc_urls)
    digest = _require_booth(opened.rules.booth)
    chain_id = opened.connection.chain_id
    return Source(digest, opened.rules, opened.address, chain_id)


def _read_bundle(path: Path) -> Source:
    """Read the rules on a record; the address says whether they are its election's."""
    board = read_bundle(path)
    build = read_artifact(ContractName.ELECTION.value).initcode
    for log in board.logs:
        if log.address != board.election:
            continue
        try:
            event = decode_event(log, ContractName.ELECTION)
        except EncodingError:
            continue
        if not isinstance(event, ElectionDeployed):
            continue
        if derive_election_address(event, build) != board.election:
            fact = "has other rules than the address of its election says"
            raise UnverifiedError(str(path), fact)
        rules = event.rules
        say(name_election(rules.title, is_test=rules.test))
        say(f"election 0x{board.election.hex()}, chain {board.chain_id}")
        digest = _require_booth(rules.booth)
        return Source(digest, rules, board.election, board.chain_id)
    raise InputError(str(path), "has no election on it")


def _require_booth(digest: Hash) -> Hash:
    if digest == ZERO_HASH:
        raise InputError("booth", "the election announces none")
    return digest


async def find_announced(
    source: Source, urls: Sequence[str]
) -> tuple[Announced | None, list[Place]]:
    """Find the list that is announced: this release's, or one that a place serves.

    If no place has it, or the election that it pins, nothing can be compared: the
    places, with what is wrong.
    """
    own: Mapping[str, bytes] = {}
    if source.rules is not None:
        own = gather_booth(describe_election(source.rules)).raw
        if digest_list(own[NAME]) == source.digest:
            say("the announced list is the one of this release and of these rules")
            election = parse_election(own[ELECTION])
            return Announced(decode_list(own[NAME]), own[NAME], election, own), []
        say("warning: the announced list is not this release's: is it another version?")
    fetched = await asyncio.gather(*(fetch_one(each, NAME) for each in urls))
    raw = next((each for each in fetched if each and _is(each, source.digest)), None)
    if raw is None:
        return None, [_judge_list(*each) for each in zip(urls, fetched, strict=True)]
    listed = decode_list(raw)
    pinned = {each.path: each.sha256 for each in listed.files}.get(ELECTION)
    if source.rules is not None:
        text = render_election(describe_election(source.rules))
        if hashlib.sha256(text).digest() != pinned:
            fact = f"lists another {ELECTION} than the rules of the election give"
            raise UnverifiedError(NAME, fact)
    else:
        bodies = await asyncio.gather(*(fetch_one(each, ELECTION) for each in urls))
        fits = (
            each for each in bodies if each and hashlib.sha256(each).digest() == pinned
        )
        found = next(fits, None)
        if found is None:
            judged = zip(urls, bodies, strict=True)
            return None, [_judge_election(*each) for each in judged]
        text = found
    return Announced(listed, raw, parse_election(text), own), []


def _judge_election(url: str, raw: bytes | None) -> Place:
    place = Place(url)
    if raw is None:
        place.unread[ELECTION] = "is not given"
    else:
        for guise in GUISES:
            place.note(ELECTION, "is not as it is listed", guise)
    return place


def _is(raw: bytes, digest: Hash) -> bool:
    return digest_list(raw) == digest


def _judge_list(url: str, raw: bytes | None) -> Place:
    place = Place(url)
    if raw is None:
        place.unread[NAME] = "is not given"
    else:
        fact = f"has another hash, 0x{digest_list(raw).hex()}, and no place has the one"
        for guise in GUISES:
            place.note(NAME, fact, guise)
    return place
