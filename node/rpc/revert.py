"""Read the reason out of revert data: Solidity's Error(string) and Panic(uint256)."""

from __future__ import annotations

_ERROR = bytes.fromhex("08c379a0")
_PANIC = bytes.fromhex("4e487b71")
_PANICS = {
    0x01: "assert(false)",
    0x11: "arithmetic underflow or overflow",
    0x12: "division or modulo by zero",
    0x21: "enum overflow",
    0x22: "invalid encoded storage byte array accessed",
    0x31: "out-of-bounds array access; popping on an empty array",
    0x32: "out-of-bounds access of an array or bytesN",
    0x41: "out of memory",
    0x51: "uninitialized function",
}
_WORD = 32


def revert_message(output: bytes) -> str:
    """Return `execution reverted`, followed by the reason if there is one."""
    reason = _reason(output)
    return "execution reverted" if reason is None else f"execution reverted: {reason}"


def _reason(output: bytes) -> str | None:
    selector, body = output[:4], output[4:]
    if selector == _PANIC and len(body) == _WORD:
        code = int.from_bytes(body, "big")
        return _PANICS.get(code, f"unknown panic code: {code:#x}")
    if selector != _ERROR or int.from_bytes(body[:_WORD], "big") != _WORD:
        return None
    length = int.from_bytes(body[_WORD : 2 * _WORD], "big")
    text = body[2 * _WORD : 2 * _WORD + length]
    return text.decode("utf-8", "replace") if len(text) == length else None
