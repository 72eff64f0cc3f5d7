# pragma version 0.4.3
"""
@title Running hash of all that a contract announced
@notice Each event enters it in its order, with the number and the time of its block, so that
    nobody can leave one out, change it or move it unseen (docs/protocol.md §7).
"""

from modules import transcript


record_hash: public(bytes32)


@internal
def add(topics: bytes32, data: bytes32):
    """
    @notice Adds the event that was just logged.
    @param topics Hash of its topics, one after another.
    @param data Hash of its data.
    """
    self.record_hash = keccak256(
        abi_encode(
            transcript.RECORD, self.record_hash, block.number, block.timestamp, topics, data
        )
    )
