"""Issuers answer what the chain announced; a voter's device takes their answers.

docs/protocol.md §6.
"""

from __future__ import annotations

from collections.abc import Iterable

from election.client.errors import UnexpectedAnswerError
from election.client.open_election import OpenElection
from election.crypto.group import G1Point, G2Point, decode_g2
from election.crypto.scalar import Scalar
from election.crypto.transcript import Hash, uint_word
from election.errors import CredentialError, FaultyIssuerError
from election.protocol.abi import ContractName, find_topic
from election.protocol.ceremony.confirmation import KeyShare
from election.protocol.context import ContestTerms, open_box
from election.protocol.events import Issued
from election.protocol.issuance import (
    Credential,
    CredentialRequest,
    accept_credential,
    accept_share,
    serve_share,
)
from election.protocol.text import spell_number


def read_issued(opened: OpenElection, contest: int) -> dict[Hash, Issued]:
    """Read the final `Issued` events of a contest, by leaf."""
    topic = find_topic(ContractName.VOTER_LIST, Issued.__name__)
    events = opened.voter_list.contract.read_events(topic, Hash(uint_word(contest)))
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
    answers: Iterable[tuple[int, bytes]],
    terms: ContestTerms,
    *,
    issuer_keys: tuple[G2Point, ...],
) -> Credential:
    """Combine any t good answers, each with its issuer's index, into a credential.

    Answers are not signed, so that a bad one is nobody's: it is passed over. Raises
    CredentialError if fewer than t are good.
    """
    shares: dict[int, G1Point] = {}
    bad: set[int] = set()
    twice: set[int] = set()
    for issuer, raw in answers:
        if issuer in shares:
            twice.add(issuer)
        if issuer not in shares and 1 <= issuer <= len(issuer_keys):
            key = issuer_keys[issuer - 1]
            try:
                shares[issuer] = accept_share(
                    raw, issuer=issuer, blinded=request.blinded, key=key
                )
            except FaultyIssuerError:
                bad.add(issuer)
        if len(shares) == terms.issuer_threshold:
            return accept_credential(shares, request, open_box(terms))
    good = spell_number(len(shares), "good answer")
    fact = f"{good} of issuers, {terms.issuer_threshold} needed"
    for issuer in sorted(twice):
        fact += f"; more than one is of issuer {issuer}: those of another are needed"
    if wrong := sorted(bad - shares.keys()):
        numbers = ", ".join(map(str, wrong))
        fact += f"; those called issuer {numbers} do not hold: fetch them once more"
    raise CredentialError("credential", fact)
