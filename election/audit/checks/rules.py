"""An election can be held by these rules, and the commission alone holds no key.

docs/protocol.md §2, §4 and §7, with the contests and their candidates.
"""

from __future__ import annotations

from election.audit.errors import NotDueError, require
from election.audit.evidence import Evidence
from election.audit.report import COMMISSION, NOBODY, Outcome
from election.audit.verify import Named, join_outcomes, verify_each
from election.protocol.events import ContestListed, ElectionDeployed, SealedContest
from election.protocol.rules import Judged, judge_rules


def check_rules(evidence: Evidence) -> Outcome:
    """Check the rules, both rosters and every contest."""
    deployed, contests = evidence.deployed, evidence.contests
    return join_outcomes(
        (
            verify_each(
                evidence.every(ElectionDeployed),
                lambda entry: require(
                    entry.event == deployed,
                    "the election is deployed twice",
                    blames=COMMISSION,
                ),
                name=lambda _: Named("deployment"),
                blames=COMMISSION,
            ),
            verify_each(
                judge_rules(deployed, contests),
                _require_none,
                name=lambda judged: Named(judged.subject, judged.contest),
                blames=COMMISSION,
            ),
            verify_each(
                deployed.contests,
                lambda contest: _require_listed(evidence, contest),
                name=lambda contest: Named(f"contest {contest.id}", contest.id),
                blames=COMMISSION,
            ),
        )
    )


def _require_listed(evidence: Evidence, contest: SealedContest) -> None:
    if not evidence.every(ContestListed, contest.id):
        if evidence.now < evidence.times.keys:
            raise NotDueError("has no candidates on the record yet")
        fact = "got no candidates on the record in time, if the head's time is right"
        require(False, fact, blames=NOBODY)


def _require_none(judged: Judged) -> None:
    for fact in judged.faults:
        require(False, fact, blames=COMMISSION)
