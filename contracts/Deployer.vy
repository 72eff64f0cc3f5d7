# pragma version 0.4.3
"""
@title Makes an election at the address that follows from all it is made of
@notice CREATE2 (EIP-1014): the address hashes this contract's own and the initcode, which
    is the election's build and its constructor's arguments. So nobody needs to believe what
    a constructor did, and nothing is asked of this contract's code (docs/protocol.md §7).
"""

_MAX_INITCODE: constant(uint256) = 49152  # bytes, EIP-3860


@external
def deploy(initcode: Bytes[_MAX_INITCODE]) -> address:
    """
    @notice Makes a contract, once; reverts with the constructor's reason.
    @param initcode With the constructor's arguments.
    @return Where the contract stands.
    @custom:caller anyone
    @custom:phase before all
    """
    return raw_create(initcode, salt=empty(bytes32))
