"""Combine the issuers' answers into a credential."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

from election.client.issuing import read_issuer_keys, take_credential
from election.client.open_election import OpenElection, read_box
from election.crypto.blind_credential import RecoverySecret
from election.crypto.group import encode_g1
from election.crypto.transcript import Hash
from election.protocol.issuance import Credential, prepare_request
from scripts.files.ballot_files import CredentialFile, read_answers
from scripts.files.json_file import render_json, write_new
from scripts.files.key_file import Role
from scripts.files.request_files import read_claim
from scripts.options import (
    DEFAULT_URL,
    AsJson,
    ElectionFile,
    KeyPath,
    OutFile,
    PasswordFile,
    RpcUrl,
)
from scripts.session import enter, unlock
from scripts.terminal import show

EXAMPLE = (
    "veche credential request.json answers/1-issuer-1.json answers/1-issuer-4.json "
    "answers/1-issuer-5.json --election election.json --key keys/voter.json "
    "--out credential.json"
)


def combine(
    opened: OpenElection,
    contest: int,
    leaf: Hash,
    *,
    secret: RecoverySecret,
    answers: Mapping[int, bytes],
) -> Credential:
    """Combine answers, by issuer, into the credential of a leaf."""
    contest_box = read_box(opened, contest)
    request = prepare_request(secret, ctx=contest_box.box.ctx, leaf=leaf)
    keys = read_issuer_keys(opened, contest)
    return take_credential(request, answers, contest_box, issuer_keys=keys)


def command(
    request: Annotated[Path, typer.Argument(help="What `veche request issue` wrote.")],
    answers: Annotated[list[Path], typer.Argument(help="Answers of t issuers.")],
    election: ElectionFile,
    key: KeyPath,
    out: OutFile,
    password_file: PasswordFile = None,
    rpc_url: RpcUrl = DEFAULT_URL,
    as_json: AsJson = False,
) -> None:
    """Combine the issuers' answers into a credential, on the voter's device.

    Keep it: together with the key file it is the right to cast one ballot.
    """
    opened = enter(election, rpc_url)
    key_file = unlock(key, password_file, roles={Role.VOTER})
    claim, leaf = read_claim(request, opened)
    secret = RecoverySecret(key_file.secrets.random)
    found = read_answers(answers, claim.contest, leaf=leaf)
    made = combine(opened, claim.contest, leaf, secret=secret, answers=found)
    sigma = encode_g1(made.sigma)
    file = CredentialFile(
        "veche-credential/1", claim.contest, leaf, made.address, sigma
    )
    write_new(out, render_json(file), mode=0o600)
    result = {"credential": str(out), "address": f"0x{made.address.hex()}"}
    show(result, as_json=as_json)
