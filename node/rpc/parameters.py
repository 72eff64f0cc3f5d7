"""Turn JSON parameters into typed values: hex strings become bytes and integers here.

Each class is what `decode_parameter` makes of one kind of JSON value; a wrong one
raises ValueError, which msgspec reports with its place among the parameters.
"""

from __future__ import annotations

import re
from binascii import unhexlify
from typing import Any, ClassVar, Literal

import msgspec
from eth_typing import Address, Hash32

from node.admission import AccessList
from node.evm.execute import Call
from node.log_index import LogQuery
from node.rpc.errors import INVALID_PARAMS, RpcError

_QUANTITY = re.compile(r"0x(?:0|[1-9a-fA-F][0-9a-fA-F]{0,63})")
_SLOT = re.compile(r"0x[0-9a-fA-F]{1,64}")
_NO_HEX = "expected 0x-prefixed hex of whole bytes"
_MAX_TOPICS = 4
_MAX_ALTERNATIVES = 1_000  # addresses, or topics per position, in one filter

Tag = Literal["earliest", "latest", "pending", "safe", "finalized"]
_TAGS: tuple[Tag, ...] = ("earliest", "latest", "pending", "safe", "finalized")


def _read_hex(value: Any) -> bytes:
    """Read hex by a function that takes no spaces, and a tenth of an expression's time.

    Raises: ValueError.
    """
    if not isinstance(value, str) or not value.startswith("0x"):
        raise ValueError(_NO_HEX)
    try:
        return unhexlify(value[2:])
    except ValueError as error:  # binascii.Error is one, too
        raise ValueError(_NO_HEX) from error


class Bytes(bytes):
    """Read 0x-prefixed hex of any length, or of exactly `size` bytes."""

    size: ClassVar[int | None] = None

    @classmethod
    def parse(cls, value: Any) -> Bytes:
        """Read a JSON value; raises ValueError."""
        parsed = cls(_read_hex(value))
        if cls.size is not None and len(parsed) != cls.size:
            raise ValueError(f"expected {cls.size} bytes, got {len(parsed)}")
        return parsed


class AddressBytes(Bytes):
    """Read an address, in any case."""

    size = 20


class HashBytes(Bytes):
    """Read a 32-byte hash or topic."""

    size = 32


class Quantity(int):
    """Read a hex number without leading zeros, at most 256 bits."""

    @classmethod
    def parse(cls, value: Any) -> Quantity:
        """Read a JSON value; raises ValueError."""
        if not isinstance(value, str) or not _QUANTITY.fullmatch(value):
            raise ValueError(
                "expected a hex quantity without leading zeros, at most 256 bits"
            )
        return cls(value, 16)


class Slot(int):
    """Read a storage slot: hex with or without leading zeros, at most 32 bytes."""

    @classmethod
    def parse(cls, value: Any) -> Slot:
        """Read a JSON value; raises ValueError."""
        if not isinstance(value, str) or not _SLOT.fullmatch(value):
            raise ValueError("expected a storage slot of at most 32 bytes in hex")
        return cls(value, 16)


class Count(int):
    """Read a JSON number or a hex quantity, below 2^63, as development tools send."""

    @classmethod
    def parse(cls, value: Any) -> Count:
        """Read a JSON value; raises ValueError."""
        number = Quantity.parse(value) if isinstance(value, str) else value
        if type(number) not in (int, Quantity) or not 0 <= number < 2**63:
            raise ValueError("expected a whole number from 0 to 2^63 - 1")
        return cls(number)


class BlockReference:
    """Name a block: by tag, number, hash, or an EIP-1898 object of one of the two."""

    __slots__ = ("value",)

    def __init__(self, value: Tag | int | Hash32 = "latest") -> None:
        self.value: Tag | int | Hash32 = value

    @classmethod
    def parse(cls, value: Any) -> BlockReference:
        """Read a JSON value; raises ValueError."""
        match value:
            case str() if value in _TAGS:
                return cls(value)
            case str() if len(value) == 2 + 2 * HashBytes.size:
                return cls(Hash32(HashBytes.parse(value)))
            case str():
                return cls(Quantity.parse(value))
            case {"blockHash": digest, **rest} if rest.keys() <= {"requireCanonical"}:
                return cls(Hash32(HashBytes.parse(digest)))
            case {"blockNumber": number, **rest} if not rest:
                return cls(Quantity.parse(number))
        raise ValueError("expected a block number, hash or tag")

    @property
    def is_upcoming(self) -> bool:
        """Say whether it means the chain's end, where the next block comes."""
        return self.value in ("latest", "pending", "safe", "finalized")


