"""One JSON-RPC connection to one chain: what is asked of a node, and what is sent."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

from election.client.answers import decode_result, require_size
from election.client.errors import (
    ClientError,
    ConnectionFailedError,
    NodeRefusedError,
    WrongChainError,
)
from election.client.json_rpc import (
    Answer,
    Request,
    cut_batches,
    decode_answers,
    encode_requests,
)
from election.client.log_reader import LogQuery, read_logs
from election.client.revert import read_refusal
from election.client.sending import (
    Progress,
    describe,
    require_announced,
    send_acts,
)
from election.client.transport import Post, open_post, show_url
from election.client.wire import (
    Act,
    Receipt,
    cut_text,
    hexed,
    parse_bytes,
    parse_head,
    parse_number,
    well_formed,
)
from election.crypto.signature import SigningKey, derive_address
from election.crypto.transcript import Address, Hash
from election.errors import EncodingError
from election.protocol.board import Call, Head, Log

FINAL: Final = "finalized"
"""The last block that can never be undone."""

LATEST: Final = "latest"

UPCOMING: Final = "pending"
"""The block that a transaction sent now would be in, with its time: at rest a network
makes no blocks, and the time of its latest one stays behind."""

_OF_TRANSACTION: Final = "transaction: "  # how a node begins to say why it takes none
_CLOCK: Final = bytes.fromhex("425f5260205ff3")  # return the word TIMESTAMP


class Connection:
    """A node and the chain it serves; `connect` makes one."""

    def __init__(self, post: Post, *, url: str, chain_id: int) -> None:
        self._post = post
        self.url = url
        self.chain_id = chain_id
        self.progress = Progress()
        self._was_lost = False

    # Requests

    def request(self, method: str, *params: Any) -> Any:
        """Ask one thing.

        Raises NodeRefusedError, ContractRefusedError, ConnectionFailedError.
        """
        return self.request_all([(method, params)])[0]

    def request_all(self, requests: Sequence[Request]) -> list[Any]:
        """Ask many things, a bounded number at a time; raises as `request` does."""
        with self.progress.told():
            return [_require(answer) for answer in self.request_each(requests)]

    def request_each(self, requests: Sequence[Request]) -> Iterator[Any]:
        """Ask many things; a refusal stands in its place, as an error."""
        for batch in cut_batches(requests):
            for (method, _), answer in zip(batch, self._ask(batch), strict=True):
                yield self._result(method, answer)

    def _ask(self, requests: list[Request]) -> list[Answer]:
        if self._was_lost:
            self.check_chain()
        return self._exchange(requests)

    def _exchange(self, requests: list[Request]) -> list[Answer]:
        try:
            raw = self._post(encode_requests(requests))
            require_size(raw, [method for method, _ in requests])
            return decode_answers(raw, count=len(requests))
        except ConnectionFailedError as error:
            self._was_lost |= error.may_come_back
            raise
        except (EncodingError, ValueError) as error:
            fact = "does not answer in json-rpc"
            raise ConnectionFailedError(self.url, fact) from error

    def _result(self, method: str, answer: Answer) -> Any:
        if memoryview(answer.result):
            with well_formed(self.url):
                return decode_result(method, answer.result)
        if answer.error is None:
            raise ConnectionFailedError(self.url, "does not answer in json-rpc")
        message = cut_text(answer.error.get("message", "no reason given"))
        code = answer.error.get("code")
        if message.startswith(_OF_TRANSACTION):  # a person knows this and no method
            method, message = "transaction", message.removeprefix(_OF_TRANSACTION)
        return read_refusal(answer.error) or NodeRefusedError(method, message, code)

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
        answer = _require(self._result(method, self._exchange([(method, ())])[0]))
        with well_formed(self.url):
            return parse_number(answer)

    def read_head(self, block: str = LATEST) -> Head:
        """Read number and time of the latest block, or of the last final one."""
        answer = self.request("eth_getBlockByNumber", block, False)
        with well_formed(self.url):
            return parse_head(answer)

    def read_clock(self) -> int:
        """Read the time that a transaction sent now would meet, Unix seconds.

        Nodes describe their pending block each in its own way; all of them run code.
        """
        answer = self.request("eth_call", {"data": hexed(_CLOCK)}, UPCOMING)
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

    def call_all(self, calls: Sequence[Call], *, block: str = LATEST) -> list[bytes]:
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
        return tuple(read_logs(self, query, first=first, last=last))

    def iter_logs(
        self, addresses: Sequence[Address], *, first: int, last: int
    ) -> Iterator[Log]:
        """Read logs as `read_logs` does, with no more than one answer in memory."""
        query = LogQuery(tuple(addresses))
        return read_logs(self, query, first=first, last=last)

    # Sending

    def send(self, act: Act, *, key: SigningKey) -> Receipt:
        """Try an act and, if it would succeed, send it and wait for its block.

        Raises ContractRefusedError, normally before anything was sent, and
        UnexpectedAnswerError if its contract announced nothing of it.
        """
        self.try_act(act, key=key)
        receipt = self.send_all([act], key=key)[0]
        with self.progress.told():
            require_announced(act, receipt)
        return receipt

    def try_act(self, act: Act, *, key: SigningKey) -> None:
        """Show an act to the node, in one request, without sending it.

        Raises ContractRefusedError if it would not succeed.
        """
        self.try_from(derive_address(key), act)

    def try_from(self, sender: Address, act: Act) -> None:
        """Show an act of an account to the node, as `try_act` does, without its key."""
        self.request("eth_call", describe(act, sender), UPCOMING)

    def send_all(self, acts: Sequence[Act], *, key: SigningKey) -> tuple[Receipt, ...]:
        """Send acts from one account, untried, and wait for all their blocks.

        Raises the refusal of the first that is refused; those before it stand then.
        """
        with self.progress.told():
            return send_acts(self, acts, key=key)


def _require(answer: Any) -> Any:
    """Raise what a node refused; else give what it answered."""
    if isinstance(answer, ClientError):
        raise answer
    return answer


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
