"""What the gateway keeps: ids, phones, requests, messages; no name, and no code."""

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
    String,
    Table,
    UniqueConstraint,
    false,
)

TABLES: Final = MetaData()

_ELECTION: Final = 42  # characters of 0x and 20 bytes
_WORD: Final = 66  # of 0x and 32 bytes
_SERIAL: Final = 24
_VOTER: Final = 64
_TIME: Final = BigInteger  # Unix seconds
_ROW: Final = BigInteger().with_variant(Integer, "sqlite")

phones = Table(
    "phones",
    TABLES,
    Column("voter_id", String(_VOTER), primary_key=True),
    Column("phone", String(16), nullable=False),
    Column("changed_at", _TIME, nullable=False),
)

consents = Table(
    "consents",
    TABLES,
    Column("serial", String(_SERIAL), primary_key=True),
    Column("voter_id", String(_VOTER), nullable=False, index=True),
    Column("action", String(16), nullable=False),
    Column("digest", String(64), nullable=False),  # of what was asked
    Column("asked_at", _TIME, nullable=False),
    Column("given_at", _TIME),
)

consent_elections = Table(
    "consent_elections",
    TABLES,
    Column("serial", String(_SERIAL), ForeignKey("consents.serial"), primary_key=True),
    Column("election", String(_ELECTION), primary_key=True),
    Column("contest", BigInteger, nullable=False),
    Column("leaf", String(_WORD)),
    Column("lock", String(_ELECTION)),
)

wishes = Table(  # what a person last agreed to, an election: the consent record
    "wishes",
    TABLES,
    Column("voter_id", String(_VOTER), primary_key=True),
    Column("election", String(_ELECTION), primary_key=True),
    Column("serial", String(_SERIAL), ForeignKey("consents.serial"), nullable=False),
    Column("action", String(16), nullable=False),
    Column("contest", BigInteger, nullable=False),
    Column("leaf", String(_WORD)),
    Column("lock", String(_ELECTION)),
    Column("nonce", BigInteger),  # at which it was attested
    Index("wishes_of_leaf", "election", "leaf"),
)

issues = Table(
    "issues",
    TABLES,
    Column("serial", String(_SERIAL), primary_key=True),
    Column("election", String(_ELECTION), nullable=False),
    Column("contest", BigInteger, nullable=False),
    Column("leaf", String(_WORD), nullable=False),
    Column("voter_id", String(_VOTER), nullable=False, index=True),
    Column("subject", String(_WORD), nullable=False),  # h_req
    Column("nonce", BigInteger, nullable=False),
    Column("opened_at", _TIME, nullable=False),
    Column("expiry", _TIME),  # of the attestation that was given
    UniqueConstraint("election", "leaf", "subject", "nonce"),
)

messages = Table(
    "messages",
    TABLES,
    Column("id", _ROW, primary_key=True, autoincrement=True),
    Column("serial", String(_SERIAL), nullable=False, index=True),
    Column("voter_id", String(_VOTER), nullable=False, index=True),
    Column("purpose", String(16), nullable=False),
    Column("election", String(_ELECTION)),
    Column("contest", BigInteger),
    Column("language", String(2), nullable=False),
    Column("state", String(16), nullable=False),
    Column("asked_at", _TIME, nullable=False),
    Column("changed_at", _TIME, nullable=False),
    Column("not_before", _TIME, nullable=False),
    Column("centre_id", String(66), index=True),
    Column("reason", String(32)),
    Column("mark", LargeBinary(32)),  # of the code: HMAC
    Column("expires", _TIME),
    Column("tries", Integer, nullable=False, server_default="0"),
    Column("used_at", _TIME),
    Column("closed", Boolean, nullable=False, server_default=false()),
    Index("messages_waiting", "state", "not_before"),
)

brakes = Table(  # when the next code of a person may be sent
    "brakes",
    TABLES,
    Column("voter_id", String(_VOTER), primary_key=True),
    Column("not_before", _TIME, nullable=False),
)

limits = Table(  # how much of what one leaf and election, or one consent, may have
    "limits",
    TABLES,
    Column("scope", String(128), primary_key=True),
    Column("codes", Integer, nullable=False),
    Column("wrong", Integer, nullable=False),
    Column("alarmed", Boolean, nullable=False, server_default=false()),
)
