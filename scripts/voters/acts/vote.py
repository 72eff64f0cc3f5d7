"""Vote: from the link of the personal account to a receipt, by the services."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from scripts.shared.following import say_next
from scripts.shared.options import (
    AsJson,
    KeyPath,
    PasswordFile,
    accept_contest,
    accept_sha256,
    path_option,
)
from scripts.shared.terminal import show

EXAMPLE = (
    "veche vote 'https://booth.example.org/#contest=30&leaf=0x60...&ticket=Qb...' "
    "--home voter"
)


def command(
    booth: Annotated[
        str,
        typer.Option(
            help="Where a booth of the election is served, or a folder of its files.",
            metavar="PLACE",
        ),
    ],
    booth_hash: Annotated[
        bytes,
        typer.Option(
            help="Hash of the booth's list, as the election announced it and the "
            "leaflet has it.",
            parser=accept_sha256,
            metavar="HASH",
        ),
    ],
    key: KeyPath,
    folder: Annotated[
        Path,
        path_option(help="Keeps how far you are, and gets the receipt; in a home, it."),
    ],
    link: Annotated[
        str | None,
        typer.Argument(
            help="What “Get my ballot” in the personal account gives. It is asked for "
            "if it is missing and needed: then no history of a shell has it, and no "
            "other program on this machine sees it.",
            show_default=False,
        ),
    ] = None,
    contest: Annotated[
        int | None,
        typer.Option(
            help="Which of several votes that were begun goes on.",
            parser=accept_contest,
            metavar="ID",
        ),
    ] = None,
    now: Annotated[
        bool, typer.Option("--now", help="Send the ballot at once, with no crowd.")
    ] = False,
    yes: Annotated[
        bool, typer.Option("--yes", help="Ask nothing but code and choice.")
    ] = False,
    password_file: PasswordFile = None,
    as_json: AsJson = False,
) -> None:
    """Vote at the services, as in the booth, by a program in place of a browser.

    Log in to the personal account in any browser, press “Get my ballot”, copy the link
    that it gives, and give it here: it holds nothing that tells a choice. You type the
    code of the message, choose, check or cast, and get a receipt once the ballot is in
    the box. The ballot waits for others before it is sent, up to half an hour. Nothing
    is lost by Ctrl-C or a kill: the same line, without the link, goes on, and never
    votes twice. Your recovery words (`veche words`) go on in a booth, too.

    Whom it asks stands in the booth's files, which the commission and observers signed;
    no organisation that knows you hears of the ballot, and the reverse.
    """
    from scripts.shared.roles import Role
    from scripts.shared.session import acting, unlock
    from scripts.voters.voting import open_vote, show_vote

    key_file = unlock(key, password_file, roles={Role.VOTER})
    with (
        acting(key_file),
        open_vote(
            (booth, booth_hash),
            key_file,
            folder,
            link=link,
            contest=contest,
            is_sure=yes or as_json,
        ) as voting,
    ):
        voting.go_on(is_hurried=now)
        show(show_vote(voting), as_json=as_json)
        say_next(*voting.spell_next(), as_json=as_json)
