"""Cut a stream of bytes into messages, each with its length before it.

Source: CometBFT v0.38, spec/abci/abci++_client_server.md: the length is an unsigned
varint of protobuf. Bytes in, bytes out: no socket.
"""

from __future__ import annotations

from collections.abc import Iterator

from node.errors import EngineProtocolError

MAX_FRAME = 256 * 1024 * 1024  # bytes; CometBFT's own bound of a block is 100 MiB
_MAX_VARINT = 5  # bytes: 2^35 is above MAX_FRAME


def encode_frame(message: bytes) -> bytes:
    """Return a message with its length before it."""
    length, prefix = len(message), bytearray()
    while length > 0x7F:
        prefix.append(length & 0x7F | 0x80)
        length >>= 7
    prefix.append(length)
    return bytes(prefix) + message


class FrameReader:
    """Collect bytes as they come, and give the messages that are whole."""

    def __init__(self) -> None:
        self._waiting = bytearray()

    def feed(self, received: bytes) -> Iterator[bytes]:
        """Yield the messages that these bytes complete.

        Raises: EngineProtocolError; then the stream cannot be read any further.
        """
        self._waiting += received
        at = 0
        try:
            while (end := self._end_of_frame(at)) is not None:
                first, last = end
                yield bytes(self._waiting[first:last])
                at = last
        finally:
            del self._waiting[:at]

    def _end_of_frame(self, at: int) -> tuple[int, int] | None:
        """Return where the message at a position begins and ends, if all is there."""
        length = 0
        for index, byte in enumerate(self._waiting[at : at + _MAX_VARINT]):
            length |= (byte & 0x7F) << (7 * index)
            if byte <= 0x7F:
                break
        else:
            if len(self._waiting) - at >= _MAX_VARINT:
                raise EngineProtocolError("a length does not end")
            return None
        if length > MAX_FRAME:
            fact = f"a message of {length} bytes, at most {MAX_FRAME} are read"
            raise EngineProtocolError(fact)
        first = at + index + 1
        last = first + length
        return (first, last) if last <= len(self._waiting) else None
