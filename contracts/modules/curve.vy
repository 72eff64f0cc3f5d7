# pragma version 0.4.3
"""
@title BLS12-381 through the EIP-2537 precompiles
@notice The only caller of the curve precompiles. G1 points are 128 bytes, G2 points 256,
    infinity all zero. Every raw call hands over no more gas than the EIP prices it at,
    because a malformed point burns all of it, and every output length is checked, because
    a missing precompile succeeds with no output. ADD checks no subgroup: what it is given
    must pass through MSM or PAIRING in the same transaction (docs/protocol.md §1).
"""

# order of G1 and G2: 0x73eda753299d7d483339d80809a1d80553bda402fffe5bfeffffffff00000001
Q: constant(uint256) = 52435875175126190479447740508185965837690552500527637822603658699938581184513
GENERATOR: constant(bytes32[4]) = [
    0x0000000000000000000000000000000017f1d3a73197d7942695638c4fa9ac0f,
    0xc3688c4f9774b905a14e3a3f171bac586c55e83ff97a1aeffb3af00adb22c6bb,
    0x0000000000000000000000000000000008b3f481e3aaa0f1a09e30ed741d8ae4,
    0xfcf5e095d5d00af600db18cb2c04b3edd03cc744a2888ae40caa232946c5e7e1,
]
GENERATOR_2: constant(bytes32[8]) = [
    0x00000000000000000000000000000000024aa2b2f08f0a91260805272dc51051,
    0xc6e47ad4fa403b02b4510b647ae3d1770bac0326a805bbefd48056c8c121bdb8,
    0x0000000000000000000000000000000013e02b6052719f607dacd3a088274f65,
    0x596bd0d09920b61ab5da61bbdc7f5049334cf11213945d57e5ac7d055d042b7e,
    0x000000000000000000000000000000000ce5d527727d6e118cc9cdc6da2e351a,
    0xadfd9baa8cbdd3a76d429a695160d12c923ac9cc3baca289e193548608b82801,
    0x000000000000000000000000000000000606c4a02ea734cc32acd2b02bc28b99,
    0xcb3e287e85a763af267492ab572e99ab3f370d275cec1da1aaa9075ff05f79be,
]
NEGATED_GENERATOR_2: constant(bytes32[8]) = [
    0x00000000000000000000000000000000024aa2b2f08f0a91260805272dc51051,
    0xc6e47ad4fa403b02b4510b647ae3d1770bac0326a805bbefd48056c8c121bdb8,
    0x0000000000000000000000000000000013e02b6052719f607dacd3a088274f65,
    0x596bd0d09920b61ab5da61bbdc7f5049334cf11213945d57e5ac7d055d042b7e,
    0x000000000000000000000000000000000d1b3cc2c7027888be51d9ef691d77bc,
    0xb679afda66c73f17f9ee3837a55024f78c71363275a75d75d86bab79f74782aa,
    0x0000000000000000000000000000000013fa4d4a0ad8b1ce186ed5061789213d,
    0x993923066dddaf1040bc3ff59f825c78df74f2d75467e25e0f55f8a00fa030ed,
]
# hash_to_curve("VECHE1/generator/K"): nobody knows its logarithm (docs/protocol.md §1)
K: constant(bytes32[4]) = [
    0x000000000000000000000000000000001499512f74ff6e8b42a7f6d1fcaa940c,
    0xc722de1f53cde5e19694593e48c17635aaf0b61a9128bb6ebeb5ba49c67cc71d,
    0x000000000000000000000000000000000340d7faba6964d7e3d379a388e8affa,
    0x7179b914165745fb2a1f892b001ef95b29e4c8036f855f809a0ce72dd58dc276,
]

MAX_TERMS: constant(uint256) = 64  # of one MSM: one slot each of all contests

G1_ADD: constant(address) = 0x000000000000000000000000000000000000000b
G1_MSM: constant(address) = 0x000000000000000000000000000000000000000C
_G2_MSM: constant(address) = 0x000000000000000000000000000000000000000E
_PAIRING: constant(address) = 0x000000000000000000000000000000000000000F
# gas of EIP-2537, the price of one term before the discount for many
_G1_MSM_GAS: constant(uint256) = 12000
_G2_MSM_GAS: constant(uint256) = 22500
_FULL_DISCOUNT: constant(uint256) = 128  # terms from which the discount below holds
_G1_DISCOUNT: constant(uint256) = 519  # thousandths
G1_ADD_GAS: constant(uint256) = 375
_PAIRING_GAS: constant(uint256) = 37700
_PAIR_GAS: constant(uint256) = 32600


struct Term:
    point: bytes32[4]
    scalar: uint256


struct Term2:
    point: bytes32[8]
    scalar: uint256


