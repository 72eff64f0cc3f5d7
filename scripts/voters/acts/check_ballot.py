"""Check what a device encrypted, as a second device without a browser.

Exit code 3: what was opened is not what the device had shown.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from scripts.shared.exit_codes import ExitCode
from scripts.shared.following import say_next
from scripts.shared.options import AsJson, TermsFile, TermsHash, path_option
from scripts.shared.terminal import say, show

EXAMPLE = (
    "veche check-ballot 'https://booth.example.org/check.html#contest=1&code=0x...' "
    "--tracking-code 4f1a... --terms terms.json --terms-hash 9f86d08188..."
)


def command(
    link: Annotated[str, typer.Argument(help="Of the second picture of a check.")],
    tracking_code: Annotated[
        str,
        typer.Option(help="What the device showed first, as you wrote it down."),
    ],
    terms: TermsFile,
    terms_hash: TermsHash,
    chose_another: Annotated[
        bool, typer.Option("--chose-another", help="The name is not whom you chose.")
    ] = False,
    out: Annotated[
        Path | None,
        path_option(help="Where to keep the evidence if it does not agree."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Check what a device encrypted: print the name that an opened ballot holds.

    Take the tracking code down before you tell the device that you check: it must not
    know beforehand. Then it opens the ballot, which is never cast, and this program
    encrypts the choice anew. The name has to be whom you chose. No node is asked.
    Ends with 3 if it does not agree: do not vote with that device.
    """
    from scripts.shared.files.json_file import render_json, write_new
    from scripts.shared.session import go_by
    from scripts.voters.check_ballot import (
        accept_code,
        describe_mismatch,
        name_choice,
        read_link,
        recompute,
    )

    known = go_by(terms, terms_hash)
    opening, written = read_link(link), accept_code(tracking_code)
    contest = known.contest(opening.contest)
    made = recompute(opening, contest.box)
    is_same = written == opening.code == made
    shown: dict[str, Any] = {"contest": contest.title, "agrees": is_same}
    if is_same:
        shown["choice"] = name_choice(opening, contest)
    show(shown, as_json=as_json)
    if is_same and not chose_another:
        say_next(
            "is that whom you chose? Then make a new ballot: this one is thrown away",
            as_json=as_json,
        )
        return
    if written != opening.code:
        say("the device opened another ballot than the one that it had shown")
    elif not is_same:
        say("what it opened does not give the tracking code")
    say("do not vote with that device; tell the observers")
    if out is not None:
        told = describe_mismatch(
            known, opening, written=written, made=made, chose_another=chose_another
        )
        write_new(out, render_json(told))
    raise typer.Exit(ExitCode.NOT_SO)
