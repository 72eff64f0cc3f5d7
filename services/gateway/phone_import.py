"""Compare phones with what is known, and keep them while that may be."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from election.protocol.text import spell_time
from scripts.shared.errors import InputError
from services.gateway.phone_file import (
    Changes,
    PhoneFile,
    compare_phones,
    keep_phones,
)
from services.gateway.service import SERVICE
from services.shell.command import home_of, password_of
from services.shell.opening import open_context
from services.shell.service import Context


@contextmanager
def opened(home: Path | None, password_file: Path | None) -> Iterator[Context]:
    """Open the home, also beside a gateway that serves: the database takes both."""
    kept = home_of(SERVICE.name, home)
    with open_context(SERVICE, kept, password_of(password_file)) as context:
        yield context


def import_phones(
    connection: Any, file: PhoneFile, *, context: Context, dry_run: bool
) -> Changes:
    """Compare phones with those that are kept, and keep them; raises InputError."""
    changes = compare_phones(connection, file)
    if not dry_run:
        if changes.added or changes.changed:
            _require_open(context)
        keep_phones(connection, changes, now=int(time.time()))
    return changes


def _require_open(context: Context) -> None:
    """Raise InputError once no number changes any more."""
    fixed = context.settings.phones_fixed_from
    if fixed is not None and fixed <= context.clock.now():
        fact = f"are fixed since {spell_time(fixed)}"
        hint = "who has another number now votes on paper; support tells them where"
        raise InputError("phones", fact, hint=hint)
