"""Bring to a chain what an account signed on a machine without a network.

Nothing that stands in such a file is believed: what a transaction does is read from
its bytes, and whose it is from its signature. Handing it over twice is handing it over
once, since the bytes are the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from election.client.errors import NodeRefusedError
from election.client.rpc import Connection
from election.client.sending import (
    Signed,
    require_announced,
    see_through,
    send_signed,
)
from election.client.wire import Act, Receipt, hexed
from election.crypto.signature import Signature, recover_signer
from election.crypto.transcript import Address, hash_bytes
from election.errors import EncodingError
from finality.errors import FinalityError
from finality.rlp import decode_list, encode, encode_number, text_of

_FIELDS: Final = 9  # nonce, price, gas, to, value, data, v, r, s
_V: Final = 35  # of EIP-155, before twice the chain's number
_LARGEST: Final = 2**64  # of a nonce, a price, an amount of gas
_PRE_155: Final = 27


@dataclass(frozen=True, slots=True)
class Transaction:
    """An act as its account signed it, as one transaction of one chain.

    nonce: how many transactions the account sent before. price: wei for a unit of gas.
    """

    signed: Signed
    sender: Address
    chain_id: int
    nonce: int
    price: int

    @property
    def act(self) -> Act:
        """Give what it does."""
        return self.signed.act


def accept_transaction(raw: bytes) -> Transaction:
    """Accept the bytes of a signed call of a contract, in their one form.

    Legacy transactions of EIP-155 are what `sign_act` makes, and no others are
    accepted. Raises EncodingError, SignatureError.
    """
    try:
        items = [text_of(each) for each in decode_list(raw)]
    except FinalityError as error:
        raise EncodingError("transaction", "is not in its one encoding") from error
    if len(items) != _FIELDS:
        raise EncodingError(
            "transaction", f"has {len(items)} fields, and not {_FIELDS}"
        )
    nonce, price, gas = map(_read_number, items[:3])
    to, value, data = items[3:6]
    v, r, s = (int.from_bytes(each, "big") for each in items[6:])
    if max(nonce, price, gas) >= _LARGEST or any(e[:1] == b"\0" for e in items[6:]):
        raise EncodingError("transaction", "has a number that none has")
    if len(to) != 20 or value:
        raise EncodingError("transaction", "is no call of a contract without a payment")
    if v < _V + 2:
        raise EncodingError("transaction", "is of no chain")
    chain_id, parity = divmod(v - _V, 2)
    body = encode([*items[:6], encode_number(chain_id), b"", b""])
    sender = recover_signer(hash_bytes(body), Signature(_PRE_155 + parity, r, s))
    act = Act(Address(to), data, gas, announces=True)
    signed = Signed(act, hexed(raw), hexed(hash_bytes(raw)))
    return Transaction(signed, sender, chain_id, nonce, price)


def _read_number(raw: bytes) -> int:
    if raw[:1] == b"\0":
        raise EncodingError("transaction", "has a number that is written too long")
    return int.from_bytes(raw, "big")


def find_known(node: Connection, among: Sequence[Transaction]) -> Transaction | None:
    """Find the one of some transactions that a node has, mined or waiting."""
    asked = [("eth_getTransactionByHash", (each.signed.hash,)) for each in among]
    found = node.request_all(asked)
    known = (each for each, told in zip(among, found, strict=True) if told is not None)
    return next(known, None)


def await_known(node: Connection, known: Transaction) -> Receipt:
    """Wait for the block of a transaction that a node has; raises why it failed."""
    with node.progress.told():
        (receipt,) = see_through(node, [known.signed], sender=known.sender)
        require_announced(known.act, receipt)
    return receipt


def deliver(node: Connection, transaction: Transaction) -> Receipt:
    """Hand a transaction over and wait for its block, whoever else hands it over, too.

    Raises as `Connection.send` does.
    """
    node.try_from(transaction.sender, transaction.act)
    try:
        with node.progress.told():
            (receipt,) = send_signed(
                node, [transaction.signed], sender=transaction.sender
            )
            require_announced(transaction.act, receipt)
    except NodeRefusedError:
        if find_known(node, [transaction]) is None:
            raise
        return await_known(node, transaction)
    return receipt
