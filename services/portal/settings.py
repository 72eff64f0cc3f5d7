"""What config.toml of a portal says, beside what all services are told."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from pydantic import Field

from services.shell.settings import Closed, Settings, Url


class ProviderSettings(Closed):
    """Who says who somebody is: an OpenID Connect provider.

    account_claim: the claim of the ID token that is the register's column `account`.
    """

    issuer: Url
    client_id: Annotated[str, Field(min_length=1, max_length=200)]
    auth_method: Literal[
        "private_key_jwt", "client_secret_basic", "client_secret_post"
    ] = "private_key_jwt"
    scope: str = "openid"
    account_claim: str = "sub"


class BoothSettings(Closed):
    """A booth of the list that the commission and observers signed."""

    title: Annotated[str, Field(min_length=1, max_length=100)]
    url: Url


class PortalSettings(Settings):
    """What a portal is told.

    support_phone: left out of pages where it is empty. session_idle, session_longest:
    seconds after which a login ends, unused or at all.
    """

    provider: ProviderSettings
    booths: list[BoothSettings] = Field(default_factory=list)
    support_phone: Annotated[str, Field(max_length=40)] = ""
    session_idle: Annotated[int, Field(ge=60, le=86_400)] = 1_800
    session_longest: Annotated[int, Field(ge=60, le=86_400)] = 28_800


CONFIG: Final = """
# The line that people are told to call: pages show it once it is here.
# support_phone = "+7 (000) 000-00-00"
# Seconds after which a login ends: unused, and at all.
session_idle = 1800
session_longest = 28800

# Who says who somebody is, by OpenID Connect. With private_key_jwt, give the
# provider what `veche portal client-key` prints; else store the secret that it
# gave you by `veche portal client-secret`. Its redirect address is
# public_url/login/done, after logging out public_url/.
[provider]
issuer = "http://127.0.0.1:8760"
client_id = "veche-portal"
auth_method = "private_key_jwt"
scope = "openid"
account_claim = "sub"

# The booths of the commission's list; the first is offered first.
# [[booths]]
# title = "booth.example.org"
# url = "https://booth.example.org/"
"""
