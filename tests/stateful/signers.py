"""Commission and observers who sign an extension, rightly or in one wrong way."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from eth_account.signers.local import LocalAccount

from election.crypto.signature import (
    SECP256K1_ORDER,
    Signature,
    SigningKey,
    derive_address,
    sign_hash,
)
from election.crypto.transcript import Address, Hash
from election.protocol.phases import derive_extension_hash
from tests.contracts.chain import make_account
from tests.contracts.election_setup import COMMISSION, OBSERVERS, PORTAL, Deployed


@dataclass(frozen=True, slots=True)
class Signed:
    """The signatures that an extension is sent with."""

    commission: Signature
    observers: tuple[Signature, ...]

    def encode(self) -> tuple[Any, ...]:
        """Encode as `extend` takes them."""
        return _fields(self.commission), [_fields(each) for each in self.observers]


def _fields(signature: Signature) -> tuple[int, int, int]:
    return signature.v, signature.r, signature.s


def key_of(account: LocalAccount) -> SigningKey:
    """Give an account's key to the library."""
    return SigningKey(int.from_bytes(bytes(account.key), "big"))


_COMMISSION: Final = key_of(COMMISSION)
_OBSERVERS: Final = tuple(sorted(map(key_of, OBSERVERS), key=derive_address))
_STRANGER: Final = key_of(make_account("stranger"))


def sign(
    digest: Hash,
    *,
    commission: SigningKey = _COMMISSION,
    observers: Sequence[SigningKey] = _OBSERVERS[:2],
) -> Signed:
    """Sign a hash, the honest ones unless told."""
    return Signed(
        sign_hash(digest, commission), tuple(sign_hash(digest, k) for k in observers)
    )


def _turn_over(digest: Hash) -> Signed:
    signed = sign(digest)
    low = signed.commission
    high = Signature(55 - low.v, low.r, SECP256K1_ORDER - low.s)
    return Signed(high, signed.observers)


RIGHT: Final[Mapping[str, Callable[[Hash], Signed]]] = {
    "a quorum": sign,
    "another quorum": lambda digest: sign(digest, observers=_OBSERVERS[1:]),
    "all observers": lambda digest: sign(digest, observers=_OBSERVERS),
}
"""Who may sign."""

_WITH_STRANGER: Final = sorted([*_OBSERVERS, _STRANGER], key=derive_address)

WRONG: Final[Mapping[str, tuple[Callable[[Hash], Signed], str]]] = {
    "portal for the commission": (
        lambda digest: sign(digest, commission=key_of(PORTAL)),
        "election: not signed by the commission",
    ),
    "signature turned over": (_turn_over, "signature: s is not in the lower half"),
    "no observer": (
        lambda digest: sign(digest, observers=()),
        "election: no quorum of observers",
    ),
    "one observer": (
        lambda digest: sign(digest, observers=_OBSERVERS[:1]),
        "election: no quorum of observers",
    ),
    "one observer twice": (
        lambda digest: sign(digest, observers=_OBSERVERS[:1] * 2),
        "election: observers are not increasing",
    ),
    "observers decreasing": (
        lambda digest: sign(digest, observers=_OBSERVERS[::-1]),
        "election: observers are not increasing",
    ),
    "a stranger beside a quorum": (
        lambda digest: sign(digest, observers=_WITH_STRANGER),
        "election: signed by no observer",
    ),
}
"""Who may not, and what the contract says."""


def derive_digest(deployed: Deployed, delta: int, *, counter: int) -> Hash:
    """Derive what is signed to extend by delta seconds."""
    view = deployed.election
    return derive_extension_hash(
        Hash(view.functions.election_id().call()),
        chain_id=deployed.chain.chain_id,
        election=Address(bytes.fromhex(view.address[2:])),
        counter=counter,
        delta=delta,
    )
