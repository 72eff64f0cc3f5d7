# pragma version 0.4.3
"""
@title What the contracts decide inside, asked directly
@notice A test gives these functions arguments that no contract would get to: its own leaf, its
    own hash. The code that answers is the contracts' own.
"""

import VoterList
from interfaces import IVoterList
from modules import group
from modules import merkle
from modules import signature


initializes: VoterList


@deploy
def __init__():
    """
    @notice Nothing is asked of the election that made it.
    """
    VoterList.__init__()


@external
@view
def check_point(kind: uint256, point: Bytes[256], may_be_infinity: bool):
    """
    @notice Reverts unless it is a point of the group, as a ceremony finds out before it keeps one.
    """
    assert may_be_infinity or not group.is_infinity(kind, point), "inside: point is infinity"
    sum: Bytes[256] = group.combine(kind, point, [1])


@external
@view
def check_signature(hashed: bytes32, v: uint256, r: uint256, s: uint256, who: address):
    """
    @notice Reverts unless this account signed the hash.
    """
    assert signature.signer(hashed, v, r, s) == who, "inside: signed by somebody else"


@external
@view
def check_path(
    leaf: bytes32,
    index: uint256,
    proof: DynArray[bytes32, merkle.MAX_DEPTH],
    root: bytes32,
    size: uint256,
):
    """
    @notice Reverts unless the leaf stands at this index of the list.
    """
    assert merkle.is_member(leaf, index, proof, root, size), "inside: leaf is not on the list"


@external
@view
def check_attestation(
    attester: address,
    context: bytes32,
    role: uint256,
    action: uint256,
    leaf: bytes32,
    nonce: uint256,
    request: bytes32,
    attestation: IVoterList.Attestation,
):
    """
    @notice Reverts unless the voter list would take it at this block's time.
    """
    VoterList._check_attestation(
        attester, context, role, action, leaf, nonce, request, attestation
    )
