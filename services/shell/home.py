"""The folder of a service: configuration, keys, database; nobody else's to read."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from scripts.shared.errors import InputError, InUseError
from scripts.shared.files.failures import name_unwritable

_PRIVATE_FOLDER: Final = 0o700
_PRIVATE_FILE: Final = 0o600


@dataclass(frozen=True, slots=True)
class Home:
    """Where a service keeps what it has."""

    folder: Path
    name: str

    @property
    def config(self) -> Path:
        """Give the file that people write."""
        return self.folder / "config.toml"

    @property
    def key(self) -> Path:
        """Give the key file of the account, unless config.toml names another."""
        return self.folder / f"{self.name}.key.json"

    @property
    def peer_key(self) -> Path:
        """Give the sealed key that other services know this one by."""
        return self.folder / "peer.key.json"

    @property
    def database(self) -> Path:
        """Give the database, unless config.toml names a server."""
        return self.folder / f"{self.name}.sqlite"

    def path(self, name: str) -> Path:
        """Give a path that config.toml names: in this folder, unless absolute."""
        return self.folder / name

    def make(self) -> None:
        """Make the folder, for its owner alone; raises FileError."""
        with name_unwritable(self.folder):
            self.folder.mkdir(parents=True, exist_ok=True, mode=_PRIVATE_FOLDER)
            self.folder.chmod(_PRIVATE_FOLDER)

    def require(self) -> None:
        """Raise InputError unless `init` has made it."""
        if not self.config.exists():
            fact = "is no home of a service"
            hint = f"veche {self.name} init --home {self.folder} makes one"
            raise InputError(str(self.folder), fact, hint=hint)

    @contextmanager
    def hold(self) -> Iterator[None]:
        """Keep other processes out for as long as the block lasts.

        Raises InUseError if another is in.
        """
        path = self.folder / ".lock"
        with name_unwritable(path):
            lock = os.open(path, os.O_RDWR | os.O_CREAT, _PRIVATE_FILE)
        try:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                fact = "is in use by another process"
                hint = "stop that one first; two would undo each other's work"
                raise InUseError(str(self.folder), fact, hint=hint) from None
            yield
        finally:
            os.close(lock)
