# pragma version 0.4.3
"""
@title Strict ECDSA over secp256k1
@notice docs/protocol.md §1: v is 27 or 28, s in the lower half, so that a signature has one
    form only, and nobody is ever the zero address.
"""

# half of the order of secp256k1, rounded down:
# 0x7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0
_HALF_ORDER: constant(uint256) = (
    57896044618658097711785492504343953926418782139537452191302581570759080747168
)


@internal
@view
def signer(hashed: bytes32, v: uint256, r: uint256, s: uint256) -> address:
    """
    @notice Who signed the hash; reverts if the signature is not in its one strict form.
    """
    assert v == 27 or v == 28, "signature: v is not 27 or 28"
    assert r != 0, "signature: r is zero"
    assert s != 0 and s <= _HALF_ORDER, "signature: s is not in the lower half"
    who: address = ecrecover(hashed, v, r, s)
    assert who != empty(address), "signature: nobody signed"
    return who
