# pragma version 0.4.3
"""
@title Names of an election's phases
@notice Numbers of docs/protocol.md §2; only Election decides which one it is.
"""

SETUP: constant(uint256) = 0
KEYS: constant(uint256) = 1
LIST: constant(uint256) = 2
REGISTRATION: constant(uint256) = 3
FREEZE: constant(uint256) = 4
VOTING: constant(uint256) = 5
GRACE: constant(uint256) = 6
CLOSED: constant(uint256) = 7
TALLY: constant(uint256) = 8
FINAL: constant(uint256) = 9
