"""Keep the home of a role: one folder for its key, election, terms and settings.

Every act then takes from it what is not typed, by --home or by VECHE_HOME.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from scripts.shared.composing import compose
from scripts.shared.following import say_next
from scripts.shared.homes.here import VARIABLE, spell_home
from scripts.shared.options import AsJson, GenesisHash, accept_sha256, path_option
from scripts.shared.roles import Role
from scripts.shared.terminal import say, show

EXAMPLE: Final = "veche home init trustee --home trustee-1"

HomeFolder = Annotated[
    Path,
    path_option("--home", envvar=VARIABLE, help="The folder of the role."),
]
Election = Annotated[
    Path | None, path_option(help="Where the record of `veche deploy` is, or will be.")
]
Terms = Annotated[
    Path | None, path_option(help="Where what `veche terms` wrote is, or will be.")
]
TermsHash = Annotated[
    bytes | None,
    typer.Option(
        help="Hash of the terms, as the commission published it.",
        parser=accept_sha256,
        metavar="HASH",
    ),
]
Booth = Annotated[
    str | None,
    typer.Option(help="A voter's: where a booth is, or its folder.", metavar="PLACE"),
]
BoothHash = Annotated[
    bytes | None,
    typer.Option(
        help="Hash of the booth's list, as on the leaflet.",
        parser=accept_sha256,
        metavar="HASH",
    ),
]
Nodes = Annotated[
    list[str] | None,
    typer.Option("--rpc-url", help="A node; again for another.", metavar="URL"),
]
Password = Annotated[
    Path | None,
    path_option(
        envvar="VECHE_PASSWORD_FILE",
        help="File whose first line is the password; it is named in the settings. "
        "Without one every act asks.",
    ),
]


Offline = Annotated[
    bool | None,
    typer.Option(
        "--offline/--online",
        help="This machine has no network: records and what is signed are carried.",
    ),
]


def _options(
    election: Election = None,
    terms: Terms = None,
    terms_hash: TermsHash = None,
    genesis_hash: GenesisHash = None,
    booth: Booth = None,
    booth_hash: BoothHash = None,
    rpc_urls: Nodes = None,
    offline: Offline = None,
) -> None:
    """Take the options of every act that sets something."""


def _setting(act: Callable[..., None]) -> Callable[..., None]:
    """Make the command of an act that is `given` settings by their names."""

    def command(
        election: Path | None,
        terms: Path | None,
        terms_hash: bytes | None,
        genesis_hash: bytes | None,
        booth: str | None,
        booth_hash: bytes | None,
        rpc_urls: list[str] | None,
        *,
        offline: bool | None,
        **more: Any,
    ) -> None:
        given = {
            "election": election,
            "terms": terms,
            "terms_hash": terms_hash,
            "genesis_hash": genesis_hash,
            "booth": booth if booth is None or "://" in booth else Path(booth),
            "booth_hash": booth_hash,
            "nodes": tuple(rpc_urls) if rpc_urls else None,
            "offline": offline,
        }
        act(given=given, **more)

    return compose(command, act, _options, without=("given",))


@_setting
def init(
    role: Annotated[Role, typer.Argument(help="Whose home it is.")],
    home: HomeFolder,
    given: Mapping[str, Any],
    password_file: Password = None,
    as_json: AsJson = False,
) -> None:
    """Make the home of a role, with a key file of its own, or what is missing in it.

    The folder is for its owner alone, the key file sealed with a password of 8
    characters or more. Repeated, it changes no key; what else is given is changed.
    With --offline its acts ask no node: docs/guides/offline.md.
    """
    from scripts.anybody.home_making import (
        find_settings,
        make_home,
        take_settings,
        tell_next,
    )
    from scripts.shared.files.key_file import read_public_part
    from scripts.shared.homes.home import Home

    folder = home.absolute()
    found = find_settings(folder, role)
    settings = take_settings(found, folder, {**given, "password_file": password_file})
    made = Home(folder, settings)
    make_home(made)
    sealed = read_public_part(made.key)
    shown = {"home": str(home), "role": role.value}
    show(shown | {"address": f"0x{sealed.address.hex()}"}, as_json=as_json)
    if not as_json:
        tell_next(made)


@_setting
def change(
    home: HomeFolder,
    given: Mapping[str, Any],
    password_file: Annotated[
        Path | None, path_option(help="File whose first line is the password.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Change the settings of a home; those that are not given stay."""
    from scripts.anybody.home_contents import describe_home
    from scripts.anybody.home_making import spell_act, store_settings, take_settings
    from scripts.shared.files.terms_file import read_terms
    from scripts.shared.homes.home import Home, open_home

    kept = open_home(home)
    settings, folder = kept.settings, kept.folder
    wanted = take_settings(settings, folder, {**given, "password_file": password_file})
    changed = Home(folder, wanted)
    if wanted.terms_hash is not None and changed.terms.exists():
        read_terms(changed.terms, pinned=wanted.terms_hash)
    store_settings(changed, was=settings)
    show(describe_home(changed), as_json=as_json)
    say_next(spell_act(changed), as_json=as_json)


