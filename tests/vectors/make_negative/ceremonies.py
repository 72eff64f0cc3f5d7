"""Messages of a key ceremony that must not be taken, for both kinds of ceremony."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Final

from election.crypto.group import G, encode_g1
from election.crypto.proofs.knowledge import prove_knowledge
from election.crypto.scalar import ORDER, Scalar, reduce_scalar
from election.crypto.transcript import Hash
from election.protocol.ceremony import confirmation, dealing, enrolment, polynomials
from election.protocol.ceremony.attempt import (
    ISSUER_GROUP,
    TRUSTEE_GROUP,
    Attempt,
    BoundAttempt,
    Kind,
)
from election.protocol.ceremony.confirmation import Confirmation
from election.protocol.ceremony.dealing import Deal
from election.protocol.ceremony.enrolment import Enrolment
from election.protocol.ceremony.polynomials import derive_reveal_digest
from tests import honest
from tests.vectors.make_negative.bad_points import few_bad_g1, few_bad_g2
from tests.vectors.make_negative.case import Case, flip
from tests.vectors.make_negative.complaints import make_complaints
from tests.vectors.make_negative.givens import (
    confirm_all,
    write_confirmation,
    write_deal,
    write_enrolment,
)
from tests.vectors.make_negative.reveals import make_reveals

MEMBER: Final = 2


def make_ceremonies() -> Iterator[Case]:
    """List the messages of both ceremonies."""
    yield from _make(honest.trustee_attempt(), "trustees")
    yield from _make(honest.issuer_attempt(), "issuers")


def _make(attempt: Attempt[Any], name: str) -> Iterator[Case]:
    bound = honest.enroll_all(attempt)
    cases = (
        *_enrolments(attempt),
        *make_reveals(bound),
        *_deals(bound),
        *_confirmations(bound),
        *make_complaints(bound),
    )
    for case in cases:
        content = {"attempt": name, "member": MEMBER, **case.input}
        yield replace(case, comment=f"{name}, {case.comment}", input=content)


def bad_points(attempt: Attempt[Any]) -> dict[str, tuple[str, bytes]]:
    """List bytes that are no point of the keys' group."""
    is_g1 = attempt.group.kind is Kind.TRUSTEES
    return few_bad_g1() if is_g1 else few_bad_g2()


def _enrolments(attempt: Attempt[Any]) -> Iterator[Case]:
    source = honest.source
    sent = enrolment.enroll(attempt, MEMBER, source=source(MEMBER))
    other = enrolment.enroll(attempt, 1, source=source(1))
    proof = "§4.1: sG - eE - T = O, h hashes where and who"
    faults: dict[str, tuple[str, Enrolment]] = {
        "s plus 1": (proof, replace(sent, s=(sent.s + 1) % ORDER)),
        "s plus q": ("§1: scalars < q", replace(sent, s=sent.s + ORDER)),
        "of member 1": (proof, other),
        "key of member 1": (proof, replace(sent, key=other.key)),
        "T of member 1": (proof, replace(sent, t=other.t)),
        "T infinity": (proof, replace(sent, t=bytes(128))),
        "key infinity": ("§1: O is refused for E_m", replace(sent, key=bytes(128))),
        "key cut off": ("§1: 128 bytes", replace(sent, key=sent.key[:-1])),
        "T cut off": ("§1: 128 bytes", replace(sent, t=sent.t[:-1])),
        "key infinity, proven": ("§1: O is refused for E_m", _enroll_zero(attempt)),
    }
    swapped = TRUSTEE_GROUP if attempt.group.kind is Kind.ISSUERS else ISSUER_GROUP
    homes: dict[str, Attempt[Any]] = {
        "another chain": replace(attempt, chain_id=attempt.chain_id + 1),
        "another ceremony": replace(attempt, ceremony=honest.account(99)),
        "another election": replace(attempt, election_id=Hash(b"\1" * 32)),
        "another attempt": replace(attempt, number=2),
        "the other kind": replace(attempt, group=swapped),
        "another account": replace(attempt, members=(honest.account(98),) * 9),
    }
    for title, home in homes.items():
        elsewhere = enrolment.enroll(home, MEMBER, source=source(MEMBER))
        faults[f"made for {title}"] = proof, elsewhere
    for title, (rule, raw) in few_bad_g1().items():
        faults[f"key: {title}"] = rule, replace(sent, key=raw)
        faults[f"T: {title}"] = rule, replace(sent, t=raw)
    for title, (rule, message) in faults.items():
        fields = write_enrolment(message)
        yield Case(f"enrolment: {title}", rule, "enrolment", fields)


def _enroll_zero(attempt: Attempt[Any]) -> Enrolment:
    """Enroll with the secret zero, whose pads anybody knows."""
    key, nonce = G - G, Scalar(271828)
    statement = enrolment._state(attempt, MEMBER, key=key)
    proof = prove_knowledge(statement, (Scalar(0),), nonce=nonce)
    return Enrolment(encode_g1(key), encode_g1(proof.commitment), proof.response)


