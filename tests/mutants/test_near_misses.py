from __future__ import annotations

import ast
from collections.abc import Iterator

from tests.mutants.contracts.near_misses import miss_edges
from tests.mutants.python.edit import replace_in
from tests.mutants.python.near_misses import find_near_misses, find_short_hashes

SOURCE = """\
def judge(a, b):
    for each in a:
        if each < 0 <= b:
            return [*a, b]
    found = chain(a, b)
    return hash_fields(Tag.BATCH_WEIGHT, a, b), hash_fields(Tag.BATCH_E, a)
"""
NEAR = {
    "for each in (list(a)[:-1]):",
    "if (each <= 0 <= b):",
    "if (each < 0 < b):",
    "return list((b,))",
    "found = chain(a)",
    "found = chain(b)",
}
SHORT = {
    "return hash_fields(Tag.BATCH_WEIGHT, a), hash_fields(Tag.BATCH_E, a)",
    "return hash_fields(Tag.BATCH_WEIGHT, b), hash_fields(Tag.BATCH_E, a)",
}


def changed() -> Iterator[str]:
    (function,) = ast.parse(SOURCE).body
    assert isinstance(function, ast.FunctionDef)
    for find in (find_near_misses, find_short_hashes):
        for edit in find(function, SOURCE):
            lines = replace_in(SOURCE, edit).splitlines()
            (line,) = set(lines) - set(SOURCE.splitlines())
            yield line.strip()


def test_every_edge_of_a_function_is_missed_once() -> None:
    found = list(changed())
    assert len(found) == len(set(found))
    assert set(found) == NEAR | SHORT


def test_edges_that_stood_weakened_are_missed_in_the_contracts() -> None:
    names = [mutant.name for mutant in miss_edges()]
    assert len(names) == len(set(names))
    for name in (
        "contracts/CeremonyProofs.vy: >= -> > in if share >= curve.Q:",
        (
            "contracts/Tally.vy: "
            "abi_encode(transcript.DEC_DELTA, hashed, t1, t2, s) -> "
            "abi_encode(transcript.DEC_DELTA, hashed, t1, t2) in "
            "keccak256(abi_encode(transcript.DEC_DELTA, hashed, t1, t2, s))"
        ),
        (
            "contracts/Tally.vy: len(counts), bound=_MAX_SLOTS -> "
            "len(counts) - 1, bound=_MAX_SLOTS in "
            "for slot: uint256 in range(len(counts), bound=_MAX_SLOTS):"
        ),
    ):
        assert name in names
