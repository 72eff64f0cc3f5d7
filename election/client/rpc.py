"""One JSON-RPC connection to one chain: what is asked of a node, and what is sent."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any, Final

import msgspec
from eth_account import Account

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
from election.client.log_reader import LogQuery, place_logs, read_logs
from election.client.revert import read_refusal
from election.client.transport import Post, open_post, show_url
from election.client.wire import (
    Act,
    Receipt,
    cut_text,
    hexed,
    iter_list,
    parse_bytes,
    parse_head,
    parse_number,
    parse_receipt,
    well_formed,
)
from election.crypto.signature import SigningKey, derive_address
from election.crypto.transcript import Address, Hash
from election.errors import EncodingError
from election.protocol.board import Call, Head, Log

FINAL: Final = "finalized"
"""The last block that can never be undone."""

_CLOCK: Final = bytes.fromhex("425f5260205ff3")  # return the word TIMESTAMP
_MINED_WITHIN: Final = 120  # seconds
_FIRST_PAUSE, _LONGEST_PAUSE = 0.01, 1.0  # seconds between looks for a receipt


class Connection:
    """A node and the chain it serves; `connect` makes one."""

    def __init__(self, post: Post, *, url: str, chain_id: int) -> None:
        self._post = post
        self.url = url
        self.chain_id = chain_id
        self._was_lost = False

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
        if self._was_lost:
            self.check_chain()
        return self._exchange(requests)

    def _exchange(self, requests: list[Request]) -> list[Answer]:
        try:
            raw = self._post(encode_requests(requests))
            return decode_answers(raw, count=len(requests))
        except ConnectionFailedError as error:
            self._was_lost |= error.may_come_back
            raise
        except (EncodingError, ValueError) as error:
            fact = "does not answer in json-rpc"
            raise ConnectionFailedError(self.url, fact) from error

    def _result(self, method: str, answer: Answer) -> Any:
        if answer.result is not msgspec.UNSET:
            return answer.result
        if answer.error is None:
            raise ConnectionFailedError(self.url, "does not answer in json-rpc")
        message = cut_text(answer.error.get("message", "no reason given"))
        code = answer.error.get("code")
        raise read_refusal(answer.error) or NodeRefusedError(method, message, code)

    # Reading

    def check_chain(self) -> None:
        """Look whether the node still serves this chain; raises WrongChainError.

        After a connection was lost, the next request does this first: who answers
        there now may be another node.
        """
        found = self.read_chain_id()
        if found != self.chain_id:
            fact = f"serves chain {found} instead of {self.chain_id}"
            raise WrongChainError(self.url, fact)
        self._was_lost = False

    def read_chain_id(self) -> int:
        """Read which chain the node serves."""
        method = "eth_chainId"
        answer = self._result(method, self._exchange([(method, ())])[0])
        with well_formed(self.url):
            return parse_number(answer)

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
        query = LogQuery(tuple(addresses), tuple(topics))
        return read_logs(self, query, first=first, last=last)

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
                parse_receipt(each, place_logs(self, list(iter_list(each["logs"]))))
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
    connection = Connection(open_post(url), url=show_url(url), chain_id=chain_id or 0)
    if chain_id is None:
        connection.chain_id = connection.read_chain_id()
    else:
        connection.check_chain()
    return connection


def _message(act: Act, sender: Address) -> dict[str, str]:
    message = {
        "from": hexed(sender),
        "data": hexed(act.payload),
        "gas": hex(act.gas),
    }
    if act.to is not None:
        message["to"] = hexed(act.to)
    return message