class Access(msgspec.Struct, frozen=True, rename="camel"):
    """Hold one entry of an access list, EIP-2930."""

    address: AddressBytes
    storage_keys: tuple[HashBytes, ...] = ()


class CallObject(msgspec.Struct, frozen=True, rename="camel"):
    """Hold the message of eth_call and eth_estimateGas."""

    sender: AddressBytes | None = msgspec.field(name="from", default=None)
    to: AddressBytes | None = None
    gas: Quantity | None = None
    gas_price: Quantity | None = None
    max_fee_per_gas: Quantity | None = None
    max_priority_fee_per_gas: Quantity | None = None
    value: Quantity | None = None
    input: Bytes | None = None
    data: Bytes | None = None
    access_list: tuple[Access, ...] | None = None

    def as_call(self, gas_cap: int) -> Call:
        """Fill the defaults; gas_cap: most gas, and what is given if none is asked.

        Raises: RpcError.
        """
        if None not in (self.input, self.data) and self.input != self.data:
            raise RpcError(INVALID_PARAMS, "invalid params: data and input differ")
        payload = self.data if self.input is None else self.input
        return Call(
            sender=Address(bytes(20) if self.sender is None else bytes(self.sender)),
            to=None if self.to is None else Address(bytes(self.to)),
            value=int(self.value or 0),
            payload=bytes(payload or b""),
            gas=gas_cap if self.gas is None else min(int(self.gas), gas_cap),
            gas_price=int(self.gas_price or self.max_fee_per_gas or 0),
            access_list=self._accesses(),
        )

    def _accesses(self) -> AccessList:
        return tuple(
            (
                Address(bytes(access.address)),
                tuple(int.from_bytes(key, "big") for key in access.storage_keys),
            )
            for access in self.access_list or ()
        )


class LogFilter(msgspec.Struct, frozen=True, rename="camel"):
    """Hold the filter of eth_getLogs and eth_newFilter."""

    from_block: BlockReference | None = None
    to_block: BlockReference | None = None
    block_hash: HashBytes | None = None
    address: Any = None
    topics: list[Any] | None = None

    def query(self) -> LogQuery:
        """Return the question that the filter asks. Raises: RpcError."""
        topics = self.topics or []
        if len(topics) > _MAX_TOPICS:
            fact = f"invalid params: expected at most {_MAX_TOPICS} topics"
            raise RpcError(INVALID_PARAMS, fact)
        try:
            return LogQuery(
                addresses=tuple(
                    Address(bytes(AddressBytes.parse(item)))
                    for item in _alternatives(self.address)
                ),
                topics=tuple(
                    tuple(
                        Hash32(bytes(HashBytes.parse(item)))
                        for item in _alternatives(accepted)
                    )
                    for accepted in topics
                ),
            )
        except ValueError as error:
            raise RpcError(INVALID_PARAMS, f"invalid params: {error}") from error


def _alternatives(value: Any) -> list[Any]:
    """Return the accepted values: none given means any, one may stand alone."""
    if value is None:
        return []
    given = value if isinstance(value, list) else [value]
    if len(given) > _MAX_ALTERNATIVES:
        raise ValueError(f"expected at most {_MAX_ALTERNATIVES} alternatives")
    return given


_PARSED = (Bytes, AddressBytes, HashBytes, Quantity, Slot, Count, BlockReference)


def decode_parameter(kind: type, value: Any) -> Any:
    """Read one value for msgspec; raises ValueError."""
    if kind not in _PARSED:
        # the error that msgspec asks of a hook for a type it does not know: our fault
        raise NotImplementedError(f"no rule to read {kind}")
    return kind.parse(value)
