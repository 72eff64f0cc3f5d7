"""Assemble small contracts by hand."""

from __future__ import annotations

from eth.vm import opcode_values

_OPCODES = {"INVALID": 0xFE} | {
    name: value
    for name, value in vars(opcode_values).items()
    if name.isupper() and isinstance(value, int)
}


def assemble(source: str) -> bytes:
    """Assemble mnemonics; a number is a PUSH of as many bytes as it needs."""
    code = b""
    for word in source.split():
        if word in _OPCODES:
            code += bytes([_OPCODES[word]])
            continue
        value = int(word, 0)
        size = (value.bit_length() + 7) // 8
        code += bytes([0x5F + size]) + value.to_bytes(size, "big")
    return code


def deployment(runtime: bytes) -> bytes:
    """Return initcode that deploys this runtime code."""
    head = assemble(f"{len(runtime)} 0x0100 0 CODECOPY {len(runtime)} 0 RETURN")
    return (
        head.replace(b"\x61\x01\x00", b"\x61" + len(head).to_bytes(2, "big")) + runtime
    )


# Reverts with Error("counter: closed") when called with input, else counts up, logs
# the new count as topic and returns it.
COUNTER = assemble(
    "CALLDATASIZE ISZERO 51 JUMPI"
    " 0x08c379a0 224 SHL 0 MSTORE 32 4 MSTORE 15 36 MSTORE"
    " 0x636f756e7465723a20636c6f736564 136 SHL 68 MSTORE 100 0 REVERT"
    " JUMPDEST 0 SLOAD 1 ADD DUP1 0 SSTORE DUP1 0 0 LOG1 0 MSTORE 32 0 RETURN"
)
