"""Combine the issuers' answers into a credential."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Annotated

from scripts.shared.errors import InputError
from scripts.shared.following import say_next
from scripts.shared.homes.here import find_here, spell_here
from scripts.shared.options import OutFile, path_argument
from scripts.shared.terminal import say, show
from scripts.voters.acts.as_voter import Voting, as_voter
from scripts.voters.texts import spell

EXAMPLE = (
    "veche credential request.json answers/1-issuer-1.json answers/1-issuer-4.json "
    "answers/1-issuer-5.json --terms terms.json --terms-hash 9f86d08188... "
    "--key keys/voter.json --out credential.json"
)


@as_voter
def command(
    voting: Voting,
    request: Annotated[Path, path_argument(help="What `veche request issue` wrote.")],
    answers: Annotated[list[Path], path_argument(help="Answers of t issuers.")],
    out: OutFile,
) -> None:
    """Combine the issuers' answers into a credential, on the voter's device.

    No node is asked. Any t good answers do, and more may be given. Keep the
    credential: together with the key file it is the right to cast one ballot.
    """
    from election.client.issuing import take_credential
    from election.crypto.group import encode_g1
    from election.protocol.attestation import Action
    from scripts.shared.files.answers_file import read_answers
    from scripts.shared.files.ballot_files import CredentialFile
    from scripts.shared.files.json_file import render_json, write_new
    from scripts.shared.files.request_files import read_request
    from scripts.voters.credential import repeat_request

    known, key_file, as_json = voting.known, voting.key_file, voting.as_json
    asked = read_request(request, known)
    if asked.request.action is not Action.ISSUE:
        raise InputError(str(request), "is no request for a credential")
    contest, leaf = asked.claim.contest, asked.request.leaf
    published = known.contest(contest)
    made = take_credential(
        repeat_request(asked, key_file),
        read_answers(answers, contest, leaf=leaf, warn=say),
        published.terms,
        issuer_keys=published.issuer_keys,
    )
    sigma = encode_g1(made.sigma)
    file = CredentialFile("veche-credential/1", contest, leaf, made.address, sigma)
    write_new(out, render_json(file), mode=0o600)
    result = {"credential": str(out), "address": f"0x{made.address.hex()}"}
    show(result, as_json=as_json)
    home = find_here()
    is_usual = home is not None and out == home.path("credential.json")
    path = spell_here() if is_usual else f" {shlex.quote(str(out))}{spell_here()}"
    say_next(*spell("credential made", path=path), as_json=as_json)