@internal
@view
def add(a: bytes32[4], b: bytes32[4]) -> bytes32[4]:
    """
    @notice a + b in G1; checks that both are on the curve, not that they are in the subgroup.
    """
    ok: bool = False
    point: Bytes[128] = b""
    ok, point = raw_call(
        G1_ADD,
        abi_encode(a, b),
        max_outsize=128,
        gas=G1_ADD_GAS,
        is_static_call=True,
        revert_on_failure=False,
    )
    assert ok and len(point) == 128, "curve: sum of invalid points"
    return abi_decode(point, bytes32[4], unwrap_tuple=False)


@internal
@view
def try_msm(terms: DynArray[Term, MAX_TERMS]) -> (bool, bytes32[4]):
    """
    @notice Sum of point times scalar in G1; false if a point is malformed, off the curve or
        outside the subgroup.
    """
    size: uint256 = 160 * len(terms)  # apart, or the compiler copies the terms once more
    ok: bool = False
    point: Bytes[128] = b""
    ok, point = raw_call(
        G1_MSM,
        slice(abi_encode(terms), 64, size),
        max_outsize=128,
        gas=self.g1_msm_gas(len(terms)),
        is_static_call=True,
        revert_on_failure=False,
    )
    if not ok or len(point) != 128:
        return False, empty(bytes32[4])
    return True, abi_decode(point, bytes32[4])


@internal
@view
def msm(terms: DynArray[Term, MAX_TERMS]) -> bytes32[4]:
    """
    @notice Sum of point times scalar in G1; every point is proven to be in the subgroup.
    """
    size: uint256 = 160 * len(terms)  # apart, or the compiler copies the terms once more
    ok: bool = False
    point: Bytes[128] = b""
    ok, point = raw_call(
        G1_MSM,
        slice(abi_encode(terms), 64, size),
        max_outsize=128,
        gas=self.g1_msm_gas(len(terms)),
        is_static_call=True,
        revert_on_failure=False,
    )
    return self.sum_of(ok, point)


@internal
@pure
def sum_of(ok: bool, answer: Bytes[128]) -> bytes32[4]:
    """
    @notice What an MSM in G1 came to; reverts if it took a point for invalid.
    """
    assert ok and len(answer) == 128, "curve: invalid point"
    return abi_decode(answer, bytes32[4], unwrap_tuple=False)


@internal
@view
def msm_2(terms: DynArray[Term2, MAX_TERMS]) -> bytes32[8]:
    """
    @notice Sum of point times scalar in G2; every point is proven to be in the subgroup.
    """
    size: uint256 = 288 * len(terms)
    ok: bool = False
    point: Bytes[256] = b""
    ok, point = raw_call(
        _G2_MSM,
        slice(abi_encode(terms), 64, size),
        max_outsize=256,
        gas=len(terms) * _G2_MSM_GAS,
        is_static_call=True,
        revert_on_failure=False,
    )
    assert ok and len(point) == 256, "curve: invalid G2 point"
    return abi_decode(point, bytes32[8])


@internal
@view
def is_pairing_one(a: bytes32[4], a_2: bytes32[8], b: bytes32[4], b_2: bytes32[8]) -> bool:
    """
    @notice Whether e(a, a_2) e(b, b_2) = 1; every point is proven to be in its subgroup.
    """
    ok: bool = False
    answer: Bytes[32] = b""
    ok, answer = raw_call(
        _PAIRING,
        abi_encode(a, a_2, b, b_2),
        max_outsize=32,
        gas=_PAIRING_GAS + 2 * _PAIR_GAS,
        is_static_call=True,
        revert_on_failure=False,
    )
    return ok and len(answer) == 32 and convert(answer, uint256) == 1


@internal
@pure
def is_infinity(point: bytes32[4]) -> bool:
    """
    @notice Whether a G1 point is infinity, all zero.
    """
    return (
        point[0] == empty(bytes32)
        and point[1] == empty(bytes32)
        and point[2] == empty(bytes32)
        and point[3] == empty(bytes32)
    )


@internal
@pure
def challenge(hashed: bytes32) -> uint256:
    """
    @notice A hash as a challenge: reduced modulo the group order.
    """
    return convert(hashed, uint256) % Q


@internal
@pure
def weight(hashed: bytes32) -> uint256:
    """
    @notice A hash as a weight: its low 128 bits.
    """
    return convert(hashed, uint256) & (2**128 - 1)


@internal
@pure
def negate(scalar: uint256) -> uint256:
    """
    @notice -scalar modulo the group order, for a scalar below it.
    """
    return (Q - scalar) % Q


@internal
@pure
def g1_msm_gas(terms: uint256) -> uint256:
    """
    @notice What an MSM of so many terms in G1 is handed.
    """
    if terms >= _FULL_DISCOUNT:
        return terms * _G1_MSM_GAS * _G1_DISCOUNT // 1000
    return terms * _G1_MSM_GAS
