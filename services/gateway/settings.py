"""What the gateway's config.toml says beside what every service is told."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Final, Literal

from pydantic import Field

from services.gateway.texts import LONGEST_SHORT
from services.shell.settings import Closed, ElectionSettings, Settings, Url

_Short = Annotated[str, Field(max_length=LONGEST_SHORT)]


class Shorts(Closed):
    """An election's short name in a message, where more than one is under way."""

    ru: _Short = ""
    en: _Short = ""


class GatewayElection(ElectionSettings):
    """One election, and what a message calls it."""

    short: Shorts = Shorts()


class SmppSettings(Closed):
    """A centre that speaks SMPP 3.4; its password is sealed by `centre`."""

    kind: Literal["smpp"]
    host: str
    port: Annotated[int, Field(ge=1, le=65535)] = 2775
    system_id: Annotated[str, Field(max_length=15)]
    sender: Annotated[str, Field(min_length=1, max_length=11)]
    tls: bool = False


class HttpSettings(Closed):
    """A gateway that sends by HTTP, as Kannel does.

    url: of its sendsms. receipts: our own address, as that gateway reaches it.
    """

    kind: Literal["http"]
    url: Url
    username: str
    sender: Annotated[str, Field(min_length=1, max_length=11)]
    receipts: Url


class GatewaySettings(Settings):
    """What the gateway is told.

    support_line: for people whom a message does not reach. phones_fixed_from: Unix
    seconds from when no number changes. most_wrong: wrong tries in ten minutes, of all
    together, until every try waits.
    """

    support_line: Annotated[str, Field(max_length=40)] = ""
    phones_fixed_from: Annotated[int, Field(ge=0)] | None = None
    most_wrong: Annotated[int, Field(ge=50)] = 2_000
    centre: Annotated[SmppSettings | HttpSettings, Field(discriminator="kind")]
    elections: list[GatewayElection] = Field([])  # type: ignore[assignment]

    def shorts(self, names: Mapping[str, object]) -> dict[str, dict[str, str]]:
        """Give the short names of elections; names: in the order of config.toml."""
        pairs = zip(names, self.elections, strict=True)
        return {name: each.short.model_dump() for name, each in pairs}


CONFIG: Final = """
# Told to people whom a message does not reach, once it is here.
# support_line = "+7 (000) 000-00-00"
# From when no number changes, Unix seconds: some days before the polls.
# phones_fixed_from = 1567285200
# Wrong tries in ten minutes, of all people together, until every try waits.
most_wrong = 2000

# An election may have a short name in messages, ten characters at most, where more
# than one is under way:
# [[elections]] ... short = { ru = "проба 8.07", en = "trial 8.07" }

# The centre that sends; `veche gateway centre` seals its password in this folder.
[centre]
kind = "smpp"
host = "127.0.0.1"
port = 2775
system_id = "veche"
sender = "Veche"
tls = false
# or a gateway that sends by HTTP, as Kannel does:
# kind = "http"
# url = "http://127.0.0.1:13013/cgi-bin/sendsms"
# username = "veche"
# sender = "Veche"
# receipts = "http://127.0.0.1:8730/receipts"
"""
