from __future__ import annotations

from dataclasses import replace

from election.audit.checks.ceremonies import (
    CeremonyReplay,
    await_issuers,
    await_trustees,
    list_ceremony,
)
from election.audit.evidence import Evidence
from election.crypto.group import G2Point, Point, encode_g2
from election.crypto.proofs.knowledge import KnowledgeProof, prove_knowledge
from election.crypto.scalar import Scalar, reduce_scalar
from election.crypto.sharing import lagrange_coefficients
from election.protocol.board import Board
from election.protocol.ceremony import confirmation, dealing
from election.protocol.ceremony.attempt import BoundAttempt
from election.protocol.ceremony.enrolment import derive_encryption_secret
from election.protocol.ceremony.polynomials import derive_polynomials
from election.protocol.events import AttemptStarted, CeremonyFinal, Confirmed
from election.protocol.replay import Part
from tests.audit.cast_of_roles import member_of
from tests.audit.story import Told
from tests.audit.tampering import change, examine, find


def bound_of(
    board: Board, part: Part, replay: CeremonyReplay[Point]
) -> BoundAttempt[Point]:
    for entry in list_ceremony(Evidence(board), part):
        replay.take(entry)
    assert replay.current is not None
    assert replay.current.bound is not None
    return replay.current.bound


def confirm_with(told: Told, nonce: Scalar) -> KnowledgeProof[G2Point]:
    """Let issuer 1 confirm as agreed, but for where its nonce comes from."""
    evidence = Evidence(told.board)
    replay = await_issuers(evidence)
    bound = bound_of(told.board, Part.ISSUERS, replay)
    current = replay.current
    assert current is not None
    assert current.keys is not None
    statement = confirmation._state(
        bound,
        1,
        keys=current.keys,
        digest=confirmation.derive_digest(
            bound,
            [current.revealed[index] for index in bound.members],
            [current.dealt[index] for index in bound.members],
        ),
    )
    secrets = told.shares["issuer 1"].secrets
    return prove_knowledge(statement, secrets, nonce=nonce)


def publish_in_g2(told: Told, secret: Scalar) -> Board:
    """Let issuer 1 publish the image of a secret as part of a valid message."""
    proof = confirm_with(told, secret)
    entry = find(
        told.board,
        Confirmed,
        lambda each: (
            (each.contract.part, each.event.attempt, each.event.index)
            == (Part.ISSUERS, 2, 1)
        ),
    )
    raw = encode_g2(proof.commitment)
    return change(told.board, entry, t=raw, s=proof.response)


def test_other_nonce_is_no_image(told: Told) -> None:
    assert not examine(publish_in_g2(told, Scalar(7)))


def test_encryption_key_with_an_image_in_g2_is_found(told: Told) -> None:
    bound = bound_of(told.board, Part.TRUSTEES, await_trustees(Evidence(told.board)))
    source = member_of("trustee 1").source
    secret = derive_encryption_secret(bound.attempt, 1, source=source)
    faults = examine(publish_in_g2(told, secret))
    assert faults.keys() == {"images"}
    (finding,) = faults["images"]
    assert finding.fact == "hides the same secret as a point of issuer 1 in G2"
    assert finding.blames == "trustee 1"


def test_part_of_the_election_key_with_an_image_in_g2_is_found(told: Told) -> None:
    bound = bound_of(told.board, Part.TRUSTEES, await_trustees(Evidence(told.board)))
    source = member_of("trustee 3").source
    secret = derive_polynomials(bound, 3, source=source).slots[0][0]
    faults = examine(publish_in_g2(told, secret))
    assert faults.keys() == {"images"}
    assert faults["images"][0].blames == "trustee 3"


def test_point_of_a_deal_with_an_image_in_g2_is_found(told: Told) -> None:
    """Whoever knows uG2 opens what was dealt under R = uG."""
    bound = bound_of(told.board, Part.TRUSTEES, await_trustees(Evidence(told.board)))
    source = member_of("trustee 3").source
    secret = dealing._derive_nonce(bound, 3, source)
    faults = examine(publish_in_g2(told, secret))
    assert faults.keys() == {"images"}
    assert faults["images"][0].blames == "trustee 3"


def test_election_key_with_an_image_in_g2_is_found(told: Told) -> None:
    """A threshold of trustees lets an issuer publish it, and all read all ballots."""
    held = [told.shares[name] for name in told.shares if name.startswith("trustee")]
    shares = {each.member: each.secrets[0] for each in held}
    factors = lagrange_coefficients(tuple(shares))
    secret = reduce_scalar(sum(factors[member] * shares[member] for member in shares))
    faults = examine(publish_in_g2(told, secret))
    assert faults.keys() == {"images"}
    assert faults["images"][0].blames == "trustees"


def test_verification_key_with_an_image_in_g2_is_found(told: Told) -> None:
    secret = told.shares["trustee 1"].secrets[1]
    faults = examine(publish_in_g2(told, secret))
    assert faults.keys() == {"images"}
    assert faults["images"][0].blames == "trustee 1"


def test_secret_of_an_aborted_attempt_with_an_image_in_g2_names_the_attempt(
    told: Told,
) -> None:
    """The same index may be of another member afterwards."""
    bound = bound_of(told.board, Part.TRUSTEES, await_trustees(Evidence(told.board)))
    first = find(
        told.board,
        AttemptStarted,
        lambda each: (each.contract.part, each.event.attempt) == (Part.TRUSTEES, 1),
    )
    attempt = replace(bound.attempt, number=1, members=first.event.members)
    source = member_of("trustee 1").source
    secret = derive_encryption_secret(attempt, 1, source=source)
    (finding,) = examine(publish_in_g2(told, secret))["images"]
    assert finding.blames == "trustee 1 of attempt 1"


def test_no_points_are_awaited_of_a_ceremony_that_is_final(board: Board) -> None:
    for part in (Part.TRUSTEES, Part.ISSUERS):
        final = Evidence(board).last(CeremonyFinal, part).log
        at = board.logs.index(final)
        head = replace(board.head, timestamp=final.timestamp)
        for logs, is_over in ((board.logs[:at], False), (board.logs[: at + 1], True)):
            cut = Evidence(replace(board, head=head, logs=logs))
            assert cut.is_over(part) is is_over
