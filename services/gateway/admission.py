"""What a request must show before the gateway's file of phones is opened at all.

All of it follows from the request, the terms and the clock, so that a stranger learns
nothing of who has a phone here: who is not attested is refused before anybody is
looked up.
"""

from __future__ import annotations

from election.crypto.transcript import Hash
from election.errors import AttestationError, SignatureError, TermsError, VoterIdError
from election.protocol.attestation import (
    LAST_REQUESTS,
    LIFETIME,
    Action,
    Request,
    Role,
    accept_attestation,
)
from election.protocol.terms import ElectionTerms
from election.protocol.voter_id import normalize_voter_id
from election.protocol.voter_list import derive_leaf, hash_voter
from services.gateway.bodies import (
    AttestBody,
    ConsentBody,
    CoveredBody,
    IssueBody,
    to_hash,
)
from services.gateway.consents import Consent, ConsentAction, Covered
from services.gateway.issues import Issue
from services.gateway.refusals import refuse


def accept_issue(
    body: IssueBody, terms: ElectionTerms, *, now: int, closing: int
) -> Issue:
    """Accept a booth's request; raises Problem. closing: when issuing ends."""
    leaf = _open_leaf(
        terms, body.contest, voter_id=body.voter_id, index=body.index, salt=body.salt
    )
    if leaf != to_hash(body.leaf):
        raise refuse("wrong_opening")
    ctx = terms.contest(body.contest).box.ctx
    subject = to_hash(body.h_req)
    request = Request(ctx, Action.ISSUE, leaf, body.nonce, subject)
    try:
        accept_attestation(
            body.attestation.attestation,
            request,
            role=Role.PORTAL,
            signer=terms.portal,
            now=now,
        )
    except (AttestationError, SignatureError):
        raise refuse("not_attested") from None
    if body.expiry != body.attestation.expiry:
        raise refuse("not_attested")
    require_issuing(terms, now=now, closing=closing)
    voter_id = normalize_voter_id(body.voter_id)
    return Issue(body.election, body.contest, voter_id, request, body.language)


def require_issuing(terms: ElectionTerms, *, now: int, closing: int) -> None:
    """Raise Problem unless a ballot may be asked for at this time."""
    if now < terms.common.opening or closing <= now:
        raise refuse("not_open")
    if closing - LAST_REQUESTS < now:
        raise refuse("too_late")


def accept_consent(body: ConsentBody, elections: dict[str, ElectionTerms]) -> Consent:
    """Accept what the portal asks a person's agreement for; raises Problem."""
    action = ConsentAction(body.action)
    named = [each.election for each in body.elections]
    if len(set(named)) != len(named):
        raise refuse("other_consent")
    covered = tuple(
        _cover(each, elections, body.voter_id, action) for each in body.elections
    )
    return Consent(action, _normalize(body.voter_id), covered, body.language)


def _cover(
    body: CoveredBody,
    elections: dict[str, ElectionTerms],
    voter_id: str,
    action: ConsentAction,
) -> Covered:
    terms = elections.get(body.election)
    if terms is None or body.contest not in terms.contests:
        raise refuse("unknown_election")
    if (body.index is None) != (body.salt is None):
        raise refuse("wrong_opening")
    if action is ConsentAction.WITHDRAW and body.lock is not None:
        raise refuse("other_lock")
    leaf = None
    if body.index is not None and body.salt is not None:
        leaf = _open_leaf(
            terms, body.contest, voter_id=voter_id, index=body.index, salt=body.salt
        )
    return Covered(body.election, body.contest, leaf, body.lock_address)


def accept_request(
    body: AttestBody, terms: ElectionTerms, *, now: int
) -> tuple[Request, str | None]:
    """Accept what the registrar asks to be attested; raises Problem.

    Returns it with the voter whose leaf it was shown to be, if it was.
    """
    if body.contest not in terms.contests:
        raise refuse("unknown_election")
    if not now < body.expiry <= now + LIFETIME:
        raise refuse("wrong_expiry")
    leaf, opening = to_hash(body.leaf), body.opening
    if opening is not None and leaf != _open_leaf(
        terms,
        body.contest,
        voter_id=opening.voter_id,
        index=opening.index,
        salt=opening.salt,
    ):
        raise refuse("wrong_opening")
    action = {"register": Action.REGISTER, "withdraw": Action.WITHDRAW}[body.action]
    ctx = terms.contest(body.contest).box.ctx
    request = Request(ctx, action, leaf, body.nonce, to_hash(body.h_req))
    return request, _normalize(opening.voter_id) if opening else None


def _open_leaf(
    terms: ElectionTerms, contest: int, *, voter_id: str, index: int, salt: str
) -> Hash:
    """Compute the leaf that an opening is of; raises Problem."""
    try:
        election_id = terms.contest(contest).terms.election_id
        voter = hash_voter(voter_id, to_hash(salt))
    except TermsError:
        raise refuse("unknown_election") from None
    except VoterIdError:
        raise refuse("wrong_voter") from None
    return derive_leaf(election_id, contest, index=index, voter=voter)


def _normalize(voter_id: str) -> str:
    try:
        return normalize_voter_id(voter_id)
    except VoterIdError:
        raise refuse("wrong_voter") from None
