"""The numbered checks of docs/protocol.md §8, in the order of the election."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from election.audit.checks.attestations import check_attestations
from election.audit.checks.ballots import check_ballots
from election.audit.checks.casting import check_casting
from election.audit.checks.ceremonies import check_issuers, check_trustees
from election.audit.checks.clock import check_clock
from election.audit.checks.code import check_code
from election.audit.checks.contexts import check_contexts
from election.audit.checks.counting import check_counting
from election.audit.checks.extensions import check_extensions
from election.audit.checks.images import check_images
from election.audit.checks.issuance import check_issuance
from election.audit.checks.leaves import check_leaves
from election.audit.checks.lists import check_lists
from election.audit.checks.openings import check_openings
from election.audit.checks.record import check_record
from election.audit.checks.results import check_results
from election.audit.checks.rules import check_rules
from election.audit.checks.shares import check_shares
from election.audit.checks.state import check_state
from election.audit.checks.sums import check_sums
from election.audit.evidence import Evidence
from election.audit.report import Outcome


@dataclass(frozen=True, slots=True)
class Check:
    """One claim about an election, and how to verify it."""

    name: str
    claim: str
    verify: Callable[[Evidence], Outcome]


CHECKS: Final = (
    Check("record", "every log is an event of this election", check_record),
    Check("clock", "every act came in its phase", check_clock),
    Check("code", "every contract is built from its source", check_code),
    Check("rules", "an election can be held by these rules", check_rules),
    Check("trustees", "the election key was made as agreed", check_trustees),
    Check("issuers", "the credential keys were made as agreed", check_issuers),
    Check("images", "no secret of a key is also in G2", check_images),
    Check("contexts", "each box has the right keys and terms", check_contexts),
    Check("lists", "each contest has its voter list", check_lists),
    Check("leaves", "each voter moved one step at a time", check_leaves),
    Check("attestations", "portal and SMS gateway attested it", check_attestations),
    Check("issuance", "each voter was issued one credential", check_issuance),
    Check("ballots", "each ballot holds exactly one choice", check_ballots),
    Check("casting", "each credential counts once", check_casting),
    Check("sums", "the sums are those of all ballots", check_sums),
    Check("openings", "no sum of too few was opened", check_openings),
    Check("shares", "each share is of the trustee's key", check_shares),
    Check("results", "the counts are what was decrypted", check_results),
    Check("counting", "cast <= issued <= online <= voters", check_counting),
    Check("extensions", "the polls were extended by right", check_extensions),
    Check("state", "no event was left out", check_state),
)
