"""Ask to vote online, not to, or for a credential, as the voter's own device."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from scripts.shared.following import say_next
from scripts.shared.options import (
    AnyRpcUrl,
    AsJson,
    KeyPath,
    PasswordFile,
    PlaceIndex,
    Salt,
    TermsFile,
    TermsHash,
    VoterId,
    path_option,
)
from scripts.shared.roles import Role
from scripts.shared.terminal import say, show
from scripts.voters.texts import spell
from scripts.voters.wishes import Wish

EXAMPLE = (
    "veche request issue --terms terms.json --terms-hash 9f86d08188... "
    "--key keys/voter.json --list lists/list-1.json --voter-id AB-123 "
    "--salt 60303ae22b... --out request.json"
)


def command(
    wish: Annotated[Wish, typer.Argument(help="What to ask for.")],
    terms: TermsFile,
    terms_hash: TermsHash,
    key: KeyPath,
    list_file: Annotated[
        Path | None,
        path_option("--list", help="The contest's list; or the folder of all lists."),
    ] = None,
    out: Annotated[
        Path | None,
        path_option(help="File to write, never overwritten; in a home, named there."),
    ] = None,
    slip: Annotated[
        Path | None,
        path_option(help="The line of salts.csv that the registrar gave the voter."),
    ] = None,
    voter_id: VoterId = None,
    salt: Salt = None,
    index: PlaceIndex = None,
    lock: Annotated[
        bool, typer.Option("--lock", help="The leaf is, or shall be, locked.")
    ] = False,
    password_file: PasswordFile = None,
    rpc_urls: AnyRpcUrl = None,
    as_json: AsJson = False,
) -> None:
    """Write a request that the portal and the SMS gateway then attest.

    The node is asked how often the leaf has moved, what it may do next and when, and
    for nothing else. Compare the fingerprint with the one that both organisations show
    before they attest. Who the voter is stands on the slip that the registrar gave, or
    is given by --voter-id with --salt, or by --index.
    """
    from election.crypto.blind_credential import RecoverySecret
    from election.protocol.attestation import spell_fingerprint
    from scripts.shared.files.register_file import read_slip
    from scripts.shared.files.request_files import write_request
    from scripts.shared.session import go_by, reach, unlock
    from scripts.voters.request import (
        MOVES,
        ask,
        find_own_place,
        look_ahead,
        require_path,
    )

    out, list_file = require_path(out, "--out"), require_path(list_file, "--list")
    known = go_by(terms, terms_hash)
    key_file = unlock(key, password_file, roles={Role.VOTER})
    if index is None and voter_id is None and salt is None and slip is not None:
        own = read_slip(slip)
        voter_id, salt = own.voter_id, own.salt.hex()
        if list_file.is_dir():
            list_file /= f"list-{own.contest}.json"
    place = find_own_place(known, list_file, index=index, voter_id=voter_id, salt=salt)
    voter_list = reach(known, rpc_urls)
    (nonce,) = voter_list.nonces([place.leaf])
    early = look_ahead(voter_list, known, place.leaf, MOVES[wish])
    asked = ask(
        wish,
        replace(place, nonce=nonce),
        secret=RecoverySecret(key_file.secrets.random),
        election_id=known.common.election_id if lock else None,
    )
    write_request(out, asked)
    result = {
        "request": str(out),
        "leaf": f"0x{place.leaf.hex()}",
        "fingerprint": spell_fingerprint(asked.request),
    }
    show(result, as_json=as_json)
    send = "request-credential" if wish is Wish.ISSUE else wish.value
    if early is not None:
        say(early)
    made = "request made" if early is None else "request early"
    say_next(*spell(made, act=send), as_json=as_json)
