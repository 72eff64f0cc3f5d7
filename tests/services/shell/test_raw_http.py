"""Bytes on a connection that are not what a browser would send."""

from __future__ import annotations

import re
import socket

import pytest

from services.shell.addresses import group_address
from services.shell.border import Pace
from tests.patience import PATIENCE
from tests.services.running import Running

HEAD = b"POST /visits HTTP/1.1\r\nHost: 127.0.0.1\r\n"
VISIT = b'{"text": "a"}'
LENGTH = b"Content-Length: 13\r\n"
WHOLE = HEAD + LENGTH + b"\r\n" + VISIT


def exchange(desk: Running, sent: bytes, *, half: bool = True) -> bytes:
    """Send bytes and no more; gives all that comes back until it is closed."""
    port = int(desk.url.rpartition(":")[2])
    found = b""
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as raw:
        raw.sendall(sent)
        if half:
            raw.shutdown(socket.SHUT_WR)
        while part := raw.recv(65_536):
            found += part
    return found


def statuses(found: bytes) -> list[int]:
    return [int(each) for each in re.findall(rb"HTTP/1\.1 (\d{3})", found)]


def visits(desk: Running) -> list[str]:
    found: list[str] = desk.client.get("/visits").json()
    return found


def test_requests_that_follow_at_once_are_answered_in_order(desk: Running) -> None:
    other = WHOLE.replace(b'"a"', b'"b"')
    last = b"GET /visits HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n"
    found = exchange(desk, WHOLE + other + last, half=False)
    assert statuses(found) == [201, 201, 200]
    assert found.endswith(b'["a","b"]')


@pytest.mark.parametrize("kept", [3, len(HEAD), len(HEAD) + 5, len(WHOLE) - 1])
def test_request_that_breaks_off_does_nothing(desk: Running, kept: int) -> None:
    exchange(desk, WHOLE[:kept])
    assert visits(desk) == []


@pytest.mark.parametrize(
    "sent",
    [
        HEAD + LENGTH + b"Content-Length: 14\r\n\r\n" + VISIT + b" ",
        HEAD + b"Content-Length: 13, 13\r\nContent-Length: 1\r\n\r\n" + VISIT,
        HEAD + b"Content-Length: -13\r\n\r\n" + VISIT,
        HEAD + b"Content-Length: 0x0d\r\n\r\n" + VISIT,
        HEAD + b"Transfer-Encoding: chunked, gzip\r\n\r\n" + VISIT,
        HEAD + b"Transfer-Encoding: chunked\r\n\r\nZZ\r\n" + VISIT,
        HEAD + b"Transfer-Encoding : chunked\r\n" + LENGTH + b"\r\n" + VISIT,
        HEAD + b"X: a\x00b\r\n" + LENGTH + b"\r\n" + VISIT,
        HEAD + b"Host: evil.example\r\n" + LENGTH + b"\r\n" + VISIT,
        WHOLE.replace(b"Host: 127.0.0.1\r\n", b""),
        WHOLE.replace(b"/visits", b"/\x00visits"),
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    ],
    ids=range(13),
)
def test_request_that_two_programs_may_read_in_two_ways_does_nothing(
    desk: Running, sent: bytes
) -> None:
    """A proxy and we have to mean the same request."""
    found = exchange(desk, sent + WHOLE)
    assert not [each for each in statuses(found) if each < 400]
    assert visits(desk) == []


@pytest.mark.parametrize(
    "target", [b"http://evil.example/visits", b"//evil.example/visits", b"*"]
)
def test_request_for_another_place_does_nothing(desk: Running, target: bytes) -> None:
    exchange(desk, WHOLE.replace(b"/visits", target))
    assert visits(desk) == []


def test_length_beside_chunks_is_not_a_second_request(desk: Running) -> None:
    hidden = b"0\r\n\r\n" + WHOLE
    length = f"Content-Length: {len(hidden)}\r\n".encode()
    sent = HEAD + length + b"Transfer-Encoding: chunked\r\n\r\n" + hidden
    found = exchange(desk, sent)
    assert 201 not in statuses(found)[:1]
    assert len(statuses(found)) <= 2


def test_header_of_ours_holds_no_line_of_others(desk: Running) -> None:
    for path in ("/%0d%0aX-Evil:%201", "/visits?lang=en%0d%0aX-Evil:1"):
        answer = desk.client.get(path, headers={"Accept-Language": "en"})
        assert "x-evil" not in answer.headers


def test_subscriber_of_ipv6_has_one_pace() -> None:
    """Each of them has 2^64 addresses."""
    pace = Pace(rate=60, burst=2)
    took = [pace.take(group_address(f"2001:db8::{n:x}"), 0.0) for n in range(4)]
    assert [each == 0 for each in took] == [True, True, False, False]
    assert pace.take(group_address("2001:db8:0:1::1"), 0.0) == 0
    assert len({group_address(f"::ffff:192.0.2.{n}") for n in (1, 2)}) == 2
