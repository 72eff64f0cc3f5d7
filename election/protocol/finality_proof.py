"""What shows that a network's validators signed a record, as it stands on the record.

docs/bundle.md. Nothing of it is verified here, and nothing of it is believed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from election.crypto.transcript import Address


@dataclass(frozen=True, slots=True)
class Ways:
    """The ways to a contract's account, and to its running hash in its storage.

    Each is encoded nodes from the root down, as eth_getProof gives them.
    """

    account: tuple[bytes, ...]
    storage: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class FinalityProof:
    """A proof of the head that a record ends at.

    text: a file of docs/finality.md without receipt and storage. ways: of contracts of
    the election.
    """

    text: bytes
    ways: Mapping[Address, Ways]
