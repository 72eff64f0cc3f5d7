"""Look into a key file, change its password, make the card that says whose it is."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Final

import typer

from scripts.shared.errors import InputError
from scripts.shared.following import say_next
from scripts.shared.options import AsJson, KeyPath, PasswordFile, path_option
from scripts.shared.terminal import say, show

EXAMPLE: Final = "veche key show --key keys/trustee-1.json"
Open = Annotated[
    bool, typer.Option("--open", help="What is sealed, too; takes the password.")
]


def show_it(
    key: KeyPath,
    is_open: Open = False,
    password_file: PasswordFile = None,
    as_json: AsJson = False,
) -> None:
    """Show whose a key file is; with --open of which elections, and what is spent.

    No secret is ever shown. Without --open no password is asked for, and what is shown
    is what the file says of itself.
    """
    from scripts.anybody.key_contents import describe_secrets
    from scripts.shared.files.key_file import open_key_file, read_public_part
    from scripts.shared.session import read_password

    sealed = read_public_part(key)
    shown: dict[str, Any] = {
        "file": str(key),
        "role": sealed.role.value,
        "address": f"0x{sealed.address.hex()}",
    }
    if is_open:
        opened = open_key_file(key, password=read_password(password_file))
        shown |= describe_secrets(opened)
    show(shown, as_json=as_json)


def password(
    key: KeyPath,
    new_password_file: Annotated[
        Path | None, path_option(help="File of the new password; else it is asked for.")
    ] = None,
    password_file: PasswordFile = None,
    as_json: AsJson = False,
) -> None:
    """Change the password of a key file, and open it by the new one.

    Copies of the file that were made before still open by the old password.
    """
    from scripts.shared.files.key_file import change_password, open_key_file
    from scripts.shared.session import acting, read_password

    if password_file is not None and password_file == new_password_file:
        fact = "is the file of the old password, too"
        raise InputError("--new-password-file", fact, hint="write a file of its own")
    if password_file is None:
        say("The password that it has:")
    opened = open_key_file(key, password=read_password(password_file))
    if new_password_file is None:
        say("The new one, twice:")
    new = read_password(new_password_file, twice=True)
    with acting(opened):
        change_password(opened, new)
    show({"file": str(key), "password": "changed"}, as_json=as_json)
    if password_file is not None:
        say(f"acts that read {password_file} need the new password there, too")
    say_next(
        "copies of the file still open by the old password: make new ones",
        as_json=as_json,
    )


def card(
    key: KeyPath,
    out: Annotated[Path, path_option(help="The card; public.")],
    as_json: AsJson = False,
) -> None:
    """Write a card, which says a key's role and address, for the accounts file.

    It is public, and has nothing by which the password could be guessed: give it to the
    commission instead of the key file.
    """
    from scripts.shared.files.json_file import render_json, write_same
    from scripts.shared.files.key_card import make_card
    from scripts.shared.files.key_file import read_public_part

    made = make_card(read_public_part(key))
    write_same(out, render_json(made))
    address = f"0x{made.address.hex()}"
    shown = {"card": str(out), "role": made.role.value, "address": address}
    show(shown, as_json=as_json)
    say_next(
        "give it to the commission, and tell it the address by another way, too",
        as_json=as_json,
    )


COMMANDS: Final = {
    "show": (show_it, EXAMPLE),
    "password": (password, "veche key password --key keys/trustee-1.json"),
    "card": (card, "veche key card --key keys/trustee-1.json --out trustee-1.json"),
}
