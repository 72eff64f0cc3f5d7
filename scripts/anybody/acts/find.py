"""Find a ballot by its tracking code, and have it proven that it is counted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from scripts.shared.exit_codes import ExitCode
from scripts.shared.following import say_next
from scripts.shared.options import (
    AsJson,
    GenesisHash,
    RpcUrls,
    SomeContests,
    TermsFile,
    TermsHash,
)
from scripts.shared.terminal import say, show

if TYPE_CHECKING:
    from scripts.anybody.find import Absent, Sought
    from scripts.anybody.find_verdict import Verdict

EXAMPLE = (
    "veche find 64-HEX-DIGITS --terms terms.json --terms-hash 9f86d08188... "
    "--genesis-hash 64-HEX-DIGITS --rpc-url https://a.example --rpc-url "
    "https://b.example"
)


def command(
    code: Annotated[
        list[str],
        typer.Argument(
            metavar="CODE", help="The tracking code, with blanks in it or without."
        ),
    ],
    terms: TermsFile,
    terms_hash: TermsHash,
    rpc_urls: RpcUrls = None,
    genesis_hash: GenesisHash = None,
    contests: SomeContests = None,
    as_json: AsJson = False,
) -> None:
    """Find a ballot by its tracking code: in which block it is, and that it is counted.

    Anybody may, with the code alone. Every node that is named is asked for all that the
    boxes stored, so that none learns which ballot is meant, at most in the end which
    transaction brought it. What it shows is compared with the state under its block, by
    `eth_getProof`: there the box keeps a hash of all that it stored, and a mark that
    the ballot's credential has voted. In a network the signatures of that block are
    verified, too; give --genesis-hash, so that they are of the network that you know.

    Name two nodes, of different organisations. One that is away or some blocks behind
    is told, and the others are believed; one that contradicts itself is told by its
    address. Ends with 3 where nodes differ, or the ballot is not there and none comes
    any more, and with 10 where it may still come.
    """
    from scripts.anybody.find_nodes import accept_code, ask_all, find_stopping
    from scripts.anybody.find_text import advise_found, explain_found, spell_found

    wanted = accept_code(code)
    sought, asked = ask_all(
        wanted, (terms, terms_hash), rpc_urls, contests, genesis_hash
    )
    verdict, absent = asked.verdict, asked.absent
    if verdict.shown is None and not absent:
        raise find_stopping(asked.words)
    if verdict.shown is None:
        _show_missing(absent, verdict, sought, as_json=as_json)
        return
    found = spell_found(verdict.shown, verdict, sought, as_json=as_json)
    show(found, as_json=as_json)
    say(*explain_found(verdict.shown, verdict, sought, asked=len(asked.words)))
    say_next(*advise_found(), as_json=as_json)
    if verdict.differing:
        raise typer.Exit(ExitCode.NOT_SO)


def _show_missing(
    absent: list[Absent], verdict: Verdict, sought: Sought, *, as_json: bool
) -> None:
    from scripts.anybody.find_text import (
        advise_missing,
        explain_missing,
        is_early,
        spell_missing,
    )

    missing = spell_missing(absent, verdict, sought, as_json=as_json)
    show(missing, as_json=as_json)
    say(*explain_missing(absent, verdict, sought))
    say_next(*advise_missing(absent), as_json=as_json)
    may_come = is_early(absent) and not verdict.differing
    raise typer.Exit(ExitCode.NOT_YET if may_come else ExitCode.NOT_SO)
