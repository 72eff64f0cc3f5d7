"""The only socket of the library: one JSON-RPC connection to one chain."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from eth_account import Account
from requests import RequestException
from web3 import HTTPProvider
from web3.exceptions import Web3Exception
from web3.types import RPCEndpoint, RPCResponse

from election.client.errors import (
    ConnectionFailedError,
    NodeRefusedError,
    TransactionLostError,
    WrongChainError,
)
from election.client.revert import read_refusal
from election.crypto.signature import SigningKey, derive_address
from election.crypto.transcript import Address, Hash
from election.protocol.board import Call, Head, Log

Request = tuple[str, tuple[Any, ...]]
"""A method of JSON-RPC and its parameters."""

FINAL: Final = "finalized"
_CLOCK: Final = bytes.fromhex("425f5260205ff3")  # return the word TIMESTAMP
_TIMEOUT: Final = 120  # seconds for one answer; a node may run every call of a batch
_BATCH: Final = 100  # requests in one body
_BATCH_BYTES: Final = 1_000_000  # of hex in one body
_BLOCKS: Final = 10_000  # searched for logs at once
_MINED_WITHIN: Final = 120  # seconds
_FIRST_PAUSE, _LONGEST_PAUSE = 0.01, 1.0  # seconds between looks for a receipt


@dataclass(frozen=True, slots=True)
class Act:
    """What an account may ask of a contract. to: none to create one.

    gas: the most that it may use.
    """

    to: Address | None
    payload: bytes
    gas: int


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of a transaction that succeeded; created: the new contract."""

    transaction: Hash
    block_number: int
    gas_used: int
    created: Address | None
    logs: tuple[Log, ...]


class Connection:
    """A node and the chain it serves; `connect` makes one."""

    def __init__(self, provider: HTTPProvider, *, url: str, chain_id: int) -> None:
        self._provider = provider
        self.url = url
        self.chain_id = chain_id

    # Requests

    def request(self, method: str, *params: Any) -> Any:
        """Ask one thing.

        Raises NodeRefusedError, ContractRefusedError, ConnectionFailedError.
        """
        return self.request_all([(method, params)])[0]

    def request_all(self, requests: Sequence[Request]) -> list[Any]:
        """Ask many things, a bounded number at a time; raises as `request` does."""
        answers: list[Any] = []
        for batch in _batches(requests):
            for (method, _), answer in zip(batch, self._post(batch), strict=True):
                answers.append(_result(method, answer))
        return answers

    def _post(self, requests: list[Request]) -> list[RPCResponse]:
        calls = [(RPCEndpoint(method), list(params)) for method, params in requests]
        try:
            if len(calls) == 1:
                answers: Any = [self._provider.make_request(*calls[0])]
            else:
                answers = self._provider.make_batch_request(calls)
        except (RequestException, Web3Exception, ValueError) as error:
            raise ConnectionFailedError(self.url, _cause(error)) from error
        if not isinstance(answers, list) or len(answers) != len(calls):
            raise ConnectionFailedError(self.url, "does not answer in json-rpc")
        if not all(isinstance(answer, dict) for answer in answers):
            raise ConnectionFailedError(self.url, "does not answer in json-rpc")
        return answers

    # Reading

    def read_head(self, block: str = "latest") -> Head:
        """Read number and time of the latest block, or of the last final one."""
        header = self.request("eth_getBlockByNumber", block, False)
        return Head(int(header["number"], 16), int(header["timestamp"], 16))

    def read_clock(self) -> int:
        """Read the time that a transaction sent now would meet, Unix seconds.

        Nodes describe their pending block each in its own way; all of them run code.
        """
        return int(self.request("eth_call", {"data": _hex(_CLOCK)}, "pending"), 16)

    def read_code(self, addresses: Sequence[Address], *, block: int) -> list[bytes]:
        """Read the runtime code at each address, empty where there is none."""
        codes = self.request_all(
            [("eth_getCode", (_hex(each), hex(block))) for each in addresses]
        )
        return [_bytes(code) for code in codes]

    def call_all(self, calls: Sequence[Call], *, block: str = "latest") -> list[bytes]:
        """Ask contracts; raises ContractRefusedError for the first refused question."""
        questions = [
            {"to": _hex(call.address), "data": _hex(call.calldata)} for call in calls
        ]
        answers = self.request_all([("eth_call", (each, block)) for each in questions])
        return [_bytes(answer) for answer in answers]

    def read_logs(
        self,
        addresses: Sequence[Address],
        *,
        first: int,
        last: int,
        topics: Sequence[Hash | None] = (),
    ) -> tuple[Log, ...]:
        """Read the logs of some contracts in a range of blocks, in chain order."""
        criteria = {
            "address": [_hex(address) for address in addresses],
            "topics": [None if topic is None else _hex(topic) for topic in topics],
        }
        ranges = [
            {
                "fromBlock": hex(start),
                "toBlock": hex(min(start + _BLOCKS - 1, last)),
            }
            for start in range(first, last + 1, _BLOCKS)
        ]
        answers = self.request_all(
            [("eth_getLogs", (criteria | each,)) for each in ranges]
        )
        return self._place([raw for answer in answers for raw in answer])

    def _place(self, raws: Sequence[dict[str, Any]]) -> tuple[Log, ...]:
        missing = {raw["blockNumber"] for raw in raws if not raw.get("blockTimestamp")}
        blocks = self.request_all(
            [("eth_getBlockByNumber", (number, False)) for number in sorted(missing)]
        )
        times = {block["number"]: block["timestamp"] for block in blocks}
        return tuple(_log(raw, times) for raw in raws)

    # Sending

    def send(self, act: Act, *, key: SigningKey) -> Receipt:
        """Try an act and, if it would succeed, send it and wait for its block.

        Raises ContractRefusedError, normally before anything was sent.
        """
        self.request("eth_call", _message(act, derive_address(key)), "latest")
        return self.send_all([act], key=key)[0]

    def send_all(self, acts: Sequence[Act], *, key: SigningKey) -> tuple[Receipt, ...]:
        """Send acts from one account, untried, and wait for all their blocks.

        Raises ContractRefusedError for the first that was refused; the others stand.
        """
        sender = derive_address(key)
        nonce, price = self.request_all(
            [
                ("eth_getTransactionCount", (_hex(sender), "pending")),
                ("eth_gasPrice", ()),
            ]
        )
        raws = [
            self._sign(act, key, nonce=int(nonce, 16) + place, price=int(price, 16))
            for place, act in enumerate(acts)
        ]
        hashes = self.request_all([("eth_sendRawTransaction", (raw,)) for raw in raws])
        receipts = self._await_receipts(hashes)
        for act, receipt in zip(acts, receipts, strict=True):
            if not int(receipt["status"], 16):
                self._explain(act, sender=sender, receipt=receipt)
        return tuple(self._receipt(receipt) for receipt in receipts)

    def _sign(self, act: Act, key: SigningKey, *, nonce: int, price: int) -> str:
        fields: dict[str, Any] = {
            "chainId": self.chain_id,
            "nonce": nonce,
            "gas": act.gas,
            "gasPrice": price,
            "value": 0,
            "data": act.payload,
        }
        if act.to is not None:
            fields["to"] = act.to
        signed = Account.sign_transaction(fields, key.secret.to_bytes(32, "big"))
        return _hex(bytes(signed.raw_transaction))

    def _await_receipts(self, hashes: Sequence[str]) -> list[dict[str, Any]]:
        receipts: dict[str, dict[str, Any]] = {}
        give_up, pause = time.monotonic() + _MINED_WITHIN, _FIRST_PAUSE
        while missing := [each for each in hashes if each not in receipts]:
            found = self.request_all(
                [("eth_getTransactionReceipt", (each,)) for each in missing]
            )
            receipts |= {h: r for h, r in zip(missing, found, strict=True) if r}
            if len(receipts) < len(hashes):
                if time.monotonic() > give_up:
                    raise TransactionLostError(missing[0], "not mined in time")
                time.sleep(pause)
                pause = min(2 * pause, _LONGEST_PAUSE)
        return [receipts[each] for each in hashes]

    def _explain(self, act: Act, *, sender: Address, receipt: dict[str, Any]) -> None:
        """Raise the reason of a failed transaction by running it again."""
        self.request("eth_call", _message(act, sender), receipt["blockNumber"])
        raise NodeRefusedError(receipt["transactionHash"], "failed without a reason")

    def _receipt(self, raw: dict[str, Any]) -> Receipt:
        created = raw["contractAddress"]
        return Receipt(
            transaction=Hash(_bytes(raw["transactionHash"])),
            block_number=int(raw["blockNumber"], 16),
            gas_used=int(raw["gasUsed"], 16),
            created=None if created is None else Address(_bytes(created)),
            logs=self._place(raw["logs"]),
        )


