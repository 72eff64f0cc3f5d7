"""The files that a booth serves: gathered from `booth/`, or read from a made folder."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from election.artifacts import ROOT
from election.crypto.transcript import Hash
from election.protocol.booth_list import (
    LARGEST_FILE,
    LARGEST_LIST,
    NAME,
    BoothList,
    decode_list,
    digest_list,
    encode_list,
    find_type,
    list_file,
    make_list,
)
from election.protocol.context import derive_election_id
from election.whole_file import write_whole
from scripts.shared.errors import InputError
from scripts.shared.files.booth_files import (
    ELECTION,
    LATER,
    SERVICES,
    SIGNATURES,
    TERMS,
    BoothElection,
    BoothServices,
    accept_services,
    parse_election,
    render_election,
)
from scripts.shared.files.failures import name_unreadable, name_unwritable
from scripts.shared.files.json_file import decode_text
from scripts.shared.files.terms_file import digest_terms, parse_terms

SOURCE: Final = ROOT / "booth"


@dataclass(frozen=True, slots=True)
class Booth:
    """Everything of a booth in memory: the list, and bytes by path, the list's too.

    services: what commission and observers signed, none before.
    """

    listed: BoothList
    election: BoothElection
    raw: Mapping[str, bytes]
    services: BoothServices | None = None

    @property
    def digest(self) -> Hash:
        """Give the hash that the election announces."""
        return digest_list(self.raw[NAME])


def gather_booth(election: BoothElection, source: Path = SOURCE) -> Booth:
    """Gather what a release serves for an election; the same from the same, always.

    Raises InputError, and EncodingError for a name that no booth has.
    """
    raw: dict[str, bytes] = {}
    for path in sorted(source.rglob("*")):
        name = path.relative_to(source).as_posix()
        if path.is_symlink():
            raise InputError(str(path), "is a link: a booth has files alone")
        if path.is_file() and not name.endswith(".json") and find_type(name):
            raw[name] = _read(path)
    if not any(name.endswith(".js") for name in raw):
        raise InputError(str(source), "has no booth in it")
    raw[ELECTION] = render_election(election)
    listed = make_list(list_file(name, each) for name, each in raw.items())
    return Booth(listed, election, raw | {NAME: encode_list(listed)})


def read_booth(folder: Path) -> Booth:
    """Read a folder that `veche booth list` made; all of it has to be as listed.

    Raises InputError for a file that differs, is missing or is not listed, and
    ElectionError for services that not enough have signed.
    """
    booth = read_listed(folder)
    later = [name for name in LATER if (folder / name).exists()]
    if not later:
        return booth
    if missing := sorted(set(LATER) - set(later)):
        raise InputError(str(folder / missing[0]), "is missing, the others are there")
    raw = dict(booth.raw) | {name: _read(folder / name) for name in LATER}
    return replace(booth, raw=raw, services=accept_later(booth.election, raw))


def read_listed(folder: Path) -> Booth:
    """Read what is listed of such a folder, and look at nothing that came later."""
    text = _read(folder / NAME, LARGEST_LIST)
    listed = decode_list(text)
    names = {each.path for each in listed.files}
    for path in sorted(folder.rglob("*")):
        if path.is_symlink():
            raise InputError(str(path), "is a link: a booth has files alone")
        name = path.relative_to(folder).as_posix()
        if not path.is_dir() and name not in names | {NAME, *LATER}:
            raise InputError(str(path), "is not on the list")
    raw = {NAME: text}
    for each in listed.files:
        raw[each.path] = _read(folder / each.path)
        if list_file(each.path, raw[each.path]) != each:
            raise InputError(str(folder / each.path), "is not as listed")
    if ELECTION not in names:
        raise InputError(str(folder / NAME), f"lists no {ELECTION}")
    election = parse_election(raw[ELECTION], name=str(folder / ELECTION))
    return Booth(listed, election, raw)


def write_booth(folder: Path, booth: Booth) -> None:
    """Make the folder of a booth, the list last; raises InputError if it is there."""
    if folder.exists() and any(folder.iterdir()):
        raise InputError(str(folder), "is not empty", hint="give another --out")
    for path, raw in sorted(booth.raw.items(), key=lambda each: each[0] == NAME):
        _write(folder / path, raw, replacing=False)


def write_later(folder: Path, later: Mapping[str, bytes]) -> None:
    """Put what came later beside the list, in place of what was there."""
    for name, raw in later.items():
        _write(folder / name, raw, replacing=True)


def accept_later(election: BoothElection, raw: Mapping[str, bytes]) -> BoothServices:
    """Accept services and terms by what is listed; raises ElectionError."""
    services = accept_services(election, raw[SERVICES], raw[SIGNATURES])
    accept_terms(election, services, raw[TERMS])
    return services


def accept_terms(election: BoothElection, services: BoothServices, raw: bytes) -> None:
    """Check that these are the terms that services name; raises InputError."""
    if digest_terms(raw) != services.terms_hash:
        raise InputError(TERMS, f"has not the hash that {SERVICES} names")
    terms = parse_terms(decode_text(raw, name=TERMS), name=TERMS)
    named = (services.election, services.chain_id)
    if (terms.election, terms.common.chain_id) != named:
        raise InputError(TERMS, f"is of another election or chain than {SERVICES}")
    if terms.common.election_id != derive_election_id(election.slug):
        raise InputError(TERMS, f"is of another election than {ELECTION}")


def _read(path: Path, largest: int = LARGEST_FILE) -> bytes:
    with name_unreadable(path), path.open("rb") as file:
        raw = file.read(largest + 1)
    if len(raw) > largest:
        raise InputError(str(path), f"has more than {largest} bytes")
    return raw


def _write(path: Path, raw: bytes, *, replacing: bool) -> None:
    with name_unwritable(path), write_whole(path, replacing=replacing) as file:
        file.write(raw)
