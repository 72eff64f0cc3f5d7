"""A proof that a network gave holds, and no other made of it does."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from finality.errors import FinalityError, ProofFileError, ProofRefusedError
from finality.proof_file import ProofFile, decode_proof, encode_proof
from finality.verify import verify_proof
from tests.finality.conftest import VECTORS

Recorded = Callable[[str], ProofFile]


def test_a_transaction_is_proven(recorded: Recorded) -> None:
    proven = verify_proof(recorded("transaction"))
    assert proven.transaction is not None
    digest, receipt = proven.transaction
    assert (len(digest), receipt.succeeded, len(receipt.logs)) == (32, True, 1)
    assert proven.genesis.names == ("commission", "party", "press", "university")


def test_a_value_is_proven(recorded: Recorded) -> None:
    proven = verify_proof(recorded("storage"))
    assert proven.storage is not None
    assert proven.storage[2] == 3


def test_a_proof_leads_through_the_changes_of_the_validators(
    recorded: Recorded,
) -> None:
    proof = recorded("changes")
    assert [len(each.validators) for each in proof.changes] == [5, 4]
    assert verify_proof(proof).transaction is not None


@pytest.mark.parametrize(
    ("places", "fact"),
    [
        ([0], "other validators"),
        ([1], "other validators"),
        ([1, 0], "other validators"),
        ([0, 0, 1], "come after"),
    ],
)
def test_no_change_is_left_out_or_comes_out_of_turn(
    recorded: Recorded, places: list[int], fact: str
) -> None:
    """Without any it would hold: those who began are those who sign again."""
    proof = recorded("changes")
    changes = [proof.changes[place] for place in places]
    with pytest.raises(ProofRefusedError, match=fact):
        verify_proof(msgspec.structs.replace(proof, changes=changes))


@pytest.mark.parametrize("place", [0, 1])
def test_a_change_names_the_very_set_that_follows(
    recorded: Recorded, place: int
) -> None:
    proof = recorded("changes")
    changes = list(proof.changes)
    short = changes[place].validators[1:]
    changes[place] = msgspec.structs.replace(changes[place], validators=short)
    with pytest.raises(ProofRefusedError, match="said to follow"):
        verify_proof(msgspec.structs.replace(proof, changes=changes))


def test_a_proof_of_another_network_is_refused(recorded: Recorded) -> None:
    proof = recorded("storage")
    digest = verify_proof(proof).genesis.digest
    assert verify_proof(proof, digest).genesis.digest == digest
    with pytest.raises(ProofRefusedError, match="another network"):
        verify_proof(proof, bytes(32))


@pytest.mark.parametrize("name", ["transaction", "storage", "changes"])
def test_a_proof_is_one_text(recorded: Recorded, name: str) -> None:
    proof = recorded(name)
    assert decode_proof(encode_proof(proof)) == proof


def _places(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[Any]:
    """Yield the place of every hash, number and byte string of a document."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _places(inner, (*path, key))
    elif isinstance(value, list):
        for at, inner in enumerate(value):
            yield from _places(inner, (*path, at))
    elif isinstance(value, int) or (isinstance(value, str) and value[:2] == "0x"):
        yield path


def _changed(value: str | int) -> str | int:
    if isinstance(value, int):
        return value + 1
    return value[:-1] + ("0" if value[-1] != "0" else "1")


def _cases(name: str) -> list[Any]:
    document = json.loads((VECTORS / f"{name}.json").read_text())
    return [
        pytest.param(name, path, id="-".join(map(str, (name, *path))))
        for path in _places(document)
    ]


@pytest.mark.parametrize(("name", "path"), [*_cases("transaction"), *_cases("storage")])
def test_no_field_can_be_changed(name: str, path: tuple[Any, ...]) -> None:
    document = json.loads((VECTORS / f"{name}.json").read_text())
    inner = document
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = _changed(inner[path[-1]])
    before = verify_proof(decode_proof((VECTORS / f"{name}.json").read_bytes()))
    try:
        proven = verify_proof(decode_proof(json.dumps(document).encode()))
    except FinalityError:
        return
    # What a slot holds is asked of another slot: then it is said to be of that one.
    assert path[-1] == "slot"
    assert proven.storage != before.storage


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"[" * 100_000, id="deep"),
        pytest.param(b"{}", id="no fields"),
        pytest.param(b'{"format": "veche-proof/2"}', id="another format"),
        pytest.param(b"\xff", id="no text"),
    ],
)
def test_a_file_that_is_no_proof_is_refused(text: bytes) -> None:
    with pytest.raises(ProofFileError):
        decode_proof(text)


@pytest.mark.parametrize("change", [{"more": 1}, {"changes": None}, {"block": "0X00"}])
def test_a_file_is_read_strictly(change: dict[str, Any]) -> None:
    document = json.loads((VECTORS / "storage.json").read_text()) | change
    with pytest.raises(ProofFileError):
        decode_proof(json.dumps(document).encode())


def test_a_line_end_is_no_digit() -> None:
    text = (VECTORS / "storage.json").read_text()
    document = json.loads(text)
    document["block"] += "\n"
    with pytest.raises(ProofFileError):
        decode_proof(json.dumps(document).encode())


@pytest.mark.parametrize("power", ['"1e999"', "1e999", '"0"', '"-1"', "10", "null"])
def test_a_power_that_is_none_is_refused(power: str) -> None:
    document = json.loads((VECTORS / "storage.json").read_text())
    before = document["genesis"]
    document["genesis"] = before.replace('"power": "10"', f'"power": {power}', 1)
    assert document["genesis"] != before
    with pytest.raises(ProofFileError):
        verify_proof(decode_proof(json.dumps(document).encode()))


_HEXED = [
    path
    for path in _places(json.loads((VECTORS / "transaction.json").read_text()))
    if path[0] in ("block", "receipt") and path[-1] != "index"
]


@given(st.sampled_from(_HEXED), st.binary(max_size=60), st.integers(0, 600))
def test_odd_bytes_are_refused_and_nothing_else(
    path: tuple[Any, ...], odd: bytes, at: int
) -> None:
    document = json.loads((VECTORS / "transaction.json").read_text())
    inner = document
    for key in path[:-1]:
        inner = inner[key]
    before = bytes.fromhex(inner[path[-1]][2:])
    after = before[:at] + odd
    if after == before:
        return
    inner[path[-1]] = "0x" + after.hex()
    with pytest.raises(FinalityError):
        verify_proof(decode_proof(json.dumps(document).encode()))
