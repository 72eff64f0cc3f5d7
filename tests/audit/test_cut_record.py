"""A record that ends inside a transaction: no block does, so something is hidden.

What comes in the transaction of an event can never be still to come.
"""

from __future__ import annotations

from dataclasses import replace

from election.audit.audit import run_checks
from election.audit.evidence import Evidence
from election.audit.report import NODE
from election.protocol import events
from election.protocol.board import Board
from election.protocol.replay import Part
from election.protocol.tally import TallyState
from scripts.shared.acceptance import AuditedElection
from tests.audit.tampering import drop

CUTS = {
    "trustees": (
        events.AttemptAborted,
        events.CeremonyBound,
        events.CeremonyFinal,
        events.AttemptStarted,
    ),
    "issuers": (
        events.AttemptAborted,
        events.CeremonyBound,
        events.CeremonyFinal,
        events.AttemptStarted,
    ),
    "openings": (events.TallyWithheld, events.ResultPublished),
}
PARTS = {"trustees": Part.TRUSTEES, "issuers": Part.ISSUERS}


def list_cuts(board: Board) -> list[tuple[str, str, Board]]:
    """Cut before each event that came with another: check, event, and board.

    The deployment itself is left out: without it there is no election.
    """
    evidence, found = Evidence(board), []
    deployed = evidence.last(events.ElectionDeployed).log.transaction
    for at, (before, after) in enumerate(
        zip(board.logs, board.logs[1:], strict=False), 1
    ):
        if before.transaction != after.transaction or after.transaction == deployed:
            continue
        entry = evidence.replay.entries[at]
        for check, kinds in CUTS.items():
            is_own = PARTS.get(check, entry.contract.part) is entry.contract.part
            if isinstance(entry.event, kinds) and is_own:
                name = type(entry.event).__name__
                found.append((check, name, replace(board, logs=board.logs[:at])))
    return found


def test_record_that_is_cut_inside_a_transaction_is_found(board: Board) -> None:
    cuts = list_cuts(board)
    seen = {(check, name) for check, name, _ in cuts}
    assert seen >= {
        *(
            (part, name)
            for part in PARTS
            for name in ("CeremonyBound", "CeremonyFinal")
        ),
        *(("openings", name) for name in ("TallyWithheld", "ResultPublished")),
        ("issuers", "AttemptAborted"),
        ("trustees", "AttemptStarted"),
    }
    for check, name, cut in cuts:
        (result,) = run_checks(Evidence(cut), [check], progress=lambda *_: None)
        findings = result.outcome.findings
        assert any(
            finding.blames == NODE and f"lacks {name}" in finding.fact
            for finding in findings
        ), (check, name, findings)


def test_trustee_knows_a_withheld_sum_by_its_number_of_ballots(board: Board) -> None:
    """A node that hides it would have a single ballot decrypted."""
    for contest in (2, 4):  # one that was overridden, and one that was not
        (withheld,) = Evidence(board).every(events.TallyWithheld, contest)
        audited = AuditedElection(Evidence(drop(board, withheld)))
        assert (audited.state(contest) is TallyState.WITHHELD) == (contest == 4)