def show_it(home: HomeFolder, as_json: AsJson = False) -> None:
    """Show what is in a home; asks for no password, and no node."""
    from scripts.anybody.home_contents import describe_home, list_dangers
    from scripts.shared.homes.home import open_home

    kept = open_home(home)
    shown = describe_home(kept)
    dangers = list_dangers(kept)
    if kept.settings.terms_hash is None and kept.terms.exists():
        dangers.append(f"{kept.terms} is used once its hash is known: set --terms-hash")
    for line in dangers:
        say(f"warning: {line}")
    if as_json:
        shown["warnings"] = dangers
    show(shown, as_json=as_json)


def backup(
    home: HomeFolder,
    to: Annotated[Path, path_option(help="Folder to make; never overwritten.")],
    as_json: AsJson = False,
) -> None:
    """Copy a home, and read the copy back.

    Key files in the copy stay sealed by their passwords; keep it as safe as the home. A
    trustee's key file notes which sums it decrypted, so make a new copy after each
    share. What an issuer answered is in the home alone, and is not copied.
    """
    from scripts.anybody.home_copy import back_up, list_left_out
    from scripts.shared.homes.home import open_home

    kept = open_home(home)
    digests = back_up(kept, to)
    shown = {"backup": str(to), "files": len(digests), "read_back": True}
    show(shown | ({"sha256": digests} if as_json else {}), as_json=as_json)
    for name in list_left_out(kept):
        say(f"not copied: {name}")
    say_next(
        "keep it where the home is not, and one of the two in use", as_json=as_json
    )


def restore_it(
    source: Annotated[
        Path, path_option("--from", help="What `veche home backup` made.")
    ],
    home: HomeFolder,
    as_json: AsJson = False,
) -> None:
    """Make a home of a copy, where none is, and open it.

    Never use both: of one role, one home is in use.
    """
    from scripts.anybody.home_contents import describe_home
    from scripts.anybody.home_copy import restore

    made = restore(source, home.absolute())
    show(describe_home(made), as_json=as_json)
    if made.settings.role is Role.ISSUER:
        say("an issuer that answered before needs its record of answers beside the key")
    if made.settings.role is Role.TRUSTEE:
        say("what this trustee decrypted after the copy was made, it does not know")
    say_next(f"veche status{spell_home(made.folder)}", as_json=as_json)


COMMANDS: Final = {
    "init": (init, EXAMPLE),
    "show": (show_it, "veche home show --home trustee-1"),
    "backup": (backup, "veche home backup --home trustee-1 --to trustee-1-copy"),
    "restore": (restore_it, "veche home restore --from trustee-1-copy --home new"),
    "set": (change, "veche home set --home trustee-1 --rpc-url http://127.0.0.1:8545"),
}
