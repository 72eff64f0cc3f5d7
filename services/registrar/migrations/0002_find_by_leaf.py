"""Find transactions, requests and consents without reading all that there ever were."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_parts_consent", "parts", ["consent"])
    op.create_index("ix_requests_election_leaf", "requests", ["election", "leaf"])
    op.create_index("ix_requests_state_election", "requests", ["state", "election"])
    op.create_index("ix_sends_election_leaf", "sends", ["election", "leaf"])
    op.create_index("ix_sends_state_chain", "sends", ["state", "chain"])
