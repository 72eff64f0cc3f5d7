"""Whoever holds a secret believes no node: it is used on an audited record only.

A node is asked for the record once. What is audited, compared, signed and decrypted is
that one record: a node that is asked twice could show two.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from election.audit.audit import ALL, run_checks
from election.audit.catalogue import Check
from election.audit.checks.state import find_tally_state
from election.audit.evidence import Evidence
from election.audit.past import NOTHING, Past
from election.audit.report import (
    NOBODY,
    Awaited,
    CheckResult,
    Finding,
    Verdict,
)
from election.client.board_reader import read_board
from election.client.open_election import OpenElection
from election.crypto.group import G1_BYTES, G2, G2_BYTES, G, encode_g1, encode_g2
from election.protocol.board import Board
from election.protocol.ceremony.confirmation import KeyShare
from election.protocol.events import (
    CeremonyFinal,
    ElectionDeployed,
    Overridden,
    TallyFrozen,
)
from election.protocol.replay import Part
from election.protocol.tally import FrozenTally, TallyState
from scripts.shared.errors import InputError, NotYetError, UnverifiedError
from scripts.shared.files.key_file import Instance, KeyFile, name_instance
from scripts.shared.reading import keep_logs
from scripts.shared.terminal import say
from scripts.shared.verifying import verifying

RULES: Final = ("record", "clock", "code", "rules")
KEYS: Final = (*RULES, "trustees", "issuers", "images", "state")
"""What has to hold before boxes are made."""
MADE: Final = (*KEYS, "contexts")
"""What a member verifies of the keys and of the boxes they are in."""
POLLS: Final = (
    *MADE,
    *("lists", "leaves", "attestations", "issuance"),
    *("casting", "counting", "extensions"),
)
"""What has to hold for issuers: all but the ballots, and what comes after them."""
EXTENSIONS: Final = (*RULES, "extensions", "state")
"""What has to hold for whoever signs for an extension."""
COUNT: Final = tuple(name for name in ALL if name != "results")
"""What has to hold for trustees: all but the results, which shares are made for."""

_MEMBER: Final = re.compile(
    r"(?P<role>trustee|issuer) \d+(?P<aborted> of attempt \d+)?"
)


@dataclass(frozen=True, slots=True)
class AuditedElection:
    """A record on which chosen checks hold, and what secrets are used on."""

    evidence: Evidence

    @property
    def instance(self) -> Instance:
        """Name the election that members keep their parts of."""
        board = self.evidence.board
        deployed = self.evidence.last(ElectionDeployed).log
        return name_instance(
            board.chain_id, board.election, deployed_at=deployed.timestamp
        )

    def state(self, contest: int) -> TallyState:
        """Tell what a contest's tally waits for.

        By its number of ballots, too: no record may hide that a sum is withheld.
        """
        state = find_tally_state(self.evidence, contest)
        if state is TallyState.OPEN and self._is_small(contest):
            return TallyState.WITHHELD
        return state

    def _is_small(self, contest: int) -> bool:
        ballots = self.evidence.tally(contest).cast_count
        is_overridden = bool(self.evidence.every(Overridden, contest))
        return ballots < self.evidence.deployed.rules.m_min and not is_overridden

    @property
    def frozen(self) -> dict[int, FrozenTally]:
        """Give every frozen sum, which is that of the ballots, by contest."""
        entries = self.evidence.every(TallyFrozen)
        blocks = {each.event.contest: each.log.block_number for each in entries}
        return {
            contest: FrozenTally(contest, block, self.evidence.tally(contest))
            for contest, block in blocks.items()
        }


def read_record(opened: OpenElection) -> Board:
    """Read the record of an election, once."""
    since = opened.election.contract.since
    return read_board(opened.connection, opened.address, since=since, keep=keep_logs)


def accept_board(
    board: Board, checks: Collection[str], past: Past = NOTHING
) -> AuditedElection:
    """Accept a record on which none of these checks fails; raises UnverifiedError.

    past: what was accepted of it before, by the same checks.
    What is not due yet is told, and so is what is wrong with some members or contests
    only: see `_is_bearable`.
    """
    borne: list[Finding] = []
    with verifying(board, past, checks=tuple(checks)) as evidence:
        for result in run_checks(evidence, checks, progress=_say_check):
            if result.verdict is Verdict.FAILED and not _is_bearable(result, evidence):
                raise _refuse(result)
            borne.extend(result.outcome.findings)
            for awaited in result.outcome.awaited:
                say(f"not due: {_spell(awaited)}")
    for finding in borne:  # said of a record that holds: else its node alone may lie
        say(f"warning: {_spell(finding)}; blames {finding.blames}")
    return AuditedElection(evidence)


def require_keys(board: Board, checks: Collection[str]) -> tuple[str, ...]:
    """Raise UnverifiedError if one of these checks fails, with nothing to bear.

    Before the polls nothing is lost by making the keys again. Returns the names of the
    checks that are not due yet.
    """
    later = []
    for result in run_checks(Evidence(board), checks, progress=_say_check):
        if result.verdict is Verdict.FAILED:
            raise _refuse(result)
        if result.verdict is Verdict.NOT_DUE:
            later.append(result.name)
    return tuple(later)


def require_own_key(evidence: Evidence, key_share: KeyShare, *, part: Part) -> None:
    """Raise UnverifiedError unless a record has the keys of this share.

    Else a whole election that others made up, every check of which holds, would do.
    Raises NotYetError if it has no keys yet.
    """
    if not evidence.every(CeremonyFinal, part):
        raise NotYetError(part.title, "is not final yet")
    published = evidence.ceremony(part).verification_keys
    keys = (published[slot] for slot in sorted(published))
    if part is Part.TRUSTEES:
        role, size = "trustee", G1_BYTES
        own = [encode_g1(G * secret) for secret in key_share.secrets]
    else:
        role, size = "issuer", G2_BYTES
        own = [encode_g2(G2 * secret) for secret in key_share.secrets]
    start = (key_share.member - 1) * size
    if own != [key[start : start + size] for key in keys]:
        raise UnverifiedError(f"{role} {key_share.member}", "has other keys here")


def open_own_share(
    audited: AuditedElection, key_file: KeyFile, *, part: Part
) -> KeyShare:
    """Give the share that a key file keeps of this election.

    Raises NotYetError if it keeps none, and UnverifiedError if the record is of others.
    """
    kept, where = key_file.secrets, str(key_file.path)
    own = kept.parts.get(audited.instance)
    if own is not None and own.share is not None:
        require_own_key(audited.evidence, own.share.key_share, part=part)
        return own.share.key_share
    if own is not None or kept.share is None:
        raise NotYetError(where, "has no key share of this election yet")
    older = kept.share.key_share  # it does not say of which election
    try:
        require_own_key(audited.evidence, older, part=part)
    except UnverifiedError:
        fact = "has a key share of another election, and none of this one"
        raise InputError(where, fact) from None
    return older


def _is_bearable(result: CheckResult, evidence: Evidence) -> bool:
    """Tell whether what is wrong need not stop what the others do.

    Nor does a contest that something was not done for in time stop another contest.
    """
    findings = result.outcome.findings
    if not findings:  # something was not verified, and nothing says why
        return False
    if all(_is_omission(each, result.name) for each in findings):
        return True
    names = {finding.blames for finding in findings}
    return result.name == "images" and _are_few(names, evidence)


def _is_omission(finding: Finding, check: str) -> bool:
    """Tell whether all that is wrong is that a contest got no box, or no list."""
    is_late = finding.contest is not None and finding.blames == NOBODY
    return is_late and check in ("contexts", "lists")


def _are_few(blamed: Collection[str], evidence: Evidence) -> bool:
    """Tell whether all who are blamed are fewer members than a threshold.

    A member whose own secret is out is corrupt, which its threshold allows of all but
    one; and if one message of one member stopped the others, each could void the polls
    alone.
    """
    deployed = evidence.deployed
    members = [match for match in map(_MEMBER.fullmatch, blamed) if match]
    # of an aborted attempt no secret is used
    corrupt = Counter(match["role"] for match in members if not match["aborted"])
    is_few = corrupt["trustee"] < deployed.trustees.threshold
    is_few = is_few and corrupt["issuer"] < deployed.issuers.threshold
    return is_few and len(members) == len(blamed)


def _refuse(result: CheckResult) -> UnverifiedError:
    wrong = [_spell(finding) for finding in result.outcome.findings]
    fact = wrong[0] if wrong else "something is missing"
    error = UnverifiedError(f"check {result.number} ({result.name})", fact)
    if wrong and all(each.blames == NOBODY for each in result.outcome.findings):
        error.add_note("nobody is at fault: `veche status` shows what is left to do")
    return error


def _spell(told: Finding | Awaited) -> str:
    return f"{told.subject}: {told.fact}"


def _say_check(number: int, check: Check) -> None:
    say(f"C{number}: {check.claim}")
