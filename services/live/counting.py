"""After the close: the count by the trustees' acts, and both audits."""

from __future__ import annotations

import json
from typing import Any

from election.errors import ElectionError
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
