"""Read a manifest back in sentences, before anybody deploys it."""

from __future__ import annotations

import shlex
import time
from pathlib import Path
from typing import Annotated, Final

from election.protocol.text import name_election
from scripts.shared.following import say_next
from scripts.shared.options import AsJson, path_argument, path_option
from scripts.shared.terminal import tell, tell_json

EXAMPLE: Final = (
    "veche manifest check elections/mgd-2019.toml "
    "--accounts elections/test-accounts.toml"
)


def check(
    manifest: Annotated[Path, path_argument(help="The election's manifest (TOML).")],
    accounts: Annotated[
        Path | None, path_option(help="Who acts: a file that continues the manifest.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Read the whole manifest back in sentences, and say what may go wrong.

    Asks no node and changes nothing. All that is wrong is told at once, each with its
    file and line. What may go wrong is no fault: an election can be held so, and
    whoever answers for it knows before.
    """
    from scripts.commission.manifest_doubts import list_doubts
    from scripts.commission.manifest_words import encode_manifest, spell_manifest
    from scripts.shared.files.manifest_file import read_manifest

    rules = read_manifest(manifest, accounts)
    doubts = list_doubts(rules, now=int(time.time()))
    if as_json:
        tell_json(encode_manifest(rules, doubts))
        return
    tell(
        name_election(rules.title, is_test=rules.test),
        *spell_manifest(rules),
        "",
        "What may go wrong:",
        *(f"  - {each}" for each in doubts or ["nothing that this program knows of"]),
        is_folded=True,
    )
    way = shlex.quote(str(manifest))
    say_next(f"veche deploy {way}{_spell_accounts(accounts)}", as_json=as_json)


def _spell_accounts(accounts: Path | None) -> str:
    return "" if accounts is None else f" --accounts {shlex.quote(str(accounts))}"


COMMANDS: Final = {"check": (check, EXAMPLE)}
