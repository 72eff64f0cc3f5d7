"""Verify a whole election, from a node or from one file with no network at all.

Exit code 0: every check ran, and all that is due by now held. 3: one failed; the report
says which, and whom it blames. With --reference also 3 if the second audit disagrees
about any check. 2: there is nothing that could be audited.
"""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import Annotated

import typer

from scripts.shared.options import (
    AsJson,
    GenesisHash,
    RpcUrls,
    path_argument,
    path_option,
)
from scripts.shared.terminal import say, tell, tell_json

EXAMPLE = "veche audit election.jsonl.gz"

EXIT_FAILED = 3


def command(
    bundle: Annotated[
        Path | None, path_argument(help="File that `veche export` wrote.")
    ] = None,
    election: Annotated[
        Path | None,
        path_option(help="Or the file that `veche deploy` wrote, to ask a node."),
    ] = None,
    rpc_urls: RpcUrls = None,
    genesis_hash: GenesisHash = None,
    reference: Annotated[
        bool, typer.Option("--reference", help="Compare with a second audit, slowly.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Repeat every check of docs/protocol.md §8 and print what was verified.

    A record of a network shows who signed it, too: give the hash of the network's
    genesis, as its organisations published it, and more than two thirds of its
    validators must have. Of several nodes all must tell one record.

    Exit code 0 if all that is due by now held, 3 if a check failed, nodes differ or the
    second audit disagrees, 2 if there is nothing to audit.
    """
    from election.audit.audit import audit_board
    from election.audit.render import render_json, render_table
    from election.audit.report import Signing, Verdict
    from scripts.anybody.audit import compare_with_reference, report_progress
    from scripts.anybody.record_source import read_source
    from scripts.anybody.reference_audit import render_json as compared_json
    from scripts.anybody.reference_audit import render_lines
    from scripts.shared.cores import all_cores

    with ExitStack() as opened:
        board, copy = read_source(
            bundle,
            election,
            rpc_urls,
            opened=opened if reference else None,
            act="audit",
        )
        report = audit_board(
            board,
            progress=report_progress,
            genesis=genesis_hash,
            spread=opened.enter_context(all_cores()),
        )
        compared = compare_with_reference(report, board, copy) if reference else None
    if as_json:
        second = {} if compared is None else {"reference": compared_json(compared)}
        tell_json(render_json(report) | second)
    else:
        second_lines = () if compared is None else render_lines(compared)
        tell(*render_table(report), *second_lines)
    is_signed = report.finality.signing is Signing.HELD
    if election is not None and not is_signed:
        say(
            "an event that a node left out, with forged answers, shows in one way: "
            "compare the hash with that of auditors who asked other nodes"
        )
    is_disputed = compared is not None and compared.disagreements
    if report.verdict is Verdict.FAILED or is_disputed:
        raise typer.Exit(EXIT_FAILED)
