"""Write single opcodes into a function: by what is known, else by their templates.

Where a place in memory is known, so are the words that were written to it or read from
it: they are not read again. That holds until something may have written over them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from node.evm import opcodes as op
from node.evm.algebra import Known, Operands
from node.evm.writer import Writer

_LONGEST: Final = 4_096  # bytes of memory that are written as one literal
_FEW: Final = 256  # zeros that are kept at hand
_SIZE: Final = Known(0, 2**32)  # of call data and memory: each byte was paid for
_WORD: Final = 32


def apply(writer: Writer, opcode: int) -> None:
    """Write an opcode that has a template."""
    template = op.TEMPLATES[opcode]
    operands = tuple(
        writer.values.sharpen(writer.pop()) for _ in "xyz"[: template.takes]
    )
    writer.charge(template.gas)
    special = _SPECIAL.get(opcode)
    if special is not None and special(writer, opcode, operands):
        return
    if opcode in _COMPUTED:
        writer.put(_compute(writer, opcode, operands))
    elif template.lines:
        _by_template(writer, template, operands)


def _compute(writer: Writer, opcode: int, operands: Operands) -> str:
    values = writer.values
    found = values.find(opcode, operands)
    if found is None:
        expression, known = values.express(opcode, operands)
        found = writer.give(expression, known)
        values.note(found, opcode, operands)
    return found


def _by_template(writer: Writer, template: op.Template, operands: Operands) -> None:
    fields = dict(zip("xyz", operands, strict=False))
    if not template.gives:
        writer.emit("\n".join(line.format(**fields) for line in template.lines))
        return
    *before, last = template.lines
    if before:
        writer.emit("\n".join(line.format(**fields) for line in before))
    expression = last.format(v="v", **fields).split(" = ", 1)[1]
    writer.put(writer.give(expression))


# What may be written to is forgotten, and what the stretch reaches is reserved


def _forget(writer: Writer, place: str, size: str) -> None:
    known = writer.values.known
    end = known(place).most + known(size).most
    writer.memory.forget(known(place).least, end)


def _have(writer: Writer, place: str, size: int, word_gas: int) -> None:
    """Charge for words, and have the memory that they are in."""
    writer.charge(word_gas * ((size + 31) >> 5))
    if place.isdigit() and size:
        writer.reserve(int(place) + size)
    elif size:
        end = f"{place} + {size}"
        writer.emit(f"if {end} > len(m): g = expand(m, {end}, g)")


def _load(writer: Writer, _opcode: int, operands: Operands) -> bool:
    (place,) = operands
    if not place.isdigit():
        return False
    start = int(place)
    writer.reserve(start + _WORD)
    value = writer.memory.read(start)
    if value is None:
        value = writer.give(f"integer(m[{start}:{start + _WORD}])")
        writer.memory.write(start, value)
    writer.put(value)
    return True


def _store(writer: Writer, _opcode: int, operands: Operands) -> bool:
    place, value = operands
    _forget(writer, place, str(_WORD))
    _have(writer, place, _WORD, 0)
    writer.emit(f"m[{place}:{place} + {_WORD}] = {_written(writer, value)}")
    if place.isdigit():
        writer.memory.write(int(place), value)
    return True


def _written(writer: Writer, value: str) -> str:
    """Return a word's bytes: where they are already, nothing has to be made of them."""
    if value.isdigit():
        return writer.constant(int(value).to_bytes(_WORD))
    place = writer.memory.find(value)
    if place is None:
        return f"{value}.to_bytes({_WORD})"
    return f"m[{place}:{place + _WORD}]"


def _store_byte(writer: Writer, _opcode: int, operands: Operands) -> bool:
    place, value = operands
    _forget(writer, place, "1")
    _have(writer, place, 1, 0)
    writer.emit(f"m[{place}] = {value} & 255")
    return True


def _see_size(writer: Writer, _opcode: int, _operands: Operands) -> bool:
    writer.see_memory()
    writer.put(writer.give("len(m)", _SIZE))
    return True


def _hash(writer: Writer, _opcode: int, operands: Operands) -> bool:
    place, size = operands
    if not size.isdigit():
        return False
    _have(writer, place, int(size), op.KECCAK_WORD_GAS)
    writer.put(writer.give(f"integer(keccak(m[{place}:{place} + {size}]))"))
    return True


def _measure(writer: Writer, _opcode: int, _operands: Operands) -> bool:
    if writer.calldata_size is None:
        writer.calldata_size = writer.give("len(d)", _SIZE)
    writer.put(writer.calldata_size)
    return True


def _copy(writer: Writer, opcode: int, operands: Operands) -> bool:
    """Write a copy of call data or of code."""
    target, source, size = operands
    if size != "0":
        _forget(writer, target, size)
    if not size.isdigit():
        return False
    _have(writer, target, int(size), op.COPY_WORD_GAS)
    if size == "0":
        return True
    content = _content(writer, opcode, source, int(size))
    if content is None:
        origin = "d" if opcode == op.CALLDATACOPY else "c.msg.code"
        copied = f"padded({origin}, {source}, {size})"
    else:
        is_worth_keeping = any(content) or len(content) <= _FEW
        copied = writer.constant(content) if is_worth_keeping else f"bytes({size})"
    writer.emit(f"m[{target}:{target} + {size}] = {copied}")
    if content is not None and target.isdigit():
        writer.memory.write_words(int(target), content)
    return True


def _content(writer: Writer, opcode: int, source: str, size: int) -> bytes | None:
    """Return what is copied, if that is known."""
    if size > _LONGEST:
        return None
    if opcode == op.CODECOPY and source.isdigit():
        return op.padded(writer.code, int(source), size)
    if opcode == op.CALLDATACOPY and source == writer.calldata_size:
        return bytes(size)  # of what is behind the call data
    return None


def _copy_returned(writer: Writer, _opcode: int, operands: Operands) -> bool:
    _forget(writer, operands[0], operands[2])
    return False


def _move(writer: Writer, _opcode: int, operands: Operands) -> bool:
    target, source, size = operands
    is_known = all(map(str.isdigit, operands))
    words = writer.memory.words(*map(int, operands)) if is_known else {}
    if size != "0":
        _forget(writer, target, size)
    if not size.isdigit():
        return False
    _have(writer, target, int(size), op.COPY_WORD_GAS)
    _have(writer, source, int(size), 0)
    if size != "0":
        moved = f"m[{source}:{source} + {size}]"
        writer.emit(f"m[{target}:{target} + {size}] = {moved}")
    for place, value in words.items():
        writer.memory.write(place, value)
    return True


_SPECIAL: Final[dict[int, Callable[[Writer, int, Operands], bool]]] = {
    op.KECCAK: _hash,
    op.CALLDATASIZE: _measure,
    op.CALLDATACOPY: _copy,
    op.CODECOPY: _copy,
    op.RETURNDATACOPY: _copy_returned,
    op.MCOPY: _move,
    op.MLOAD: _load,
    op.MSTORE: _store,
    op.MSTORE8: _store_byte,
    op.MSIZE: _see_size,
}
"""Each says whether it wrote the opcode; else its template does."""
_COMPUTED: Final = frozenset(
    opcode
    for opcode, template in op.TEMPLATES.items()
    if template.gives and template.takes and len(template.lines) == 1
)
