# pragma version 0.4.3
"""
@title Sums of points in either group
@notice Points are bytes here, so that one ceremony makes keys in G1 or in G2
    (docs/protocol.md §4). The number of the group is the kind of the ceremony.
"""

from modules import curve


G1: constant(uint256) = 1
G2: constant(uint256) = 2
MAX_POINTS: constant(uint256) = curve.MAX_TERMS  # of one sum


@internal
@view
def combine(
    group: uint256, points: Bytes[256 * MAX_POINTS], scalars: DynArray[uint256, MAX_POINTS]
) -> Bytes[256]:
    """
    @notice Sum of point times scalar; every point is proven to be in the subgroup.
    @param points At least as many as there are scalars.
    """
    if group == G1:
        terms: DynArray[curve.Term, MAX_POINTS] = []
        for i: uint256 in range(len(scalars), bound=MAX_POINTS):
            point: bytes32[4] = abi_decode(slice(points, 128 * i, 128), bytes32[4])
            terms.append(curve.Term(point=point, scalar=scalars[i]))
        return abi_encode(curve.msm(terms))
    terms: DynArray[curve.Term2, MAX_POINTS] = []
    for i: uint256 in range(len(scalars), bound=MAX_POINTS):
        point: bytes32[8] = abi_decode(slice(points, 256 * i, 256), bytes32[8])
        terms.append(curve.Term2(point=point, scalar=scalars[i]))
    return abi_encode(curve.msm_2(terms))


@internal
@view
def multiply_generator(group: uint256, scalar: uint256) -> Bytes[256]:
    """
    @notice A scalar times B, the base of all keys.
    """
    return self.combine(group, self._generator(group), [scalar])


@internal
@view
def is_infinity(group: uint256, point: Bytes[256]) -> bool:
    """
    @notice Whether a point is infinity, all zero.
    """
    if group == G1:
        return point == abi_encode(empty(bytes32[4]))
    return point == abi_encode(empty(bytes32[8]))


@internal
@view
def is_known(
    group: uint256, key: Bytes[256], t: Bytes[256], s: uint256, tag: bytes32, statement: bytes32
) -> bool:
    """
    @notice Whether sB - e key = t with e = H(tag, statement, t): the prover knows the logarithm
        of the key. As encodings are unique, the comparison proves that t is in the group, too.
    """
    assert s < curve.Q, "group: response is not reduced"
    e: uint256 = curve.challenge(keccak256(concat(tag, statement, t)))
    return t == self.combine(
        group, concat(self._generator(group), key), [s, curve.negate(e)]
    )


@internal
@pure
def _generator(group: uint256) -> Bytes[256]:
    if group == G1:
        return abi_encode(curve.GENERATOR)
    return abi_encode(curve.GENERATOR_2)
