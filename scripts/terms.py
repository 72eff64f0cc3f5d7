"""Write the terms of an election, which voters and attesters then pin by a hash."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Final

from election.audit.terms import derive_terms
from election.client.deployment import Deployment
from election.protocol.board import Board
from election.protocol.terms import ElectionTerms
from election.protocol.text import name_election
from scripts.acceptance import MADE, accept_board
from scripts.errors import InputError, UnverifiedError
from scripts.files.bundle_file import read_bundle
from scripts.files.deployment_file import read_deployment
from scripts.files.json_file import write_same
from scripts.files.terms_file import digest_terms, render_terms
from scripts.options import AsJson, ElectionFile, RpcUrls, path_option
from scripts.terminal import say, show, spell_time
from scripts.witnesses import read_boards, require_witnesses

EXAMPLE = (
    "veche terms --election election.json --rpc-url http://127.0.0.1:8545 "
    "--rpc-url http://127.0.0.1:8546 --out terms.json"
)
_CHECKS: Final = (*MADE, "lists")


def agree_on_terms(boards: Sequence[Board]) -> ElectionTerms:
    """Take the terms that all these records give, each verified by itself.

    Raises UnverifiedError, and InputError before the voter lists are closed.
    """
    agreed: dict[str, ElectionTerms] = {}
    for board in boards:
        evidence = accept_board(board, _CHECKS).evidence
        closed = evidence.times.registration
        if board.head.timestamp < closed:
            fact = f"may still be corrected until {spell_time(closed)}"
            raise InputError("voter lists", fact)
        terms = derive_terms(evidence)
        if not terms.contests:
            raise InputError("terms", "no contest has a ballot box")
        for each in evidence.contests:
            if each.contest not in terms.contests:
                say(f"contest {each.contest} has no ballot box: not in the terms")
        agreed[render_terms(terms)] = terms
    if len(agreed) != 1:
        raise UnverifiedError("terms", "differ from one source to another")
    (terms,) = agreed.values()
    return terms


def command(
    election: ElectionFile,
    out: Annotated[Path, path_option(help="Terms; the same at every source.")],
    rpc_urls: RpcUrls = None,
    bundle: Annotated[
        Path | None, path_option(help="Or a record that `veche export` wrote.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Verify keys, boxes and lists, and write what voters and attesters go by.

    Voters and attesters believe no node. They use this file, and only if it has the
    hash that this prints: publish it where nobody changes it, on paper, too. Whoever
    runs this on other nodes gets the same file.
    """
    deployment = read_deployment(election)
    boards = list(_read_boards(deployment, rpc_urls or [], bundle))
    terms = agree_on_terms(boards)
    say(name_election(terms.title, is_test=terms.test))
    if bundle is None:
        require_witnesses(boards, is_test=terms.test)
    text = render_terms(terms)
    write_same(out, text)
    result = {"terms": str(out), "terms_hash": digest_terms(text.encode())}
    show(result, as_json=as_json)


def _read_boards(
    deployment: Deployment, rpc_urls: Sequence[str], bundle: Path | None
) -> list[Board]:
    """Read the record from every source; raises InputError for none, or another one."""
    if (bundle is None) == (not rpc_urls):
        raise InputError("terms", "give --rpc-url of two nodes, or --bundle")
    if bundle is None:
        return list(read_boards(deployment, rpc_urls).values())
    board = read_bundle(bundle)
    if (board.chain_id, board.election) != (deployment.chain_id, deployment.election):
        raise InputError(str(bundle), "is the record of another election")
    return [board]
