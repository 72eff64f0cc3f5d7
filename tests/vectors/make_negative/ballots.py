"""Ballots that must not enter a box, each wrong in one thing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from election.crypto.group import G, G1Point
from election.crypto.proofs.unit_vector_batch import derive_batch_seed
from election.crypto.scalar import ORDER
from election.crypto.signature import (
    SECP256K1_ORDER,
    SigningKey,
    decode_signature,
    encode_signature,
    sign_hash,
)
from election.crypto.transcript import (
    Tag,
    hash_bytes,
    hash_fields,
    hash_word,
    uint_word,
    weight,
)
from election.protocol.ballot import NO_MEMO, make_ballot, prepare_choice
from election.protocol.context import Box, open_box
from tests import honest
from tests.vectors.make_negative.bad_points import few_bad_g1
from tests.vectors.make_negative.case import Case, flip
from tests.vectors.make_negative.forgeries import make_forgeries
from tests.vectors.make_negative.records import (
    LAYOUT,
    POINTS,
    RESPONSES,
    add_to_scalar,
    cut_record,
    hash_record,
    join_record,
    move_point,
    sign_record,
    sign_with,
    voted,
)


def ballots(comment: str, rule: str, *raws: bytes) -> Case:
    """Make a case of the ballots of one call."""
    texts = [raw.hex() for raw in raws]
    return Case(comment, rule, "ballots", {"box": "contest 1", "ballots": texts})


def make_ballots() -> Iterator[Case]:
    """List all ballots."""
    yield from _flipped()
    yield from _moved()
    yield from _malformed()
    yield from _responses()
    yield from _lengths()
    yield from _signatures()
    yield from _elsewhere()
    yield from _credentials()
    yield from make_forgeries(ballots)


def _flipped() -> Iterator[Case]:
    fields = voted(1)
    for name in LAYOUT:
        for which, at in (("first", 0), ("last", -1)):
            raw = join_record({**fields, name: flip(fields[name], at)})
            rule = f"§3, verify: {name} is bound by h_b, the proof or the pairing"
            yield ballots(f"{which} byte of {name} flipped", rule, raw)


def _moved() -> Iterator[Case]:
    fields = voted(1)
    for name in POINTS:
        for title, move in (
            ("plus G", lambda point: point + G),
            ("negated", lambda point: -point),
            ("doubled", lambda point: point + point),
            ("infinity", lambda point: point - point),
        ):
            changed = {**fields, name: move_point(fields[name], move)}
            raw = sign_record(changed, number=1)
            rule = "§3, verify: E_A, E_j, E_Q; x hashes every point"
            yield ballots(f"{name} {title}, signed again", rule, raw)
    for left, right in (("B_1", "B_2"), ("B'_1", "B'_2"), ("C", "D"), ("A", "A'")):
        changed = {**fields, left: fields[right], right: fields[left]}
        raw = sign_record(changed, number=1)
        rule = "§3: points have their places"
        yield ballots(f"{left} and {right} exchanged, signed again", rule, raw)


def _malformed() -> Iterator[Case]:
    fields = voted(1)
    for name in (*POINTS, "sigma"):
        for fault, (rule, raw) in few_bad_g1().items():
            signed = sign_record({**fields, name: raw}, number=1)
            yield ballots(f"{name}: {fault}, signed again", rule, signed)


def _responses() -> Iterator[Case]:
    fields = voted(1)
    for name in RESPONSES:
        raw = fields[name]
        for title, value in {
            "plus 1": add_to_scalar(raw, 1),
            "minus 1": add_to_scalar(raw, -1),
            "negated": add_to_scalar(bytes(32), -int.from_bytes(raw, "big")),
            "zero": bytes(32),
        }.items():
            signed = sign_record({**fields, name: value}, number=1)
            rule = "§3, verify: E_A, E_j, E_Q"
            yield ballots(f"{name} {title}, signed again", rule, signed)
        larger = (int.from_bytes(raw, "big") + ORDER).to_bytes(32, "big")
        signed = sign_record({**fields, name: larger}, number=1)
        yield ballots(f"{name} plus q, signed again", "§3, verify: z, f_j < q", signed)
    for seq in (1, 2**255):
        changed = {**fields, "seq": seq.to_bytes(32, "big")}
        raw = sign_record(changed, number=1)
        yield ballots(f"seq = {seq:#x}, signed again", "§3, verify: seq = 0", raw)


def _lengths() -> Iterator[Case]:
    raw = honest.ballot(2, 1)
    rule = "§3: a record has 26 + 9L words"
    for title, value in {
        "nothing": b"",
        "one byte short": raw[:-1],
        "one byte long": raw + b"\0",
        "one word short": raw[:-32],
        "one word long": raw + bytes(32),
        "without sigma": raw[:-128],
        "of two slots": raw[: 32 * (26 + 18)],
        "of four slots": raw + bytes(32 * 9),
        "twice": raw + raw,
        "all zero": bytes(len(raw)),
        "all 0xff": b"\xff" * len(raw),
    }.items():
        yield ballots(f"record: {title}", rule, value)


def _signatures() -> Iterator[Case]:
    fields, box = voted(1), honest.box()
    signature = decode_signature(fields["signature"])
    v, s = signature.v, signature.s
    n = SECP256K1_ORDER
    rule = "§1, §3: v in {27, 28}, 0 < r < n, 0 < s <= n/2"
    for title, changed in {
        "with the high s": replace(signature, v=55 - v, s=n - s),
        "with the other v": replace(signature, v=55 - v),
        "with v = 0 or 1": replace(signature, v=v - 27),
        "with v + 256": replace(signature, v=v + 256),
        "with r = 0": replace(signature, r=0),
        "with r = n": replace(signature, r=n),
        "with s = 0": replace(signature, s=0),
        "all zero": replace(signature, v=0, r=0, s=0),
    }.items():
        raw = join_record({**fields, "signature": encode_signature(changed)})
        yield ballots(f"signature {title}", rule, raw)
    rule = "§3: ECDSA_bk(h_b)"
    raw = sign_with(fields, SigningKey(5), ctx=box.ctx)
    yield ballots("signed by another key", rule, raw)
    key = honest.issue(1, ctx_box=box).ballot_key
    digest = hash_record(fields, box.ctx)
    prefixed = hash_bytes(b"\x19Ethereum Signed Message:\n32" + digest)
    raw = join_record(
        {**fields, "signature": encode_signature(sign_hash(prefixed, key))}
    )
    yield ballots("signed with the Ethereum prefix", rule, raw)
    nobody = {**fields, "cred": bytes(32)}
    raw = join_record({**nobody, "signature": bytes(96)})
    yield ballots("of the zero address, signed by nobody", rule, raw)


def _elsewhere() -> Iterator[Case]:
    terms = honest.contest_terms()
    home = honest.box()
    rule = "§2, §3: every hash starts from ctx"
    yield ballots("of another contest", rule, honest.ballot(2, 1, 2))
    for title, changed in {
        "another chain": replace(terms, chain_id=terms.chain_id + 1),
        "another box": replace(terms, box=honest.account(99)),
        "another election": replace(terms, election_id=home.ctx),
        "other candidates": replace(terms, candidates=terms.candidates[::-1]),
        "other particulars": replace(terms, particulars=terms.particulars[::-1]),
        "another title": replace(terms, title="Another"),
        "another m_min": replace(terms, minimum_cast=3),
        "another closing": replace(terms, cast_closing=terms.cast_closing + 1),
        "another threshold": replace(terms, trustee_threshold=2),
    }.items():
        box = open_box(changed)
        raw = _vote_in(box)
        yield ballots(f"made for {title}", rule, raw)
        key = honest.issue(1, ctx_box=box).ballot_key
        raw = sign_with(cut_record(raw), key, ctx=home.ctx)
        yield ballots(f"made for {title}, signed for this", rule, raw)


def _vote_in(box: Box) -> bytes:
    source = honest.source(77)
    credential = honest.issue(1, ctx_box=box)
    prepared = prepare_choice(1, box, source=source)
    return make_ballot(
        prepared, box, credential=credential, memo=NO_MEMO, source=source
    )


def _credentials() -> Iterator[Case]:
    fields, other = voted(1), voted(2)
    rule = "§3, §6: e(sigma, G2) = e(P, PK) with P of ctx and cred"
    elsewhere = cut_record(honest.ballot(2, 1, 2))["sigma"]
    for title, sigma in {
        "of another voter": other["sigma"],
        "of another contest": elsewhere,
        "negated": move_point(fields["sigma"], lambda point: -point),
        "doubled": move_point(fields["sigma"], lambda point: point + point),
        "plus G": move_point(fields["sigma"], lambda point: point + G),
    }.items():
        raw = join_record({**fields, "sigma": sigma})
        yield ballots(f"sigma {title}", rule, raw)
    infinite = join_record({**fields, "sigma": bytes(128)})
    yield ballots("sigma infinity", "§1: O is refused for sigma", infinite)
    yield from _copies()
    left = {**fields, "sigma": other["sigma"]}
    right = {**other, "sigma": fields["sigma"]}
    raws = map(join_record, (left, right))
    yield ballots("two ballots with each other's sigma", "§3, credentials", *raws)
    rule = "§3, credentials: e_i hashes every sigma"
    yield ballots("two sigmas whose errors cancel", rule, *_cancelling_sigmas())
    title = "two sigmas whose errors cancel under weights drawn before them"
    yield ballots(title, rule, *_weighed_sigmas())


def _copies() -> Iterator[Case]:
    fields, other = voted(1), voted(2)
    rule = "§3: h_x hashes cred, so that nobody casts another's proof"
    stolen = {**fields, "cred": other["cred"], "sigma": other["sigma"]}
    raw = sign_record(stolen, number=2)
    yield ballots("another voter's ciphertext and proof, cast as one's own", rule, raw)
    mixed = {**other, "A": fields["A"]} | {
        name: fields[name] for name in POINTS if name.startswith("B_")
    }
    raw = sign_record(mixed, number=2)
    yield ballots("another voter's ciphertext under one's own proof", rule, raw)


def _cancelling_sigmas() -> tuple[bytes, bytes]:
    fields, other = voted(1), voted(2)
    plus = move_point(fields["sigma"], lambda point: point + G)
    minus = move_point(other["sigma"], lambda point: point - G)
    left, right = {**fields, "sigma": plus}, {**other, "sigma": minus}
    return join_record(left), join_record(right)


def _weighed_sigmas() -> list[bytes]:
    """Choose two sigmas after the weights that hash all but the sigmas."""
    pair, ctx = sorted((voted(1), voted(2)), key=join_record), honest.box().ctx
    seed = derive_batch_seed(ctx, [hash_record(fields, ctx) for fields in pair])
    seed_c = hash_word(hash_fields(Tag.CREDENTIAL_BATCH, hash_word(seed)))
    left, right = (
        weight(hash_fields(Tag.CREDENTIAL_WEIGHT, seed_c, uint_word(index)))
        for index in range(2)
    )
    shifts = zip(pair, (G * right, -(G * left)), strict=True)
    return [
        join_record({**fields, "sigma": _add_point(fields["sigma"], by)})
        for fields, by in shifts
    ]


def _add_point(raw: bytes, by: G1Point) -> bytes:
    return move_point(raw, lambda point: point + by)
