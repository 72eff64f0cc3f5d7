"""A stream of bytes is cut into messages, however it comes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from node.engine.comet.frames import MAX_FRAME, FrameReader, encode_frame
from node.errors import EngineProtocolError


@given(st.lists(st.binary(max_size=400), max_size=8), st.integers(1, 50))
def test_messages_come_out_as_they_went_in(messages: list[bytes], piece: int) -> None:
    stream = b"".join(map(encode_frame, messages))
    reader = FrameReader()
    pieces = [stream[at : at + piece] for at in range(0, len(stream), piece)]
    assert [each for part in pieces for each in reader.feed(part)] == messages


def test_a_length_is_a_varint_of_protobuf() -> None:
    assert encode_frame(b"\x07" * 300)[:2] == b"\xac\x02"


@pytest.mark.parametrize(
    "stream",
    [
        pytest.param(b"\xff" * 5, id="a length without end"),
        pytest.param(encode_frame(b"")[:0] + b"\x81\x80\x80\x80\x01", id="too long"),
    ],
)
def test_a_stream_that_is_none_is_refused(stream: bytes) -> None:
    with pytest.raises(EngineProtocolError):
        list(FrameReader().feed(stream))


def test_the_largest_message_is_waited_for() -> None:
    length, prefix = MAX_FRAME, bytearray()
    while length > 0x7F:
        prefix.append(length & 0x7F | 0x80)
        length >>= 7
    prefix.append(length)
    assert list(FrameReader().feed(bytes(prefix))) == []
