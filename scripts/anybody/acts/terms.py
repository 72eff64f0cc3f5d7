"""Write the terms of an election, which voters and attesters then pin by a hash."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from election.protocol.text import name_election
from scripts.shared.following import say_next
from scripts.shared.options import AsJson, ElectionFile, RpcUrls, path_option
from scripts.shared.terminal import say, show

EXAMPLE = (
    "veche terms --election election.json --rpc-url http://127.0.0.1:8545 "
    "--rpc-url http://127.0.0.1:8546 --out terms.json"
)


def command(
    election: ElectionFile,
    out: Annotated[Path, path_option(help="Terms; the same at every source.")],
    rpc_urls: RpcUrls = None,
    bundles: Annotated[
        list[Path] | None,
        path_option("--bundle", help="Or a record that `veche export` wrote."),
    ] = None,
    before_lists: Annotated[
        bool,
        typer.Option(
            "--before-lists",
            help="Without lists: for services that take applications before them.",
        ),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Verify keys, boxes and lists, and write what voters and attesters go by.

    Voters and attesters believe no node. They use this file, and only if it has the
    hash that this prints: publish it where nobody changes it, on paper, too. Whoever
    runs this on other nodes gets the same file. Name two nodes or bundles, which came
    from different organisations.
    """
    from scripts.anybody.terms import agree_on_terms, read_sources
    from scripts.shared.files.deployment_file import read_deployment
    from scripts.shared.files.json_file import write_same
    from scripts.shared.files.terms_file import digest_terms, render_terms
    from scripts.shared.witnesses import require_witnesses

    deployment = read_deployment(election)
    boards = read_sources(deployment, rpc_urls or [], bundles or [])
    terms = agree_on_terms(boards, before_lists=before_lists)
    say(name_election(terms.title, is_test=terms.test))
    require_witnesses(boards, is_test=terms.test)
    text = render_terms(terms)
    write_same(out, text)
    result = {"terms": str(out), "terms_hash": digest_terms(text.encode())}
    show(result, as_json=as_json)
    say_next(
        "compare the hash with others who ran this on other nodes; the commission",
        "publishes it, and everybody keeps it: veche home set --terms-hash HASH",
        as_json=as_json,
    )
