"""Send codes to voters' phones, and attest who typed them: the SMS gateway."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Final

import typer

from scripts.shared.errors import InputError
from scripts.shared.exit_codes import ExitCode
from scripts.shared.options import AsJson, PasswordFile, path_argument, path_option
from scripts.shared.terminal import say, show
from services.shell.command import HomeFolder, home_of, make_commands, password_of

EXAMPLE: Final = "veche gateway serve --home gateway --password-file password"


def phones_import(
    file: Annotated[Path, path_argument(help="CSV with voter_id,phone.")],
    home: HomeFolder = None,
    password_file: PasswordFile = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would change, change nothing.")
    ] = False,
    refused: Annotated[
        Path | None, path_option(help="Where refused rows go, with their reasons.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Take phones from a file: new ones and changed ones; none is ever removed.

    Numbers are written with their country code, as +79161234567. A row that cannot be
    used is refused with its reason and the others are taken; the act then ends with 15.
    The same file again changes nothing.
    """
    from scripts.shared.files.json_file import replace_file
    from services.gateway.phone_file import read_phone_file, render_refused
    from services.gateway.phone_import import import_phones, opened

    with opened(home, password_file) as context:
        found = read_phone_file(file)
        changes = context.database.run_now(
            import_phones, found, context=context, dry_run=dry_run
        )
    if refused is not None:
        replace_file(refused, render_refused(found), mode=0o600)
    for line, fact in found.refused[:10]:
        say(f"line {line}: {fact}")
    if len(found.refused) > 10 and refused is None:
        say(f"and {len(found.refused) - 10} more: --refused FILE has them all")
    for many, first, other in found.shared[:10]:
        several = f"one phone, {many} voters: a family, or a slip?"
        say(f"lines {first} and {other}: {several}")
    result: dict[str, Any] = {
        "added": len(changes.added),
        "changed": len(changes.changed),
        "same": changes.same,
        "absent": changes.absent,
        "refused": len({line for line, _ in found.refused}),
        "shared": len(found.shared),
        "dry_run": dry_run,
    }
    show(result, as_json=as_json)
    if found.refused:
        raise typer.Exit(ExitCode.IN_PART)


def phones_set(
    voter_id: Annotated[str, typer.Argument(help="Whose phone.")],
    home: HomeFolder = None,
    password_file: PasswordFile = None,
    phone_file: Annotated[
        Path | None,
        path_option(help="A file with the number; else it is asked for."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Give a person another phone, before the day from which none changes.

    The number is typed, or comes in a file: a command line is seen by other users and
    kept in histories.
    """
    from election.protocol.voter_id import normalize_voter_id
    from scripts.shared.files.json_file import read_text
    from services.gateway.numbers import mask_number, normalize_number
    from services.gateway.phone_file import PhoneFile
    from services.gateway.phone_import import import_phones, opened

    who = normalize_voter_id(voter_id)
    given = read_text(phone_file).strip() if phone_file else typer.prompt("phone")
    number = normalize_number(given)
    with opened(home, password_file) as context:
        changes = context.database.run_now(
            import_phones,
            PhoneFile({who: number}, ()),
            context=context,
            dry_run=False,
        )
    state = "added" if changes.added else "changed" if changes.changed else "same"
    shown = {"voter_id": who, "phone": mask_number(number), "state": state}
    show(shown, as_json=as_json)


def support(
    asked: Annotated[
        str, typer.Argument(metavar="VOTER_ID|CASE", help="Whose, or which, messages.")
    ],
    home: HomeFolder = None,
    password_file: PasswordFile = None,
    as_json: AsJson = False,
) -> None:
    """Tell what became of a person's messages: queued, sent, delivered, failed.

    A case is the serial of a request, or the number that its message carries, as A-47.
    Codes are not known here, and of a phone its end is shown.
    """
    from services.gateway.phone_import import opened
    from services.gateway.support import look_up

    with opened(home, password_file) as context:
        found = context.database.run_now(look_up, asked, now=context.clock.now())
    if not found["people"]:  # every message is somebody's
        hint = "voter ids are written as in the register, cases as A-47; a number of "
        hint += "six letters and digits is of a page: `veche portal case --help`"
        raise InputError(repr(asked), "is no voter and no case", hint=hint)
    if not found["messages"]:
        say("no message was ever asked for: the portal has them ask for a code")
    if as_json:
        show(found, as_json=True)
        return
    for person in found["people"]:
        show(person, as_json=False)
    for message in found["messages"]:
        say("")
        show({k: v for k, v in message.items() if v is not None}, as_json=False)
    for serial in found["used_up"]:
        say(f"{serial} is out of codes or tries: compare the person before you help")


def centre(
    home: HomeFolder = None,
    password_file: PasswordFile = None,
    secret_file: Annotated[
        Path | None,
        path_option(help="A file with the centre's password; else it is asked for."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Keep the password of the SMS centre, sealed by the key file's password."""
    from scripts.shared.session import read_password
    from services.gateway.centre_file import seal_centre_password
    from services.gateway.service import SERVICE
    from services.shell.opening import open_context

    kept = home_of(SERVICE.name, home)
    own = password_of(password_file)
    if secret_file is None:
        say("the centre's password, not that of the key file:")
    given = read_password(secret_file)
    with open_context(SERVICE, kept, own) as context:
        seal_centre_password(kept, context.vault, given)
    show({"centre": "password kept"}, as_json=as_json)


_BEGIN: Final = "veche gateway"
_HOME: Final = "--home gateway --password-file password"
COMMANDS: Final = {
    **make_commands("gateway"),
    "centre": (centre, f"{_BEGIN} centre {_HOME} --secret-file centre.txt"),
    "support": (support, f"{_BEGIN} support AB-123 {_HOME}"),
    "phones import": (
        phones_import,
        f"{_BEGIN} phones import phones.csv {_HOME} --dry-run",
    ),
    "phones set": (phones_set, f"{_BEGIN} phones set AB-123 {_HOME}"),
}
