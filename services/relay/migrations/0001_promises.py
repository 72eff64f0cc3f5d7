"""Begin."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "promises",
        sa.Column("ballot_hash", sa.LargeBinary(32), primary_key=True),
        sa.Column("context", sa.LargeBinary(32), nullable=False),
        sa.Column("credential", sa.LargeBinary(20), nullable=False),
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("digest", sa.LargeBinary(32), nullable=True),
        sa.Column("record", sa.LargeBinary, nullable=True),
        sa.Column("deadline", sa.BigInteger, nullable=True),
        sa.Column("signature", sa.LargeBinary(96), nullable=True),
        sa.Column("reason", sa.String(200), nullable=True),
        sa.UniqueConstraint("context", "credential", name="one_ballot_of_a_credential"),
        sa.UniqueConstraint("digest", name="one_row_of_a_record"),
        sa.CheckConstraint(
            "state in ('promised', 'sent', 'void', 'aside')", name="known_state"
        ),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "casts",
        sa.Column("context", sa.LargeBinary(32), primary_key=True),
        sa.Column("credential", sa.LargeBinary(20), primary_key=True),
        sa.Column("ballot_hash", sa.LargeBinary(32), nullable=False),
        sa.Column("block", sa.Integer, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_casts_ballot_hash", "casts", ["ballot_hash"])
    op.create_table(
        "watches",
        sa.Column("election", sa.LargeBinary(20), primary_key=True),
        sa.Column("block", sa.Integer, nullable=False),
        sqlite_with_rowid=False,
    )
