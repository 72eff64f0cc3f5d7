"""Send attested requests: what register, withdraw and request-credential share."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from election.client.contracts.voter_list import VoterList
from election.client.errors import ConnectionFailedError, UnexpectedAnswerError
from election.client.leaf_requests import prepare_act
from election.client.wire import Act
from election.crypto.transcript import Hash
from election.errors import AttestationError, ElectionError, SignatureError
from election.protocol.attestation import (
    LIFETIME,
    Action,
    Attestation,
    Request,
    accept_attestation,
)
from election.protocol.attestation import Role as Attester
from election.protocol.terms import ElectionTerms
from election.protocol.voter_list import LeafState
from scripts.shared.errors import (
    InPartError,
    InputError,
    NotYetError,
    RefusedLinesError,
)
from scripts.shared.files.key_file import KeyFile
from scripts.shared.files.request_files import (
    place_attestation,
    read_attestation,
    read_request,
)
from scripts.shared.progress import counted
from scripts.shared.roles import Role
from scripts.shared.session import Nodes, acting, go_by, reach, unlock
from scripts.shared.terminal import say, show
from scripts.voters.leaf_history import find_transaction
from scripts.voters.leaf_states import MOVES, require_state, require_time

_SENDERS: Final = {
    Role.COMMISSION,
    Role.REGISTRAR,
    Role.PORTAL,
    Role.SMS_GATEWAY,
}
_BECOMES: Final = {
    Action.REGISTER: LeafState.ONLINE,
    Action.WITHDRAW: LeafState.NONE,
    Action.ISSUE: LeafState.ISSUED,
}
_NAMES: Final = {Attester.PORTAL: "portal", Attester.SMS_GATEWAY: "SMS gateway"}
_IN_WORDS: Final = {LeafState.NONE: "not online (paper is open)"}


def send_requests(
    action: Action,
    requests: Sequence[Path],
    *,
    portal: Path | None,
    sms: Path | None,
    terms: Path,
    terms_hash: str,
    rpc_url: Nodes,
    key: Path,
    password_file: Path | None,
    as_json: bool,
) -> None:
    """Send requests of this action, from an account that knows leaves anyway.

    A relay's would show that whoever moved this leaf and whoever casts meet there.
    Raises InputError with the reason of each that was not sent.
    """
    known = go_by(terms, terms_hash)
    key_file = unlock(key, password_file, roles=_SENDERS)
    refused: list[str] = []
    for request in counted(requests, "requests"):
        sending = _Sending(action, request, portal, sms)
        try:
            _send(sending, known, rpc_url, key_file=key_file, as_json=as_json)
        except ConnectionFailedError:
            raise
        except ElectionError as error:
            if len(requests) == 1:
                raise
            say(f"{request}: {error}")
            refused.append(f"{request}: {error}")
    if refused:
        kind = RefusedLinesError if len(refused) == len(requests) else InPartError
        raise kind("requests", tuple(refused))


@dataclass(frozen=True, slots=True)
class _Sending:
    """A request to send, and where its attestations are if not beside it."""

    action: Action
    request: Path
    portal: Path | None
    sms: Path | None

    def find(self, role: Attester) -> Path:
        """Find an attestation; raises NotYetError where none lies beside the request.

        Whoever names a file is told of that file.
        """
        is_portal = role is Attester.PORTAL
        given = self.portal if is_portal else self.sms
        if given is not None:
            return given
        by = Role.PORTAL if is_portal else Role.SMS_GATEWAY
        beside = place_attestation(self.request, by)
        if not beside.exists():
            name = _NAMES[role]
            fact = f"is not attested by the {name} yet: {beside.name} is not beside it"
            hint = f"the {name} runs: veche attest {shlex.quote(str(self.request))}"
            raise NotYetError(str(self.request), fact, hint=hint)
        return beside


def _send(
    sending: _Sending,
    known: ElectionTerms,
    rpc_url: Nodes,
    *,
    key_file: KeyFile,
    as_json: bool,
) -> None:
    action, request = sending.action, sending.request
    asked = read_request(request, known)
    if asked.request.action is not action:
        name = asked.request.action.name.lower()
        raise InputError(str(request), f"is a request to {name}")
    voter_list, leaf = reach(known, rpc_url), asked.request.leaf
    (nonce,) = voter_list.nonces([leaf])
    if nonce == asked.request.nonce + 1:
        sent = find_transaction(voter_list, asked)
        if sent is not None and voter_list.state(leaf) is _BECOMES[action]:
            say("already: this very request was carried out before, nothing was sent")
            show_leaf(leaf, _BECOMES[action], sent, as_json=as_json)
            return
    require_time(voter_list, known.election, MOVES[action])
    if nonce != asked.request.nonce:
        fact = "is not about the leaf's next step, which moved since by another request"
        raise InputError(str(request), fact, hint="make a new one: `veche request`")
    require_state(voter_list, leaf, MOVES[action])
    portal, sms = (
        sending.find(role) for role in (Attester.PORTAL, Attester.SMS_GATEWAY)
    )
    now = voter_list.contract.connection.read_clock()
    act = prepare_act(
        voter_list,
        asked,
        portal=accept(portal, asked.request, known, role=Attester.PORTAL, now=now),
        sms=accept(sms, asked.request, known, role=Attester.SMS_GATEWAY, now=now),
    )
    send_for_leaf(
        voter_list,
        act,
        leaf,
        becomes=_BECOMES[action],
        key_file=key_file,
        as_json=as_json,
    )


def accept(
    path: Path, request: Request, terms: ElectionTerms, *, role: Attester, now: int
) -> Attestation:
    """Read an attestation of this request that the contract will take now.

    now: the chain's clock. Raises InputError.
    """
    attestation = read_attestation(path, request, role=role)
    is_portal = role is Attester.PORTAL
    signer = terms.portal if is_portal else terms.sms_gateway
    name = _NAMES[role]
    try:
        return accept_attestation(
            attestation, request, role=role, signer=signer, now=now
        )
    except (AttestationError, SignatureError) as error:
        fact = error.fact
        if now <= attestation.expiry <= now + LIFETIME:
            fact = f"is not signed by this election's {name}, or was changed since"
        again = f"have the {name} attest the request again"
        was_moved = "was the clock of this chain moved? then attest with --rpc-url"
        hint = was_moved if terms.test and fact == error.fact else None
        raise InputError(str(path), f"{fact}: {again}", hint=hint) from None


def send_for_leaf(
    voter_list: VoterList,
    act: Act,
    leaf: Hash,
    *,
    becomes: LeafState,
    key_file: KeyFile,
    as_json: bool,
) -> None:
    """Move a leaf, and show what it then is on the chain.

    Raises UnexpectedAnswerError if that is something else.
    """
    with acting(key_file):
        receipt = voter_list.contract.connection.send(act, key=key_file.key)
    state = voter_list.state(leaf)
    if state is not becomes:
        fact = (
            f"is {state.name.lower()} and not {becomes.name.lower()}, though the node "
            "says that the act succeeded: ask another node"
        )
        raise UnexpectedAnswerError(f"leaf 0x{leaf.hex()}", fact)
    show_leaf(leaf, state, receipt.transaction, as_json=as_json)


def show_leaf(
    leaf: Hash, state: LeafState, transaction: Hash, *, as_json: bool
) -> None:
    """Show what a leaf is now, and by which transaction; a person reads it in words."""
    name = state.name.lower()
    shown = {
        "leaf": f"0x{leaf.hex()}",
        "state": name if as_json else _IN_WORDS.get(state, name),
        "transaction": f"0x{transaction.hex()}",
    }
    show(shown, as_json=as_json)
