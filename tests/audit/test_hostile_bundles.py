"""A small file that unpacks to a large one costs no auditor the memory of a machine.

Each is of a megabyte and unpacks to a gigabyte or so; both audits read it in a process
of its own, which tells how much memory it ever took.
"""

from __future__ import annotations

import json
import subprocess
import sys
import zlib
from itertools import chain, repeat
from pathlib import Path
from typing import Final

import pytest

from election.artifacts import ROOT
from election.audit.bundle import decode_bundle
from election.audit.errors import BundleError
from reference.bundle import read_bundle
from reference.errors import NoBundleError

_SIZE: Final = 10**6
_MOST_MEMORY: Final = 100 * 2**20
_BLOCK: Final = 2**20
_READERS: Final = {
    "library": """
from election.audit.bundle import read_board
from election.audit.errors import BundleError as Refused
def read(path):
    with open(path, "rb") as file:
        read_board(file)
""",
    "reference": """
from reference.bundle import read_bundle
from reference.errors import NoBundleError as Refused
def read(path):
    with open(path, "rb") as file:
        read_bundle(file.read())
""",
}
_MEASURE: Final = """
import resource, sys
def peak():
    return 1024 * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
before = peak()
try:
    read(sys.argv[1])
except Refused as error:
    print(peak() - before, error)
"""
_FIRST: Final = (
    b'{"line":"election","format":"veche-bundle/1","chain_id":1,"election":"0x%040x",'
    b'"head":9,"head_timestamp":9}\n' % 1
)
_CODE: Final = b'{"line":"code","address":"0x%040x","code":"0x"}\n'
_LOG: Final = (
    b'{"line":"log","address":"0x%040x","topics":[],"data":"0x%s","block":1,'
    b'"timestamp":1,"transaction":"0x%064x","index":%d}\n'
)
_OF_NOBODY: Final = b"".join(_LOG % (7, b"", 0, index) for index in range(1000))
_OF_ONE: Final = b"".join(_LOG % (1, b"", index, index) for index in range(1000))
_SHAPES: Final = {
    "one line of zeros": (b"", bytes(_BLOCK)),
    "one line of brackets": (_FIRST, b"[" * _BLOCK),
    "one line of hex": (_FIRST + b'{"line":"log","data":"0x', b"0" * _BLOCK),
    "lines of nothing": (_FIRST, b"\n" * _BLOCK),
    "lines of one bracket": (_FIRST, b"{\n" * (_BLOCK // 2)),
    "logs of a contract of no election": (_FIRST + _CODE % 1, _OF_NOBODY),
    "logs of one block": (_FIRST + _CODE % 1, _OF_ONE),
    "logs of huge fields": (
        _FIRST + _CODE % 1,
        _LOG % (1, b"00" * 250_000, 0, 0) + _LOG % (1, b"11" * 250_000, 0, 0),
    ),
    "many contracts": (_FIRST, b"".join(_CODE % number for number in range(9999))),
}


def pack(first: bytes, block: bytes) -> bytes:
    """Pack a text that ends in one block again and again, which is packed once."""
    packer = zlib.compressobj(9, wbits=31)
    start = packer.compress(first) + packer.flush(zlib.Z_FULL_FLUSH)
    again = packer.compress(block) + packer.flush(zlib.Z_FULL_FLUSH)
    return b"".join(chain([start], repeat(again, _SIZE // len(again))))


def read_apart(reader: str, path: Path) -> tuple[int, str]:
    """Read a file in another process; tell the memory it took, and why it is none."""
    script = _READERS[reader] + _MEASURE
    # a process inherits the peak of the one that it was forked from: a shell's is small
    done = subprocess.run(  # noqa: S603  the program is ours
        ["/bin/sh", "-c", '"$@"; exit $?', "sh", sys.executable, "-c", script, path],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    memory, _, fact = done.stdout.partition(" ")
    return int(memory), fact


@pytest.mark.parametrize("reader", _READERS)
@pytest.mark.parametrize("shape", _SHAPES)
def test_hostile_file_takes_little_memory(
    reader: str, shape: str, tmp_path: Path
) -> None:
    path = tmp_path / "hostile.jsonl.gz"
    path.write_bytes(pack(*_SHAPES[shape]))
    memory, fact = read_apart(reader, path)
    assert fact.startswith("bundle: ")
    assert memory < _MOST_MEMORY


def test_line_of_any_kind_is_refused_where_it_nests() -> None:
    nested = json.dumps({"line": "log"}).encode()[:-1] + b',"x":' + b"[" * 400_000
    with pytest.raises(BundleError, match="line 2: nests deeper"):
        decode_bundle(_FIRST + nested + b"\n")


@pytest.mark.parametrize(("size", "is_longer"), [(2**19, False), (2**19 + 1, True)])
def test_line_longer_than_any_is_refused_unread(size: int, is_longer: bool) -> None:
    raw = _FIRST + b"x" * size + b"\n"
    with pytest.raises(BundleError) as library:
        decode_bundle(raw)
    with pytest.raises(NoBundleError) as reference:
        read_bundle(raw)
    assert ("has a line of more than" in str(library.value)) == is_longer
    assert ("has a line longer than any" in str(reference.value)) == is_longer
