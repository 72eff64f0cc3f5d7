# pragma version 0.4.3
"""
@title Hash of a credential's message to a point of G1
@notice RFC 9380, suite BLS12381G1_XMD:SHA-256_SSWU_RO_, for a message of one word and the
    domain of credentials (docs/protocol.md §6).
"""

from modules import curve


# Words and their parts: the compiler stores these as they are, and copies byte strings.
# "VECHE1-CRED-BLS12381G1_XMD:SHA-256_SSWU_RO_", and its length
_DOMAIN_1: constant(bytes32) = 0x5645434845312d435245442d424c53313233383147315f584d443a5348412d32
_DOMAIN_2: constant(bytes12) = 0x35365f535357555f524f5f2b
_LENGTH_AND_ZERO: constant(bytes3) = 0x008000  # 128 bytes wanted, then I2OSP(0, 1)
# lengths of base, exponent, modulus for the modexp precompile
_BASE: constant(bytes32) = 0x0000000000000000000000000000000000000000000000000000000000000040
_EXPONENT: constant(bytes32) = 0x0000000000000000000000000000000000000000000000000000000000000001
_MODULUS: constant(bytes32) = 0x0000000000000000000000000000000000000000000000000000000000000030
# p, the order of the field
_P_1: constant(bytes32) = 0x1a0111ea397fe69a4b1ba7b6434bacd764774b84f38512bf6730d2a0f6b0f624
_P_2: constant(bytes16) = 0x1eabfffeb153ffffb9feffffffffaaab

_MODEXP: constant(address) = 0x0000000000000000000000000000000000000005
_MODEXP_GAS: constant(uint256) = 200  # EIP-2565, its minimum
_MAP_FP_TO_G1: constant(address) = 0x0000000000000000000000000000000000000010
_MAP_GAS: constant(uint256) = 5500


@internal
@view
def to_g1(message: bytes32) -> bytes32[4]:
    """
    @notice hash_to_curve(message), a point of the subgroup, not a multiple of any known one.
    """
    b_0: bytes32 = sha256(
        concat(
            empty(bytes32), empty(bytes32), message, _LENGTH_AND_ZERO, _DOMAIN_1, _DOMAIN_2
        )
    )
    b_1: bytes32 = sha256(concat(b_0, 0x01, _DOMAIN_1, _DOMAIN_2))
    b_2: bytes32 = sha256(concat(self._xor(b_0, b_1), 0x02, _DOMAIN_1, _DOMAIN_2))
    b_3: bytes32 = sha256(concat(self._xor(b_0, b_2), 0x03, _DOMAIN_1, _DOMAIN_2))
    b_4: bytes32 = sha256(concat(self._xor(b_0, b_3), 0x04, _DOMAIN_1, _DOMAIN_2))
    return curve.add(self._map(b_1, b_2), self._map(b_3, b_4))


@internal
@view
def _map(high: bytes32, low: bytes32) -> bytes32[4]:
    ok: bool = False
    element: Bytes[48] = b""
    ok, element = raw_call(
        _MODEXP,
        concat(_BASE, _EXPONENT, _MODULUS, high, low, 0x01, _P_1, _P_2),
        max_outsize=48,
        gas=_MODEXP_GAS,
        is_static_call=True,
        revert_on_failure=False,
    )
    assert ok and len(element) == 48, "hash_to_curve: no modexp precompile"
    point: Bytes[128] = b""
    ok, point = raw_call(
        _MAP_FP_TO_G1,
        concat(empty(bytes16), element),
        max_outsize=128,
        gas=_MAP_GAS,
        is_static_call=True,
        revert_on_failure=False,
    )
    assert ok and len(point) == 128, "hash_to_curve: no mapping precompile"
    return abi_decode(point, bytes32[4])


@internal
@pure
def _xor(a: bytes32, b: bytes32) -> bytes32:
    return convert(convert(a, uint256) ^ convert(b, uint256), bytes32)
