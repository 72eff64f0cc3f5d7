# pragma version 0.4.3
"""
@title Positional Merkle tree of the voter list
@notice docs/protocol.md §1: depth ceil(log2(size)), a proof is exactly as long.
"""

from modules import transcript


MAX_DEPTH: constant(uint256) = 24  # 16 million voters in one contest


@internal
@pure
def is_member(
    leaf: bytes32,
    index: uint256,
    proof: DynArray[bytes32, MAX_DEPTH],
    root: bytes32,
    size: uint256,
) -> bool:
    """
    @notice Whether the leaf stands at this index of the tree with this root and size.
    """
    if index >= size or 2**len(proof) < size:
        return False
    if len(proof) != 0 and 2**(len(proof) - 1) >= size:
        return False
    node: bytes32 = leaf
    rest: uint256 = index
    for sibling: bytes32 in proof:
        if rest & 1 == 1:
            node = keccak256(concat(transcript.NODE, sibling, node))
        else:
            node = keccak256(concat(transcript.NODE, node, sibling))
        rest >>= 1
    return node == root
