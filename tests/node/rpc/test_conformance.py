"""Answers have the shapes, and errors the codes, of execution-apis' own examples."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from eth_typing import Address

from tests.node.wallet import Client, RpcFailureError, Wallet

_EXAMPLES = Path(__file__).parents[1] / "vectors" / "execution-apis"
# What an example has that only its own kind of transaction or chain can have.
_SET_CODE_ONLY = {"authorizationList"}


def _example(name: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return request and response of a recorded exchange."""
    lines = (_EXAMPLES / f"{name}.io").read_text().splitlines()
    sent = next(line for line in lines if line.startswith(">> "))
    received = next(line for line in lines if line.startswith("<< "))
    return json.loads(sent[3:]), json.loads(received[3:])


def _shape(value: Any) -> Any:
    """Reduce a value to what kind it is."""
    match value:
        case str() if re.fullmatch(r"0x(0|[1-9a-f][0-9a-f]{0,15})", value):
            return "quantity"
        case str() if re.fullmatch(r"0x([0-9a-f]{2})*", value):
            return "bytes" if len(value) not in (42, 66, 514) else len(value)
        case bool() | None:
            return value
    return type(value).__name__


def _differences(ours: dict[str, Any], theirs: dict[str, Any]) -> dict[str, Any]:
    loose = {"bytes", "quantity", 66}  # 0x10 may be either; r and s are quantities
    found = {}
    for key in ours.keys() | theirs.keys():
        shapes = {_shape(ours.get(key, ...)), _shape(theirs.get(key, ...))}
        if len(shapes) > 1 and not shapes <= loose:
            found[key] = shapes
    return found


@pytest.fixture
def mined(client: Client, wallet: Wallet, counter: Address) -> dict[str, Any]:
    """Mine one transaction of each kind and return the receipt of the EIP-2930 one."""
    client.send(wallet.sign(b"\x22" * 20, kind="legacy"))
    client.send(wallet.sign(counter, kind="dynamic_fee"))
    return client.send(wallet.sign(counter, kind="access_list"))


def test_a_receipt_conforms(mined: dict[str, Any]) -> None:
    _, response = _example("eth_getTransactionReceipt/get-access-list")
    assert _differences(mined, response["result"]) == {}


@pytest.mark.usefixtures("mined")
def test_a_block_conforms(client: Client) -> None:
    _, response = _example("eth_getBlockByNumber/get-block-prague-fork")
    ours = client.ask("eth_getBlockByNumber", "latest", False)
    assert _differences(ours, response["result"]) == {}


@pytest.mark.usefixtures("mined")
def test_a_log_conforms(client: Client) -> None:
    _, response = _example("eth_getLogs/topic-exact-match")
    ours = client.ask("eth_getLogs", {})[0]
    assert _differences(ours, response["result"][0]) == {}


@pytest.mark.usefixtures("mined")
def test_a_legacy_transaction_conforms(client: Client) -> None:
    _, response = _example("eth_getTransactionByHash/get-legacy-tx")
    ours = client.ask("eth_getTransactionByBlockNumberAndIndex", "0x2", "0x0")
    assert ours.pop("chainId") == hex(1447379784)  # the example's is unprotected
    assert _differences(ours, response["result"]) == {}


@pytest.mark.usefixtures("mined")
def test_a_dynamic_fee_transaction_conforms(client: Client) -> None:
    _, response = _example("eth_getTransactionByHash/get-setcode-tx")
    theirs = {k: v for k, v in response["result"].items() if k not in _SET_CODE_ONLY}
    ours = client.ask("eth_getTransactionByBlockNumberAndIndex", "0x3", "0x0")
    assert _differences(ours, theirs) == {}


def test_a_proof_conforms(client: Client, counter: Address) -> None:
    _, response = _example("eth_getProof/get-account-proof-latest")
    ours = client.ask("eth_getProof", "0x" + counter.hex(), [], "latest")
    assert _differences(ours, response["result"]) == {}


@pytest.mark.parametrize(
    "name",
    [
        "filter-error-future-block-range",
        "filter-error-invalid-blockHash-and-range",
        "filter-error-reversed-block-range",
    ],
)
def test_an_error_conforms(client: Client, name: str) -> None:
    request, response = _example(f"eth_getLogs/{name}")
    with pytest.raises(RpcFailureError) as failure:
        client.ask(request["method"], *request["params"])
    assert failure.value.code == response["error"]["code"]
