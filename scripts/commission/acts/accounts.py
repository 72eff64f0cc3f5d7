"""Make the file of who acts, from the cards or key files of those who do."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Annotated, Final

from scripts.shared.following import say_next
from scripts.shared.options import AsJson, OutFile, path_argument, path_option
from scripts.shared.roles import Role
from scripts.shared.terminal import show

EXAMPLE: Final = (
    "veche accounts make cards/*.json --of-commission cards/trustee-1.json "
    "--out accounts.toml"
)


def make(
    cards: Annotated[
        list[Path],
        path_argument(help="From `veche key card`; key files will do, too."),
    ],
    out: OutFile,
    of_commission: Annotated[
        list[Path] | None,
        path_option(
            "--of-commission",
            help="Of these, a trustee or issuer that the commission appointed.",
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Make the accounts file of a manifest from cards; members take seats in order.

    Each card says its role. There is one commission, portal, SMS gateway and polling
    station; observers, trustees and issuers as many as are given. Compare the addresses
    with what their owners told you by another way.
    """
    from scripts.commission.accounts_text import accept_cards, render_accounts
    from scripts.shared.files.json_file import write_same
    from scripts.shared.files.key_card import read_card

    found = [(path, read_card(path)) for path in cards]
    appointed = [(path, read_card(path)) for path in of_commission or ()]
    given = accept_cards(found, appointed)
    write_same(out, render_accounts(given))
    counts = {
        role.value: sum(each.card.role is role for each in given)
        for role in Role
        if any(each.card.role is role for each in given)
    }
    show({"accounts": str(out), **counts}, as_json=as_json)
    way = shlex.quote(str(out))
    say_next(f"veche manifest check MANIFEST.toml --accounts {way}", as_json=as_json)


COMMANDS: Final = {"make": (make, EXAMPLE)}
