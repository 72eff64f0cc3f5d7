"""How one bundle becomes another: lines replaced by other lines."""

from __future__ import annotations

import hashlib
import json
from difflib import SequenceMatcher
from typing import Any

Patch = list[dict[str, Any]]


def cut_lines(text: bytes) -> list[bytes]:
    """Cut the text of a bundle into lines, each with its end."""
    return text.splitlines(keepends=True)


def find_patch(old: bytes, new: bytes) -> Patch:
    """Describe what to replace in the lines of a text to get another."""
    lines, others = cut_lines(old), cut_lines(new)
    matcher = SequenceMatcher(None, lines, others, autojunk=False)
    return [
        {"from": i, "until": j, "by": [line.decode() for line in others[a:b]]}
        for tag, i, j, a, b in matcher.get_opcodes()
        if tag != "equal"
    ]


def apply_patch(text: bytes, patch: Patch) -> bytes:
    """Replace lines, the last first, so that numbers stay right."""
    lines = cut_lines(text)
    for step in sorted(patch, key=lambda each: -each["from"]):
        lines[step["from"] : step["until"]] = [line.encode() for line in step["by"]]
    return b"".join(lines)


def seal(body: bytes) -> bytes:
    """Give lines the right end, as whoever changed them would."""
    end = {
        "line": "end",
        "lines": body.count(b"\n"),
        "sha256": hashlib.sha256(body).hexdigest(),
    }
    return body + json.dumps(end, separators=(",", ":")).encode() + b"\n"
