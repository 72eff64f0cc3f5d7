"""How VoterList meets a request for a credential, from a voter who may make it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any, Final

from election.artifacts import read_artifact
from election.client.contracts.voter_list import NO_SIGNATURE
from election.crypto.signature import SigningKey, derive_address
from election.crypto.transcript import ZERO_HASH, Hash, hash_bytes
from election.protocol.abi import ContractName
from election.protocol.attestation import (
    NO_LOCK,
    Action,
    Attestation,
    Request,
    Role,
    attest,
)
from election.protocol.codec import encode_act
from election.protocol.phases import Phase
from election.protocol.voter_list import LeafClaim, derive_leaf
from tests import honest
from tests.vectors.judges.answers import answer, assemble
from tests.vectors.judges.contracts_ceremony import ELECTION
from tests.vectors.judges.scene import Scene

Input = Mapping[str, Any]
_NAME: Final = ContractName.VOTER_LIST
_ADDRESS: Final = honest.account(103)
_KEYS: Final = {Role.PORTAL: SigningKey(11), Role.SMS_GATEWAY: SigningKey(12)}
_COMMISSION: Final = honest.account(105)
_CONTEST: Final = 1
_NOW: Final = 1_500
_VOTER: Final = Hash(b"\x76" * 32)
_CLAIM: Final = LeafClaim(_CONTEST, 0, _VOTER, ())
_LEAF: Final = derive_leaf(honest.ELECTION_ID, _CONTEST, index=0, voter=_VOTER)


def _enter(scene: Scene, phase: Phase) -> Scene:
    """Let the election say that it is in this phase."""
    portal, gateway = (derive_address(_KEYS[role]) for role in Role)
    name, ctx = ContractName.ELECTION, honest.box(_CONTEST).ctx
    answers = (
        answer(name, "phase", phase),
        answer(name, "commission", _COMMISSION),
        answer(name, "election_id", honest.ELECTION_ID),
        answer(name, "portal", portal),
        answer(name, "sms_gateway", gateway),
        answer(name, "slots", len(honest.CANDIDATES), _CONTEST),
        answer(name, "ctx", ctx, _CONTEST),
    )
    return scene.place(ELECTION, assemble(answers))


def _attest(action: Action, nonce: int, subject: Hash) -> list[Attestation]:
    request = Request(honest.box(_CONTEST).ctx, action, _LEAF, nonce, subject)
    return [attest(request, _KEYS[role], role=role, expiry=_NOW) for role in Role]


def _act(scene: Scene, function: str, *values: Any) -> Scene:
    payload = encode_act(_NAME, function, *values)
    return scene.act(_ADDRESS, payload, sender=_COMMISSION)


@cache
def _polls() -> Scene:
    """List one voter, who registers, and open the polls."""
    scene, initcode = Scene(now=_NOW), read_artifact(_NAME.value).initcode
    made = scene.create(_ADDRESS, initcode, maker=ELECTION)
    listed = _act(_enter(made, Phase.LIST), "publish", _CONTEST, _LEAF, 1)
    statements = _attest(Action.REGISTER, 0, ZERO_HASH)
    entered = _enter(listed, Phase.REGISTRATION)
    registered = _act(entered, "register", _CLAIM, NO_LOCK, *statements)
    return _enter(registered, Phase.VOTING)


def meet_request(case: Input) -> None:
    """Take a request for a credential, which both organisations attest."""
    blinded = bytes.fromhex(case["blinded"])
    statements = _attest(Action.ISSUE, 1, hash_bytes(blinded))
    values = _CLAIM, blinded, NO_SIGNATURE, *statements
    _act(_polls(), "request_credential", *values)
