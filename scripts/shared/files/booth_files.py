"""What a booth goes by, as files of JSON: docs/booth.md.

`election.json` is listed and so has the hash that the election announces; of
`services.json` the bytes are signed, and `signatures.json` has who did.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Any, Final, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, with_config

from election.crypto.signature import SIGNATURE_BYTES, Signature, decode_signature
from election.crypto.transcript import Address
from election.errors import SignatureError
from election.protocol.booth_signing import (
    Signers,
    accept_signatures,
    derive_services_hash,
)
from scripts.shared.errors import InputError
from scripts.shared.files.json_file import (
    CLOSED,
    Hex,
    Hex20,
    Word,
    decode_text,
    parse_json,
    render_json,
)

ELECTION: Final = "election.json"
SERVICES: Final = "services.json"
SIGNATURES: Final = "signatures.json"
TERMS: Final = "terms.json"
LATER: Final = (SERVICES, SIGNATURES, TERMS)
"""Files that no list has, since they are made after the election is on the chain."""

_Digest = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
_Name = Annotated[str, Field(min_length=1, max_length=100)]


def _accept_base(text: str) -> str:
    """Accept where a service answers, in one writing; raises ValueError."""
    parts = urlsplit(text)
    is_plain = text.isascii() and text == text.lower() and text.isprintable()
    if parts.scheme not in ("http", "https") or not parts.hostname or not is_plain:
        message = "is not an address in small letters with http:// or https://"
        raise ValueError(message)
    if set(text) & set(" ;,'\"") or parts.username or parts.query or parts.fragment:
        message = "is an address with more than host, port and path"
        raise ValueError(message)
    if text.endswith("/"):
        message = "ends with a slash"
        raise ValueError(message)
    return text


_Url = Annotated[str, Field(max_length=300), AfterValidator(_accept_base)]


@with_config(CLOSED)
@dataclass(frozen=True, slots=True)
class BoothElection:
    """Which election a booth is of, and who signs for it: `election.json`."""

    format: Literal["veche-booth-election/1"]
    slug: str
    title: str
    test: bool
    commission: Hex20
    observers: Annotated[tuple[Hex20, ...], Field(max_length=32)]
    quorum: Annotated[int, Field(ge=1)]

    @property
    def signers(self) -> Signers:
        """Give whose signatures services need."""
        observers = tuple(map(Address, self.observers))
        return Signers(Address(self.commission), observers, self.quorum)


@with_config(CLOSED)
@dataclass(frozen=True, slots=True)
class Host:
    """Whose it is, and where it answers."""

    organisation: _Name
    url: _Url


@with_config(CLOSED)
@dataclass(frozen=True, slots=True)
class IssuerHost:
    """An issuer by its number, as the contract counts."""

    number: Annotated[int, Field(ge=1, le=10)]
    organisation: _Name
    url: _Url


@with_config(CLOSED)
@dataclass(frozen=True, slots=True)
class RelayHost:
    """A relay. account: what its promises are signed by."""

    organisation: _Name
    url: _Url
    account: Hex20


@with_config(CLOSED)
@dataclass(frozen=True, slots=True)
class BoothServices:
    """Whom a booth asks, and the terms that it goes by: `services.json`.

    edition: counts what was signed one after the other. terms_hash: SHA-256 of
    `terms.json`. genesis_hash: of the network's genesis, none on a development chain.
    """

    format: Literal["veche-booth-services/1"]
    edition: Annotated[int, Field(ge=1, lt=2**31)]
    election: Hex20
    chain_id: Annotated[Word, Field(lt=2**53)]
    genesis_hash: _Digest | None
    terms_hash: _Digest
    portal: Host
    gateway: Host
    registrar: Host
    issuers: Annotated[tuple[IssuerHost, ...], Field(min_length=1, max_length=10)]
    relays: Annotated[tuple[RelayHost, ...], Field(min_length=1, max_length=40)]
    nodes: Annotated[tuple[Host, ...], Field(min_length=1, max_length=40)]
    booths: Annotated[tuple[Host, ...], Field(min_length=1, max_length=40)]

    def origins(self) -> Iterator[str]:
        """Give the origin of each host that a page asks; other booths are links."""
        urls = [each.url for each in (self.portal, self.gateway, self.registrar)]
        for group in (self.issuers, self.relays, self.nodes):
            urls += [each.url for each in group]
        for url in urls:
            parts = urlsplit(url)
            yield f"{parts.scheme}://{parts.netloc}"


@with_config(CLOSED)
@dataclass(frozen=True, slots=True)
class BoothSignatures:
    """Signatures over `services.json`, each v, r, s."""

    format: Literal["veche-booth-signatures/1"]
    signatures: Annotated[
        tuple[
            Annotated[
                Hex, Field(min_length=SIGNATURE_BYTES, max_length=SIGNATURE_BYTES)
            ],
            ...,
        ],
        Field(min_length=1, max_length=33),
    ]

    def decode(self) -> list[Signature]:
        """Give them as values, whose ranges are not checked yet."""
        return list(map(decode_signature, self.signatures))


def describe_election(rules: Any) -> BoothElection:
    """Say of rules, or of a manifest's part that became rules, what a booth pins."""
    return BoothElection(
        "veche-booth-election/1",
        rules.slug,
        rules.title,
        rules.test,
        rules.commission,
        tuple(rules.observers),
        rules.quorum,
    )


def render_election(election: BoothElection) -> bytes:
    """Write `election.json`, in its one writing."""
    return render_json(election).encode()


def parse_election(raw: bytes, *, name: str = ELECTION) -> BoothElection:
    """Read `election.json`; raises InputError for all but its one writing."""
    election = parse_json(decode_text(raw, name=name), BoothElection, name=name)
    if render_election(election) != raw:
        raise InputError(name, "is not in its one writing")
    return election


def parse_services(raw: bytes, *, name: str = SERVICES) -> BoothServices:
    """Read `services.json`; raises InputError, which names the key at fault."""
    services = parse_json(decode_text(raw, name=name), BoothServices, name=name)
    numbers = [each.number for each in services.issuers]
    if len(set(numbers)) != len(numbers):
        raise InputError(name, "issuers: names one twice")
    accounts = [each.account for each in services.relays]
    if len(set(accounts)) != len(accounts):
        raise InputError(name, "relays: names one account twice")
    return services


def accept_services(
    election: BoothElection, services: bytes, signatures: bytes
) -> BoothServices:
    """Accept services that commission and observers signed; raises ElectionError."""
    parsed = parse_services(services)
    text = decode_text(signatures, name=SIGNATURES)
    signed = parse_json(text, BoothSignatures, name=SIGNATURES)
    digest = derive_services_hash(election.slug, services)
    try:
        accept_signatures(digest, signed.decode(), election.signers)
    except SignatureError as error:
        raise SignatureError(SERVICES, error.fact) from None
    return parsed
