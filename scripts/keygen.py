"""Make a key file for a role."""

from __future__ import annotations

from typing import Annotated

import typer

from scripts.errors import InputError
from scripts.files.key_file import Role, create_key_file
from scripts.options import AsJson, OutFile, PasswordFile
from scripts.session import read_password
from scripts.terminal import show

EXAMPLE = "veche keygen trustee --out keys/trustee-1.json"


def command(
    role: Annotated[Role, typer.Argument(help="Who will hold the key.")],
    out: OutFile,
    password_file: PasswordFile = None,
    as_json: AsJson = False,
) -> None:
    """Make a key file for a role.

    The file is sealed with a password of 8 characters or more, and never overwritten.
    The address that is
    printed goes into the election's accounts file.
    """
    if out.exists():
        fact = "is there already, and a key file is never overwritten"
        hint = "give another --out; what only this key can do is lost with the file"
        raise InputError(str(out), fact, hint=hint)
    password = read_password(password_file, twice=True)
    key_file = create_key_file(out, role, password=password)
    address = f"0x{key_file.sealed.address.hex()}"
    show({"role": role.value, "address": address, "file": str(out)}, as_json=as_json)