def connect(url: str, *, chain_id: int | None = None) -> Connection:
    """Open a connection.

    chain_id: the chain that must be there, if known. Raises ConnectionFailedError,
    WrongChainError.
    """
    provider = HTTPProvider(
        url,
        request_kwargs={"timeout": _TIMEOUT},
        exception_retry_configuration=None,  # a repeated send would hide its outcome
    )
    found = int(Connection(provider, url=url, chain_id=0).request("eth_chainId"), 16)
    if chain_id not in (None, found):
        raise WrongChainError(url, f"serves chain {found} instead of {chain_id}")
    return Connection(provider, url=url, chain_id=found)


def _batches(requests: Sequence[Request]) -> Iterator[list[Request]]:
    batch: list[Request] = []
    size = 0
    for request in requests:
        length = sum(len(str(parameter)) for parameter in request[1])
        if batch and (len(batch) == _BATCH or size + length > _BATCH_BYTES):
            yield batch
            batch, size = [], 0
        batch.append(request)
        size += length
    if batch:
        yield batch


def _result(method: str, answer: RPCResponse) -> Any:
    if "error" not in answer:
        return answer["result"]
    error: Any = answer["error"]
    if not isinstance(error, dict):
        raise NodeRefusedError(method, str(error))
    refusal = read_refusal(error)
    raise refusal or NodeRefusedError(method, str(error.get("message", "no reason")))


def _message(act: Act, sender: Address) -> dict[str, str]:
    message = {
        "from": _hex(sender),
        "data": _hex(act.payload),
        "gas": hex(act.gas),
    }
    if act.to is not None:
        message["to"] = _hex(act.to)
    return message


def _log(raw: dict[str, Any], times: dict[str, str]) -> Log:
    return Log(
        address=Address(_bytes(raw["address"])),
        topics=tuple(Hash(_bytes(topic)) for topic in raw["topics"]),
        data=_bytes(raw["data"]),
        block_number=int(raw["blockNumber"], 16),
        timestamp=int(raw.get("blockTimestamp") or times[raw["blockNumber"]], 16),
        transaction=Hash(_bytes(raw["transactionHash"])),
        index=int(raw["logIndex"], 16),
    )


def _cause(error: Exception) -> str:
    if isinstance(error, RequestException):
        return "no node answers there"
    return "does not answer in json-rpc"


def _hex(raw: bytes) -> str:
    return "0x" + raw.hex()


def _bytes(text: str) -> bytes:
    return bytes.fromhex(text.removeprefix("0x"))
