"""Compiled bytecode against py-evm's own loop, opcode by opcode."""

from __future__ import annotations

import textwrap
import tracemalloc
from collections.abc import Iterator
from itertools import product

import pytest
from eth.vm.opcode_values import (
    DUP1,
    JUMPDEST,
    PUSH0,
    PUSH32,
    SWAP16,
)
from hypothesis import example, given, settings
from hypothesis import strategies as st

from node.evm import compiler
from node.evm.arithmetic import MASK
from node.evm.compiler import program, programs
from node.evm.compiler.path import write_path
from node.evm.compiler.programs import read_program
from node.evm.templates import TEMPLATES
from tests.node.bytecode import assemble
from tests.node.evm.beside_py_evm import CALLEE, CODE, compare, compare_all
from tests.node.evm.drawn_programs import Call


@pytest.fixture(autouse=True, scope="module", params=[0, 2**60], ids=["hot", "cold"])
def _compile_everything_or_nothing(request: pytest.FixtureRequest) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(program, "_HOT_VISITS", request.param)
        patch.setattr(program, "_GAS_PER_LETTER", 0)
        read_program.cache_clear()
        yield
    read_program.cache_clear()


def test_programs_that_are_kept_take_no_more_memory_than_they_may(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Code of jump destinations alone takes seventy times its bytes."""
    monkeypatch.setattr(programs, "_MAX_BYTES", 3_000_000)
    codes = [bytes([JUMPDEST]) * 10_000 + bytes([number]) for number in range(8)]
    first = read_program(codes[0])
    used = [read_program(code) for code in codes[1:]]
    kept = read_program._kept.values()
    assert sum(program.weight for program in kept) <= 3_000_000
    assert read_program(codes[-1]) is used[-1]
    assert read_program(codes[0]) is not first


_SHORT_PATHS = bytes.fromhex("5b00") * 500
_LONG_LITERALS = b"".join(
    assemble(f"JUMPDEST 1_024 {at} 0 CODECOPY") for at in range(30)
)


@pytest.mark.parametrize("code", [_SHORT_PATHS, _LONG_LITERALS], ids=["short", "long"])
def test_paths_take_no_more_than_they_weigh(code: bytes) -> None:
    kept = program.Program(code)
    tracemalloc.start()
    for start in kept.destinations:
        programs.compile_path(kept, start)
    taken, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(kept.paths) == code.count(JUMPDEST)
    assert taken < 1.5 * kept.weight


def test_places_that_runs_began_at_take_no_more_than_they_weigh() -> None:
    """Each opcode behind one that is not inline is such a place."""
    code = assemble("CALLER SLOAD POP " * 8_000)
    kept = program.Program(code)
    tracemalloc.start()
    for place in range(len(code)):
        kept.count_visit(place)
    taken, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert taken < 1.5 * kept.weight


def test_a_path_is_paid_for_by_its_letters(monkeypatch: pytest.MonkeyPatch) -> None:
    """A line of a few opcodes may hold kilobytes of what they copy."""
    monkeypatch.setattr(program, "_HOT_VISITS", 0)
    monkeypatch.setattr(program, "_GAS_PER_LETTER", 1)
    kept = program.Program(_LONG_LITERALS)
    kept.spent = 30_000
    assert kept.count_visit(0)
    programs.compile_path(kept, 0)
    other = max(kept.destinations)
    assert not kept.count_visit(other)
    kept.spent += kept._letters
    assert kept.count_visit(other)


def test_function_is_as_the_tour_shows_it() -> None:
    """node/evm/compiler/__init__.py begins with a path and the Python made of it."""
    tour = compiler.__doc__ or ""
    source = tour.split("`")[1].replace("PUSH1 ", "")
    shown = tour[tour.index("    def path") : tour.index("\n\nNames")]
    made = write_path(program.Program(assemble(source)), 0)
    assert made == textwrap.dedent(shown)


def test_program_that_is_used_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(programs, "_MAX_PROGRAMS", 2)
    first = read_program(b"\x00")
    for number in range(1, 5):
        read_program(bytes([0, number]))
        assert read_program(b"\x00") is first


_INTERESTING = [
    0,
    1,
    2,
    3,
    7,
    31,
    32,
    33,
    63,
    64,
    100,
    255,
    256,
    257,
    2**16,
    2**64,
    2**128 - 1,
    2**255 - 1,
    2**255,
    2**255 + 1,
    MASK - 1,
]


_SPANS = (0, 1, 33, 100, MASK)
_FUNCTIONS = [
    opcode
    for opcode, template in TEMPLATES.items()
    if template.gives and len(template.lines) == 1
]


@pytest.mark.parametrize("opcode", _FUNCTIONS)
def test_a_function_agrees_on_interesting_operands(opcode: int) -> None:
    """Every pair, the third operand running along; all results are returned."""
    drop = " ".join(["POP"] * (3 - TEMPLATES[opcode].takes))
    pairs = list(product(_INTERESTING, repeat=2))
    code = b""
    for place, (x, y) in enumerate(pairs):
        z = _INTERESTING[place % 21]
        code += assemble(f"{z} {y} {x}") + bytes([opcode])
        code += assemble(f"{32 * place} MSTORE {drop}")
    code += assemble(f"{32 * len(pairs)} 0 RETURN")
    assert not compare(code, gas=1_000_000).failed


@pytest.mark.parametrize("opcode", sorted(set(TEMPLATES) - set(_FUNCTIONS)))
@pytest.mark.parametrize("x", _SPANS)
def test_an_effect_agrees_on_interesting_operands(opcode: int, x: int) -> None:
    """What touches memory, with spans that fit, spill over and cost too much."""
    tail = "0 MSTORE" if TEMPLATES[opcode].gives else ""
    for y in _SPANS:
        for z in (0, 33):
            code = assemble(f"{z} {y} {x}") + bytes([opcode])
            compare(code + assemble(f"{tail} MSIZE 64 MSTORE 128 0 RETURN"), gas=60_000)


@pytest.mark.parametrize("gas", range(80))
def test_gas_runs_out_at_the_same_limit(gas: int) -> None:
    code = assemble("7 8 MUL 0 MSTORE 64 0 SHA3 9 EXP 32 MSTORE 33 0 RETURN")
    compare(code, gas=gas)


@pytest.mark.parametrize("source", ["1", "1 DUP1 SWAP1", "PC", "GAS", "JUMPDEST", "0"])
def test_gas_that_ends_with_the_code_runs_out_at_the_same_limit(source: str) -> None:
    """Nothing comes after it that would notice."""
    code = assemble(f"0 POP {source}")
    failed = [compare(code, gas=gas).failed for gas in range(16)]
    assert True in failed
    assert failed == sorted(failed, reverse=True)
    assert not failed[-1]


def test_a_loop_agrees() -> None:
    code = assemble(
        "50 JUMPDEST DUP1 DUP1 MUL 0 MLOAD ADD 0 MSTORE 1 SWAP1 SUB DUP1 2 JUMPI"
        " 32 0 RETURN"
    )
    assert not compare(code).failed


@pytest.mark.parametrize(
    "source",
    [
        pytest.param("3 JUMP STOP", id="to no JUMPDEST"),
        pytest.param("4 JUMP 0x5b STOP", id="into the data of a PUSH"),
        pytest.param("1 4 JUMPI 0x5b STOP", id="conditionally into data"),
        pytest.param("0 4 JUMPI 0x5b STOP", id="not taken into data"),
        pytest.param("CALLDATASIZE JUMP", id="to a computed place outside"),
        pytest.param(
            "94 CALLDATASIZE SUB JUMP JUMPDEST STOP", id="to a computed place"
        ),
        pytest.param("1 CALLDATASIZE JUMPI", id="conditionally outside"),
        pytest.param("JUMPDEST 0 JUMP", id="forever"),
        pytest.param("1", id="end of code"),
        pytest.param("POP", id="from an empty stack"),
        pytest.param("1 SWAP1", id="swap beyond the stack"),
        pytest.param("1 DUP2", id="dup beyond the stack"),
        pytest.param("JUMPDEST 1 0 JUMP", id="until the stack is full"),
        pytest.param("JUMPDEST PC PC ADD 2 1 JUMPI", id="reading its position"),
    ],
)
def test_control_flow_agrees(source: str) -> None:
    compare(assemble(source), gas=60_000)


@pytest.mark.parametrize("height", range(1_020, 1_026))
def test_the_stack_limit_agrees(height: int) -> None:
    """Depths around 1024, in one block and across the cut between blocks."""
    compare(bytes([PUSH0]) * height)
    compare(bytes([PUSH0]) * (height - 2) + bytes([JUMPDEST, PUSH0, PUSH0]))


def test_a_truncated_push_reads_zeros() -> None:
    compare(assemble("0 0 LOG0") + bytes([PUSH32, 0xFF]))


@pytest.mark.parametrize(
    "callee", [1, 2, 4, 5, 0x0B, 0x0F, 0x10, int.from_bytes(CALLEE)]
)
@pytest.mark.parametrize("call", ["CALL", "STATICCALL", "DELEGATECALL", "CALLCODE"])
@pytest.mark.parametrize("value", [0, 1])
@pytest.mark.parametrize("gas", [0, 50, 500, 70_000, MASK])
def test_a_call_agrees(callee: int, call: str, value: int, gas: int) -> None:
    """Input, output, gas kept back, value, and the memory paid for."""
    moved = f"{value}" if call in ("CALL", "CALLCODE") else ""
    code = assemble(
        f"100 0 0 CALLDATACOPY 48 200 96 5 {moved} {callee} {gas} {call}"
        " 0 MSTORE RETURNDATASIZE 32 MSTORE RETURNDATASIZE 0 64 RETURNDATACOPY"
        " GAS 400 MSTORE 512 0 RETURN"
    )
    compare(code)


@pytest.mark.parametrize("call", ["CALL", "STATICCALL"])
def test_a_valid_precompile_call_agrees(call: str) -> None:
    moved = "0" if call == "CALL" else ""
    code = assemble(
        f"128 0 256 0 {moved} 0x0b GAS {call} 256 MSTORE 288 0 RETURN"
    )  # infinity plus infinity
    assert not compare(code).failed


def test_a_call_inside_a_static_call_agrees() -> None:
    """A static frame may call a precompile, without value."""
    inner = assemble("0 0 32 0 0 4 GAS CALL 0 MSTORE 32 0 RETURN")
    store = b"".join(
        assemble(f"{byte} {place} MSTORE8") for place, byte in enumerate(inner)
    )
    code = store + assemble(
        f"{len(inner)} 0 0 CREATE 32 0 0 0 DUP5 GAS STATICCALL POP 32 0 RETURN"
    )
    compare(code, gas=400_000)


_KNOWN = "7 0 MSTORE 8 32 MSTORE 9 64 MSTORE"
_WRITES = (
    "5 1 MSTORE",
    "5 31 MSTORE",
    "5 63 MSTORE8",
    "5 CALLDATASIZE 60 SWAP1 SUB MSTORE",
    "5 CALLDATASIZE 69 SWAP1 SUB MSTORE8",
    "33 64 0 MCOPY",
    "64 0 1 MCOPY",
    "32 5 3 CALLDATACOPY",
    "64 CALLDATASIZE 16 CALLDATACOPY",
    "33 2 40 CODECOPY",
    "32 0 32 CODECOPY",
    "40 30 20 0 0 2 GAS CALL POP",
    f"64 16 0 0 0x{CALLEE.hex()} GAS STATICCALL POP",
    f"4 0 0 0 0x{CALLEE.hex()} GAS STATICCALL POP {_KNOWN} 40 8 30 RETURNDATACOPY",
    f"50 0 9 0x{CALLEE.hex()} EXTCODECOPY",
)


@pytest.mark.parametrize("over", _WRITES)
def test_what_was_known_of_memory_is_not_believed_after_a_write(over: str) -> None:
    done = compare(
        assemble(
            f"{_KNOWN} {over} 0 MLOAD 32 MLOAD 64 MLOAD ADD ADD 96 MSTORE 128 0 RETURN"
        )
    )
    assert not done.failed


@pytest.mark.parametrize("over", _WRITES)
def test_a_word_is_not_copied_from_where_something_else_is_by_now(over: str) -> None:
    held = "CALLER DUP1 0 MSTORE ADDRESS DUP1 32 MSTORE ORIGIN 1 ADD DUP1 64 MSTORE"
    code = f"{held} {over} 96 MSTORE 128 MSTORE 160 MSTORE 192 0 RETURN"
    assert not compare(assemble(code)).failed


@pytest.mark.parametrize("found", ["LT", "GT", "EQ", "XOR", "SUB", "LT ISZERO"])
@pytest.mark.parametrize("way", ["", "ISZERO", "7 DUP3 GT OR"])
def test_what_a_branch_found_is_not_believed_too_far(found: str, way: str) -> None:
    """On both sides of a comparison with 5, all other comparisons are made."""
    others = " ".join(
        f"{edge} DUP2 {each} {32 * place} MSTORE"
        for place, (edge, each) in enumerate(product((4, 5, 6, 7), ("LT", "GT", "EQ")))
    )
    masked = (
        "DUP1 6 AND 384 MSTORE DUP1 5 SUB 416 MSTORE DUP1 251 SHL 251 SHR 448 MSTORE"
    )
    rest = f"{others} {masked} 480 0 RETURN"
    source = f"0 CALLDATALOAD 5 DUP2 {found} {way} %d JUMPI {rest} JUMPDEST {rest}"
    after = assemble(source % 255).index(b"\xf3\x5b") + 1  # RETURN, JUMPDEST
    code = assemble(source % after)
    words = [n.to_bytes(32, "big") for n in (*range(9), 255, MASK)]
    calls = [Call(CODE, word, 100_000) for word in words]
    assert not any(done.failed for done in compare_all({CODE: code}, calls))


_pushes = st.one_of(
    st.sampled_from(_INTERESTING), st.integers(0, 300), st.integers(0, MASK)
).map(lambda value: assemble(str(value)))
_natives = st.sampled_from([*TEMPLATES, JUMPDEST, 0x58, *range(DUP1, SWAP16 + 1)]).map(
    lambda opcode: bytes([opcode])
)
_foreign = st.sampled_from(
    [
        49,
        59,
        63,
        64,
        65,
        68,
        69,
        71,
        72,
        84,
        85,
        90,
        92,
        93,
        160,
        161,
        162,
        240,
        241,
        244,
        245,
        250,
        243,
        253,
        254,
        255,
        0,
    ]
).map(lambda opcode: bytes([opcode]))
_jumps = st.integers(0, 90).map(lambda target: assemble(f"{target} JUMPI"))
_programs = st.lists(
    st.one_of(_pushes, _pushes, _natives, _natives, _foreign, _jumps), max_size=40
).map(b"".join)


@settings(max_examples=300)
@given(_programs, st.integers(0, 60_000))
@example(code=b"", gas=0)
def test_any_program_agrees(code: bytes, gas: int) -> None:
    seeds = assemble(" ".join(str(v) for v in (1, 64, 2, 32, 0, 5, 100, 3, 40, 7)))
    compare(seeds + code, gas=gas)


@settings(max_examples=200)
@given(st.binary(max_size=64))
def test_any_bytes_agree(code: bytes) -> None:
    compare(code, gas=50_000)


def test_rows_of_jumpdests_are_as_dear_as_each_alone() -> None:
    for length in (1, 2, 255, 256, 257, 600):
        compare(assemble("JUMPDEST " * length + "GAS 1 SSTORE"))
        compare(assemble("JUMPDEST " * length), gas=length - 1)
