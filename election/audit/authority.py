"""The commission and a quorum of observers signed something together.

docs/protocol.md §2 and §5.
"""

from __future__ import annotations

from collections.abc import Sequence

from election.audit.errors import require
from election.audit.report import VALIDATORS
from election.crypto.signature import Signature, recover_signer
from election.crypto.transcript import Hash
from election.protocol.events import Rules


def verify_authority(
    digest: Hash,
    rules: Rules,
    *,
    commission: Signature,
    observers: Sequence[Signature],
) -> None:
    """Check the signatures over a hash; raises ContradictionError, SignatureError."""
    signer = recover_signer(digest, commission)
    is_signed = signer == rules.commission
    require(is_signed, "is not signed by the commission", blames=VALIDATORS)
    signers = [recover_signer(digest, each) for each in observers]
    is_quorum = len(signers) >= rules.quorum
    require(is_quorum, "has no quorum of observers", blames=VALIDATORS)
    is_distinct = signers == sorted(set(signers))
    require(is_distinct, "has observers out of order or twice", blames=VALIDATORS)
    is_known = set(signers) <= set(rules.observers)
    require(is_known, "is signed by no observer", blames=VALIDATORS)
