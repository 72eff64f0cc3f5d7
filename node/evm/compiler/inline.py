"""Write single opcodes into a path: by what is known, else by their templates.

In: an opcode; the values it takes are on top of the writer's stack. Out: lines of the
path, and the value that it gives on that stack. Example: `MLOAD` of "64" is nothing at
all where the word at 64 is known, else `made5 = integer(memory[64:96])`; of "made3" it
is its template, filled in.
"""

from __future__ import annotations

from typing import Final

from node.evm.compiler.memory_opcodes import MEMORY_OPCODES
from node.evm.compiler.ranges import Operands
from node.evm.compiler.writer import Writer
from node.evm.templates import TEMPLATES, Template

_PURE: Final = frozenset(
    opcode
    for opcode, template in TEMPLATES.items()
    if template.gives and template.takes and len(template.lines) == 1
)
"""Opcodes that are one expression of their operands, call data and hashes of blocks.

No path changes any of these."""


def write_inline(writer: Writer, opcode: int) -> None:
    """Write an opcode that has a template."""
    template = TEMPLATES[opcode]
    operands = tuple(
        writer.values.sharpen(writer.pop()) for _ in "xyz"[: template.takes]
    )
    writer.charge(template.gas)
    write = MEMORY_OPCODES.get(opcode)
    if write is not None and write(writer, opcode, operands):
        return
    if opcode in _PURE:
        writer.put(_compute(writer, opcode, operands))
    elif template.lines:
        _write_by_template(writer, template, operands)


def _compute(writer: Writer, opcode: int, operands: Operands) -> str:
    """Return a value that is there already, or a new one."""
    values = writer.values
    found = values.find_equal(opcode, operands)
    if found is None:
        expression, known = values.express(opcode, operands)
        found = writer.make(expression, known)
        values.note_origin(found, opcode, operands)
    return found


def _write_by_template(writer: Writer, template: Template, operands: Operands) -> None:
    """Fill in a template; its last line alone sets the result, and may be left out."""
    fields = dict(zip("xyz", operands, strict=False))
    if not template.gives:
        writer.emit("\n".join(line.format(**fields) for line in template.lines))
        return
    *before, last = template.lines
    if before:
        writer.emit("\n".join(line.format(**fields) for line in before))
    expression = last.format(v="v", **fields).split(" = ", 1)[1]
    writer.put(writer.make(expression))
