"""Write one path as a Python function: the stack becomes variables.

In: what `path.py` finds on its way, opcode by opcode. Out: `source()`, the function
that `__init__.py` shows. What stands on the stack is known by name while the path is
written, and the real stack, a list, is made to agree only where the path is left or
calls a function: `given1, given2...` were on the real stack, `made1, made2...` are
results.

What everything here relies on:

- `_stack` is what the EVM's stack is at this place, `_real` is what the real one still
  is: the values at its top, by name. Both begin at the same depth, below which nobody
  looked.
- A name in them is a literal or a variable that was set above; it is not set again.
- The real stack, memory and gas are as the EVM has them wherever others see them: at
  each return and at each call. In between, `gas` is lower by what the stretch is
  charged for.
- Memory of `_reserved` bytes is there. It never shrinks.
"""

from __future__ import annotations

from collections.abc import Sequence

from eth.constants import GAS_BASE

from node.evm.called_opcodes import CALLED
from node.evm.compiler.known_memory import KnownMemory
from node.evm.compiler.lines import Line, Lines
from node.evm.compiler.ranges import ANY_WORD, Range, is_literal
from node.evm.compiler.stretch import Stretch
from node.evm.compiler.values import Values

_HEAD = "def path(computation, stack, memory, gas, calldata):"
_CALLS = " meter, functions = computation._gas_meter, computation.functions"


