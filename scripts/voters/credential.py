"""Combine the issuers' answers into a credential."""

from __future__ import annotations

from election.client.leaf_requests import LeafRequest
from election.crypto.blind_credential import RecoverySecret
from election.crypto.group import encode_g1
from election.protocol.issuance import CredentialRequest, prepare_request
from scripts.shared.errors import InputError
from scripts.shared.files.key_file import KeyFile


def repeat_request(asked: LeafRequest, key_file: KeyFile) -> CredentialRequest:
    """Derive a request anew from the key file; raises InputError for another's."""
    secret = RecoverySecret(key_file.secrets.random)
    ctx, leaf = asked.request.ctx, asked.request.leaf
    request = prepare_request(secret, ctx=ctx, leaf=leaf)
    if encode_g1(request.blinded) != asked.blinded:
        raise InputError(str(key_file.path), "is not the key file of this request")
    return request
