"""What Alembic runs for every service: its steps, on the connection it is given."""

from __future__ import annotations

from alembic import context

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=context.config.attributes["tables"],
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
