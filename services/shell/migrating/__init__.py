"""The environment of Alembic that all services share."""
