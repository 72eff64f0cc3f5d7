"""A notice is of one gateway and of one message about one request."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from election.crypto.signature import SigningKey, derive_address
from election.crypto.transcript import Hash
from election.errors import AttestationError
from election.protocol.notice import Notice, accept_notice, sign_notice

KEY, OTHER = SigningKey(777), SigningKey(778)
GATEWAY = derive_address(KEY)
NOTICE = Notice(Hash(b"\1" * 32), Hash(b"\2" * 32), Hash(b"\3" * 32), 99, "A-1")


def test_notice_of_the_gateway_is_taken() -> None:
    signature = sign_notice(NOTICE, KEY)
    assert accept_notice(NOTICE, signature, gateway=GATEWAY) == NOTICE


@pytest.mark.parametrize(
    ("key", "change"),
    [
        (OTHER, {}),
        (KEY, {"ctx": Hash(bytes(32))}),
        (KEY, {"leaf": Hash(bytes(32))}),
        (KEY, {"subject": Hash(bytes(32))}),
        (KEY, {"time": 100}),
        (KEY, {"serial": "A-2"}),
    ],
)
def test_notice_of_another_key_or_message_is_refused(
    key: SigningKey, change: dict[str, Any]
) -> None:
    signature = sign_notice(replace(NOTICE, **change), key)
    with pytest.raises(AttestationError, match="signed by another key"):
        accept_notice(NOTICE, signature, gateway=GATEWAY)
