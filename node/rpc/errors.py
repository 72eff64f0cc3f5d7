"""JSON-RPC error codes, and which of them each of the node's refusals becomes.

Sources: JSON-RPC 2.0 §5.1, EIP-1474, and 3 for reverts as execution-apis has it.
"""

from __future__ import annotations

from node.errors import CallRevertedError, NodeError, WouldFailError
from node.rpc.revert import revert_message

PARSE_ERROR = -32_700
INVALID_REQUEST = -32_600
METHOD_NOT_FOUND = -32_601
INVALID_PARAMS = -32_602
INTERNAL_ERROR = -32_603
SERVER_ERROR = -32_000
LIMIT_EXCEEDED = -32_005
REVERTED = 3


class RpcError(NodeError):
    """Report an error as a client sees it; payload: revert data as hex."""

    def __init__(self, code: int, message: str, payload: str | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.payload = payload


def rpc_error(error: NodeError) -> RpcError:
    """Translate a refusal."""
    match error:
        case RpcError():
            return error
        case CallRevertedError():
            message = revert_message(error.output)
            return RpcError(REVERTED, message, "0x" + error.output.hex())
        case WouldFailError(output=output) if output:
            message = f"transaction: it would fail: {revert_message(output)}"
            return RpcError(REVERTED, message, "0x" + output.hex())
        case _:
            return RpcError(SERVER_ERROR, str(error))
