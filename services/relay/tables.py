"""What a relay keeps: of whom it holds a ballot, and what is in the boxes.

No address, no cookie, no time of arrival. Rows have no number, so that nothing tells
which came first.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    UniqueConstraint,
)

METADATA: Final = MetaData()

PROMISES: Final = Table(
    "promises",
    METADATA,
    Column("ballot_hash", LargeBinary(32), primary_key=True),
    Column("context", LargeBinary(32), nullable=False),
    Column("credential", LargeBinary(20), nullable=False),
    Column("state", String(8), nullable=False),
    # of the record's bytes: who sends the same again is told the same, for little
    Column("digest", LargeBinary(32), nullable=True),
    Column("record", LargeBinary, nullable=True),
    Column("deadline", BigInteger, nullable=True),
    Column("signature", LargeBinary(96), nullable=True),
    Column("reason", String(200), nullable=True),
    UniqueConstraint("context", "credential", name="one_ballot_of_a_credential"),
    UniqueConstraint("digest", name="one_row_of_a_record"),
    CheckConstraint(
        "state in ('promised', 'sent', 'void', 'aside')", name="known_state"
    ),
    sqlite_with_rowid=False,
)
"""Ballots that are not in the box yet, and those that never will be.

promised: waits for others. sent: given to a node, and not final. void: the box has
another ballot of the credential, for ever. aside: the box refuses it, for the reason.
A ballot that is final has no row any more: what is left of it is in `casts`, as of
every other ballot.
"""

CASTS: Final = Table(
    "casts",
    METADATA,
    Column("context", LargeBinary(32), primary_key=True),
    Column("credential", LargeBinary(20), primary_key=True),
    Column("ballot_hash", LargeBinary(32), nullable=False, index=True),
    Column("block", Integer, nullable=False),
    sqlite_with_rowid=False,
)
"""Every ballot in a box, whoever sent it, as the node shows it in final blocks."""

WATCHES: Final = Table(
    "watches",
    METADATA,
    Column("election", LargeBinary(20), primary_key=True),
    Column("block", Integer, nullable=False),
    sqlite_with_rowid=False,
)
"""Up to which block the boxes of an election were looked at."""