def _deals(bound: BoundAttempt[Any]) -> Iterator[Case]:
    sent = dealing.deal(bound, MEMBER, source=honest.source(MEMBER))
    other = dealing.deal(bound, 1, source=honest.source(1))
    words, count = sent.ciphertexts, "§4.4: a word for each other member and slot"
    proof = "§4.4: sG - eR - T = O, h_c hashes all it goes with"
    again = replace(bound, cer=Hash(flip(bound.cer)))
    faults: dict[str, tuple[str, Deal]] = {
        "one word too few": (count, _deal(bound, words[:-1])),
        "one word too many": (count, _deal(bound, words + words[:1])),
        "no words": (count, _deal(bound, ())),
        "R infinity": ("§1: O is refused for R_i", replace(sent, r=bytes(128))),
        "R infinity, proven": ("§1: O is refused for R_i", _deal(bound, words, u=0)),
        "R cut off": ("§1: 128 bytes", replace(sent, r=sent.r[:-1])),
        "T cut off": ("§1: 128 bytes", replace(sent, t=sent.t[:-1])),
        "T infinity": (proof, replace(sent, t=bytes(128))),
        "s plus 1": (proof, replace(sent, s=(sent.s + 1) % ORDER)),
        "s plus q": ("§1: scalars < q", replace(sent, s=sent.s + ORDER)),
        "of member 1": (proof, other),
        "R of member 1": (proof, replace(sent, r=other.r)),
        "proof of member 1": (proof, replace(sent, t=other.t, s=other.s)),
        "R and proof of member 1": (proof, replace(other, ciphertexts=words)),
        "another word": (
            proof,
            replace(sent, ciphertexts=(Hash(flip(words[0])), *words[1:])),
        ),
        "two words exchanged": (
            proof,
            replace(sent, ciphertexts=(words[1], words[0], *words[2:])),
        ),
        "made for another cer": (
            proof,
            dealing.deal(again, MEMBER, source=honest.source(MEMBER)),
        ),
        "made for another reveal": (
            proof,
            _deal(bound, words, revealed=Hash(b"\1" * 32)),
        ),
    }
    for title, (rule, raw) in few_bad_g1().items():
        faults[f"R: {title}"] = rule, replace(sent, r=raw)
        faults[f"T: {title}"] = rule, replace(sent, t=raw)
    for title, (rule, message) in faults.items():
        yield Case(f"deal: {title}", rule, "deal", write_deal(message))


def _deal(
    bound: BoundAttempt[Any],
    words: tuple[Hash, ...],
    *,
    u: int = 314159,
    revealed: Hash | None = None,
) -> Deal:
    """Deal any words under R = uG, with an honest proof."""
    own = derive_reveal_digest(bound, MEMBER, source=honest.source(MEMBER))
    ephemeral = G * Scalar(u)
    digest = dealing._digest(
        bound,
        MEMBER,
        revealed=revealed or own,
        ephemeral=ephemeral,
        ciphertexts=words,
    )
    statement = dealing._state(ephemeral, digest)
    proof = prove_knowledge(statement, (Scalar(u),), nonce=Scalar(271828))
    t = encode_g1(proof.commitment)
    return Deal(encode_g1(ephemeral), t, proof.response, words)


def _confirmations(bound: BoundAttempt[Any]) -> Iterator[Case]:
    sent, other = (confirm_all(bound)[member - 1] for member in (MEMBER, 1))
    proof = "§4.5: sB - e sum alpha_l V_{m,l} - T = O"
    faults: dict[str, tuple[str, Confirmation]] = {
        "s plus 1": (proof, replace(sent, s=(sent.s + 1) % ORDER)),
        "s plus q": ("§1: scalars < q", replace(sent, s=sent.s + ORDER)),
        "s = 0": (proof, replace(sent, s=0)),
        "of member 1": (proof, other),
        "T of member 1": (proof, replace(sent, t=other.t)),
        "T infinity": (proof, replace(sent, t=bytes(len(sent.t)))),
        "T cut off": ("§1: lengths of points", replace(sent, t=sent.t[:-1])),
        **_false_confirmations(bound),
    }
    for title, (rule, raw) in bad_points(bound.attempt).items():
        faults[f"T: {title}"] = rule, replace(sent, t=raw)
    if bound.attempt.group.kind is Kind.ISSUERS:
        rule, raw = "§4: base G2 for issuers", encode_g1(TRUSTEE_GROUP.base)
        faults["T: a point of the other group"] = rule, replace(sent, t=raw)
    for title, (rule, message) in faults.items():
        fields = write_confirmation(message)
        yield Case(f"confirmation: {title}", rule, "confirmation", fields)


def _false_confirmations(
    bound: BoundAttempt[Any],
) -> dict[str, tuple[str, Confirmation]]:
    """Confirm as a member that holds other shares, or saw other messages."""
    reveals = honest.reveal_all(bound)
    deals = honest.deal_all(bound, reveals)
    keys = polynomials.derive_keys(bound, reveals)
    source = honest.source(MEMBER)
    share = confirmation.open_key_share(
        bound, MEMBER, reveals=reveals, deals=deals, source=source
    )
    digest = confirmation.derive_digest(bound, reveals, deals)
    wrong = (reduce_scalar(share.secrets[0] + 1), *share.secrets[1:])
    false = {
        "of a wrong share": (replace(share, secrets=wrong), digest),
        "of another digest": (share, Hash(flip(digest))),
        "of the reveals and deals in another order": (
            share,
            confirmation.derive_digest(bound, reveals[::-1], deals[::-1]),
        ),
    }
    if len(wrong) > 1:
        moved = (wrong[0], reduce_scalar(wrong[1] - 1), *wrong[2:])
        title = "of wrong shares with the right sum"
        false[title] = replace(share, secrets=moved), digest
    rule = "§4.5: alpha_l and the digest of all messages"
    return {
        title: (
            rule,
            confirmation.confirm(bound, held, keys=keys, digest=seen, source=source),
        )
        for title, (held, seen) in false.items()
    }
