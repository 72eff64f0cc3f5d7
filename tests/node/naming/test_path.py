"""Spell why something failed, and through which calls."""

from __future__ import annotations

from functools import cache

import pytest
from eth_abi.abi import encode

from election.artifacts import read_artifact
from node.config import DEFAULT_PATH
from node.evm.failing import Step, Trace
from node.naming.dictionary import Dictionary, read_dictionary
from node.naming.path import PathSpeller

_ROOT = DEFAULT_PATH.parent
_AT = b"\x11" * 20


@cache
def _dictionary() -> Dictionary:
    return read_dictionary(_ROOT / "abi")


def _revert(reason: str) -> bytes:
    return bytes.fromhex("08c379a0") + encode(["string"], [reason])


def _call(title: str) -> Step:
    contract, _, name = title.partition(".")
    (selector,) = (
        at
        for at, found in _dictionary().functions.items()
        if (found[0].contract, found[0].entry["name"]) == (contract, name)
    )
    return Step(_AT, selector)


def _precompile(number: int) -> Step:
    return Step(number.to_bytes(20, "big"), b"")


def _make(contract: str) -> Step:
    return Step(_AT, b"", read_artifact(contract).initcode)


_CAST, _PAIRING = _call("BallotBox.cast"), _precompile(0x0F)
_DEPLOY, _BOX = _call("Deployer.deploy"), _call("Election.create_box")
_SEAT = _revert("key_ceremony: not quorate")
_UNKNOWN = Step(_AT, b"\0\1\2\3")


def _spell(
    steps: tuple[Step, ...], inner: str | bytes, outer: str | bytes, skipped: int = 0
) -> str:
    """Spell a failure outside and inside: words of the machine, or revert data."""
    (first, data), (failure, output) = (
        ("execution reverted", why) if isinstance(why, bytes) else (why, b"")
        for why in (inner, outer)
    )
    speller = PathSpeller(_dictionary(), lambda at: f"0x{at.hex()[:8]}")
    return speller.spell_failure(failure, output, Trace(steps, skipped, first, data))


@pytest.mark.parametrize(
    ("steps", "inner", "outer", "expected"),
    [
        (
            (_CAST, _PAIRING),
            "out of gas",
            b"",
            "BallotBox.cast -> precompile pairing: out of gas",
        ),
        (
            (_DEPLOY, _make("Election"), _make("KeyCeremony")),
            _SEAT,
            _SEAT,
            "Deployer.deploy -> Election.__init__ -> KeyCeremony.__init__: key_cerem",
        ),
        (
            (_BOX, _make("SmallBallotBox")),
            "out of gas",
            b"",
            "Election.create_box -> BallotBox.__init__: out of gas",
        ),
        (
            (_CAST, _PAIRING),
            "input: wrong length",
            _revert("no"),
            "no, after BallotBox.cast -> precompile pairing: input: wrong length",
        ),
        (
            (_UNKNOWN, Step(_AT, b"", b"\xfe")),
            b"",
            b"",
            "0x11111111 -> new contract.__init__: execution reverted",
        ),
        ((_UNKNOWN, _precompile(0x12)), "out of gas", b"", "0x11111111 -> 0x00000000"),
        ((_UNKNOWN, _precompile(0)), b"", b"", "0x11111111 -> 0x00000000"),
        ((_CAST, _precompile(1)), "out of gas", b"", "BallotBox.cast -> precompile ec"),
    ],
)
def test_a_path_is_told_before_its_reason(
    steps: tuple[Step, ...], inner: str | bytes, outer: str | bytes, expected: str
) -> None:
    assert _spell(steps, inner, outer).startswith(expected)


def test_a_failure_without_a_path_is_told_alone() -> None:
    speller = PathSpeller(_dictionary(), lambda _: "")
    assert speller.spell_failure("out of gas", b"", None) == "out of gas"
    told = speller.spell_failure("execution reverted", _SEAT, None)
    assert told == "key_ceremony: not quorate"


def test_what_was_left_out_is_counted_where_it_was() -> None:
    steps = (*[_CAST] * 4, *[_BOX] * 4)
    told = _spell(steps, b"", b"", skipped=1_000).partition(": ")[0]
    assert told.split(" -> ")[3:6] == [
        "BallotBox.cast",
        "(1000 more)",
        "Election.create_box",
    ]


def test_names_and_reasons_are_bounded() -> None:
    long = _revert("x" * 4_000)
    speller = PathSpeller(_dictionary(), lambda _: "n" * 10_000)
    trace = Trace((_UNKNOWN,) * 8, 1, "execution reverted", long)
    told = speller.spell_failure("execution reverted", _revert("y" * 4_000), trace)
    assert len(told) < 2 * 600 + 9 * 90


def test_a_contract_is_known_by_the_functions_in_its_initcode() -> None:
    codes = {name: read_artifact(name).initcode for name in _dictionary().contracts}
    found = {name: _dictionary().title_initcode(code) for name, code in codes.items()}
    assert found == {name: name for name in codes} | {"Deployer": None}


def test_the_guide_to_a_node_shows_such_a_line() -> None:
    guide = (_ROOT / "docs" / "running-a-node.md").read_text("utf-8")
    steps = (_DEPLOY, _make("Election"), _make("KeyCeremony"))
    assert f"gas, failed: {_spell(steps, _SEAT, _SEAT)}\n" in guide
