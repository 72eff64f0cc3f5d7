"""Read why a contract refused: `module: fact`, as its source says it."""

from __future__ import annotations

from typing import Any, Final

from election.client.errors import ContractRefusedError
from election.client.wire import cut_text, parse_bytes
from election.errors import EncodingError
from election.protocol.abi import decode_values

_ERROR: Final = bytes.fromhex("08c379a0")  # Error(string)
_REASON: Final = ({"type": "string"},)
_REVERTED: Final = 3  # code of JSON-RPC, as execution-apis has it


def read_refusal(error: dict[str, Any]) -> ContractRefusedError | None:
    """Read a JSON-RPC error; none if no contract reverted."""
    raw = error.get("data")
    if isinstance(raw, dict):  # some nodes wrap it
        raw = raw.get("data")
    if error.get("code") != _REVERTED and "revert" not in str(error.get("message")):
        return None
    reason = _reason(raw)
    module, separator, fact = reason.partition(": ")
    if not separator:
        return ContractRefusedError("contract", reason or "reverted without a reason")
    return ContractRefusedError(module, fact)


def _reason(text: object) -> str:
    try:
        raw = parse_bytes(text)
        if raw[:4] != _ERROR:
            return ""
        (reason,) = decode_values(_REASON, raw[4:], subject="reason")
    except EncodingError:
        return ""
    return cut_text(reason)
