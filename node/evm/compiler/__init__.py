"""Turn hot paths of EVM bytecode into Python functions.

An interpreter in Python pays for every opcode: look it up, call it, pop, push, meter
gas. A function of a whole path pays once for many (docs/adr/0044).

In: a program's code, and how often each place in it was begun. Out: a function

    path(computation, stack, memory, gas, calldata) -> (pc, gas)

which does to the stack (a list of integers, top last), to memory (a bytearray of whole
words) and to gas what the opcodes do, and returns where the program goes on. Example:
the path from 0 of `JUMPDEST DUP1 SWAP2 ADD SWAP1 PUSH1 1 SWAP1 SUB DUP1 PUSH0 JUMPI
STOP`, which adds n, n - 1, ... 1 to a total below n on the stack
(`given1 != 1` is how a difference is tested for zero):

    def path(computation, stack, memory, gas, calldata):
     while True:
      gas -= 37
      if gas < 0: raise OutOfGas('stretch')
      if len(stack) < 2: raise InsufficientStack('stretch')
      if len(stack) > 1022: raise FullStack('stretch')
      given1 = stack[-1]
      given2 = stack[-2]
      made3 = (given2 + given1) & MASK
      made4 = (given1 - 1) & MASK
      if given1 != 1:
       stack[-2:] = (made3, made4,)
       continue
      stack[-2:] = (made3, made4,)
      return 12, gas

Names in such a function:

    given1, given2...   values that were on the real stack, from its top down
    made3, made4...     values that the path computed; each variable is set once
    bytes1, bytes2...   constants, as memory takes them best
    computation         the message that runs; meter: its gas; functions: of opcodes
    jump_destinations   the positions of the program's JUMPDESTs
    the rest            `NAMES` in node/evm/templates.py: MASK is 2^256 - 1

To be read in this order, which takes half an hour; each file begins with what goes in
and what comes out:

    ../templates.py       what each opcode is as Python
    ../called_opcodes.py  those that are functions, and are called
    path.py               which way a path takes: jumps, branches, its end
    writer.py             the stack as names, and ways out
    stretch.py            what is charged and checked at once, and why nobody can tell
    inline.py             one opcode: by its template, or shorter by what is known

The rest, which takes as long again, may wait until it is needed. How paths come to run:

    lines.py              the lines of a path, without those that nobody uses
    program.py            when a path is compiled, and how much may be spent on it
    programs.py           the programs that are kept; exec(), at last
    ../uncompiled.py      how opcodes run until then; ../interpreter.py chooses

What makes paths shorter. Without the rules that inline.py takes from here, each opcode
is its template: paths are slower, and as right (test_drawn_programs.py tries it):

    ranges.py             what a value is, and between which bounds it lies
    values.py             what is known of values; it asks
    equalities.py         for results that are there already, and
    expressions.py        for the shortest Python of those that are not
    memory_opcodes.py     what is known of memory; on known_memory.py

How we know that it is the same as py-evm: tests/node/evm/test_compiler.py (each opcode,
each rule), test_drawn_programs.py and `python -m tests.conformance` (the official
tests), compiled from the first visit, in the middle of a run, and never. What it takes
and spares: `python -m bench.compiling`; what hostile code costs: `python -m
bench.gas_time paths`.
"""
