"""Send acts from one account, and know of each what became of it.

A node that is lost, or lies, while transactions are under way leaves it open whether
they count. So every error says how many were handed over and how many were seen to
succeed, and nothing is sent twice.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final, Protocol

from election.client.errors import (
    ClientError,
    ConnectionFailedError,
    NodeRefusedError,
    TransactionLostError,
    UnexpectedAnswerError,
)
from election.client.json_rpc import Request, cut_batches
from election.client.log_reader import Node, place_logs
from election.client.wire import (
    Act,
    Receipt,
    hexed,
    iter_list,
    parse_bytes,
    parse_number,
    parse_receipt,
    well_formed,
)
from election.crypto.signature import SigningKey, derive_address
from election.crypto.transcript import Address
from election.errors import EncodingError

_HIGHEST_PRICE: Final = 10**9
"""Wei for a unit of gas, which is free on the chains that elections are held on."""
_MINED_WITHIN: Final = 120  # seconds
_FIRST_PAUSE, _LONGEST_PAUSE = 0.05, 1.0  # seconds between looks for a receipt
_SLOWER = 1.25  # what is there is seen 50 ms or a quarter later, at most


@dataclass(slots=True)
class Progress:
    """How many transactions a node was given, and how many were seen to succeed.

    offered: how many it was shown, signed, whatever it answered: it may keep any of
    them and send it on. hear: told of each that is in a block by then.
    """

    offered: int = 0
    sent: int = 0
    succeeded: int = 0
    hear: Callable[[int], object] = int

    @contextmanager
    def told(self) -> Iterator[None]:
        """Have every error of the client that comes from inside tell it."""
        try:
            yield
        except ClientError as error:
            error.sent, error.succeeded = self.sent, self.succeeded
            raise


class Sender(Node, Protocol):
    """A node that acts are sent to; `Connection` is one."""

    chain_id: int
    progress: Progress

    def read_nonce(self, account: Address) -> int:
        """Read how many transactions an account has sent."""

    def request_each(self, requests: Sequence[Request]) -> Iterator[Any]:
        """Ask many things, with a refusal in its place."""


@dataclass(frozen=True, slots=True)
class Signed:
    """An act that its account signed, and the hash by which to know it again."""

    act: Act
    raw: str
    hash: str


def send_acts(
    node: Sender,
    acts: Sequence[Act],
    *,
    key: SigningKey,
    then: Callable[[], None] | None = None,
) -> tuple[Receipt, ...]:
    """Send acts from one account, untried, and wait for all their blocks.

    then: done when all are handed over, before their blocks are waited for. Raises the
    refusal of the first that is refused; those before it stand then.
    """
    signed = sign_acts(node, acts, key)
    return send_signed(node, signed, sender=derive_address(key), then=then)


def send_signed(
    node: Sender,
    signed: Sequence[Signed],
    *,
    sender: Address,
    then: Callable[[], None] | None = None,
) -> tuple[Receipt, ...]:
    """Send acts that their account signed, in their order; raises as `send_acts`."""
    requests = [("eth_sendRawTransaction", (each.raw,)) for each in signed]
    taken: list[Signed] = []
    refusals: list[ClientError] = []
    for batch in cut_batches(requests):
        refusals += _hand_over(node, batch, signed[len(taken) :], taken)
        if refusals:
            break
    if then is not None:
        then()
    if refusals:
        _await_receipts(node, taken)
        raise refusals[0]
    return see_through(node, signed, sender=sender)


def see_through(
    node: Sender, taken: Sequence[Signed], *, sender: Address
) -> tuple[Receipt, ...]:
    """Wait for the blocks of what a node has; raises why one of them failed."""
    receipts = _await_receipts(node, taken)
    with well_formed(node.url):
        for each, receipt in zip(taken, receipts, strict=True):
            if not parse_number(receipt["status"]):
                _explain(node, each, sender, receipt)
        return tuple(_accept(node, each) for each in receipts)


def require_announced(act: Act, receipt: Receipt) -> None:
    """Raise UnexpectedAnswerError for an act of which its contract says nothing."""
    if act.to is None or not act.announces:
        return
    if not any(log.address == act.to for log in receipt.logs):
        fact = (
            "announces nothing of an act that the node says has succeeded: ask "
            "another node what became of it"
        )
        raise UnexpectedAnswerError(f"0x{act.to.hex()}", fact)


def describe(act: Act, sender: Address) -> dict[str, str]:
    """Write an act as the question what it would do."""
    message = {
        "from": hexed(sender),
        "data": hexed(act.payload),
        "gas": hex(act.gas),
    }
    if act.to is not None:
        message["to"] = hexed(act.to)
    return message


def sign_acts(node: Sender, acts: Sequence[Act], key: SigningKey) -> list[Signed]:
    """Sign acts as the next ones of an account; none is sent.

    Raises ConnectionFailedError for a price that only a thief would name.
    """
    first = node.read_nonce(derive_address(key))
    return sign_numbered(node, list(enumerate(acts, first)), key)


def sign_numbered(
    node: Sender, acts: Sequence[tuple[int, Act]], key: SigningKey
) -> list[Signed]:
    """Sign acts, each with its nonce; none is sent.

    For who keeps what was signed, and so knows which nonces are taken. Raises
    ConnectionFailedError for a price that only a thief would name.
    """
    price = node.request("eth_gasPrice")
    with well_formed(node.url):
        asked = parse_number(price)
    if asked > _HIGHEST_PRICE:
        fact = f"asks {asked} wei for a unit of gas, more than {_HIGHEST_PRICE}"
        raise ConnectionFailedError(node.url, fact)
    return [
        sign_act(act, key, chain_id=node.chain_id, nonce=nonce, price=asked)
        for nonce, act in acts
    ]


def sign_act(
    act: Act, key: SigningKey, *, chain_id: int, nonce: int, price: int = 0
) -> Signed:
    """Sign an act as one transaction of its account; asks nobody.

    nonce: how many transactions the account sent before. price: wei for a unit of gas.
    """
    from eth_account import Account

    fields: dict[str, Any] = {"chainId": chain_id, "nonce": nonce, "value": 0}
    fields |= {"gasPrice": price, "gas": act.gas, "data": act.payload}
    if act.to is not None:
        fields["to"] = act.to
    signed = Account.sign_transaction(fields, key.secret.to_bytes(32, "big"))
    return Signed(act, hexed(bytes(signed.raw_transaction)), hexed(bytes(signed.hash)))


def _hand_over(
    node: Sender,
    batch: list[Request],
    waiting: Sequence[Signed],
    taken: list[Signed],
) -> list[ClientError]:
    """Give a batch to the node, and add what it took before it refused any."""
    node.progress.offered += len(batch)
    try:
        answers = list(node.request_each(batch))
    except ConnectionFailedError as error:
        node.progress.sent += len(batch) if error.may_have_arrived else 0
        raise
    refusals = [each for each in answers if isinstance(each, ClientError)]
    node.progress.sent += len(batch) - len(refusals)
    for each, answer in zip(waiting, answers, strict=False):
        if isinstance(answer, ClientError):
            break
        with well_formed(node.url):
            if hexed(parse_bytes(answer, size=32)) != each.hash:
                raise EncodingError("hash", "is not that of the transaction")
        taken.append(each)
    return refusals


def _await_receipts(node: Sender, taken: Sequence[Signed]) -> list[dict[str, Any]]:
    receipts: dict[str, dict[str, Any]] = {}
    give_up, pause = time.monotonic() + _MINED_WITHIN, _FIRST_PAUSE
    while missing := [each.hash for each in taken if each.hash not in receipts]:
        found = node.request_all(
            [("eth_getTransactionReceipt", (each,)) for each in missing]
        )
        for own, receipt in zip(missing, found, strict=True):
            if receipt is not None:
                receipts[own] = _count(node, own, receipt)
        if len(receipts) < len(taken):
            if time.monotonic() > give_up:
                raise TransactionLostError(missing[0], "not mined in time")
            time.sleep(pause)
            pause = min(_SLOWER * pause, _LONGEST_PAUSE)
    return [receipts[each.hash] for each in taken]


def _count(node: Sender, own: str, receipt: Any) -> dict[str, Any]:
    """Accept a receipt if it is of this transaction, and count what succeeded."""
    with well_formed(node.url):
        if hexed(parse_bytes(receipt["transactionHash"], size=32)) != own:
            raise EncodingError("receipt", "is not that of the transaction")
        node.progress.succeeded += bool(parse_number(receipt["status"]))
    node.progress.hear(1)
    return dict(receipt)


def _accept(node: Sender, raw: dict[str, Any]) -> Receipt:
    """Parse a receipt, all of whose logs have to be its transaction's."""
    logs = place_logs(node, list(iter_list(raw["logs"])))
    receipt = parse_receipt(raw, logs)
    place = receipt.transaction, receipt.block_number
    if any((log.transaction, log.block_number) != place for log in logs):
        raise EncodingError("log", "is of another transaction")
    return receipt


def _explain(
    node: Sender, failed: Signed, sender: Address, receipt: dict[str, Any]
) -> None:
    """Raise the reason of a failed transaction by running it again."""
    block = hex(parse_number(receipt["blockNumber"]))
    node.request("eth_call", describe(failed.act, sender), block)
    raise NodeRefusedError(failed.hash, "failed without a reason")
