"""Organisations that change who takes part in a running network."""

from __future__ import annotations

from functools import partial

from node.engine.comet.proposals import read_number
from node.engine.comet.registry import ADDRESS
from tests.network.nodes import Node
from tests.node.engine.comet.members import Council
from tests.patience import wait_until

_REGISTRY = "0x" + ADDRESS.hex()


def decide(node: Node, council: Council, call: bytes, count: int) -> None:
    """Have a change proposed and approved by as many organisations as it takes."""

    def answer(question: bytes) -> bytes:
        data = {"to": _REGISTRY, "data": "0x" + question.hex()}
        return bytes.fromhex(node.ask("eth_call", data, "latest")[2:])

    proposal = read_number(answer, "proposals") + 1
    approvals = council.approve(proposal, *range(1, count))
    for raws in ([council.act(0, call)], approvals):  # of nothing, they would fail
        sent = [
            str(node.ask("eth_sendRawTransaction", "0x" + raw.hex())) for raw in raws
        ]
        wait_until(partial(node.has_all, sent))
        for digest in sent:
            assert node.ask("eth_getTransactionReceipt", digest)["status"] == "0x1"
