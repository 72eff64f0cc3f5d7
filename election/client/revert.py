"""Read why a contract refused: `module: fact`, as its source says it."""

from __future__ import annotations

from typing import Any, Final

from eth_abi.abi import decode
from eth_abi.exceptions import DecodingError

from election.client.errors import ContractRefusedError

_ERROR: Final = bytes.fromhex("08c379a0")  # Error(string)
_REVERTED: Final = 3  # code of JSON-RPC, as execution-apis has it


def read_refusal(error: dict[str, Any]) -> ContractRefusedError | None:
    """Read a JSON-RPC error; none if no contract reverted."""
    raw = error.get("data")
    if isinstance(raw, dict):  # some nodes wrap it
        raw = raw.get("data")
    if error.get("code") != _REVERTED and "revert" not in str(error.get("message")):
        return None
    reason = _reason(raw) if isinstance(raw, str) else ""
    module, separator, fact = reason.partition(": ")
    if not separator:
        return ContractRefusedError("contract", reason or "reverted without a reason")
    return ContractRefusedError(module, fact)


def _reason(text: str) -> str:
    try:
        raw = bytes.fromhex(text.removeprefix("0x"))
        if raw[:4] != _ERROR:
            return ""
        return str(decode(["string"], raw[4:])[0])
    except (ValueError, DecodingError):
        return ""
