"""The handle of the Tally contract."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from election.client.contract import Contract
from election.client.wire import Act
from election.crypto.signature import Signature
from election.protocol.decryption import Result, ShareMessage
from election.protocol.tally import TallyState


@dataclass(frozen=True, slots=True)
class Tally:
    """A Tally contract."""

    contract: Contract

    def state(self, contest: int) -> TallyState:
        """Read the state of a contest."""
        return self.contract.read_state("state", contest, into=TallyState)

    def shares(self, contest: int, *, trustees: int) -> list[bytes]:
        """Read the accepted shares of trustees 1..n, empty where there is none."""
        indices = range(1, trustees + 1)
        arguments = [(contest, trustee) for trustee in indices]
        return self.contract.read_each("share", arguments)

    def counts(self, contest: int) -> tuple[int, ...]:
        """Read the verified counts, none until they are final."""
        return tuple(self.contract.read("counts", contest))

    def freeze(self, contest: int) -> Act:
        """Close a contest's sum, after casting ended."""
        return self.contract.act("freeze", contest)

    def override(
        self, contest: int, *, commission: Signature, observers: Sequence[Signature]
    ) -> Act:
        """Open a withheld contest; observers by increasing address."""
        return self.contract.act("override", contest, commission, observers)

    def submit_share(self, contest: int, trustee: int, *, share: ShareMessage) -> Act:
        """Give a trustee's decryption share, from his own account."""
        fields = share.decryption, share.t1, share.t2, share.s
        return self.contract.act("submit_share", contest, trustee, *fields)

    def finalize(self, contest: int, result: Result) -> Act:
        """Publish the counts that k shares decrypt to."""
        return self.contract.act("finalize", contest, result.trustees, result.counts)
