"""Make a booth for an election, sign what it goes by, and serve it.

`list` makes the folder, before the election is on the chain: its hash goes into the
manifest. `sign` and `complete` add hosts and terms, once there are keys. `serve` serves
it; `veche verify-booth` compares what others serve.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final

from scripts.shared.errors import InputError
from scripts.shared.options import (
    AsJson,
    KeyPath,
    ListenHost,
    ListenPort,
    OutFile,
    PasswordFile,
    path_argument,
    path_option,
)
from scripts.shared.roles import Role
from scripts.shared.terminal import say, show, tell, tell_json

EXAMPLE: Final = "veche booth serve booth-2027"
PORT: Final = 8780
_SIGN: Final = (
    "veche booth sign booth-2027 --services services.json --terms terms.json "
    "--key keys/observer-1.json --out observer-1.json"
)
_COMPLETE: Final = (
    "veche booth complete booth-2027 --services services.json --terms terms.json "
    "--signature commission.json --signature observer-1.json"
)

ManifestFile = Annotated[Path, path_argument(help="The election's manifest.")]
AccountsFile = Annotated[
    Path | None,
    path_option("--accounts", help="The rest of the manifest: who acts."),
]
Folder = Annotated[Path, path_argument(help="Folder that `veche booth list` made.")]
ServicesFile = Annotated[
    Path, path_option("--services", help="Hosts and accounts; docs/booth.md.")
]
BoothTerms = Annotated[
    Path, path_option("--terms", help="The file that `veche terms` wrote.")
]


def list_booth(
    manifest: ManifestFile,
    out: Annotated[Path, path_option(help="Folder to make; never overwritten.")],
    accounts: AccountsFile = None,
    as_json: AsJson = False,
) -> None:
    """Make the folder that a booth serves, and print the hash of its list.

    It follows from this release and the manifest alone: whoever has both gets the same.
    Put `booth = "HASH"` into the manifest, before its first table; that key changes
    nothing here.
    """
    from scripts.booth.folder import write_booth
    from services.booth.making import describe, gather

    rules, booth = gather(manifest, accounts)
    write_booth(out, booth)
    show({"folder": str(out)} | describe(rules, booth), as_json=as_json)


def hash_booth(
    manifest: ManifestFile, accounts: AccountsFile = None, as_json: AsJson = False
) -> None:
    """Print the hash of the list that this release has for an election.

    Compare it with what `veche audit` prints of an election that is on the chain.
    """
    from services.booth.making import describe, gather

    rules, booth = gather(manifest, accounts)
    show(describe(rules, booth), as_json=as_json)


def sign(
    folder: Folder,
    services: ServicesFile,
    terms: BoothTerms,
    key: KeyPath,
    out: OutFile,
    password_file: PasswordFile = None,
    as_json: AsJson = False,
) -> None:
    """Sign the hosts and terms of a booth, as the commission or an observer.

    Whom a voter's device asks, and which keys it encrypts by, is what you sign: compare
    the hash of the terms with your own of `veche terms`, and the hosts with what their
    organisations say.
    """
    from election.crypto.signature import sign_hash
    from election.protocol.booth_signing import derive_services_hash
    from election.protocol.text import name_election
    from scripts.booth.folder import accept_terms, read_listed
    from scripts.commission.authorizations import AuthorizationFile
    from scripts.shared.files.booth_files import parse_services
    from scripts.shared.files.json_file import read_raw, render_json, write_new
    from scripts.shared.session import unlock
    from services.booth.making import spell_hosts

    booth, raw = read_listed(folder), read_raw(services)
    parsed = parse_services(raw, name=str(services))
    accept_terms(booth.election, parsed, read_raw(terms))
    key_file = unlock(key, password_file, roles={Role.COMMISSION, Role.OBSERVER})
    signers = booth.election.signers
    if key_file.account not in (signers.commission, *signers.observers):
        fact = "is neither commission nor observer of this election"
        raise InputError(str(key), fact)
    say(name_election(booth.election.title, is_test=booth.election.test))
    say(f"edition {parsed.edition}, terms {parsed.terms_hash}")
    say(*spell_hosts(parsed))
    digest = derive_services_hash(booth.election.slug, raw)
    signed = sign_hash(digest, key_file.key)
    file = AuthorizationFile(
        "veche-authorization/1", digest, signed.v, signed.r, signed.s
    )
    write_new(out, render_json(file))
    show({"signature": str(out), "hash": f"0x{digest.hex()}"}, as_json=as_json)


def complete(
    folder: Folder,
    services: ServicesFile,
    terms: BoothTerms,
    signatures: Annotated[
        list[Path], path_option("--signature", help="From `veche booth sign`; again.")
    ],
    as_json: AsJson = False,
) -> None:
    """Add hosts, terms and their signatures to a booth's folder.

    The commission and a quorum of observers have to have signed. What is there already
    is replaced by a later edition alone. Serve it anew afterwards.
    """
    from election.crypto.signature import Signature, encode_signature
    from election.protocol.booth_signing import derive_services_hash
    from scripts.booth.folder import accept_later, read_listed, write_later
    from scripts.commission.authorizations import AuthorizationFile
    from scripts.shared.files.booth_files import (
        SERVICES,
        SIGNATURES,
        TERMS,
        BoothSignatures,
    )
    from scripts.shared.files.json_file import read_json, read_raw, render_json
    from services.booth.making import require_later

    booth, raw = read_listed(folder), read_raw(services)
    digest = derive_services_hash(booth.election.slug, raw)
    kept = []
    for path in signatures:
        file = read_json(path, AuthorizationFile)
        if file.hash != digest:
            raise InputError(str(path), f"signs something else than {services}")
        kept.append(encode_signature(Signature(file.v, file.r, file.s)))
    signed = BoothSignatures("veche-booth-signatures/1", tuple(sorted(set(kept))))
    later = {
        SERVICES: raw,
        SIGNATURES: render_json(signed).encode(),
        TERMS: read_raw(terms),
    }
    parsed = accept_later(booth.election, later)
    require_later(folder / SERVICES, raw, parsed.edition)
    write_later(folder, later)
    told = {"folder": str(folder), "edition": parsed.edition}
    show(told | {"terms_hash": parsed.terms_hash}, as_json=as_json)


def serve(
    folder: Folder,
    host: ListenHost = None,
    port: ListenPort = None,
    as_json: AsJson = False,
) -> None:
    """Serve a booth until it is told to stop (Ctrl-C, SIGTERM).

    All files are read and compared with the list before the first is served, and what
    changes in the folder afterwards is not. Nothing of a request is kept or logged.
    Leave it on loopback and put a TLS proxy before it that adds no header but its own
    `Strict-Transport-Security`, and keeps no addresses.
    """
    from scripts.booth.folder import read_booth
    from services.booth.app import make_app
    from services.shell.logs import make_log
    from services.shell.serving import open_socket, serve_files

    booth = read_booth(folder)
    if booth.services is None:
        say(
            "warning: no hosts and terms yet: pages can be looked at, and go no further"
        )
    log = make_log("booth", say)
    app = make_app(booth)
    with open_socket(host or "127.0.0.1", PORT if port is None else port) as listening:

        def announce(url: str) -> None:
            digest = f"0x{booth.digest.hex()}"
            if as_json:
                tell_json({"url": url, "booth": digest})
            else:
                tell(f"serving booth {digest} at {url}")

        serve_files(app, listening, log=log, announce=announce)


COMMANDS: Final = {
    "list": (
        list_booth,
        "veche booth list manifest.toml --accounts accounts.toml --out booth-2027",
    ),
    "hash": (hash_booth, "veche booth hash manifest.toml --accounts accounts.toml"),
    "sign": (sign, _SIGN),
    "complete": (complete, _COMPLETE),
    "serve": (serve, EXAMPLE),
}
