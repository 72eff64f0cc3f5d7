"""A node that tells of a bundle, as a process of its own.

`python -m bench.board_server BUNDLE` prints its port.
"""

from __future__ import annotations

import sys
from bisect import bisect_left, bisect_right
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Final

import msgspec
from typing_extensions import override

from bench.stopping import run_stoppable
from election.client.wire import hexed
from election.crypto.transcript import uint_word
from election.protocol.board import Board, Call
from scripts.shared.files.bundle_file import read_bundle
from tests.client.board_node import _address, _render

_MOST_LOGS: Final = 2_000
_SEAT: Final = uint_word(1)
"""What is asked of no record, but of a node: an issuer's place among the members."""
_TOO_MANY: Final = {"code": -32_005, "message": "too many logs"}


class Told:
    """A board, and the blocks of its logs."""

    def __init__(self, board: Board) -> None:
        self.board = board
        self.blocks = [log.block_number for log in board.logs]

    def answer(self, request: dict[str, Any]) -> dict[str, Any]:
        answer = self._answer(request["method"], request["params"])
        is_error = answer is _TOO_MANY
        key = "error" if is_error else "result"
        return {"jsonrpc": "2.0", "id": request["id"], key: answer}

    def _answer(self, method: str, params: list[Any]) -> Any:
        board = self.board
        if method == "eth_chainId":
            return hex(board.chain_id)
        if method == "eth_getBlockByNumber":
            number, time = hex(board.head.number), hex(board.head.timestamp)
            return {"number": number, "timestamp": time}
        if method == "eth_getCode":
            return hexed(board.code[_address(params[0])])
        if method == "eth_call":
            data = bytes.fromhex(params[0]["data"][2:])
            call = Call(_address(params[0]["to"]), data)
            return hexed(board.answers.get(call, _SEAT))
        return self._find_logs(params[0])

    def _find_logs(self, wanted: dict[str, Any]) -> Any:
        first = bisect_left(self.blocks, int(wanted["fromBlock"], 16))
        last = bisect_right(self.blocks, int(wanted["toBlock"], 16))
        addresses = {_address(each) for each in wanted["address"]}
        logs = (self.board.logs[at] for at in range(first, last))
        found = [log for log in logs if log.address in addresses]
        return _TOO_MANY if len(found) > _MOST_LOGS else list(map(_render, found))


def serve(path: Path) -> None:
    told = Told(read_bundle(path))

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            raw = self.rfile.read(int(self.headers["Content-Length"]))
            asked = msgspec.json.decode(raw)
            is_many = isinstance(asked, list)
            answers = [told.answer(each) for each in (asked if is_many else [asked])]
            body = msgspec.json.encode(answers if is_many else answers[0])
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        @override
        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    print(server.server_port, flush=True)
    server.serve_forever()


if __name__ == "__main__":
    run_stoppable(serve, Path(sys.argv[1]))
