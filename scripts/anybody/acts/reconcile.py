"""Reconcile the numbers of each contest, and draw whom to ask after the polls.

Listed, online, on paper, issued, cast; the gap between issued and cast beside the
margin of the counts. A gap that could have changed who is elected is warned of: then
all who were issued a credential are asked whether they asked for it, and whether they
voted. Else a sample is: its size follows from the margin, and who is in it from a seed
that is drawn in public after the polls, as by dice. docs/protocol.md §9 has the rule,
so that anybody draws the same. Nobody is accused by a gap.

Exit code 0, whatever the gap; 3 if a check of the record fails, and then nobody is
drawn; others, as `veche exit-codes` has them, if there is nothing to reconcile.
"""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import Annotated, Final

import typer

from scripts.shared.exit_codes import ExitCode
from scripts.shared.following import say_next
from scripts.shared.languages import Language
from scripts.shared.options import (
    AsJson,
    BundleFile,
    OrElectionFile,
    RpcUrls,
    path_option,
)
from scripts.shared.terminal import say, tell, tell_json

EXAMPLE = 'veche reconcile election.jsonl.gz --seed "3 1 6 2 5 5 4 1 2 6"'


_MOST_ELECTED: Final = 16


def command(
    bundle: BundleFile = None,
    election: OrElectionFile = None,
    rpc_urls: RpcUrls = None,
    elected: Annotated[
        int,
        typer.Option(
            min=1, max=_MOST_ELECTED, help="How many of a contest are elected."
        ),
    ] = 1,
    seed: Annotated[
        str | None,
        typer.Option(help="What was drawn in public after the polls.", metavar="TEXT"),
    ] = None,
    page: Annotated[
        Path | None,
        path_option("--html", help="Write it as a page, too; never over another."),
    ] = None,
    pdf: Annotated[
        Path | None,
        path_option("--pdf", help="Write it as a PDF, too; never over another."),
    ] = None,
    language: Annotated[
        Language, typer.Option(help="Of page and PDF.")
    ] = Language.RUSSIAN,
    as_json: AsJson = False,
) -> None:
    """Compare list, issued and cast with the margin, and draw whom to ask.

    Every check of `veche audit` runs first: numbers of a record that does not hold are
    nobody's. The margin is that of the counts of this record; where paper ballots are
    counted together with them, judge the gap by the margin of both.
    """
    from election.audit.audit import audit_evidence
    from election.audit.reconciliation import reconcile
    from election.audit.report import Verdict
    from scripts.anybody.audit import report_progress
    from scripts.anybody.reconcile import (
        Found,
        draw_samples,
        is_alarming,
        render_json,
        render_text,
        require_seed,
        spell_alarm,
        spell_next,
    )
    from scripts.anybody.reconciliation.files import require_makeable, write_files
    from scripts.anybody.record_source import read_source
    from scripts.shared.cores import all_cores
    from scripts.shared.verifying import verifying

    require_seed(seed)
    require_makeable(page, pdf)
    with ExitStack() as opened:
        board, _ = read_source(bundle, election, rpc_urls, copies=None, act="reconcile")
        spread = opened.enter_context(all_cores())
        evidence = opened.enter_context(verifying(board, spread=spread))
        report = audit_evidence(evidence, progress=report_progress)
        rows = [
            reconcile(evidence, each.contest, elected=elected)
            for each in report.contests
        ]
        samples = draw_samples(evidence, report, rows, seed=seed)
    found = Found(report, rows, samples, seed, elected)
    write_files(found, language, page=page, pdf=pdf)
    if as_json:
        tell_json(render_json(found))
    else:
        tell(*render_text(found))
    for row in filter(is_alarming, rows):
        say(f"WARNING: contest {row.contest}: {spell_alarm(row)}")
    say_next(*spell_next(found), as_json=as_json)
    if report.verdict is Verdict.FAILED:
        say("WARNING: the record does not hold: `veche audit` says what, and whose")
        raise typer.Exit(ExitCode.NOT_SO)
