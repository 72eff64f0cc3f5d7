"""JSON-RPC in front of an `EthereumTester`, as far as elections need it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import msgspec
from eth_abi.abi import encode
from eth_account import Account
from eth_tester import EthereumTester
from eth_tester.exceptions import (
    BlockNotFound,
    TransactionFailed,
    TransactionNotFound,
    ValidationError,
)
from eth_utils.address import to_canonical_address, to_checksum_address

from election.client.rpc import Connection
from rehearsal.chains import Chain
from rehearsal.tester_backend import VecheBackend

_CHAIN_ID: Final = 131_277_322_940_537  # of every chain of eth-tester
_PRICE: Final = 10**9  # wei for a unit of gas: above the base fee of any block here
_GIVEN: Final = 100 * 10**18  # wei
_REVERTED: Final = 3  # code of JSON-RPC, as execution-apis has it
_SERVER_ERROR: Final = -32_000
_NO_METHOD: Final = -32_601
_ERROR_STRING: Final = bytes.fromhex("08c379a0")

Json = dict[str, Any]


def on_eth_tester(tester: EthereumTester | None = None) -> Chain:
    """Hold a rehearsal where an `EthereumTester` looks on, or one of its own.

    tester: on any backend that executes; its own one on py-evm takes minutes for a
    ceremony. Gas costs ether there: whoever acts is given some by its first account.
    """
    rpc = TesterRpc(tester or EthereumTester(VecheBackend()))
    return Chain(Connection(rpc.handle, url="eth-tester", chain_id=_CHAIN_ID))


class TesterRpc:
    """Answer the requests of an election's client from an `EthereumTester`."""

    def __init__(self, tester: EthereumTester) -> None:
        self._tester = tester
        self._backend = tester.backend
        self._payer = tester.get_accounts()[0]
        self._rich: set[bytes] = {to_canonical_address(self._payer)}
        self._logs: dict[bytes, list[Json]] = {}  # by block
        self._methods: dict[str, Callable[..., Any]] = {
            "eth_chainId": lambda: _CHAIN_ID,
            "eth_gasPrice": lambda: _PRICE,
            "eth_getBlockByNumber": self._block,
            "eth_getTransactionCount": self._nonce,
            "eth_getCode": self._code,
            "eth_call": self._call,
            "eth_sendRawTransaction": self._send,
            "eth_getTransactionReceipt": self._receipt,
            "eth_getLogs": self._find_logs,
            "evm_mine": tester.mine_block,
            "evm_setNextBlockTimestamp": tester.time_travel,
            "evm_snapshot": tester.take_snapshot,
            "evm_revert": lambda number: tester.revert_to_snapshot(int(number, 16)),
        }

    def handle(self, raw: bytes) -> bytes:
        """Answer a request of JSON-RPC, or a batch of them."""
        asked = msgspec.json.decode(raw)
        if isinstance(asked, list):
            return msgspec.json.encode([self._answer(each) for each in asked])
        return msgspec.json.encode(self._answer(asked))

    def _answer(self, request: Json) -> Json:
        answer = {"jsonrpc": "2.0", "id": request["id"]}
        method = self._methods.get(request["method"])
        if method is None:
            return answer | {"error": {"code": _NO_METHOD, "message": "no such method"}}
        try:
            return answer | {"result": _spell(method(*request["params"]))}
        except TransactionFailed as error:
            return answer | {"error": _spell_revert(error)}
        except ValidationError as error:
            return answer | {"error": {"code": _SERVER_ERROR, "message": str(error)}}

    # Reading

    def _block(self, block: str, full: bool) -> Json | None:
        try:
            return dict(self._backend.get_block_by_number(_number(block), full))
        except BlockNotFound:
            return None

    def _nonce(self, account: str, block: str) -> int:
        return int(self._backend.get_nonce(_bytes(account), _number(block)))

    def _code(self, account: str, block: str) -> bytes:
        return bytes(self._backend.get_code(_bytes(account), _number(block)))

    def _call(self, call: Json, block: str) -> bytes:
        sender = _bytes(call["from"]) if "from" in call else None
        message: Json = {
            "from": sender or to_canonical_address(self._payer),
            "to": _bytes(call.get("to", "0x")),
            "data": _bytes(call.get("data", "0x")),
            "gas_price": _PRICE,
        }
        if "gas" in call:
            message["gas"] = int(call["gas"], 16)
        self._pay_gas(message["from"])
        return bytes(self._backend.call(message, _number(block)))

    def _receipt(self, transaction: str) -> Json | None:
        try:
            found = self._backend.get_transaction_receipt(_bytes(transaction))
        except TransactionNotFound:
            return None
        return dict(found) | {"to": found["to"] or None}

    def _find_logs(self, query: Json) -> list[Json]:
        addresses = {_bytes(each) for each in query["address"]}
        topics = query.get("topics", [])
        first, last = _number(query["fromBlock"]), _number(query["toBlock"])
        return [
            log
            for number in range(int(first), int(last) + 1)
            for log in self._list_logs(number)
            if log["address"] in addresses and _has_topics(log, topics)
        ]

    def _list_logs(self, number: int) -> list[Json]:
        block = self._backend.get_block_by_number(number, False)
        known = self._logs.get(block["hash"])
        if known is None:
            receipts = map(self._backend.get_transaction_receipt, block["transactions"])
            known = [dict(log) for each in receipts for log in each["logs"]]
            self._logs[block["hash"]] = known
        return known

    # Sending

    def _send(self, raw: str) -> str:
        self._pay_gas(to_canonical_address(Account.recover_transaction(raw)))
        return str(self._tester.send_raw_transaction(raw))

    def _pay_gas(self, account: bytes) -> None:
        """Give an account ether that acts for the first time."""
        if account in self._rich:
            return
        self._rich.add(account)
        self._tester.send_transaction(
            {
                "from": self._payer,
                "to": to_checksum_address(account),
                "value": _GIVEN,
                "gas": 21_000,
            }
        )


def _has_topics(log: Json, wanted: list[Any]) -> bool:
    """Tell whether a log has what is wanted in each place; null wants nothing."""
    if len(wanted) > len(log["topics"]):
        return False
    return all(
        want is None or topic in map(_bytes, _many(want))
        for want, topic in zip(wanted, log["topics"], strict=False)
    )


def _many(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value


def _spell_revert(error: TransactionFailed) -> Json:
    """Write a revert as nodes do, from the reason that eth-tester reads out of it."""
    reason = str(error.args[0])
    output = _ERROR_STRING + encode(["string"], [reason])
    message = f"execution reverted: {reason}"
    return {"code": _REVERTED, "message": message, "data": _hex(output)}


def _spell(value: Any) -> Any:
    """Write what eth-tester holds as JSON-RPC does: hex, and names in camel case."""
    if isinstance(value, bytes):
        return _hex(value)
    if isinstance(value, dict):
        return {_camel(key): _spell(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_spell(each) for each in value]
    return hex(value) if isinstance(value, int) else value


def _camel(key: str) -> str:
    first, *rest = key.split("_")
    return first + "".join(map(str.capitalize, rest))


def _number(block: str) -> str | int:
    return int(block, 16) if block.startswith("0x") else block


def _bytes(text: str) -> bytes:
    return bytes.fromhex(text.removeprefix("0x"))


def _hex(raw: bytes) -> str:
    return "0x" + raw.hex()
