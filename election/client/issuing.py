"""Issuers answer what the chain announced; a voter's device takes their answers.

docs/protocol.md §6.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from election.client.errors import UnexpectedAnswerError
from election.client.open_election import ContestBox, OpenElection
from election.crypto.group import G2Point, decode_g2
from election.crypto.scalar import Scalar
from election.crypto.transcript import Hash, uint_word
from election.errors import CredentialError
from election.protocol.ceremony.confirmation import KeyShare
from election.protocol.events import Issued
from election.protocol.issuance import (
    Credential,
    CredentialRequest,
    accept_credential,
    accept_share,
    serve_share,
)


def read_issued(opened: OpenElection, contest: int) -> dict[Hash, Issued]:
    """Read the final `Issued` events of a contest, by leaf."""
    events = opened.voter_list.contract.read_events(None, Hash(uint_word(contest)))
    return {event.leaf: event for event in events if isinstance(event, Issued)}


def serve_issued(
    opened: OpenElection, contest: int, *, key_share: KeyShare
) -> dict[Hash, bytes]:
    """Answer every `Issued` event that a node shows of a contest, by leaf.

    For rehearsals: whoever shows it forged ones is answered. `veche issue` believes
    an audited record only. Raises UnexpectedAnswerError, EncodingError.
    """
    position = opened.contest(contest).position
    if position > len(key_share.secrets):
        raise UnexpectedAnswerError(f"contest {contest}", "has no part in the key")
    secret = key_share.secrets[position - 1]
    return answer_issued(read_issued(opened, contest).values(), secret)


def answer_issued(issued: Iterable[Issued], secret: Scalar) -> dict[Hash, bytes]:
    """Answer these requests as an issuer with its share of the contest's key."""
    return {each.leaf: serve_share(each.blinded, secret) for each in issued}


def read_issuer_keys(opened: OpenElection, contest: int) -> tuple[G2Point, ...]:
    """Read PK_1..PK_n of a contest."""
    position = opened.contest(contest).position
    return tuple(map(decode_g2, opened.issuers.verification_keys(position)))


def take_credential(
    request: CredentialRequest,
    answers: Mapping[int, bytes],
    contest_box: ContestBox,
    *,
    issuer_keys: tuple[G2Point, ...],
) -> Credential:
    """Combine the answers of issuers, by index, into a credential.

    Raises FaultyIssuerError, and CredentialError if there are too few answers.
    """
    threshold = contest_box.terms.issuer_threshold
    if len(answers) < threshold:
        fact = f"{len(answers)} answers of issuers, {threshold} needed"
        raise CredentialError("credential", fact)
    shares = {}
    for issuer, raw in sorted(answers.items())[:threshold]:
        if not 1 <= issuer <= len(issuer_keys):
            raise CredentialError(f"issuer {issuer}", "is not in the ceremony")
        shares[issuer] = accept_share(
            raw, issuer=issuer, blinded=request.blinded, key=issuer_keys[issuer - 1]
        )
    return accept_credential(shares, request, contest_box.box)
