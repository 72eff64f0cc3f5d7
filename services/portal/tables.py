"""What the portal keeps: who is logged in, what they filed, tickets to a booth.

Times are Unix seconds. Of everything that opens something, only a hash is kept, so that
whoever copies the database opens nothing with it.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
)

TABLES: Final = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

logins: Final = Table(
    "logins",  # begun and not done
    TABLES,
    Column("state", String(64), primary_key=True),  # hash
    Column("browser", String(64), nullable=False),  # hash of the browser's cookie
    Column("begun", BigInteger, nullable=False, index=True),
)

sessions: Final = Table(
    "sessions",
    TABLES,
    Column("cookie", String(64), primary_key=True),  # hash
    Column("account", String(255), nullable=False, index=True),
    Column("begun", BigInteger, nullable=False),
    Column("used", BigInteger, nullable=False),
)

filings: Final = Table(
    "filings",  # what a person asked for here, and agreed to by a code
    TABLES,
    Column("id", Integer, primary_key=True),
    Column("serial", String(64), nullable=False, unique=True),  # of the gateway
    Column("account", String(255), nullable=False),
    Column("voter_id", String(255), nullable=False),
    Column("action", String(16), nullable=False),  # apply or withdraw
    Column("asked", BigInteger, nullable=False),  # a code, last; 0 if none is valid
    Column("agreed", BigInteger),  # when the code was right
    Column("told", BigInteger),  # when the registrar took it
    Index("ix_filings_account", "account"),
    Index("ix_filings_voter", "voter_id"),
)

parts: Final = Table(
    "parts",  # a filing's elections
    TABLES,
    Column("filing", Integer, ForeignKey("filings.id"), primary_key=True),
    Column("election", String(42), primary_key=True),
    Column("contest", BigInteger, nullable=False),
    Column("leaf", String(66)),  # once the list is built
    Column("lock", String(42)),  # AK, where the voter gave one
    Index("ix_parts_leaf", "election", "leaf"),
)

tickets: Final = Table(
    "tickets",
    TABLES,
    Column("ticket", String(64), primary_key=True),  # hash
    Column("session", String(64), nullable=False),  # hash of the cookie
    Column("election", String(42), nullable=False),
    Column("leaf", String(66), nullable=False),
    Column("minted", BigInteger, nullable=False, index=True),
    Column("expires", BigInteger, nullable=False),
    Column("opening", Text, nullable=False),  # sealed by the ticket
    Column("subject", String(66)),  # h_req that it was used for
    Column("expiry", BigInteger),  # of the attestation that it was used for
)
Index("ix_tickets_leaf", tickets.c.election, tickets.c.leaf)
