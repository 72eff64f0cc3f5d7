"""A manifest in one or two files: what is fixed for all, and who acts this time."""

from __future__ import annotations

from pathlib import Path

from election.protocol.manifest import Manifest, parse_manifest
from scripts.shared.files.json_file import read_text


def read_manifest(path: Path, accounts: Path | None = None) -> Manifest:
    """Read a manifest; the accounts' file, if any, continues its text.

    Raises InputError, ManifestError.
    """
    texts = [read_text(each) for each in (path, accounts) if each is not None]
    return parse_manifest("\n".join(texts))
