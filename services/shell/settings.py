"""What config.toml may say, for every service."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final, Literal, TypeVar
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError
from pydantic_core import ErrorDetails

from election.errors import EncodingError
from election.protocol.faults import spell_fault
from election.protocol.toml_text import parse_toml
from scripts.shared.errors import InputError
from scripts.shared.files.json_file import read_text

_LOOPBACK: Final = ("127.0.0.1", "localhost", "[::1]")


def _accept_url(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        message = "is not an address that begins with http:// or https://"
        raise ValueError(message)
    if parts.username or parts.query or parts.fragment:
        message = "is an address with more than host, port and path"
        raise ValueError(message)
    return text.rstrip("/")


def _accept_origin(text: str) -> str:
    if urlsplit(_accept_url(text)).path not in ("", "/"):
        message = "is an origin, which has no path"
        raise ValueError(message)
    return text.rstrip("/").lower()


Url = Annotated[str, AfterValidator(_accept_url)]
Origin = Annotated[str, AfterValidator(_accept_origin)]


class Closed(BaseModel):
    """A table of config.toml or a body of JSON: unknown keys are refused."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid")


class PublicKey(Closed):
    """The public P-256 key of another service, as its `init` printed it (JWK)."""

    kty: Literal["EC"]
    crv: Literal["P-256"]
    x: Annotated[str, Field(pattern="^[A-Za-z0-9_-]{43}$")]
    y: Annotated[str, Field(pattern="^[A-Za-z0-9_-]{43}$")]


class PeerSettings(Closed):
    """Another service: where it answers other services, and its key."""

    url: Url
    key: PublicKey


class ElectionSettings(Closed):
    """One election: its terms, the hash that pins them, and nodes of its chain."""

    terms: str
    terms_hash: Annotated[str, Field(pattern="^(0x)?[0-9a-fA-F]{64}$")]
    nodes: Annotated[list[Url], Field(min_length=1)]


class Settings(Closed):
    """What every service is told.

    public_url: how browsers reach it. listen_host, listen_port: where it listens.
    trusted_proxies: whose X-Forwarded-For and -Proto are believed. rate: requests a
    minute of one address, burst at once. clock: "chain" for a TEST whose time is moved.
    """

    public_url: Url
    listen_host: str = "127.0.0.1"
    listen_port: Annotated[int, Field(ge=0, le=65535)]
    trusted_proxies: list[str] = ["127.0.0.1"]
    booth_origins: list[Origin] = []
    database: str | None = None
    key: str | None = None
    clock: Literal["machine", "chain"] = "machine"
    rate: Annotated[int, Field(ge=1)] = 600
    burst: Annotated[int, Field(ge=1)] = 120
    largest_body: Annotated[int, Field(ge=1_000, le=1_000_000)] = 65_536
    peers: dict[str, PeerSettings] = {}
    elections: list[ElectionSettings] = []

    @property
    def hosts(self) -> tuple[str, ...]:
        """Name the hosts that a request may be for."""
        return (urlsplit(self.public_url).netloc.lower(), *_LOOPBACK)

    @property
    def is_https(self) -> bool:
        """Say whether browsers reach it by https."""
        return self.public_url.startswith("https://")

    @property
    def origin(self) -> str:
        """Give the origin of its own pages."""
        parts = urlsplit(self.public_url)
        return f"{parts.scheme}://{parts.netloc}".lower()


Kind = TypeVar("Kind", bound=Settings)


def read_settings(path: Path, kind: type[Kind]) -> Kind:
    """Read config.toml; raises InputError, which names the key at fault."""
    try:
        raw = parse_toml(read_text(path))
        return kind.model_validate(raw)
    except EncodingError as error:
        raise InputError(str(path), error.fact) from None
    except ValidationError as error:
        found = error.errors(include_url=False, include_input=False)
        faults = "; ".join(": ".join(_spell(each, kind)) for each in found)
        raise InputError(str(path), faults) from None


def _spell(fault: ErrorDetails, kind: type[Settings]) -> tuple[str, str]:
    """Spell a fault: the key, and the fact, in words for who wrote the file."""
    key, fact = spell_fault(fault, kind)
    if fault["type"] in _FACTS:
        fact = _FACTS[fault["type"]].format(**fault.get("ctx", {}))
    return key, fact


_FACTS: Final = {
    "extra_forbidden": "unknown key; the file that `init` writes has all of them",
    "model_type": "is not a table of keys",
    "string_pattern_mismatch": "is not written as it has to be: {pattern}",
    "string_too_short": "is shorter than {min_length} characters",
    "string_too_long": "is longer than {max_length} characters",
    "union_tag_invalid": "{discriminator} is none of {expected_tags}",
    "union_tag_not_found": "{discriminator} is missing",
}


COMMON_CONFIG: Final = """\
# How browsers reach this service: through a TLS proxy, https://...
public_url = "http://127.0.0.1:{port}"
# Where it listens. Leave it on loopback and put a TLS proxy before it.
listen_host = "127.0.0.1"
listen_port = {port}
# Proxies whose X-Forwarded-For and X-Forwarded-Proto are believed.
trusted_proxies = ["127.0.0.1"]
# Origins of the booths on the commission's list, as ["https://booth.example.org"].
booth_origins = []
# A file in this folder if left out, or postgresql+psycopg://user@host/name
# database = "postgresql+psycopg://{name}@127.0.0.1/{name}"
# A key file elsewhere; {name}.key.json in this folder if left out.
# key = "/path/of/a/key.json"
# "chain" follows a chain whose clock is moved, of TEST elections alone.
clock = "machine"
# Requests a minute that one address may send, and how many of them at once.
rate = 600
burst = 120

# Each election that this service works for:
# [[elections]]
# terms = "terms.json"          # in this folder, or an absolute path
# terms_hash = "9f86d081..."    # as the commission published it
# nodes = ["http://127.0.0.1:8545"]

# Each service that this one talks to; its `init` prints the key:
# [peers.registrar]
# url = "https://registrar.example.org"
# key = {{ kty = "EC", crv = "P-256", x = "...", y = "..." }}
"""
