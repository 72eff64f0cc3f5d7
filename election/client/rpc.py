"""The only socket of the library: one JSON-RPC connection to one chain."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import msgspec
from eth_account import Account
from requests import RequestException, Session

from election.client.errors import (
    ConnectionFailedError,
    NodeRefusedError,
    TransactionLostError,
    WrongChainError,
)
from election.client.json_rpc import (
    Answer,
    Request,
    cut_batches,
    decode_answers,
    encode_requests,
)
from election.client.revert import read_refusal
from election.client.wire import (
    Act,
    Receipt,
    cut_text,
    hexed,
    iter_list,
    parse_bytes,
    parse_head,
    parse_log,
    parse_number,
    parse_receipt,
    well_formed,
)
from election.crypto.signature import SigningKey, derive_address
from election.crypto.transcript import Address, Hash
from election.errors import EncodingError
from election.protocol.board import Call, Head, Log

Post = Callable[[bytes], bytes]
"""Send the body of a request to a node, and give that of its answer."""

FINAL: Final = "finalized"
"""The last block that can never be undone."""

_CLOCK: Final = bytes.fromhex("425f5260205ff3")  # return the word TIMESTAMP
_TIMEOUT: Final = 120  # seconds for one answer; a node may run every call of a batch
_LARGEST_ANSWER: Final = 2**30  # bytes; the logs of 10,000 full blocks have fewer
_PIECE: Final = 2**20  # bytes read at once
_BLOCKS: Final = 10_000  # searched for logs at once
_MOST_BLOCKS: Final = 100_000_000  # of a chain: three years of a block a second
_MINED_WITHIN: Final = 120  # seconds
_FIRST_PAUSE, _LONGEST_PAUSE = 0.01, 1.0  # seconds between looks for a receipt


class Connection:
    """A node and the chain it serves; `connect` makes one."""

    def __init__(self, post: Post, *, url: str, chain_id: int) -> None:
        self._post = post
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
        for batch in cut_batches(requests):
            for (method, _), answer in zip(batch, self._ask(batch), strict=True):
                answers.append(self._result(method, answer))
        return answers

    def _ask(self, requests: list[Request]) -> list[Answer]:
        try:
            raw = self._post(encode_requests(requests))
            return decode_answers(raw, count=len(requests))
        except RequestException as error:
            raise ConnectionFailedError(self.url, "no node answers there") from error
        except (EncodingError, ValueError) as error:
            fact = "does not answer in json-rpc"
            raise ConnectionFailedError(self.url, fact) from error

    def _result(self, method: str, answer: Answer) -> Any:
        if answer.result is not msgspec.UNSET:
            return answer.result
        if answer.error is None:
            raise ConnectionFailedError(self.url, "does not answer in json-rpc")
        message = cut_text(answer.error.get("message", "no reason given"))
        raise read_refusal(answer.error) or NodeRefusedError(method, message)

    # Reading

    def read_head(self, block: str = "latest") -> Head:
        """Read number and time of the latest block, or of the last final one."""
        answer = self.request("eth_getBlockByNumber", block, False)
        with well_formed(self.url):
            return parse_head(answer)

    def read_clock(self) -> int:
        """Read the time that a transaction sent now would meet, Unix seconds.

        Nodes describe their pending block each in its own way; all of them run code.
        """
        answer = self.request("eth_call", {"data": hexed(_CLOCK)}, "pending")
        with well_formed(self.url):
            return parse_number(answer)

    def read_nonce(self, account: Address) -> int:
        """Read how many transactions an account has sent, waiting ones included."""
        answer = self.request("eth_getTransactionCount", hexed(account), "pending")
        with well_formed(self.url):
            return parse_number(answer)

    def read_code(self, addresses: Sequence[Address], *, block: int) -> list[bytes]:
        """Read the runtime code at each address, empty where there is none."""
        codes = self.request_all(
            [("eth_getCode", (hexed(each), hex(block))) for each in addresses]
        )
        with well_formed(self.url):
            return [parse_bytes(code) for code in codes]

    def call_all(self, calls: Sequence[Call], *, block: str = "latest") -> list[bytes]:
        """Ask contracts; raises ContractRefusedError for the first refused question."""
        questions = [
            {"to": hexed(call.address), "data": hexed(call.calldata)} for call in calls
        ]
        answers = self.request_all([("eth_call", (each, block)) for each in questions])
        with well_formed(self.url):
            return [parse_bytes(answer) for answer in answers]

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
            "address": [hexed(address) for address in addresses],
            "topics": [None if topic is None else hexed(topic) for topic in topics],
        }
        if last - first > _MOST_BLOCKS:
            raise ConnectionFailedError(self.url, "has more blocks than any chain")
        ranges = [
            {"fromBlock": hex(at), "toBlock": hex(min(at + _BLOCKS - 1, last))}
            for at in range(first, last + 1, _BLOCKS)
        ]
        answers = self.request_all(
            [("eth_getLogs", (criteria | each,)) for each in ranges]
        )
        with well_formed(self.url):
            return self._place([raw for answer in answers for raw in iter_list(answer)])

    def _place(self, raws: Sequence[Mapping[str, Any]]) -> tuple[Log, ...]:
        """Parse logs, asking for the times of their blocks where they lack them."""
        numbers = {
            parse_number(raw["blockNumber"])
            for raw in raws
            if raw.get("blockTimestamp") is None
        }
        missing = sorted(numbers)
        blocks = self.request_all(
            [("eth_getBlockByNumber", (hex(number), False)) for number in missing]
        )
        heads = [parse_head(block) for block in blocks]
        times = {
            number: head.timestamp for number, head in zip(missing, heads, strict=True)
        }
        return tuple(parse_log(raw, times) for raw in raws)

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
        first, price = self.read_nonce(sender), self._read_price()
        raws = [
            self._sign(act, key, nonce=first + place, price=price)
            for place, act in enumerate(acts)
        ]
        sent = self.request_all([("eth_sendRawTransaction", (raw,)) for raw in raws])
        with well_formed(self.url):
            hashes = [hexed(parse_bytes(each, size=32)) for each in sent]
        receipts = self._await_receipts(hashes)
        with well_formed(self.url):
            for act, receipt in zip(acts, receipts, strict=True):
                if not parse_number(receipt["status"]):
                    self._explain(act, sender=sender, receipt=receipt)
            return tuple(
                parse_receipt(each, self._place(list(iter_list(each["logs"]))))
                for each in receipts
            )

    def _read_price(self) -> int:
        answer = self.request("eth_gasPrice")
        with well_formed(self.url):
            return parse_number(answer)

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
        return hexed(bytes(signed.raw_transaction))

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
        block = hex(parse_number(receipt["blockNumber"]))
        self.request("eth_call", _message(act, sender), block)
        transaction = hexed(parse_bytes(receipt["transactionHash"], size=32))
        raise NodeRefusedError(transaction, "failed without a reason")


def connect(url: str, *, chain_id: int | None = None) -> Connection:
    """Open a connection.

    chain_id: the chain that must be there, if known. Raises ConnectionFailedError,
    WrongChainError.
    """
    post = _open_post(url)
    answer = Connection(post, url=url, chain_id=0).request("eth_chainId")
    with well_formed(url):
        found = parse_number(answer)
    if chain_id not in (None, found):
        raise WrongChainError(url, f"serves chain {found} instead of {chain_id}")
    return Connection(post, url=url, chain_id=found)


def _open_post(url: str) -> Post:
    """Post to a URL, never twice: a repeated send would hide its outcome."""
    session = Session()
    session.headers["Content-Type"] = "application/json"

    def post(body: bytes) -> bytes:
        with session.post(url, body, timeout=_TIMEOUT, stream=True) as response:
            response.raise_for_status()
            whole = bytearray()
            for piece in response.iter_content(_PIECE):
                whole += piece
                if len(whole) > _LARGEST_ANSWER:
                    raise ConnectionFailedError(url, "answers without end")
            return bytes(whole)

    return post


def _message(act: Act, sender: Address) -> dict[str, str]:
    message = {
        "from": hexed(sender),
        "data": hexed(act.payload),
        "gas": hex(act.gas),
    }
    if act.to is not None:
        message["to"] = hexed(act.to)
    return message
