# pragma version 0.4.3
"""
@title Lagrange coefficients at zero
@notice docs/protocol.md §5: what each of k shares counts for in the whole.
"""

from modules import curve


MAX_MEMBERS: constant(uint256) = 10

_MODEXP: constant(address) = 0x0000000000000000000000000000000000000005
_MODEXP_GAS: constant(uint256) = 1360  # EIP-2565 for an exponent of 255 bits
_WORD: constant(uint256) = 32


@internal
@view
def coefficient(member: uint256, members: DynArray[uint256, MAX_MEMBERS]) -> uint256:
    """
    @notice Product of j / (j - member) over the other members j, modulo the group order.
    """
    numerator: uint256 = 1
    denominator: uint256 = 1
    for other: uint256 in members:
        if other == member:
            continue
        numerator = uint256_mulmod(numerator, other, curve.Q)
        denominator = uint256_mulmod(
            denominator, uint256_addmod(other, curve.Q - member, curve.Q), curve.Q
        )
    return uint256_mulmod(numerator, self._inverse(denominator), curve.Q)


@internal
@view
def _inverse(scalar: uint256) -> uint256:
    ok: bool = False
    answer: Bytes[32] = b""
    ok, answer = raw_call(
        _MODEXP,
        abi_encode(_WORD, _WORD, _WORD, scalar, curve.Q - 2, curve.Q),
        max_outsize=32,
        gas=_MODEXP_GAS,
        is_static_call=True,
        revert_on_failure=False,
    )
    assert ok and len(answer) == 32, "lagrange: no modexp precompile"
    return convert(answer, uint256)
