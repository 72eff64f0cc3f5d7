"""How both audits meet a bundle, and the checks of a board."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, Final

from election.audit.audit import run_checks
from election.audit.bundle import decode_bundle
from election.audit.evidence import Evidence
from election.audit.report import Verdict
from reference.audit import list_checks, run_check
from reference.bundle import read_bundle
from reference.record import Record
from tests.reference.builds import read_builds
from tests.vectors.judges.files import FOLDER
from tests.vectors.make_negative.patch import apply_patch, cut_lines, seal

Input = Mapping[str, Any]


@cache
def honest_text() -> bytes:
    """Read the honest bundle."""
    return gzip.decompress((FOLDER / "honest.jsonl.gz").read_bytes())


def meet_bundle(case: Input) -> None:
    """Read a patched file, as the library."""
    decode_bundle(_bundle(case))


def meet_bundle_in_reference(case: Input) -> None:
    """Read a patched file, as the reference audit."""
    read_bundle(_bundle(case))


def _bundle(case: Input) -> bytes:
    return apply_patch(honest_text(), case["patch"])


def _board(case: Input) -> bytes:
    """Patch all lines but the end, and seal them."""
    body = b"".join(cut_lines(honest_text())[:-1])
    return seal(apply_patch(body, case["patch"]))


def list_held(case: Input) -> list[str]:
    """Name the checks of the case that do not fail in the audit."""
    results = run_checks(
        Evidence(decode_bundle(_board(case))),
        case["checks"],
        progress=lambda *_: None,
    )
    return [each.name for each in results if each.verdict is not Verdict.FAILED]


def list_held_in_reference(case: Input) -> list[str]:
    """Name the checks of the case that do not fail in the reference audit."""
    record, checks = Record(read_bundle(_board(case))), list_checks(read_builds())
    results = (run_check(name, record, checks=checks) for name in case["checks"])
    return [each.name for each in results if each.verdict != "failed"]


BOARDS: Final[Mapping[str, Callable[[Input], list[str]]]] = {
    "library": list_held,
    "reference": list_held_in_reference,
}
