"""Two audits of a bundle in which anything was changed say the same of it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from random import Random

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from election.audit.bundle import decode_bundle, encode_bundle
from election.audit.errors import BundleError
from election.protocol.board import Board
from reference.audit import audit_bundle
from reference.build import Build
from reference.bundle import read_bundle
from reference.errors import NoBundleError
from tests.audit.tampering import examine

DIGITS = b"0123456789abcdef"
FEW = settings(
    max_examples=25,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)
MANY = settings(FEW, max_examples=150)
randoms = st.randoms(use_true_random=True)


def seal(lines: list[bytes]) -> bytes:
    body = b"".join(line + b"\n" for line in lines)
    digest = hashlib.sha256(body).hexdigest()
    end = f'{{"line":"end","lines":{len(lines)},"sha256":"{digest}"}}\n'
    return body + end.encode()


def change(text: bytes, random: Random) -> bytes:
    """Change some lines as whoever passes a bundle on could, and seal it anew."""
    lines = text.splitlines()[:-1]
    for _ in range(random.choice((1, 1, 2, 5))):
        at, other = random.randrange(len(lines)), random.randrange(len(lines))
        lines[at : at + 1] = random.choice(
            (
                [],
                [lines[at]] * 2,
                [lines[other]],
                [change_line(lines[at], random)],
                [change_line(lines[at], random)],
                [change_line(lines[at], random)],
            )
        )
    return seal(lines)


def change_line(line: bytes, random: Random) -> bytes:
    """Change digits of a line, or whole words of what it holds, or anything."""
    at = random.randrange(len(line))
    digit = random.choice(DIGITS).to_bytes(1, "big")
    word = f"{random.randrange(300):064x}".encode()
    start = line.rfind(b"0x", 0, at) + 2
    start += (at - start) // 64 * 64
    return random.choice(
        (
            line[:at] + digit + line[at + 1 :],
            line[:at] + digit + line[at + 1 :],
            line[:start] + word + line[start + 64 :],
            line[:start] + line[start + 64 :],
            line[:at] + random.randbytes(3) + line[at:],
        )
    )


def opens(raw: bytes) -> bool:
    """Tell whether the first audit takes a file for a bundle."""
    try:
        decode_bundle(raw)
    except BundleError:
        return False
    return True


@MANY
@given(randoms)
def test_changed_bundle_is_read_by_both_or_by_neither(
    board: Board, random: Random
) -> None:
    raw = change(encode_bundle(board), random)
    try:
        read_bundle(raw)
    except NoBundleError:
        assert not opens(raw)
    else:
        assert opens(raw)


@FEW
@given(randoms)
def test_changed_bundle_is_judged_alike_by_both(
    board: Board, builds: Mapping[str, Build], random: Random
) -> None:
    raw = change(encode_bundle(board), random)
    try:
        report = audit_bundle(raw, builds=builds)
    except NoBundleError:
        return
    refuted = {check.name for check in report.checks if not check.held}
    assert refuted == examine(decode_bundle(raw)).keys()
