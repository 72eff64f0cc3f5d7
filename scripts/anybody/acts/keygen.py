"""Make a key file for a role."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Annotated

import typer

from scripts.shared.errors import InputError
from scripts.shared.following import say_next
from scripts.shared.options import AsJson, OutFile, PasswordFile, path_option
from scripts.shared.roles import Role
from scripts.shared.terminal import show

EXAMPLE = "veche keygen trustee --out keys/trustee-1.json"


def command(
    role: Annotated[Role, typer.Argument(help="Who will hold the key.")],
    out: OutFile,
    words_file: Annotated[
        Path | None,
        path_option(
            "--words-file", help="A voter's recovery words, as the booth printed them."
        ),
    ] = None,
    password_file: PasswordFile = None,
    as_json: AsJson = False,
) -> None:
    """Make a key file for a role.

    The file is sealed with a password of 8 characters or more, and never overwritten.
    The address that is printed goes into the election's accounts file. With the
    recovery words of a booth, which never stand on a command line, a voter goes on here
    from where the booth was; `veche words` shows those of a key file.
    """
    from scripts.shared.files.json_file import read_text
    from scripts.shared.files.key_file import create_key_file
    from scripts.shared.recovery_words import read_words
    from scripts.shared.session import read_password

    if words_file is not None and role is not Role.VOTER:
        raise InputError("--words-file", "is for a voter only")
    if out.exists():
        fact = "is there already, and a key file is never overwritten"
        hint = "give another --out; what only this key can do is lost with the file"
        raise InputError(str(out), fact, hint=hint)
    secret = None if words_file is None else read_words(read_text(words_file))
    password = read_password(password_file, twice=True)
    key_file = create_key_file(out, role, password=password, secret=secret)
    address = f"0x{key_file.sealed.address.hex()}"
    show({"role": role.value, "address": address, "file": str(out)}, as_json=as_json)
    say_next(*_spell_next(role, out), as_json=as_json)


def _spell_next(role: Role, out: Path) -> tuple[str, ...]:
    if role is Role.VOTER:
        return ("veche words, to write them down; then veche request register",)
    name = shlex.quote(str(out))
    return (
        "keep password and file apart; for the commission's accounts file:",
        f"  veche key card --key {name} --out CARD.json",
    )
