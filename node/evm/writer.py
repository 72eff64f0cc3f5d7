"""Write one path through a program as a Python function.

The stack becomes local variables: what stands on it is known by name while the path is
written, and only where the path is left is the real stack made to agree. `a1, a2...`
were on the real stack, `t1, t2...` are results. What nobody uses is not computed.

Gas and the bounds of the stack are checked where a stretch begins that is left only at
its end. That is safe because nothing inside can see the difference: GAS is the end of a
stretch, and every exceptional halt burns all gas of the frame and undoes its effects,
whichever opcode it is due to. Memory is paid for in the same way: all that a stretch
reaches at places that are known, at the first of them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from node.evm import opcodes as op
from node.evm.algebra import ANY, Known
from node.evm.known_memory import KnownMemory
from node.evm.values import Values

STACK_LIMIT: Final = 1_024
_NAMES: Final = re.compile(r"\b[at]\d+\b")


def _literal(content: bytes) -> str:
    return repr(content) if any(content) else str(len(content))


class _Line:
    """Some lines of the function; name: the variable that they do nothing but give."""

    __slots__ = ("name", "text")

    def __init__(self, text: str, name: str | None = None) -> None:
        self.text = text
        self.name = name


class _Stretch:
    """What is charged and checked at once, and the line that does so.

    height: of the part of the real stack that is known by name where it begins.
    assured: how far above the real stack there is room, as was found before.
    """

    def __init__(self, line: _Line, height: int, assured: int) -> None:
        self.gas = 0
        self.taken = 0  # how many values below that were asked for
        self.highest = assured  # how far the stack rises above the real one
        self.reserving: _Line | None = None
        self._line = line
        self._height = height
        self._assured = assured

    def close(self) -> None:
        """Write down what was found out."""
        lines = []
        if self.gas:
            lines += [f"g -= {self.gas}", "if g < 0: raise OutOfGas('stretch')"]
        if self.taken:
            needed = self._height + self.taken
            lines.append(f"if len(s) < {needed}: raise InsufficientStack('stretch')")
        if self.highest > self._assured:
            room = STACK_LIMIT - self.highest
            lines.append(f"if len(s) > {room}: raise FullStack('stretch')")
        self._line.text = "\n".join(lines)


class Writer:
    """The function that is being written."""

    def __init__(self, code: bytes, destinations: frozenset[int]) -> None:
        self.code = code
        self.values = Values()
        self.memory = KnownMemory()
        self.calldata_size: str | None = None  # the variable that holds it
        self._destinations = destinations
        self._constants: dict[bytes, str] = {}
        self._lines: list[_Line] = []
        self._stack: list[str] = []
        self._real: list[str] = []  # the top of the real stack
        self._count = 0  # of variables
        self._reserved = 0  # bytes of memory that are there
        self._repeats = self._calls = False
        self._begin_stretch()

    # Lines

    def emit(self, text: str, name: str | None = None) -> _Line:
        """Write lines; name: the variable that they give, if they do nothing else."""
        line = _Line(text, name)
        self._lines.append(line)
        return line

    def give(self, expression: str, known: Known = ANY) -> str:
        """Give a new variable a value; returns its name."""
        self._count += 1
        name = f"t{self._count}"
        self.emit(f"{name} = {expression}", name)
        self.values.bound(name, known)
        return name

    def constant(self, content: bytes) -> str:
        """Return the name of bytes that are known, in the type that memory takes best.

        Anything but a bytearray would be copied into one for each write.
        """
        return self._constants.setdefault(content, f"k{len(self._constants) + 1}")

    def source(self) -> str:
        """Return the function, without what nobody uses."""
        self._stretch.close()
        used: set[str] = set()
        kept: list[str] = []
        for line in reversed(self._lines):
            if line.text and (line.name is None or line.name in used):
                used.update(_NAMES.findall(line.text))
                kept.append(line.text)
        head = [f"{n} = bytearray({_literal(k)})" for k, n in self._constants.items()]
        head += ["def block(c, s, m, g, d):"]
        head += [" n, F = c._gas_meter, c.ours"] * self._calls
        head += [" while True:"] * self._repeats
        indent = "  " if self._repeats else " "
        lines = "\n".join(reversed(kept)).split("\n")
        return "\n".join((*head, *(indent + line for line in lines)))

    # Stretches

    def _begin_stretch(self, assured: int = 0) -> None:
        self._stretch = _Stretch(self.emit(""), len(self._real), assured)

    def _end_stretch(self, grown: int = 0) -> None:
        """Begin another; grown: by how much the real stack did, since this began."""
        self._stretch.close()
        self._begin_stretch(max(0, self._stretch.highest - grown))

    def charge(self, gas: int) -> None:
        """Charge for something that is done in any case."""
        self._stretch.gas += gas

    def reserve(self, end: int) -> None:
        """Have memory up to a place that is known."""
        if end <= self._reserved:
            return
        self._reserved = end
        stretch = self._stretch
        if stretch.reserving is None:
            stretch.reserving = self.emit("")
        stretch.reserving.text = f"if len(m) < {end}: g = expand(m, {end}, g)"

    def see_memory(self) -> None:
        """Reserve no more before here: what comes now can see how much there is."""
        self._stretch.reserving = None

    def read_gas(self) -> str:
        """Write GAS, which ends a stretch."""
        self.charge(op.CHEAP_GAS)
        self._stretch.close()
        value = self.give("g")
        self._begin_stretch(self._stretch.highest)
        return value

    # The stack

    def put(self, value: str) -> None:
        """Push a value."""
        self._stack.append(value)
        rise = len(self._stack) - len(self._real)
        self._stretch.highest = max(self._stretch.highest, rise)

    def pop(self) -> str:
        """Pop a value."""
        self._reach(1)
        return self._stack.pop()

    def duplicate(self, depth: int) -> None:
        """Push what is so deep, 1 the top."""
        self._reach(depth)
        self.put(self._stack[-depth])

    def swap(self, depth: int) -> None:
        """Exchange the top with what is so deep."""
        self._reach(depth)
        stack = self._stack
        stack[-1], stack[-depth] = stack[-depth], stack[-1]

    def _reach(self, depth: int) -> None:
        """Take values from the real stack until there are so many."""
        while len(self._stack) < depth:
            self._stretch.taken += 1
            self._count += 1
            name = f"a{self._count}"
            self._real.insert(0, name)
            self._stack.insert(0, name)
            self.emit(f"{name} = s[-{len(self._real)}]", name)

    def _agree(self) -> list[str]:
        """Make the real stack as it is here, from the deepest change up."""
        real, stack, kept = self._real, self._stack, 0
        while kept < min(len(real), len(stack)) and real[kept] == stack[kept]:
            kept += 1
        removed, values = len(real) - kept, stack[kept:]
        if removed and values:
            return [f"s[-{removed}:] = ({', '.join(values)},)"]
        if removed:
            return [f"del s[-{removed}:]"]
        if len(values) == 1:
            return [f"s.append({values[0]})"]
        return [f"s += ({', '.join(values)},)"] if values else []

    # Opcodes that are functions on the computation

    def call(self, opcode: int) -> None:
        """Write one of them, which finds the real stack, memory and gas."""
        foreign = op.FOREIGN[opcode]
        self._calls = True
        self._reach(foreign.takes)
        called = f"n.gas_remaining = g\nF[{opcode}](c)\ng = n.gas_remaining"
        self.emit("\n".join((*self._agree(), called)))
        if foreign.writes:
            self.emit("m = c._memory._bytes")  # py-evm may have replaced it
            self.memory.forget_all()
        del self._stack[len(self._stack) - foreign.takes :]
        if foreign.gives:
            self._stack.append(self.give("s[-1]", Known(0, foreign.most)))
        grown = len(self._stack) - len(self._real)
        self._real = list(self._stack)
        self._end_stretch(grown)

    # Ways on and ways out

    def leave(self, pc: int) -> None:
        """End here; the program goes on elsewhere."""
        self.emit("\n".join((*self._agree(), f"return {pc}, g")))

    def jump(self, target: str) -> None:
        """End with a jump."""
        self.emit("\n".join(self._jump(target)))

    def repeat(self) -> None:
        """End here, and begin anew at the path's beginning."""
        self._repeats = True
        self.emit("\n".join((*self._agree(), "continue")))

    def leave_if(self, condition: str, target: str) -> None:
        """Jump from here if a condition holds."""
        self._part(condition, self._jump(target), is_true=True)

    def leave_unless(self, condition: str, pc: int) -> None:
        """Leave if a condition does not hold."""
        self._part(condition, (*self._agree(), f"return {pc}, g"), is_true=False)

    def repeat_if(self, condition: str) -> None:
        """Begin anew at the path's beginning if a condition holds."""
        self._repeats = True
        self._part(condition, (*self._agree(), "continue"), is_true=True)

    def _part(self, condition: str, way: Sequence[str], *, is_true: bool) -> None:
        test = self.values.test(condition)[0 if is_true else 1]
        self.emit("\n ".join((f"if {test}:", *way)))
        self.values.learn(condition, is_true=not is_true)
        self._end_stretch()

    def _jump(self, target: str) -> Sequence[str]:
        way = *self._agree(), f"return {target}, g"
        if target.isdigit() and int(target) in self._destinations:
            return way
        return f"if {target} not in J: raise InvalidJumpDestination('jump')", *way
