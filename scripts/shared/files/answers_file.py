"""One issuer's answers to the requests of a contest: public, and as many as voters.

A line says of what they are, and each line after it answers one leaf, so that neither
who writes nor who looks for one answer holds them all. Files that were written before
are one JSON object of all answers, and are read whole.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Annotated, BinaryIO, Final, Literal, TypeVar

from pydantic import Field, TypeAdapter, ValidationError, with_config

from election.crypto.transcript import Hash
from scripts.shared.errors import InputError
from scripts.shared.files.failures import name_unreadable
from scripts.shared.files.json_file import (
    CLOSED,
    Hex32,
    Point,
    Word,
    read_json,
    replace_lines,
)

_LONGEST: Final = 1_024  # bytes of a line; one answer takes 350
_BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"  # which some programs write first

_Issuer = Annotated[int, Field(ge=1, le=10)]
Kind = TypeVar("Kind")


@with_config(CLOSED)
@dataclass(frozen=True, slots=True)
class _Title:
    """The first line."""

    format: Literal["veche-answers/1"]
    contest: Word
    issuer: _Issuer


@with_config(CLOSED)
@dataclass(frozen=True, slots=True)
class _Answer:
    """Every other line."""

    leaf: Hex32
    answer: Point


_LINE: Final[TypeAdapter[_Title | _Answer]] = TypeAdapter(_Title | _Answer)


@with_config(CLOSED)
@dataclass(frozen=True, slots=True)
class AnswersFile:
    """All answers in one object, as they were written before."""

    format: Literal["veche-answers/1"]
    contest: Word
    issuer: _Issuer
    answers: dict[str, Point]


def write_answers(
    path: Path, contest: int, issuer: int, answers: Iterable[tuple[Hash, bytes]]
) -> int:
    """Write what an issuer answers, as it comes, over its earlier answers.

    answers: leaf and answer of each request. Returns how many there were. Raises
    FileError, and InputError for what `require_answers` keeps.
    """
    require_answers(path, contest, issuer=issuer)
    title = _Title("veche-answers/1", contest, issuer)
    number = 0

    def render() -> Iterator[bytes]:
        nonlocal number
        for number, (leaf, answer) in enumerate(answers, 1):  # noqa: B007
            yield _render(_Answer(leaf, answer))

    replace_lines(path, chain((_render(title),), render()))
    return number


def require_answers(path: Path, contest: int, *, issuer: int | None = None) -> None:
    """Raise InputError if something else is there than answers that may be replaced.

    A key file, say, or the answers of another contest or, if given, of another issuer.
    """
    if not path.exists():
        return
    try:
        found = _read_title(path)
    except InputError:
        fact = "holds something else than answers: it is not overwritten"
        raise InputError(str(path), fact) from None
    if found.contest != contest or issuer not in (None, found.issuer):
        fact = (
            f"holds the answers of issuer {found.issuer} in contest {found.contest}: "
            "it is not overwritten; give another name"
        )
        raise InputError(str(path), fact)


def _read_title(path: Path) -> _Title | AnswersFile:
    with name_unreadable(path), path.open("rb") as file:
        title = _parse(_Title, file.readline(_LONGEST + 1))
    return title or read_json(path, AnswersFile)


def read_answers(
    paths: Sequence[Path],
    contest: int,
    *,
    leaf: Hash,
    warn: Callable[[str], None],
) -> tuple[tuple[int, bytes], ...]:
    """Read what issuers answered for a leaf, each with its index.

    A file without an answer for the leaf is passed over, and one that is spoiled is
    told to `warn`: others may be enough. Raises InputError if no file has one.
    """
    found: list[tuple[int, bytes]] = []
    faults: list[InputError] = []
    for path in paths:
        try:
            # what stands before a fault counts: the voter judges each answer
            found.extend(_find(path, contest, leaf=leaf))
        except InputError as error:
            faults.append(error)
    if not found and faults:
        raise faults[0]
    for fault in faults:
        warn(f"warning: passed over: {fault}")
    if not found:
        names = ", ".join(map(str, paths))
        raise InputError(names, "has no answer for this request")
    return tuple(found)


def _find(path: Path, contest: int, *, leaf: Hash) -> Iterator[tuple[int, bytes]]:
    with name_unreadable(path), path.open("rb") as file:
        title = _parse(_Title, file.readline(_LONGEST + 1))
        if title is not None:
            if title.contest == contest:
                yield from _search(path, file, title.issuer, leaf=leaf)
            return
    whole = read_json(path, AnswersFile)
    if whole.contest == contest:
        name = f"0x{leaf.hex()}"
        for each, answer in whole.answers.items():
            if each.lower() == name:
                yield whole.issuer, answer


def _search(
    path: Path, file: BinaryIO, issuer: int, *, leaf: Hash
) -> Iterator[tuple[int, bytes]]:
    """Look through all lines for those of a leaf; what others say is not judged."""
    name = leaf.hex().encode()
    lines = iter(lambda: file.readline(_LONGEST + 1), b"")
    for number, line in enumerate(lines, 2):
        if len(line) > _LONGEST:
            raise InputError(f"{path} line {number}", "is longer than any answer")
        if name not in line.lower():
            continue
        found = _parse(_Answer, line)
        if found is None:
            raise InputError(
                f"{path} line {number}", "is no answer: fetch it once more"
            )
        if found.leaf == leaf:
            yield issuer, found.answer


def _parse(into: type[Kind], line: bytes) -> Kind | None:
    try:
        found = _LINE.validate_json(line.removeprefix(_BYTE_ORDER_MARK))
    except ValidationError:
        return None
    return found if isinstance(found, into) else None


def _render(line: _Title | _Answer) -> bytes:
    return _LINE.dump_json(line) + b"\n"
