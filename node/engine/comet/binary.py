"""Find the consensus engine's program, and refuse another version of it."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import Final

from node.errors import EngineError

VERSION: Final = "0.38.26"  # engine/go.mod pins the same
_BUILT: Final = Path(__file__).resolve().parents[3] / "build" / "cometbft"
_PATIENCE = 20  # seconds that a program may take to say its version


def find_engine(given: Path | None = None) -> Path:
    """Return CometBFT's path: the given one, the one that was built, or on PATH.

    Raises: EngineError.
    """
    found = given or (_BUILT if _BUILT.exists() else None) or _on_path()
    if found is None:
        raise EngineError("no cometbft here; `make engine` builds it")
    try:
        said = subprocess.run(  # noqa: S603  the operator names the program
            [found, "version"], capture_output=True, timeout=_PATIENCE, check=True
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise EngineError(f"{found} does not say its version") from error
    version = said.stdout.decode(errors="replace").strip().removeprefix("v")
    if version.split("+")[0] != VERSION:
        raise EngineError(f"{found} is of version {version[:40]}, not {VERSION}")
    return found


def _on_path() -> Path | None:
    found = shutil.which("cometbft")
    return None if found is None else Path(found)
