"""Honest twins: what must be accepted, so that refusing everything does not pass."""

from __future__ import annotations

from collections.abc import Iterator

from election.crypto.group import G2, G, encode_g1, encode_g2
from election.crypto.merkle import build_tree, derive_path
from election.crypto.scalar import ORDER
from election.crypto.signature import derive_address, sign_hash
from election.crypto.transcript import hash_bytes
from election.protocol.encoding import encode_totals
from tests import honest
from tests.vectors.make_negative.case import Case, Input, word
from tests.vectors.make_negative.encodings import DIGEST, KEY
from tests.vectors.make_negative.givens import tally
from tests.vectors.make_negative.records import sign_record, voted


def accept(comment: str, rule: str, kind: str, content: Input) -> Case:
    """Make a case that nobody refuses."""
    return Case(comment, rule, kind, content, ())


def make_accepted() -> Iterator[Case]:
    """List all twins."""
    yield from _encodings()
    yield from _ballots()
    yield from _paths()


def _encodings() -> Iterator[Case]:
    for group, raw in (("G1", encode_g1(G)), ("G2", encode_g2(G2))):
        for name, infinity, value in (
            ("the generator", "refused", raw),
            ("infinity where it is allowed", "allowed", bytes(len(raw))),
        ):
            point = {"group": group, "infinity": infinity, "bytes": value.hex()}
            yield accept(f"{group}: {name}", "§1: points", "point", point)
    for name, scalar in {"zero": 0, "q - 1": ORDER - 1}.items():
        fields = {"bytes": word(scalar)}
        yield accept(f"scalar: {name}", "§1: scalars < q", "scalar", fields)
    totals = {"slots": 3, "bytes": encode_totals(tally().totals).hex()}
    yield accept("sums of 3 slots", "§5: A_sum, B_sum_1..L", "totals", totals)
    signature = sign_hash(DIGEST, KEY)
    words = {name: word(getattr(signature, name)) for name in ("v", "r", "s")}
    signer = derive_address(KEY).hex()
    fields = {"hash": DIGEST.hex(), **words, "signer": signer}
    yield accept("signature", "§1: ECDSA", "signature", fields)
    for kind, size in (("address", 20), ("hash", 32)):
        fields = {"bytes": (b"\1" * size).hex()}
        yield accept(f"{kind} of {size} bytes", "§1: encodings", kind, fields)


def _ballots() -> Iterator[Case]:
    memo = sign_record({**voted(1), "memo": b"\7" * 32}, number=1)
    for title, raws in {
        "one ballot": (honest.ballot(2, 1),),
        "one ballot with a memo": (memo,),
        "three ballots": tuple(honest.ballot(2, number) for number in (1, 2, 3)),
    }.items():
        texts = [raw.hex() for raw in raws]
        content = {"box": "contest 1", "ballots": texts}
        yield accept(title, "§3: verify, batch", "ballots", content)


def _paths() -> Iterator[Case]:
    for size in (1, 2, 5, 8):
        leaves = [hash_bytes(b"leaf %d" % at) for at in range(size)]
        tree, index = build_tree(leaves), size - 1
        path = [each.hex() for each in derive_path(tree, index)]
        content = {
            "root": tree.root.hex(),
            "leaf": leaves[index].hex(),
            "index": index,
            "size": size,
            "path": path,
        }
        yield accept(f"last leaf of {size}", "§1: Merkle tree", "path", content)
