"""Begin."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the first tables."""
    op.create_table(
        "brakes",
        sa.Column("voter_id", sa.String(length=64), nullable=False),
        sa.Column("not_before", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("voter_id"),
    )
    op.create_table(
        "consents",
        sa.Column("serial", sa.String(length=24), nullable=False),
        sa.Column("voter_id", sa.String(length=64), nullable=False),
        sa.Column("action", sa.String(length=16), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("asked_at", sa.BigInteger(), nullable=False),
        sa.Column("given_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("serial"),
    )
    op.create_index(
        op.f("ix_consents_voter_id"), "consents", ["voter_id"], unique=False
    )
    op.create_table(
        "issues",
        sa.Column("serial", sa.String(length=24), nullable=False),
        sa.Column("election", sa.String(length=42), nullable=False),
        sa.Column("contest", sa.BigInteger(), nullable=False),
        sa.Column("leaf", sa.String(length=66), nullable=False),
        sa.Column("voter_id", sa.String(length=64), nullable=False),
        sa.Column("subject", sa.String(length=66), nullable=False),
        sa.Column("nonce", sa.BigInteger(), nullable=False),
        sa.Column("opened_at", sa.BigInteger(), nullable=False),
        sa.Column("expiry", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("serial"),
        sa.UniqueConstraint("election", "leaf", "subject", "nonce"),
    )
    op.create_index(op.f("ix_issues_voter_id"), "issues", ["voter_id"], unique=False)
    op.create_table(
        "limits",
        sa.Column("scope", sa.String(length=128), nullable=False),
        sa.Column("codes", sa.Integer(), nullable=False),
        sa.Column("wrong", sa.Integer(), nullable=False),
        sa.Column("alarmed", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.PrimaryKeyConstraint("scope"),
    )
    op.create_table(
        "messages",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column("serial", sa.String(length=24), nullable=False),
        sa.Column("voter_id", sa.String(length=64), nullable=False),
        sa.Column("purpose", sa.String(length=16), nullable=False),
        sa.Column("election", sa.String(length=42), nullable=True),
        sa.Column("contest", sa.BigInteger(), nullable=True),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("asked_at", sa.BigInteger(), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.Column("not_before", sa.BigInteger(), nullable=False),
        sa.Column("centre_id", sa.String(length=66), nullable=True),
        sa.Column("reason", sa.String(length=32), nullable=True),
        sa.Column("mark", sa.LargeBinary(length=32), nullable=True),
        sa.Column("expires", sa.BigInteger(), nullable=True),
        sa.Column("tries", sa.Integer(), server_default="0", nullable=False),
        sa.Column("used_at", sa.BigInteger(), nullable=True),
        sa.Column("closed", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        op.f("ix_messages_centre_id"), "messages", ["centre_id"], unique=False
    )
    op.create_index(op.f("ix_messages_serial"), "messages", ["serial"], unique=False)
    op.create_index(
        op.f("ix_messages_voter_id"), "messages", ["voter_id"], unique=False
    )
    op.create_index(
        "messages_waiting", "messages", ["state", "not_before"], unique=False
    )
    op.create_table(
        "phones",
        sa.Column("voter_id", sa.String(length=64), nullable=False),
        sa.Column("phone", sa.String(length=16), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("voter_id"),
    )
    op.create_table(
        "consent_elections",
        sa.Column("serial", sa.String(length=24), nullable=False),
        sa.Column("election", sa.String(length=42), nullable=False),
        sa.Column("contest", sa.BigInteger(), nullable=False),
        sa.Column("leaf", sa.String(length=66), nullable=True),
        sa.Column("lock", sa.String(length=42), nullable=True),
        sa.ForeignKeyConstraint(
            ["serial"],
            ["consents.serial"],
        ),
        sa.PrimaryKeyConstraint("serial", "election"),
    )
    op.create_table(
        "wishes",
        sa.Column("voter_id", sa.String(length=64), nullable=False),
        sa.Column("election", sa.String(length=42), nullable=False),
        sa.Column("serial", sa.String(length=24), nullable=False),
        sa.Column("action", sa.String(length=16), nullable=False),
        sa.Column("contest", sa.BigInteger(), nullable=False),
        sa.Column("leaf", sa.String(length=66), nullable=True),
        sa.Column("lock", sa.String(length=42), nullable=True),
        sa.Column("nonce", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["serial"],
            ["consents.serial"],
        ),
        sa.PrimaryKeyConstraint("voter_id", "election"),
    )
    op.create_index("wishes_of_leaf", "wishes", ["election", "leaf"], unique=False)
