"""Decryption shares and counts that do not open the sum."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Final

from election.crypto.group import G, decode_g1, encode_g1
from election.crypto.proofs.equality import _challenge
from election.crypto.scalar import ORDER, Scalar, reduce_scalar
from election.protocol import decryption
from election.protocol.ceremony.confirmation import KeyShare
from election.protocol.decryption import DecryptionShare, ShareMessage, make_share
from election.protocol.encoding import encode_points
from election.protocol.tally import EncryptedTally
from tests import forger, honest
from tests.vectors.make_negative.bad_points import few_bad_g1
from tests.vectors.make_negative.case import CONTRACTS, LIBRARY, Case, Input, word
from tests.vectors.make_negative.givens import COUNTS, NONCE, tally

TRUSTEE: Final = 2
_PROOF: Final = "§5: E1 + delta E2 = O"
_LENGTH: Final = "§5: D_1..D_L"
_COUNTS: Final = "§5: each n_l <= N, sum n_l = N"
_EACH: Final = "§5: for each l an equation of its own"
_WHO: Final = "§5: S strictly increasing, exactly k with accepted shares"


def make_tallies() -> Iterator[Case]:
    """List shares, then counts."""
    for title, (rule, message) in _shares().items():
        content = write_share(message)
        comment, kind = f"share: {title}", "decryption share"
        is_whole = len(message.decryption) % 128 == 0  # the ABI cuts no point
        yield Case(comment, rule, kind, content, (LIBRARY,), is_sendable=is_whole)
    for title, (rule, counts) in _results().items():
        is_unsigned = min(counts["counts"], default=0) >= 0  # the ABI has no sign
        comment = f"counts: {title}"
        yield Case(comment, rule, "counts", counts, (LIBRARY,), is_sendable=is_unsigned)
    # the library takes it from its caller that there are k shares
    comment, four = "counts: opened by four of three", open_by(1, 3, 4, 5)
    yield Case(comment, _WHO, "counts", write_counts(COUNTS, four), (CONTRACTS,))


def share(
    trustee: int = TRUSTEE, of: EncryptedTally | None = None, seed: int = 0
) -> ShareMessage:
    """Open a sum in part, honestly."""
    held = honest.keys().trustees[trustee - 1]
    return make_share(of or tally(), held, source=honest.source(seed or trustee))


def write_share(message: ShareMessage) -> Input:
    """Write a share of trustee 2."""
    points = {name: getattr(message, name).hex() for name in ("decryption", "t1", "t2")}
    home = {"tally": "ten ballots", "trustee": TRUSTEE}
    return {**home, **points, "s": word(message.s)}


def _shares() -> dict[str, tuple[str, ShareMessage]]:
    sent, box = share(), honest.box()
    raw, infinity = sent.decryption, bytes(128)
    other = forger.encrypt_vector(COUNTS, box.election_keys, nonce=Scalar(99))
    held = honest.keys().trustees[TRUSTEE - 1].secrets
    faults = {
        "s plus 1": (_PROOF, replace(sent, s=(sent.s + 1) % ORDER)),
        "s plus q": ("§1: scalars < q", replace(sent, s=sent.s + ORDER)),
        "T1 plus G": (_PROOF, replace(sent, t1=_move(sent.t1))),
        "T2 plus G": (_PROOF, replace(sent, t2=_move(sent.t2))),
        "T1 infinity": (_PROOF, replace(sent, t1=infinity)),
        "T1 and T2 exchanged": (_PROOF, replace(sent, t1=sent.t2, t2=sent.t1)),
        "D_1 plus G": (_PROOF, replace(sent, decryption=_move(raw[:128]) + raw[128:])),
        "D_1 infinity": (_PROOF, replace(sent, decryption=infinity + raw[128:])),
        "D_1 and D_2 exchanged": (
            _PROOF,
            replace(sent, decryption=raw[128:256] + raw[:128] + raw[256:]),
        ),
        "of trustee 1": (_PROOF, share(1)),
        "of another sum": (_PROOF, share(of=replace(tally(), totals=other))),
        "of another ctx": (_PROOF, share(of=replace(tally(), ctx=honest.box(2).ctx))),
        "of two slots, proven": (_LENGTH, share(of=_of_two_slots())),
        "of two slots": (_LENGTH, replace(sent, decryption=raw[:256])),
        "of four slots": (_LENGTH, replace(sent, decryption=raw + raw[:128])),
        "of half a point": (_LENGTH, replace(sent, decryption=raw[:64])),
        "of nothing": (_LENGTH, replace(sent, decryption=b"")),
        "of wrong secrets": (_PROOF, _wrong((held[0] + 1, *held[1:]))),
        "of secrets whose sum is right": (
            _PROOF,
            _wrong((held[0] + 1, held[1] - 1, *held[2:])),
        ),
        "errors of its two equations cancel": (_PROOF, _answer(shift=1)),
        "D wrong with an honest proof of V": (_PROOF, _answer(wrong=1)),
        "D wrong, s solved for a delta without s": (_PROOF, _solve()),
    }
    for title, (rule, bad) in few_bad_g1().items():
        faults |= {
            f"D_1: {title}": (rule, replace(sent, decryption=bad + raw[128:])),
            f"D_3: {title}": (rule, replace(sent, decryption=raw[:-128] + bad)),
            f"T1: {title}": (rule, replace(sent, t1=bad)),
            f"T2: {title}": (rule, replace(sent, t2=bad)),
        }
    return faults


def _of_two_slots() -> EncryptedTally:
    """Leave out the sum of the last slot."""
    summed = tally()
    kept = replace(summed.totals, slots=summed.totals.slots[:2])
    return replace(summed, totals=kept)


def _move(raw: bytes) -> bytes:
    return encode_g1(decode_g1(raw) + G)


def _wrong(secrets: tuple[int, ...]) -> ShareMessage:
    held = KeyShare(TRUSTEE, tuple(map(reduce_scalar, secrets)))
    return make_share(tally(), held, source=honest.source(TRUSTEE))


def _answer(*, shift: int = 0, wrong: int = 0) -> ShareMessage:
    """Answer as an honest trustee after T1 and T2, or the first D, were shifted."""
    summed, keys = tally(), honest.keys()
    secrets, nonce = keys.trustees[TRUSTEE - 1].secrets, Scalar(161803)
    points = [summed.totals.ephemeral * secret for secret in secrets]
    points[0] += G * Scalar(wrong)
    opened = DecryptionShare(TRUSTEE, tuple(points))
    images = keys.election.verification_keys[TRUSTEE - 1]
    statement = decryption._state(summed, opened, images)
    t1 = G * nonce + G * Scalar(shift)
    t2 = summed.totals.ephemeral * nonce - G * Scalar(shift)
    pairs = zip(statement.weights, secrets, strict=True)
    total = sum(weight * secret for weight, secret in pairs)
    s = reduce_scalar(nonce + _challenge(statement, t1, t2) * total)
    return ShareMessage(encode_points(points), encode_g1(t1), encode_g1(t2), s)


def _solve() -> ShareMessage:
    """Shift the first D; whoever knows the sum of all nonces can solve for s."""
    summed, keys = tally(), honest.keys()
    secrets = keys.trustees[TRUSTEE - 1].secrets
    points = [summed.totals.ephemeral * secret for secret in secrets]
    points[0] += G
    images = keys.election.verification_keys[TRUSTEE - 1]
    opened = DecryptionShare(TRUSTEE, tuple(points))
    statement = decryption._state(summed, opened, images)
    pairs = zip(statement.weights, secrets, strict=True)
    known = sum(weight * secret for weight, secret in pairs)
    proof = forger.answer_after_weight(
        statement, known, nonce=Scalar(161803), log=NONCE, wrong=1
    )
    t1, t2 = encode_g1(proof.over_generator), encode_g1(proof.over_base)
    return ShareMessage(encode_points(points), t1, t2, proof.response)


def open_by(*trustees: int) -> dict[int, bytes]:
    """Give the accepted shares of these trustees."""
    return {trustee: share(trustee).decryption for trustee in trustees}


def write_counts(
    counts: tuple[int, ...],
    shares: Mapping[int, bytes],
    *,
    trustees: tuple[int, ...] | None = None,
) -> Input:
    """Write a result and the accepted shares that it rests on."""
    return {
        "tally": "ten ballots",
        "shares": {str(trustee): raw.hex() for trustee, raw in shares.items()},
        "trustees": list(shares) if trustees is None else list(trustees),
        "counts": list(counts),
    }


def _results() -> dict[str, tuple[str, Input]]:
    shares = open_by(1, 3, 5)
    exchanged = {1: shares[3], 3: shares[1], 5: shares[5]}
    counts = {
        "exchanged": ((1, 3, 6), _EACH),
        "one moved": ((2, 2, 6), _EACH),
        "all to one": ((0, 0, 10), _EACH),
        "one above N": ((11, 0, 0), _COUNTS),
        "one above N, one below zero": ((11, -1, 0), _COUNTS),
        "too few": ((3, 1, 5), _COUNTS),
        "too many": ((3, 1, 7), _COUNTS),
        "plus q": ((3 + ORDER, 1, 6), _COUNTS),
        "all zero": ((0, 0, 0), _COUNTS),
        "a candidate too few": ((3, 7), _COUNTS),
        "a candidate too many": ((3, 1, 6, 0), _COUNTS),
        "none": ((), _COUNTS),
    }
    faults = {
        title: (rule, write_counts(each, shares))
        for title, (each, rule) in counts.items()
    }
    named = {
        "by others than opened it": (1, 2, 5),
        "by one too few": (1, 3),
        "by one too many": (1, 3, 4, 5),
        "by one twice": (1, 3, 3, 5),
        "by trustees out of order": (3, 1, 5),
        "by nobody": (),
    }
    for title, trustees in named.items():
        faults[title] = _WHO, write_counts(COUNTS, shares, trustees=trustees)
    too_few = write_counts(COUNTS, open_by(1, 3))
    return faults | {
        "opened by two of three": (_WHO, too_few),
        "opened with each other's shares": (_EACH, write_counts(COUNTS, exchanged)),
        **{
            f"opened with D_{slot} plus G": (_EACH, _open_wrongly(slot))
            for slot in range(1, len(COUNTS) + 1)
        },
    }


def _open_wrongly(slot: int) -> Input:
    """Leave the equation of one slot alone wrong."""
    shares, at = open_by(1, 3, 5), 128 * (slot - 1)
    raw = shares[3]
    moved = raw[:at] + _move(raw[at : at + 128]) + raw[at + 128 :]
    return write_counts(COUNTS, {**shares, 3: moved})
