"""The generated Python is what the .proto gives."""

from __future__ import annotations

from pathlib import Path

import pytest
from grpc_tools import protoc  # type: ignore[import-untyped]

_ROOM = Path(__file__).parents[4] / "node" / "engine" / "comet"


@pytest.mark.parametrize("suffix", ["_pb2.py", "_pb2.pyi"])
def test_stubs_are_generated_from_their_source(tmp_path: Path, suffix: str) -> None:
    arguments = ["protoc", f"-I{_ROOM}", f"--python_out={tmp_path}"]
    made = protoc.main([*arguments, f"--pyi_out={tmp_path}", str(_ROOM / "abci.proto")])
    assert made == 0
    name = f"abci{suffix}"
    assert (tmp_path / name).read_text() == (_ROOM / name).read_text()
