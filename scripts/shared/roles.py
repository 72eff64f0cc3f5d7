"""Who holds a key file."""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    """Who holds a key file."""

    COMMISSION = "commission"
    PORTAL = "portal"
    SMS_GATEWAY = "sms-gateway"
    REGISTRAR = "registrar"
    POLLING_STATION = "polling-station"
    OBSERVER = "observer"
    TRUSTEE = "trustee"
    ISSUER = "issuer"
    RELAY = "relay"
    VOTER = "voter"
