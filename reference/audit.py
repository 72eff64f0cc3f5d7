"""Run every check of docs/protocol.md §8 over the bytes of a bundle."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import BinaryIO, Final

from reference.build import Build
from reference.bundle import read_bundle
from reference.checks.attestations import check_attestations
from reference.checks.ballots import check_ballots
from reference.checks.casting import check_casting
from reference.checks.ceremonies import check_issuers, check_trustees
from reference.checks.clock import check_clock
from reference.checks.code import check_code
from reference.checks.contexts import check_contexts
from reference.checks.counting import check_counting
from reference.checks.extensions import check_extensions
from reference.checks.images import check_images
from reference.checks.issuance import check_issuance
from reference.checks.leaves import check_leaves
from reference.checks.lists import check_lists
from reference.checks.openings import check_openings
from reference.checks.record import check_record
from reference.checks.results import check_results
from reference.checks.rules import check_rules
from reference.checks.shares import check_shares
from reference.checks.state import check_state
from reference.checks.sums import check_sums
from reference.errors import RefutedError
from reference.record import Record
from reference.record_hash import hash_record
from reference.report import Cases, CheckResult, Report

Check = Callable[[Record, Cases], None]

_AFTER_CODE: Final[Mapping[str, Check]] = {
    "rules": check_rules,
    "trustees": check_trustees,
    "issuers": check_issuers,
    "images": check_images,
    "contexts": check_contexts,
    "lists": check_lists,
    "leaves": check_leaves,
    "attestations": check_attestations,
    "issuance": check_issuance,
    "ballots": check_ballots,
    "casting": check_casting,
    "sums": check_sums,
    "openings": check_openings,
    "shares": check_shares,
    "results": check_results,
    "counting": check_counting,
    "extensions": check_extensions,
    "state": check_state,
}


def audit_bundle(source: bytes | BinaryIO, *, builds: Mapping[str, Build]) -> Report:
    """Audit a bundle; raises NoBundleError if it is none, and nothing else of it.

    source: a file, or its bytes. builds: by the name of the contract. Raises OSError
    where there is no room for its logs.
    """
    record = Record(read_bundle(source))
    checks = list_checks(builds)
    results = tuple(run_check(each, record, checks=checks) for each in checks)
    return Report(hash_record(record), results, _read_booth(record))


def _read_booth(record: Record) -> bytes:
    """Read what the rules announce of a booth; zero where there are no rules."""
    try:
        record.require_election()
        return bytes(record.rules["booth"])
    except RefutedError:
        return bytes(32)


def list_checks(builds: Mapping[str, Build]) -> Mapping[str, Check]:
    """List all checks by name, in the order of their numbers."""
    code = partial(check_code, builds=builds)
    first: dict[str, Check] = {"record": check_record, "clock": check_clock}
    return {**first, "code": code, **_AFTER_CODE}


def run_check(name: str, record: Record, *, checks: Mapping[str, Check]) -> CheckResult:
    """Run one check; what it cannot even begin has not held."""
    cases, number = Cases(), [*checks].index(name) + 1
    try:
        record.require_election()
        checks[name](record, cases)
    except RefutedError as error:
        cases.faults.append(str(error))
    faults, awaited = tuple(cases.faults), tuple(cases.awaited)
    return CheckResult(number, name, cases.verified, cases.total, faults, awaited)
