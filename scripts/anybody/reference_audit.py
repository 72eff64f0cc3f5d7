"""The reference audit beside the first: both must say the same of every check.

They share nothing but the sources of the contracts, which each has compiled for itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from functools import cache
from itertools import zip_longest
from typing import Any, BinaryIO, Final

from election.artifacts import ROOT
from election.audit.report import Report
from election.log_spool import naming_spool
from reference.audit import audit_bundle
from reference.build import Build, compile_contracts
from reference.errors import NoBuildError, NoBundleError
from reference.report import CheckResult
from scripts.shared.errors import InputError
from scripts.shared.terminal import say

_REFUSED: Final = CheckResult(0, "bundle", 0, 1, ("is refused as a bundle",))


@dataclass(frozen=True, slots=True)
class Comparison:
    """What the reference audit found, and where the two do not agree.

    booth: the announced hash as it read it, in hexadecimal.
    """

    checks: tuple[CheckResult, ...]
    disagreements: tuple[str, ...]
    booth: str | None = None


@cache
def compile_builds() -> Mapping[str, Build]:
    """Have the contracts compiled anew, in half a minute; raises InputError."""
    try:
        return compile_contracts(ROOT / "contracts", progress=_say_contract)
    except NoBuildError as error:
        raise InputError("contracts", str(error)) from error


def _say_contract(name: str) -> None:
    say(f"reference audit: compiling {name}")


def compare_audits(report: Report, bundle: bytes | BinaryIO) -> Comparison:
    """Audit the file of the same board again, and compare check by check.

    Raises SpoolError where the second audit has no room for its logs.
    """
    builds = compile_builds()
    try:
        with naming_spool():
            second = audit_bundle(bundle, builds=builds)
    except NoBundleError:
        return Comparison((_REFUSED,), tuple(_disagree(report, (_REFUSED,))))
    disagreements = [*_disagree(report, second.checks)]
    if f"0x{second.record_hash.hex()}" != report.record_hash:
        disagreements.append("hash of the record: is another in the reference audit")
    booth = f"0x{second.booth.hex()}" if any(second.booth) else None
    if booth != report.booth:
        disagreements.append(f"booth: is {booth or 'none'} in the reference audit")
    return Comparison(second.checks, tuple(disagreements), booth)


def _disagree(report: Report, checks: Iterable[CheckResult]) -> Iterator[str]:
    first = ((each.number, each.name, each.verdict) for each in report.checks)
    for said, check in zip_longest(first, checks):
        if check is None or said != (check.number, check.name, check.verdict):
            named = said or (check.number, check.name)
            yield f"C{named[0]} {named[1]}: {_spell(check)}"


def _spell(check: CheckResult | None) -> str:
    if check is None:
        return "is unknown to the reference audit"
    facts = "; ".join((check.faults or check.awaited)[:3])
    return f"{check.verdict} in the reference audit{': ' if facts else ''}{facts}"


def render_json(comparison: Comparison) -> dict[str, Any]:
    """Give the comparison as values of JSON."""
    checks = [
        asdict(each) | {"held": each.held, "verdict": each.verdict}
        for each in comparison.checks
    ]
    told = {"checks": checks, "disagreements": list(comparison.disagreements)}
    return told | {"booth": comparison.booth}


def render_lines(comparison: Comparison) -> Iterator[str]:
    """Say whether the two agree, and where they do not."""
    if not comparison.disagreements:
        yield f"the reference audit agrees on all {len(comparison.checks)} checks"
        yield f"and reads the same booth: {comparison.booth or 'none'}"
        return
    yield "THE REFERENCE AUDIT DISAGREES:"
    yield from (f"  {each}" for each in comparison.disagreements)
