"""What the registrar keeps: people, applications, and how far each is on the chain.

Times are Unix seconds. An election is its address, `0x` and lower case. No salt is
here: salts follow from the seed (`salts.py`).
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
)

from election.crypto.transcript import Hash
from services.registrar.transitions import LIVE

METADATA: Final = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

people: Final = Table(
    "people",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("voter_id", Text, nullable=False, unique=True),  # in its one writing
    Column("account", Text, nullable=False, unique=True),  # at the identity provider
    Column("name", Text, nullable=False),
    Column("birth_date", Text, nullable=False),  # 1970-01-31
    Column("address", Text, nullable=False),
    Column("contest", Integer, nullable=False),
    Column("neighbourhood", Text, nullable=False),
    Column("gone", Boolean, nullable=False),  # not on the latest list of voters
)

publications: Final = Table(
    "publications",
    METADATA,
    Column("election", Text, primary_key=True),
    Column("contest", Integer, primary_key=True),
    Column("election_id", LargeBinary, nullable=False),
    Column("root", LargeBinary, nullable=False),
    Column("size", Integer, nullable=False),
    Column("at", BigInteger, nullable=False),
)

applications: Final = Table(
    "applications",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("person", Integer, ForeignKey("people.id"), nullable=False, index=True),
    Column("state", Text, nullable=False, index=True),
    Column("reason", Text, nullable=False),  # a word of `reasons.py`, or empty
    Column("consent", Text, nullable=False, unique=True),  # the gateway's serial
    Column("since", BigInteger, nullable=False),
)
Index(
    "uq_applications_live",
    applications.c.person,
    unique=True,
    sqlite_where=applications.c.state.in_([str(each) for each in LIVE]),
    postgresql_where=applications.c.state.in_([str(each) for each in LIVE]),
)

history: Final = Table(
    "history",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column(
        "application",
        Integer,
        ForeignKey("applications.id"),
        nullable=False,
        index=True,
    ),
    Column("at", BigInteger, nullable=False),
    Column("who", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("reason", Text, nullable=False),
)

NO_PLACE: Final = -1
NO_LEAF: Final = Hash(b"")
"""What a part has of a list that is not built yet."""

parts: Final = Table(
    "parts",  # what an application asks for in one election
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("application", Integer, ForeignKey("applications.id"), nullable=False),
    Column("election", Text, nullable=False),
    Column("contest", Integer, nullable=False),
    Column("place", Integer, nullable=False),  # index on the list
    Column("leaf", LargeBinary, nullable=False),
    Column("lock", LargeBinary, nullable=False),  # AK, 20 bytes; zeros: none
    Column("wanted", Boolean, nullable=False),  # to vote online; False: no longer
    Column("consent", Text, nullable=False),  # to what is wanted
    Column("lock_signature", LargeBinary, nullable=False),  # of a withdrawal, or empty
    Column("tries", Integer, nullable=False),
    Column("due", BigInteger, nullable=False),  # not asked of attesters before
    Column("trouble", Text, nullable=False),  # what the last try ended with
    UniqueConstraint("application", "election"),
    Index("ix_parts_election_leaf", "election", "leaf"),
    Index("ix_parts_consent", "consent"),
)

leaves: Final = Table(
    "leaves",  # as final blocks have them; who is missing has never moved
    METADATA,
    Column("election", Text, primary_key=True),
    Column("leaf", LargeBinary, primary_key=True),
    Column("contest", Integer, nullable=False),
    Column("place", Integer, nullable=False),
    Column("state", Integer, nullable=False),
    Column("nonce", Integer, nullable=False),
    Column("lock", LargeBinary, nullable=False),
    Column("blinded", LargeBinary, nullable=False),  # M' of an issue, or empty
    Column("block", BigInteger, nullable=False),
    Column("at", BigInteger, nullable=False),
)

followed: Final = Table(
    "followed",  # to which final block the chain was read
    METADATA,
    Column("election", Text, primary_key=True),
    Column("block", BigInteger, nullable=False),
    Column("time", BigInteger, nullable=False),
)

requests: Final = Table(
    "requests",  # for credentials, from booths
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("election", Text, nullable=False),
    Column("contest", Integer, nullable=False),
    Column("place", Integer, nullable=False),
    Column("leaf", LargeBinary, nullable=False),
    Column("nonce", Integer, nullable=False),
    Column("blinded", LargeBinary, nullable=False),
    Column("portal_expiry", BigInteger, nullable=False),
    Column("portal_signature", LargeBinary, nullable=False),
    Column("gateway_expiry", BigInteger, nullable=False),
    Column("gateway_signature", LargeBinary, nullable=False),
    Column("lock_signature", LargeBinary, nullable=False),  # empty: no lock
    Column("state", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    Index("ix_requests_election_leaf", "election", "leaf"),
    Index("ix_requests_state_election", "state", "election"),
)
HELD: Final = ("queued", "sent", "issued")
"""States of a request beside which a leaf has no other."""
Index(
    "uq_requests_held",
    requests.c.election,
    requests.c.leaf,
    unique=True,
    sqlite_where=requests.c.state.in_(HELD),
    postgresql_where=requests.c.state.in_(HELD),
)

sends: Final = Table(
    "sends",  # signed transactions, kept before any node sees them
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("election", Text, nullable=False),
    Column("leaf", LargeBinary, nullable=False),
    Column("action", Integer, nullable=False),
    Column("chain", BigInteger, nullable=False),
    Column("nonce", BigInteger, nullable=False),  # of the account
    Column("hash", Text, nullable=False, unique=True),
    Column("raw", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("block", BigInteger, nullable=False),  # 0 until it is in one
    Column("expiry", BigInteger, nullable=False),  # of its attestations
    Column("at", BigInteger, nullable=False),
    Index("ix_sends_election_leaf", "election", "leaf"),
    Index("ix_sends_state_chain", "state", "chain"),
)
PENDING: Final = ("open", "mined")
"""States of a transaction beside which its leaf gets no other."""
Index(
    "uq_sends_pending",
    sends.c.election,
    sends.c.leaf,
    unique=True,
    sqlite_where=sends.c.state.in_(PENDING),
    postgresql_where=sends.c.state.in_(PENDING),
)