class Writer:
    """The function that is being written."""

    def __init__(self, code: bytes, destinations: frozenset[int]) -> None:
        self.code = code
        self.values = Values()
        self.memory = KnownMemory()
        self.calldata_size: str | None = None  # the variable that holds it
        self._destinations = destinations
        self._lines = Lines()
        self._stack: list[str] = []
        self._real: list[str] = []
        self._variables = 0  # how many there are
        self._reserved = 0
        self._repeats = self._calls = False
        self._begin_stretch(assured=0)

    def source(self) -> str:
        """Return the function, without what nobody uses."""
        self._stretch.close()
        head = [*self._lines.constants(), _HEAD]
        head += [_CALLS] * self._calls
        head += [" while True:"] * self._repeats
        indent = "  " if self._repeats else " "
        return "\n".join((*head, *(indent + line for line in self._lines.used())))

    # Lines

    def emit(self, text: str, name: str | None = None) -> Line:
        """Write lines; name: the variable that they set, if they do nothing else."""
        return self._lines.emit(text, name)

    def make(self, expression: str, known: Range = ANY_WORD) -> str:
        """Set a new variable; returns its name."""
        self._variables += 1
        name = f"made{self._variables}"
        self.emit(f"{name} = {expression}", name)
        self.values.set_range(name, known)
        return name

    def constant(self, content: bytes) -> str:
        """Return the name of bytes that are known, as memory takes them best."""
        return self._lines.constant(content)

    # Stretches

    def _begin_stretch(self, assured: int) -> None:
        self._stretch = Stretch(self.emit(""), len(self._real), assured)

    def _end_stretch(self, grown: int = 0) -> None:
        """Begin another; grown: by how much the real stack did, since this began.

        Room for `highest` values above the real stack was checked. It is there still,
        less what the real stack has grown.
        """
        self._stretch.close()
        self._begin_stretch(max(0, self._stretch.highest - grown))

    def charge(self, gas: int) -> None:
        """Charge for something that is done in any case."""
        self._stretch.gas += gas

    def read_gas(self) -> str:
        """Write GAS, which ends a stretch: it sees what was charged, and no more."""
        self.charge(GAS_BASE)
        value = self.make("gas")
        self._end_stretch()
        return value

    def reserve(self, end: int) -> None:
        """Have memory up to a place that is known.

        All that a stretch reserves it does at the first of these places.
        """
        if end <= self._reserved:
            return
        self._reserved = end
        stretch = self._stretch
        if stretch.reserving is None:
            stretch.reserving = self.emit("")
        stretch.reserving.text = (
            f"if len(memory) < {end}: gas = expand(memory, {end}, gas)"
        )

    def see_memory(self) -> None:
        """Reserve no more before here: MSIZE comes now, and sees how much there is."""
        self._stretch.reserving = None

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
        """Name values of the real stack, further down, until so many are known.

        That they are there is checked where the stretch begins.
        """
        while len(self._stack) < depth:
            self._stretch.taken += 1
            self._variables += 1
            name = f"given{self._variables}"
            self._real.insert(0, name)
            self._stack.insert(0, name)
            self.emit(f"{name} = stack[-{len(self._real)}]", name)

    def _agree(self) -> list[str]:
        """Make the real stack what the stack is here, from the deepest change up."""
        real, stack, kept = self._real, self._stack, 0
        while kept < min(len(real), len(stack)) and real[kept] == stack[kept]:
            kept += 1
        removed, values = len(real) - kept, stack[kept:]
        if removed and values:
            return [f"stack[-{removed}:] = ({', '.join(values)},)"]
        if removed:
            return [f"del stack[-{removed}:]"]
        if len(values) == 1:
            return [f"stack.append({values[0]})"]
        return [f"stack += ({', '.join(values)},)"] if values else []

    # Opcodes that are functions on the computation

    def call(self, opcode: int) -> None:
        """Write a call of one, which finds the real stack, memory and gas.

        It charges and checks for itself. What it may write to memory is forgotten.
        """
        called = CALLED[opcode]
        self._calls = True
        self._reach(called.takes)
        line = f"functions[{opcode}](computation)"
        line = f"meter.gas_remaining = gas\n{line}\ngas = meter.gas_remaining"
        self.emit("\n".join((*self._agree(), line)))
        if called.writes:
            self.emit("memory = computation._memory._bytes")  # py-evm may replace it
            self.memory.forget_all()
        del self._stack[len(self._stack) - called.takes :]
        if called.gives:
            self._stack.append(self.make("stack[-1]", Range(0, called.most)))
        grown = len(self._stack) - len(self._real)
        self._real = list(self._stack)
        self._end_stretch(grown)

    # Ways on and ways out

    def leave(self, pc: int) -> None:
        """End here; the program goes on elsewhere."""
        self.emit("\n".join(self._way_out(str(pc))))

    def jump(self, target: str) -> None:
        """End with a jump."""
        self.emit("\n".join(self._jump(target)))

    def repeat(self) -> None:
        """End here, and begin anew at the path's beginning."""
        self.emit("\n".join(self._way_back()))

    def leave_if(self, condition: str, target: str) -> None:
        """Jump from here if a condition holds."""
        self._part(condition, self._jump(target), is_true=True)

    def leave_unless(self, condition: str, pc: int) -> None:
        """Leave if a condition does not hold."""
        self._part(condition, self._way_out(str(pc)), is_true=False)

    def repeat_if(self, condition: str) -> None:
        """Begin anew at the path's beginning if a condition holds."""
        self._part(condition, self._way_back(), is_true=True)

    def _part(self, condition: str, way: Sequence[str], *, is_true: bool) -> None:
        """Go another way if a condition is so; below, it is known not to be."""
        test = self.values.tests_of(condition)[0 if is_true else 1]
        self.emit("\n ".join((f"if {test}:", *way)))
        self.values.learn(condition, is_true=not is_true)
        self._end_stretch()

    def _jump(self, target: str) -> Sequence[str]:
        if is_literal(target) and int(target) in self._destinations:
            return self._way_out(target)
        check = f"if {target} not in jump_destinations: "
        check += "raise InvalidJumpDestination('jump')"
        return check, *self._way_out(target)

    def _way_out(self, target: str) -> Sequence[str]:
        return *self._agree(), f"return {target}, gas"

    def _way_back(self) -> Sequence[str]:
        self._repeats = True
        return *self._agree(), "continue"
