"""What numbers may be at most, by whose rule: of headers, transactions and settings."""

from __future__ import annotations

MAX_TIMESTAMP = 2**64 - 1  # seconds; of a header, as every other node reads it
# Seconds; of what a person sets. Every reader of JSON takes it whole, and blocks with
# later timestamps can still follow: no request takes a chain to its end.
MAX_SET_TIMESTAMP = 2**53 - 1
MAX_CHAIN_ID = 2**63 - 37  # EIP-2294
MAX_NONCE = 2**64 - 2  # EIP-2681
MIN_GAS = 21_000  # what the least transaction takes
MAX_GAS = 2**63 - 1  # of a block, as other nodes bound it
MAX_PORT = 65_535
MAX_INTERVAL = 86_400  # seconds; timers are not made for more than a day
MAX_SIZE = 2**31 - 1  # bytes, or items, of what is held in memory at once
MAX_CONNECTIONS = 65_536
MAX_READERS = 256  # processes
MIN_READER_MEMORY = 2**28  # bytes; code alone takes 100 MB
MIN_LOG_SIZE = 10_000  # bytes of one file of lines
MAX_LOG_FILES = 1_000
