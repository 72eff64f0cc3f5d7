"""Files that are no bundle: everything but the one text for a board."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from tests.vectors.make_negative.case import Case
from tests.vectors.make_negative.patch import cut_lines, find_patch, seal

_FORM: Final = "docs/bundle.md, the file: there is exactly one text for a board"


def make_bundles(text: bytes) -> Iterator[Case]:
    """List files that are nearly the honest bundle."""
    lines = cut_lines(text)[:-1]
    sealed = {name: seal(b"".join(new)) for name, new in _rewritten(lines).items()}
    for title, new in (sealed | _unsealed(text, lines)).items():
        content = {"patch": find_patch(text, new)}
        yield Case(title, _FORM, "bundle", content)


def _at(lines: list[bytes], kind: bytes) -> int:
    start = b'{"line":"' + kind
    return next(i for i, line in enumerate(lines) if line.startswith(start))


def _rewritten(lines: list[bytes]) -> dict[str, list[bytes]]:
    """Change lines and seal them anew."""
    election, code = lines[0], _at(lines, b"code")
    answer, log = _at(lines, b"answer"), _at(lines, b"log")

    def put(at: int, *new: bytes) -> list[bytes]:
        return [*lines[:at], *new, *lines[at + 1 :]]

    def edit(at: int, old: bytes, new: bytes) -> list[bytes]:
        return put(at, lines[at].replace(old, new, 1))

    return {
        "another format": edit(0, b"bundle/1", b"bundle/2"),
        "no first line": lines[1:],
        "first line twice": [election, *lines],
        "first line last": [*lines[1:], election],
        "no lines": [],
        "an empty line": [*lines[:code], b"\n", *lines[code:]],
        "an end in the middle": seal(b"".join(lines[:log])).splitlines(keepends=True)
        + lines[log:],
        "code out of order": put(code, lines[code + 1], lines[code])[: code + 2]
        + lines[code + 2 :],
        "code twice": put(code, lines[code], lines[code]),
        "answers out of order": put(answer, lines[answer + 1], lines[answer])[
            : answer + 2
        ]
        + lines[answer + 2 :],
        "answer twice": put(answer, lines[answer], lines[answer]),
        "a log before the answers": [
            *lines[:answer],
            lines[log],
            *lines[answer:log],
            *lines[log + 1 :],
        ],
        "a space after a colon": edit(log, b'":', b'": '),
        "a space at the end": edit(log, b"}\n", b"} \n"),
        "carriage return": edit(log, b"}\n", b"}\r\n"),
        "another key": edit(log, b'"line":"log",', b'"line":"log","x":1,'),
        "a key twice": edit(log, b'"line":"log",', b'"line":"log","line":"log",'),
        "keys in another order": edit(
            0,
            b'"line":"election","format":"veche-bundle/1"',
            b'"format":"veche-bundle/1","line":"election"',
        ),
        "a key missing": edit(log, b',"index":', b',"place":'),
        "bytes in capitals": put(
            code, lines[code].replace(b'"code":"0x', b'"code":"0xFE', 1)
        ),
        "bytes without 0x": edit(code, b'"code":"0x', b'"code":"'),
        "half a byte": edit(code, b'"code":"0x', b'"code":"0x0'),
        "an address of 19 bytes": put(code, _shorten(lines[code])),
        "a number as text": edit(0, b'"chain_id":', b'"chain_id":"1","y":'),
        "a number with a point": put(0, _number(election, b"1.0")),
        "a number below zero": put(0, _number(election, b"-1")),
        "a number with an exponent": put(0, _number(election, b"1e3")),
        "a number of 64 bits": put(0, _number(election, b"9223372036854775808")),
        "a number with a leading zero": put(0, _number(election, b"01")),
        "null for a number": put(0, _number(election, b"null")),
        "true for a number": put(0, _number(election, b"true")),
        "a letter as its escape": edit(0, b"veche", b"\\u0076eche"),
        "a log of more than four topics": edit(
            log, b'"topics":[', b'"topics":[' + 4 * (b'"0x' + b"00" * 32 + b'",')
        ),
        "a line that is a list": put(log, b"[]\n"),
        "a line that is no json": put(log, b"{\n"),
        "a log of a contract without code": put(log, _another(lines[log])),
        "an answer of a contract without code": put(answer, _another(lines[answer])),
        "code of more contracts than an election has": [
            *lines[:code],
            *(_code(number) for number in range(73)),
            *lines[code:],
        ],
        "code of more bytes than any": edit(
            code, b'"code":"0x', b'"code":"0x' + b"00" * 24_576
        ),
        "a question of more bytes than any": edit(
            log - 1, b'","output"', b"00" * 69 + b'","output"'
        ),
        "an answer of more bytes than any": edit(
            answer, b'"output":"0x', b'"output":"0x' + b"00" * 4_097
        ),
        "a newline within bytes": edit(code, b'"}', b'\\n"}'),
        "a line of another kind": edit(log, b'"line":"log"', b'"line":"note"'),
    }


def _shorten(line: bytes) -> bytes:
    start = line.index(b'"address":"0x') + 13
    return line[:start] + line[start + 2 :]


def _another(line: bytes) -> bytes:
    """Write the address backwards."""
    start = line.index(b'"address":"0x') + 13
    return line[:start] + line[start : start + 40][::-1] + line[start + 40 :]


def _code(number: int) -> bytes:
    return b'{"line":"code","address":"0x%040x","code":"0x"}\n' % number


def _number(line: bytes, number: bytes) -> bytes:
    """Put another number of the head."""
    start = line.index(b'"head":') + 7
    return line[:start] + number + line[line.index(b",", start) :]


def _unsealed(text: bytes, lines: list[bytes]) -> dict[str, bytes]:
    """Change the end, or what it speaks of."""
    end, body = cut_lines(text)[-1], b"".join(lines)
    digest = end.split(b'"')[-2]
    flipped = (b"1" if digest[:1] == b"0" else b"0") + digest[1:]
    count = str(len(lines)).encode()
    wrong_count = str(len(lines) - 1).encode()
    return {
        "nothing": b"",
        "no end": body,
        "end cut off": text[:-2],
        "no last newline": text[:-1],
        "one newline too many": text + b"\n",
        "end twice": text + end,
        "another line after the end": text + lines[-1],
        "another sum": body + end.replace(digest, flipped),
        "another number of lines": body + end.replace(count, wrong_count, 1),
        "sum in capitals": body + end.replace(digest, digest.upper()),
        "a log left out, not sealed": b"".join(lines[:-1]) + end,
        "two logs exchanged, not sealed": b"".join(
            [*lines[:-2], lines[-1], lines[-2], end]
        ),
        "byte order mark": "\ufeff".encode() + text,
    }
