from __future__ import annotations

from typing import Any

import pytest
from eth_abi.abi import encode

from election.client.revert import read_refusal


def reverted(reason: str) -> str:
    return "0x08c379a0" + encode(["string"], [reason]).hex()


@pytest.mark.parametrize(
    ("error", "subject", "fact"),
    [
        ({"code": 3, "data": reverted("tally: too soon")}, "tally", "too soon"),
        (
            {"code": -32000, "message": "reverted", "data": {"data": reverted("a: b")}},
            "a",
            "b",
        ),
        ({"code": 3, "data": reverted("alone")}, "contract", "alone"),
        ({"code": 3, "data": "0x"}, "contract", "reverted without a reason"),
        ({"code": 3}, "contract", "reverted without a reason"),
        ({"code": 3, "data": "0x08c379a0ff"}, "contract", "reverted without a reason"),
        ({"code": 3, "data": "nonsense"}, "contract", "reverted without a reason"),
        ({"code": 3, "data": 5}, "contract", "reverted without a reason"),
    ],
)
def test_reason_is_read_wherever_a_node_puts_it(
    error: dict[str, Any], subject: str, fact: str
) -> None:
    refusal = read_refusal(error)
    assert refusal is not None
    assert (refusal.subject, refusal.fact) == (subject, fact)


def test_other_errors_are_no_refusal_of_a_contract() -> None:
    assert read_refusal({"code": -32601, "message": "method not found"}) is None
