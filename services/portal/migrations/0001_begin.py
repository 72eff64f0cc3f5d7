"""Begin: logins, sessions, filings, tickets."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "logins",
        sa.Column("state", sa.String(64), nullable=False),
        sa.Column("browser", sa.String(64), nullable=False),
        sa.Column("begun", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("state", name="pk_logins"),
    )
    op.create_index("ix_logins_begun", "logins", ["begun"])
    op.create_table(
        "sessions",
        sa.Column("cookie", sa.String(64), nullable=False),
        sa.Column("account", sa.String(255), nullable=False),
        sa.Column("begun", sa.BigInteger, nullable=False),
        sa.Column("used", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("cookie", name="pk_sessions"),
    )
    op.create_index("ix_sessions_account", "sessions", ["account"])
    op.create_table(
        "filings",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("serial", sa.String(64), nullable=False),
        sa.Column("account", sa.String(255), nullable=False),
        sa.Column("voter_id", sa.String(255), nullable=False),
        sa.Column("action", sa.String(16), nullable=False),
        sa.Column("asked", sa.BigInteger, nullable=False),
        sa.Column("agreed", sa.BigInteger),
        sa.Column("told", sa.BigInteger),
        sa.PrimaryKeyConstraint("id", name="pk_filings"),
        sa.UniqueConstraint("serial", name="uq_filings_serial"),
    )
    op.create_index("ix_filings_account", "filings", ["account"])
    op.create_index("ix_filings_voter", "filings", ["voter_id"])
    op.create_table(
        "parts",
        sa.Column("filing", sa.Integer, nullable=False),
        sa.Column("election", sa.String(42), nullable=False),
        sa.Column("contest", sa.BigInteger, nullable=False),
        sa.Column("leaf", sa.String(66)),
        sa.Column("lock", sa.String(42)),
        sa.PrimaryKeyConstraint("filing", "election", name="pk_parts"),
        sa.ForeignKeyConstraint(
            ["filing"], ["filings.id"], name="fk_parts_filing_filings"
        ),
    )
    op.create_index("ix_parts_leaf", "parts", ["election", "leaf"])
    op.create_table(
        "tickets",
        sa.Column("ticket", sa.String(64), nullable=False),
        sa.Column("session", sa.String(64), nullable=False),
        sa.Column("election", sa.String(42), nullable=False),
        sa.Column("leaf", sa.String(66), nullable=False),
        sa.Column("minted", sa.BigInteger, nullable=False),
        sa.Column("expires", sa.BigInteger, nullable=False),
        sa.Column("opening", sa.Text, nullable=False),
        sa.Column("subject", sa.String(66)),
        sa.Column("expiry", sa.BigInteger),
        sa.PrimaryKeyConstraint("ticket", name="pk_tickets"),
    )
    op.create_index("ix_tickets_minted", "tickets", ["minted"])
    op.create_index("ix_tickets_leaf", "tickets", ["election", "leaf"])
