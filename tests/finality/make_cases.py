"""Write vectors/cases.json: proofs that hold and that do not, for every verifier.

    python -m tests.finality.make_cases

A case is a whole proof, or one of vectors/ with one place changed; `refused` is what
a verifier says of it, null if it holds.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Final

from finality import rlp
from finality.headers import EngineHeader, Time
from finality.network import SignedHeader
from finality.trie import keccak
from tests.finality.conftest import VECTORS, Member, header_of, sign
from tests.finality.spelling import spell_proof, spell_set, spell_signed

PATH: Final = VECTORS / "cases.json"
FIVE: Final = [Member(seed) for seed in range(1, 6)]
NEXT: Final = [Member(seed) for seed in range(4, 9)]
_ORDER: Final = 2**252 + 27742317777372353535851937790883648493  # of ed25519's group
_FIELDS: Final[list[rlp.Item]] = [*[b""] * 8, b"\x07", *[b""] * 12]
_BLOCK: Final = rlp.encode(_FIELDS)
_TWO_THIRDS: Final = "by more than two thirds"

Case = dict[str, Any]


def make() -> list[Case]:
    """Make every case."""
    return [*_quorums(), *_votes(), *_changes(), *_patches()]


def apply_patch(case: Case) -> Any:
    """Give the document of a case."""
    if "proof" in case:
        return case["proof"]
    inner = document = _read(case["base"])
    *path, last = case["path"]
    for key in path:
        inner = inner[key]
    inner[last] = case["value"]
    return document


def _quorums() -> Iterator[Case]:
    header = _header(9, FIVE)
    for signers in (FIVE, FIVE[1:], FIVE[:4]):
        count = len(signers)
        yield _case(f"{count} of five sign", FIVE, sign(header, signers))
    for count in range(4):
        fact = f"engine block 9: is signed by {10 * count} of 50, not {_TWO_THIRDS}"
        signed = sign(header, FIVE[:count])
        yield _case(f"{count} of five sign", FIVE, signed, refused=fact)
    three = FIVE[:3]
    fact = f"engine block 9: is signed by 20 of 30, not {_TWO_THIRDS}"
    signed = sign(_header(9, three), three[:2])
    yield _case("two thirds exactly are not more", three, signed, refused=fact)
    uneven = [Member(1, 70), Member(2), Member(3), Member(4)]
    signed = sign(_header(9, uneven), uneven[:1])
    yield _case("power counts and not heads", uneven, signed)


def _votes() -> Iterator[Case]:
    header = _header(9, FIVE)
    said = "engine block 9: "
    stranger = f"{said}a vote is of no validator, or twice"
    forged = f"{said}a signature does not hold"
    twice = sign(header, [*FIVE[:2], *FIVE[:2]])
    yield _case("nobody counts twice", FIVE, twice, refused=stranger)
    friends = sign(header, [*FIVE[:2], *NEXT[2:]])
    yield _case("friends do not count", FIVE, friends, refused=stranger)
    fact = f"{said}names other validators than are trusted"
    others = sign(_header(9, NEXT), NEXT)
    yield _case("a set of friends is not trusted", FIVE, others, refused=fact)
    signed = sign(header, FIVE)
    other = replace(signed, header=_header(10, FIVE))
    fact = "engine block 10: is not what was signed"
    yield _case("votes for another header", FIVE, other, refused=fact)
    other = replace(signed, commit=replace(signed.commit, round=1))
    yield _case("votes of another round", FIVE, other, refused=forged)
    other = sign(replace(header, chain="veche-8"), FIVE)
    fact = f"{said}is of another network"
    yield _case("a header of another network", FIVE, other, refused=fact)
    first, *rest = signed.commit.votes
    scalar = int.from_bytes(first.signature[32:], "little") + _ORDER
    twin = replace(
        first, signature=first.signature[:32] + scalar.to_bytes(32, "little")
    )
    other = replace(signed, commit=replace(signed.commit, votes=(twin, *rest)))
    yield _case("a signature in its second writing", FIVE, other, refused=forged)
    late = replace(first, time=Time(first.time.seconds, first.time.nanos + 1))
    other = replace(signed, commit=replace(signed.commit, votes=(late, *rest)))
    yield _case("a vote at another time than signed", FIVE, other, refused=forged)


def _changes() -> Iterator[Case]:
    change = _change(5, after=NEXT)
    follows = sign(_header(6, NEXT), NEXT[:4])
    yield _case("a set that two thirds named", FIVE, follows, changes=[change])
    fact = "engine block 6: names other validators than are trusted"
    returned = sign(_header(6, FIVE), FIVE)
    yield _case(
        "a set that was replaced", FIVE, returned, changes=[change], refused=fact
    )
    fact = "engine block 5: does not name the validators that are said to follow"
    other = {**change, "validators": spell_set(FIVE)}
    yield _case("another set follows", FIVE, returned, changes=[other], refused=fact)
    fact = f"engine block 5: is signed by 20 of 50, not {_TWO_THIRDS}"
    forged = _change(5, after=NEXT, signers=2)
    yield _case("two name a set", FIVE, follows, changes=[forged], refused=fact)
    for height in (4, 5):
        fact = f"engine block {height}: does not come after the one before it"
        signed = sign(_header(height, NEXT), NEXT)
        yield _case("heights grow", FIVE, signed, changes=[change], refused=fact)


def _patches() -> Iterator[Case]:
    """Change places of what a network proved."""
    base = _read("transaction")
    receipt, storage = base["receipt"], _read("storage")["storage"]
    another = "is not in the block"
    unnamed = "trie: a node is not the one that is named"
    lies: list[tuple[str, list[str], Any, str]] = [
        ("no way", ["receipt", "receipt_proof"], [], unnamed),
        ("no receipt", ["receipt", "receipt"], "0x", f"receipt: {another}"),
        (
            *("another receipt", ["receipt", "receipt"]),
            *(receipt["receipt"].replace("f9", "f8", 1), f"receipt: {another}"),
        ),
        (
            *("the receipt as transaction", ["receipt", "transaction"]),
            *(receipt["receipt"], f"transaction: {another}"),
        ),
        (
            *("another block", ["block"], _read("changes")["block"]),
            "block: is not the one that was signed",
        ),
        (
            *("something behind the block", ["block"], base["block"] + "00"),
            "rlp: something stands behind an item",
        ),
    ]
    for comment, path, value, refused in lies:
        yield _patch(comment, "transaction", path, value, refused=refused)
    ways = storage["storage_proof"]
    path = ["storage", "account_proof"]
    yield _patch("another contract", "storage", path, ways, refused=unnamed)
    path = ["storage", "storage_proof"]
    yield _patch("half a way", "storage", path, ways[:-1], refused=unnamed)


def _read(name: str) -> Any:
    return json.loads((VECTORS / f"{name}.json").read_text())


def _header(height: int, members: list[Member]) -> EngineHeader:
    return replace(header_of(height, members), app_hash=keccak(_BLOCK))


def _change(height: int, *, after: list[Member], signers: int = 4) -> dict[str, Any]:
    signed = sign(header_of(height, FIVE, after), FIVE[:signers])
    return {"signed": spell_signed(signed), "validators": spell_set(after)}


def _case(
    comment: str,
    members: list[Member],
    signed: SignedHeader,
    *,
    changes: list[dict[str, Any]] | None = None,
    refused: str | None = None,
) -> Case:
    proof = spell_proof(members, signed, block=_BLOCK, changes=changes)
    return {"comment": comment, "refused": refused, "proof": proof}


def _patch(
    comment: str, base: str, path: list[str], value: Any, *, refused: str
) -> Case:
    patch = {"base": base, "path": path, "value": value}
    return {"comment": comment, "refused": refused, **patch}


if __name__ == "__main__":
    lines = ",\n".join(json.dumps(case, separators=(",", ":")) for case in make())
    PATH.write_text(f"[\n{lines}\n]\n")
