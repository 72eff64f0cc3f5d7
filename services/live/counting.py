"""After the close: the count by the trustees' acts, and both audits."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Final

from election.errors import ElectionError
from election.protocol.text import spell_number
from services.live.acts import act
from services.live.layout import THRESHOLD, Layout


def count(layout: Layout) -> dict[str, Any]:
    """Freeze, decrypt, publish and audit; returns counts, and what the audits say.

    counts: by contest, in ballot order. Raises ElectionError.
    """
    own = ("--election", layout.record, "--rpc-url", layout.url("chain"))
    password = ("--password-file", layout.password)
    commission = ("--key", layout.key("commission"))
    act(layout, "freeze", *own, *commission, *password)
    trustees = [
        ("share", *own, "--key", layout.key(f"trustee-{n}"), *password)
        for n in range(1, THRESHOLD + 1)
    ]
    sums = [json.loads(act(layout, *each, "--compare", "--json")) for each in trustees]
    if any(each != sums[0] for each in sums):
        raise ElectionError("trustees", "were shown different sums")
    hashes = [each["comparison_hash"] for each in sums[0].values()]
    agreed = [word for each in hashes for word in ("--agreed", each)]
    for each in trustees:
        act(layout, *each, *agreed)
    published = act(layout, "publish-result", *own, *commission, *password, "--json")
    audited = act(layout, "audit", *own, "--reference", "--json")
    return {"published": json.loads(published), "audit": json.loads(audited)}


def lay_out_counts(made: dict[str, Any]) -> Iterator[str]:
    """Give lines for people: counts by contest, and what the audits say."""
    for contest, lines in made["published"].items():
        yield f"contest {contest}"
        if isinstance(lines, str):
            why = f": {_WITHHELD}" if "withheld" in lines else ""
            yield f"  {lines}{why}"
            continue
        for line in lines:
            yield f"  {line['count']:>5}  {line['name'] or line['slot']}"
    audit = made["audit"]
    second = audit["reference"]["disagreements"]
    checks = spell_number(len(audit["checks"]), "check")
    yield f"the audit, {checks}: {audit['verdict']}"
    yield f"the second audit, by other code: {'; '.join(second) or 'agrees'}"


_WITHHELD: Final = (
    "too few ballots, whose count would tell whose they are; the commission and "
    "observers may open it"
)
