"""The cases that every verifier is given: this one agrees with what they say."""

from __future__ import annotations

import json

import pytest

from finality.errors import ProofRefusedError
from finality.proof_file import decode_proof
from finality.verify import verify_proof
from tests.finality.make_cases import PATH, Case, apply_patch, make

CASES: list[Case] = json.loads(PATH.read_text())


def test_the_cases_are_what_is_made() -> None:
    assert make() == CASES


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["comment"])
def test_a_case_is_judged_as_it_says(case: Case) -> None:
    proof = decode_proof(json.dumps(apply_patch(case)).encode())
    if case["refused"] is None:
        assert verify_proof(proof).genesis.chain_id == 7
        return
    with pytest.raises(ProofRefusedError) as refused:
        verify_proof(proof)
    assert str(refused.value) == case["refused"]
