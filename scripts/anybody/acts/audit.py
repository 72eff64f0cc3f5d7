"""Verify a whole election, from a node or from one file with no network at all.

Exit code 0: every check ran, and all that is due by now held. 3: one failed; the report
says which, and whom it blames. With --reference also 3 if the second audit disagrees
about any check. `veche exit-codes` has the others: there is nothing to audit then.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from scripts.shared.exit_codes import ExitCode
from scripts.shared.following import say_next
from scripts.shared.options import (
    AsJson,
    BundleFile,
    Fresh,
    GenesisHash,
    OrElectionFile,
    RpcUrls,
    path_option,
)
from scripts.shared.terminal import say

EXAMPLE = "veche audit election.jsonl.gz"
_RECOMPUTED = 10  # percent of a cluster's answers


def command(
    bundle: BundleFile = None,
    election: OrElectionFile = None,
    rpc_urls: RpcUrls = None,
    genesis_hash: GenesisHash = None,
    reference: Annotated[
        bool, typer.Option("--reference", help="Compare with a second audit, slowly.")
    ] = False,
    checkpoint: Annotated[
        Path | None,
        path_option(help="File to keep what was verified, and to go on from it."),
    ] = None,
    auditor: Annotated[
        Path | None,
        path_option(
            help="Your secret that seals checkpoints; ~/.config/veche/auditor.json."
        ),
    ] = None,
    fresh: Fresh = False,
    cluster: Annotated[
        str | None,
        typer.Option(
            help="Scheduler of a Dask cluster whose machines verify, too.",
            metavar="ADDRESS",
        ),
    ] = None,
    recompute: Annotated[
        int | None,
        typer.Option(
            min=1,
            max=100,
            help="Percent of the cluster's answers to verify here, too; 10.",
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Repeat every check of docs/protocol.md §8 and print what was verified.

    A record of a network shows who signed it, too: give the hash of the network's
    genesis, as its organisations published it, and more than two thirds of its
    validators must have. Of several nodes all must tell one record.

    With --checkpoint, what was verified and is the same history is not verified again:
    of a record that grew only what is new, and after an interruption only what is
    left. The file is sealed with a secret of yours, which is made at the first time;
    one that is another's, older, of another record or spoilt is refused.

    With --cluster other machines verify parts of the record: yours, since all in a Dask
    cluster can run code on each other. Start `dask scheduler` on one and `dask worker
    ADDRESS` on each, all with this release, by tls:// unless on this machine. Of their
    answers some, drawn by lot, are verified here again; where one differs, no answer
    counts, and all is verified here.

    Exit code 0 if all that is due by now held, 3 if a check failed, nodes differ, the
    record is not the one that was verified before, or the second audit disagrees; of
    the others of `veche exit-codes` if there is nothing to audit.
    """
    from election.audit.report import Signing, Verdict
    from scripts.anybody.audit import (
        Audited,
        audit_once,
        audit_since,
        check_options,
        show,
        spell_next,
    )

    check_options(
        checkpoint,
        auditor,
        fresh=fresh,
        reference=reference,
        cluster=cluster,
        recompute=recompute,
    )
    sources = bundle, election, rpc_urls
    if checkpoint is None:
        chosen = None if cluster is None else (cluster, recompute or _RECOMPUTED)
        audited = audit_once(
            sources, genesis=genesis_hash, reference=reference, cluster=chosen
        )
    else:
        audited = Audited(
            audit_since(sources, checkpoint, auditor, genesis=genesis_hash, fresh=fresh)
        )
    report, compared = audited.report, audited.compared
    show(audited, as_json=as_json)
    is_signed = report.finality.signing is Signing.HELD
    if election is not None and not is_signed:
        say(
            "an event that a node left out, with forged answers, shows in one way: "
            "compare the hash with that of auditors who asked other nodes"
        )
    say_next(*spell_next(report), as_json=as_json)
    is_disputed = compared is not None and compared.disagreements
    if report.verdict is Verdict.FAILED or is_disputed:
        raise typer.Exit(ExitCode.NOT_SO)
