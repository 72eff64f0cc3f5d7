"""Events decode from the one encoding that their contract gives them."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import get_args

import pytest
from eth_abi.abi import encode
from hypothesis import given
from hypothesis import strategies as st

from election.crypto.signature import Signature
from election.crypto.transcript import Address, Hash, hash_bytes, uint_word
from election.errors import EncodingError
from election.protocol import events
from election.protocol.abi import (
    ContractName,
    decode_answer,
    decode_event,
    encode_call,
    read_abi,
)
from election.protocol.board import Log
from election.protocol.events import Event

HOME = Address(b"\1" * 20)
SOMEONE = Address(b"\2" * 20)


def log_of(signature: str, *indexed: bytes, data: bytes = b"") -> Log:
    topics = (hash_bytes(signature.encode()), *(Hash(word) for word in indexed))
    return Log(HOME, topics, data, 1, 1, Hash(bytes(32)), 0)


LISTED = log_of(
    "ListPublished(uint256,bytes32,uint256)",
    uint_word(7),
    data=bytes([9]) * 32 + uint_word(5),
)
SHARE = log_of(
    "ShareAccepted(uint256,uint256,bytes32[4][],bytes32[4],bytes32[4],uint256)",
    uint_word(1),
    uint_word(2),
    data=encode(
        ["bytes32[4][]", "bytes32[4]", "bytes32[4]", "uint256"],
        [
            [[bytes([n]) * 32 for n in range(4)]] * 2,
            [bytes(32)] * 4,
            [b"\7" * 32] * 4,
            3,
        ],
    ),
)
EXTENDED = log_of(
    "Extended(uint256,uint256,(uint256,uint256,uint256),(uint256,uint256,uint256)[])",
    data=encode(
        [
            "uint256",
            "uint256",
            "(uint256,uint256,uint256)",
            "(uint256,uint256,uint256)[]",
        ],
        [0, 600, (27, 1, 2), [(28, 3, 4)]],
    ),
)
CREATED = log_of(
    "BoxCreated(uint256,address,bytes32)",
    b"\1".rjust(32, b"\0"),
    data=b"\0" * 12 + SOMEONE + b"\3" * 32,
)


def test_every_event_has_a_class_with_its_fields() -> None:
    announced = {
        entry["name"]: [each["name"] for each in entry["inputs"]]
        for name in ContractName
        for entry in read_abi(name)
        if entry["type"] == "event"
    }
    classes = {
        kind.__name__: [field.name for field in fields(kind)]
        for kind in get_args(Event)
    }
    assert announced == classes


def test_words_become_values() -> None:
    event = decode_event(LISTED, ContractName.VOTER_LIST)
    assert event == events.ListPublished(7, Hash(bytes([9]) * 32), 5)


def test_points_become_their_bytes() -> None:
    event = decode_event(SHARE, ContractName.TALLY)
    assert isinstance(event, events.ShareAccepted)
    point = b"".join(bytes([n]) * 32 for n in range(4))
    assert event.decryption == 2 * point
    assert event.t2 == b"\7" * 128


def test_structures_become_values_of_the_protocol() -> None:
    event = decode_event(EXTENDED, ContractName.ELECTION)
    expected = events.Extended(0, 600, Signature(27, 1, 2), (Signature(28, 3, 4),))
    assert event == expected


def test_addresses_become_their_bytes() -> None:
    event = decode_event(CREATED, ContractName.ELECTION)
    assert event == events.BoxCreated(1, SOMEONE, Hash(b"\3" * 32))


@pytest.mark.parametrize("log", [LISTED, SHARE, EXTENDED, CREATED])
def test_event_of_another_contract_is_refused(log: Log) -> None:
    with pytest.raises(EncodingError, match="no event of KeyCeremony"):
        decode_event(log, ContractName.KEY_CEREMONY)


@pytest.mark.parametrize(
    ("log", "name"),
    [
        (replace(LISTED, data=LISTED.data + bytes(32)), ContractName.VOTER_LIST),
        (replace(LISTED, data=LISTED.data[:-1]), ContractName.VOTER_LIST),
        (replace(LISTED, topics=LISTED.topics[:1]), ContractName.VOTER_LIST),
        (
            replace(LISTED, topics=(*LISTED.topics, LISTED.topics[1])),
            ContractName.VOTER_LIST,
        ),
        (replace(LISTED, topics=()), ContractName.VOTER_LIST),
        (
            replace(CREATED, topics=(CREATED.topics[0], Hash(b"\1" * 32))),
            ContractName.BALLOT_BOX,
        ),
        (
            replace(SHARE, data=bytes(31) + b"\xa0" + SHARE.data[32:]),
            ContractName.TALLY,
        ),
        (replace(SHARE, data=b"\xff" * 32 + SHARE.data[32:]), ContractName.TALLY),
    ],
)
def test_other_encoding_is_refused(log: Log, name: ContractName) -> None:
    with pytest.raises(EncodingError):
        decode_event(log, name)


@given(
    raw=st.binary(max_size=400),
    topics=st.lists(st.binary(min_size=32, max_size=32), max_size=4),
    log=st.sampled_from([LISTED, SHARE, EXTENDED, CREATED]),
    name=st.sampled_from(ContractName),
)
def test_random_bytes_raise_nothing_else(
    raw: bytes, topics: list[bytes], log: Log, name: ContractName
) -> None:
    words = (log.topics[0], *(Hash(word) for word in topics))
    try:
        decode_event(replace(log, topics=words, data=raw), name)
    except EncodingError:
        return


def test_calls_and_answers_follow_the_abi() -> None:
    calldata = encode_call(ContractName.TALLY, "share", 1, 2)
    assert calldata == (
        hash_bytes(b"share(uint256,uint256)")[:4] + uint_word(1) + uint_word(2)
    )
    raw = encode(["address[]"], [["0x" + SOMEONE.hex()]])
    assert decode_answer(ContractName.ELECTION, "observers", raw) == (SOMEONE,)
    assert decode_answer(ContractName.ELECTION, "phase", uint_word(5)) == 5
    with pytest.raises(EncodingError):
        decode_answer(ContractName.ELECTION, "phase", b"")
