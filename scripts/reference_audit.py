"""The reference audit beside the first: both must say the same of every check.

They share the compiled contracts and nothing else, so a fault of one is not of both.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from itertools import zip_longest
from typing import Any, Final

from election.artifacts import CONTRACTS, read_artifact
from election.audit.report import Report
from reference.audit import audit_bundle
from reference.build import Build
from reference.errors import NoBundleError
from reference.report import CheckResult

_REFUSED: Final = CheckResult(0, "bundle", 0, 1, ("is refused as a bundle",))


@dataclass(frozen=True, slots=True)
class Comparison:
    """What the reference audit found, and where the two do not agree."""

    checks: tuple[CheckResult, ...]
    disagreements: tuple[str, ...]


def read_builds() -> Mapping[str, Build]:
    """Hand over what the compiler made of the contracts."""
    artifacts = map(read_artifact, CONTRACTS)
    return {
        each.name: Build(each.runtime, each.initcode, each.immutables)
        for each in artifacts
    }


def compare_audits(report: Report, bundle: bytes) -> Comparison:
    """Audit the bytes of the same board again, and compare check by check."""
    try:
        checks = audit_bundle(bundle, builds=read_builds()).checks
    except NoBundleError:
        checks = (_REFUSED,)
    return Comparison(checks, tuple(_disagree(report, checks)))


def _disagree(report: Report, checks: Iterable[CheckResult]) -> Iterator[str]:
    first = ((each.number, each.name, each.held) for each in report.checks)
    for said, check in zip_longest(first, checks):
        if check is None or said != (check.number, check.name, check.held):
            named = said or (check.number, check.name)
            yield f"C{named[0]} {named[1]}: {_spell(check)}"


def _spell(check: CheckResult | None) -> str:
    if check is None:
        return "is unknown to the reference audit"
    if check.held:
        return "held in the reference audit"
    return f"failed in the reference audit: {'; '.join(check.faults[:3])}"


def render_json(comparison: Comparison) -> dict[str, Any]:
    """Give the comparison as values of JSON."""
    checks = [asdict(each) | {"held": each.held} for each in comparison.checks]
    return {"checks": checks, "disagreements": list(comparison.disagreements)}


def render_text(comparison: Comparison) -> str:
    """Say whether the two agree, and where they do not."""
    if not comparison.disagreements:
        return f"the reference audit agrees on all {len(comparison.checks)} checks"
    lines = "\n".join(f"  {each}" for each in comparison.disagreements)
    return f"THE REFERENCE AUDIT DISAGREES:\n{lines}"
