"""Write opcodes that read or write memory, by what is known of it.

Where a place in memory is a literal, room for it is reserved at once for the whole
stretch, and the words that were written to it or read from it are known: they are not
read again, and not made of integers again. That holds until something may have written
over them, so whatever writes forgets first what it may overlap.

Each function here gets the operands, which are popped and whose opcode's constant gas
is charged, and says whether it wrote the opcode. Else its template has to be filled in.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from eth.constants import GAS_COPY, GAS_SHA3WORD
from eth.vm import opcode_values as op

from node.evm.compiler.ranges import Operands, Range, is_literal
from node.evm.compiler.writer import Writer
from node.evm.memory import padded

_WORD: Final = 32
_MAX_CONTENT: Final = 1_024
"""Bytes of a copy that are looked at while the path is written, and kept as a constant.

The election's contracts copy 256 of their code and 640 of nothing at most. A byte is up
to four letters of source, so longer ones would make a path dear before it is paid."""
_SIZE: Final = Range(0, 2**32)
"""Of call data and memory, in bytes. Each was paid for: 2^32 bytes of memory would take
2^45 gas, and call data is memory of who calls, or takes 4 gas a byte at least (a zero
byte, Yellow Paper, appendix G)."""


# What may be written to is forgotten, and what is reached is there


def _forget(writer: Writer, place: str, size: str) -> None:
    start, length = writer.values.range_of(place), writer.values.range_of(size)
    writer.memory.forget(start.least, start.most + length.most)


def _have(writer: Writer, place: str, size: int, word_gas: int) -> None:
    """Charge for words, and have the memory that they are in."""
    writer.charge(word_gas * ((size + 31) >> 5))
    if is_literal(place) and size:
        writer.reserve(int(place) + size)
    elif size:
        end = f"{place} + {size}"
        writer.emit(f"if {end} > len(memory): gas = expand(memory, {end}, gas)")


# Words and bytes


def _load(writer: Writer, _opcode: int, operands: Operands) -> bool:
    (place,) = operands
    if not is_literal(place):
        return False
    start = int(place)
    writer.reserve(start + _WORD)
    value = writer.memory.read(start)
    if value is None:
        value = writer.make(f"integer(memory[{start}:{start + _WORD}])")
        writer.memory.write(start, value)
    writer.put(value)
    return True


def _store(writer: Writer, _opcode: int, operands: Operands) -> bool:
    place, value = operands
    _forget(writer, place, str(_WORD))
    _have(writer, place, _WORD, 0)
    word = _spell_word(writer, value)
    writer.emit(f"memory[{place}:{place} + {_WORD}] = {word}")
    if is_literal(place):
        writer.memory.write(int(place), value)
    return True


def _spell_word(writer: Writer, value: str) -> str:
    """Return a word's bytes: where they are already, nothing has to be made of them."""
    if is_literal(value):
        return writer.constant(int(value).to_bytes(_WORD))
    place = writer.memory.find(value)
    if place is None:
        return f"{value}.to_bytes({_WORD})"
    return f"memory[{place}:{place + _WORD}]"


def _store_byte(writer: Writer, _opcode: int, operands: Operands) -> bool:
    place, value = operands
    _forget(writer, place, "1")
    _have(writer, place, 1, 0)
    writer.emit(f"memory[{place}] = {value} & 255")
    return True


# Spans of a size that is known; of another one their templates are right


def _hash(writer: Writer, _opcode: int, operands: Operands) -> bool:
    place, size = operands
    if not is_literal(size):
        return False
    _have(writer, place, int(size), GAS_SHA3WORD)
    hashed = f"integer(keccak(memory[{place}:{place} + {size}]))"
    writer.put(writer.make(hashed))
    return True


def _copy(writer: Writer, opcode: int, operands: Operands) -> bool:
    """Write a copy of call data or of code."""
    target, source, size = operands
    if size != "0":
        _forget(writer, target, size)
    if not is_literal(size):
        return False
    _have(writer, target, int(size), GAS_COPY)
    if size == "0":
        return True
    content = _find_content(writer, opcode, source, int(size))
    if content is None:
        origin = "calldata" if opcode == op.CALLDATACOPY else "computation.msg.code"
        copied = f"padded({origin}, {source}, {size})"
    else:
        copied = writer.constant(content)
    writer.emit(f"memory[{target}:{target} + {size}] = {copied}")
    if content is not None and is_literal(target):
        writer.memory.write_words(int(target), content)
    return True


def _find_content(writer: Writer, opcode: int, source: str, size: int) -> bytes | None:
    """Return what is copied, if that is known."""
    if size > _MAX_CONTENT:
        return None
    if opcode == op.CODECOPY and is_literal(source):
        return padded(writer.code, int(source), size)
    if opcode == op.CALLDATACOPY and source == writer.calldata_size:
        return bytes(size)  # of what is behind the call data: so Vyper clears memory
    return None


def _copy_returned(writer: Writer, _opcode: int, operands: Operands) -> bool:
    """Leave a copy of what a call returned to its template, which may halt."""
    target, _, size = operands
    _forget(writer, target, size)
    return False


def _copy_memory(writer: Writer, _opcode: int, operands: Operands) -> bool:
    target, source, size = operands
    is_known = all(map(is_literal, operands))
    words = writer.memory.words_after_copy(*map(int, operands)) if is_known else {}
    if size != "0":
        _forget(writer, target, size)
    if not is_literal(size):
        return False
    _have(writer, target, int(size), GAS_COPY)
    _have(writer, source, int(size), 0)
    if size != "0":
        moved = f"memory[{source}:{source} + {size}]"
        writer.emit(f"memory[{target}:{target} + {size}] = {moved}")
    for place, value in words.items():
        writer.memory.write(place, value)
    return True


# Sizes


def _read_memory_size(writer: Writer, _opcode: int, _operands: Operands) -> bool:
    writer.see_memory()
    writer.put(writer.make("len(memory)", _SIZE))
    return True


def _read_calldata_size(writer: Writer, _opcode: int, _operands: Operands) -> bool:
    if writer.calldata_size is None:
        writer.calldata_size = writer.make("len(calldata)", _SIZE)
    writer.put(writer.calldata_size)
    return True


MEMORY_OPCODES: Final[dict[int, Callable[[Writer, int, Operands], bool]]] = {
    op.SHA3: _hash,
    op.CALLDATASIZE: _read_calldata_size,
    op.CALLDATACOPY: _copy,
    op.CODECOPY: _copy,
    op.RETURNDATACOPY: _copy_returned,
    op.MCOPY: _copy_memory,
    op.MLOAD: _load,
    op.MSTORE: _store,
    op.MSTORE8: _store_byte,
    op.MSIZE: _read_memory_size,
}
