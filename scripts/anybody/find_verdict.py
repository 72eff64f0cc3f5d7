"""Put together what nodes say of a ballot: where they agree, and who says what not.

Nobody is accused where nothing shows it: a node may be blocks behind, and of two
histories nobody sees which one is the chain's, unless a network signed one of them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from election.errors import ElectionError
from scripts.anybody.find import Absent, Shown
from scripts.shared.errors import NotYetError
from scripts.shared.exit_codes import ExitCode, code_of

Word = Shown | Absent | ElectionError
"""What a node says, by its URL; an error where it does not answer or contradicts
itself."""

_HONEST: Final = (ExitCode.UNREACHABLE, ExitCode.REFUSED, ExitCode.NOT_YET)
"""How an act ends by an error that says nothing against a node."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What follows from the words of all nodes.

    shown: the ballot, as most show it, or as a network signed it. nodes: what is said
    of each. agreed: those that show the same. differing: those that say what cannot be,
    or what others do not.
    """

    shown: Shown | None
    nodes: Mapping[str, str]
    agreed: tuple[str, ...]
    differing: tuple[str, ...]


def common_height(words: Mapping[str, Word]) -> int | None:
    """Find the block by which nodes are compared: the ballot's, or one that all have.

    None where there is none.
    """
    shown = _choose(words)
    if shown is not None:
        return shown.block.number
    heads = [each.block.number for each in words.values() if isinstance(each, Absent)]
    return min(heads, default=None)


def judge(words: Mapping[str, Word], hashes: Mapping[str, bytes]) -> Verdict:
    """Judge what nodes say.

    hashes: of the block at the common height, of nodes that have it and not the ballot.
    """
    shown = _choose(words)
    first = None if shown is None else _identify(shown)
    usual = None if shown is not None else _first_of(hashes)
    told: dict[str, str] = {}
    agreed, differing = [], []
    for url, word in words.items():
        if isinstance(word, Shown):
            is_same = _identify(word) == first
            told[url] = _tell_shown(word, is_same=is_same)
        elif isinstance(word, Absent):
            wanted = usual if shown is None else shown.block.hash
            is_same = _is_consistent(word, shown, hashes.get(url), wanted)
            told[url] = _tell_absent(word, shown, hashes.get(url), is_same=is_same)
        else:
            is_same = code_of(word) in _HONEST
            told[url] = spell_error(word, url)
        if not is_same:
            differing.append(url)
        elif isinstance(word, Shown):
            agreed.append(url)
    return Verdict(shown, told, tuple(agreed), tuple(differing))


def _identify(shown: Shown) -> tuple[object, ...]:
    """Give what is one and the same at nodes that agree."""
    log = shown.stored.log
    return shown.block.hash, log.index, log.transaction, shown.stored.event


def _choose(words: Mapping[str, Word]) -> Shown | None:
    """Choose what is signed, else what most show; the first where none are more."""
    every = [each for each in words.values() if isinstance(each, Shown)]
    signed = [each for each in every if each.signing is not None]
    some = signed or every
    if not some:
        return None
    ((most, _),) = Counter(map(_identify, some)).most_common(1)
    return next(each for each in some if _identify(each) == most)


def _first_of(hashes: Mapping[str, bytes]) -> bytes | None:
    return next(iter(hashes.values()), None)


def _is_behind(word: Absent, shown: Shown) -> bool:
    return word.block.number < shown.block.number


def _is_consistent(
    word: Absent, shown: Shown | None, digest: bytes | None, wanted: bytes | None
) -> bool:
    if shown is not None:
        return _is_behind(word, shown)
    return digest is None or digest == wanted


def _tell_shown(word: Shown, *, is_same: bool) -> str:
    number = word.block.number
    if is_same:
        return f"shows it in block {number}, and proves that it is counted"
    return f"shows it in another block {number} (0x{word.block.hash.hex()})"


def _tell_absent(
    word: Absent, shown: Shown | None, digest: bytes | None, *, is_same: bool
) -> str:
    last = word.block.number
    if shown is None:
        if is_same:
            return f"does not have it up to block {last}, and proves that"
        return f"does not have it up to block {last}, which is of another history"
    number = shown.block.number
    if is_same:
        return f"is at block {last}, before block {number}: ask it again later"
    if digest == shown.block.hash:
        return f"has the same block {number}, and leaves out the ballot that is in it"
    return f"has another block {number}, and not the ballot"


def spell_error(error: ElectionError, url: str) -> str:
    """Spell an error without the node, which is named before it."""
    if isinstance(error, NotYetError) or error.subject == url:
        return error.fact
    return str(error)
