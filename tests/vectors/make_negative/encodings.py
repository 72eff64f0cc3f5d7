"""Encodings that nothing may decode: points, scalars, signatures, addresses."""

from __future__ import annotations

from collections.abc import Iterator

from election.crypto.group import G2, G, encode_g1, encode_g2
from election.crypto.scalar import ORDER
from election.crypto.signature import (
    SECP256K1_ORDER,
    Signature,
    SigningKey,
    derive_address,
    sign_hash,
)
from election.crypto.transcript import Hash, hash_bytes
from tests.vectors.make_negative.bad_points import bad_g1, bad_g2
from tests.vectors.make_negative.case import (
    BOTH,
    LIBRARY,
    PRECOMPILE,
    Case,
    Input,
    word,
)

KEY = SigningKey(0x5EC2E7)
DIGEST = hash_bytes(b"what is signed")


def make_encodings() -> Iterator[Case]:
    """List all encodings."""
    yield from _points()
    yield from _lengths()
    yield from _scalars()
    yield from _signatures()
    yield from _words()


def _point(group: str, raw: bytes, *, infinity: str) -> Input:
    return {"group": group, "infinity": infinity, "bytes": raw.hex()}


def _points() -> Iterator[Case]:
    refusers = *BOTH, PRECOMPILE
    for group, faults in (("G1", bad_g1()), ("G2", bad_g2())):
        for name, (rule, raw) in faults.items():
            for infinity in ("refused", "allowed"):
                point = _point(group, raw, infinity=infinity)
                title = f"{group}, infinity {infinity}: {name}"
                yield Case(title, rule, "point", point, refusers)
        infinite = _point(
            group, bytes(128 if group == "G1" else 256), infinity="refused"
        )
        rule = "§1: O is refused for A, H_l, PK, F, M', sigma, R_i, E_m"
        yield Case(f"{group}: infinity where it is refused", rule, "point", infinite)


def _lengths() -> Iterator[Case]:
    for group, raw in (("G1", encode_g1(G)), ("G2", encode_g2(G2))):
        faults = {
            "nothing": b"",
            "one byte short": raw[:-1],
            "one byte long": raw + b"\0",
            "without padding": b"".join(
                raw[at + 16 : at + 64] for at in range(0, len(raw), 64)
            ),
            "twice": raw + raw,
            "infinity, one byte short": bytes(len(raw) - 1),
        }
        for name, value in faults.items():
            rule = "§1: a G1 point has 128 bytes, a G2 point 256"
            point = _point(group, value, infinity="allowed")
            title = f"{group}, length: {name}"
            # contracts take words, or check the length of their own message
            yield Case(title, rule, "point", point, is_sendable=False)
    yield from _lists()


def _lists() -> Iterator[Case]:
    raw = encode_g1(G)
    rule = "§3, §5: A_sum, B_sum_1..L are 1 + L points"
    for name, value in {
        "one point too few": raw * 3,
        "one point too many": raw * 5,
        "half a point too many": raw * 4 + raw[:64],
        "nothing": b"",
    }.items():
        totals = {"slots": 3, "bytes": value.hex()}
        yield Case(f"sums of 3 slots: {name}", rule, "totals", totals, (LIBRARY,))
    for name, (rule, value) in bad_g1().items():
        totals = {"slots": 3, "bytes": (raw * 3 + value).hex()}
        yield Case(f"last sum: {name}", rule, "totals", totals, (LIBRARY,))


def _scalars() -> Iterator[Case]:
    rule = "§1: a scalar is a word, always checked < q"
    for name, value in {
        "q": ORDER,
        "q + 1": ORDER + 1,
        "2q": 2 * ORDER,
        "2^255": 2**255,
        "2^256 - 1": 2**256 - 1,
    }.items():
        scalar = {"bytes": word(value)}
        yield Case(f"scalar: {name}", rule, "scalar", scalar, (LIBRARY,))
    for size in (0, 1, 31, 33, 64):
        scalar = {"bytes": bytes(size).hex()}
        yield Case(f"scalar of {size} bytes", rule, "scalar", scalar, (LIBRARY,))


def _signatures() -> Iterator[Case]:
    n, honest = SECP256K1_ORDER, sign_hash(DIGEST, KEY)
    v, r, s = honest.v, honest.r, honest.s
    rule = "§1: v in {27, 28}, 0 < r < n, 0 < s <= n/2, signer != 0"
    for name, signature in {
        "the other of its two forms, with the high s": (55 - v, r, n - s),
        "high s alone": (v, r, n - s),
        "s = n/2 rounded up": (v, r, n // 2 + 1),
        "s = 0": (v, r, 0),
        "s = n": (v, r, n),
        "r = 0": (v, 0, s),
        "r = n": (v, n, s),
        "r = n + 1": (v, n + 1, s),
        "r = 2^256 - 1": (v, 2**256 - 1, s),
        "r that is no x of a point": (v, _no_abscissa(), s),
        "v = 0": (0, r, s),
        "v = 1": (1, r, s),
        "v = 26": (26, r, s),
        "v = 29": (29, r, s),
        "v = 27 + 256": (v + 256, r, s),
        "v of EIP-155": (2 * 2019 + 35, r, s),
        "all zero": (0, 0, 0),
        "v of the other key": (55 - v, r, s),
        "r + 1": (v, r + 1, s),
        "s - 1": (v, r, s - 1),
    }.items():
        yield _sign(f"signature: {name}", rule, DIGEST, Signature(*signature))
    prefixed = hash_bytes(b"\x19Ethereum Signed Message:\n32" + DIGEST)
    rule = "§1: ECDSA on the hash itself, no Ethereum prefix"
    yield _sign("signature: with the Ethereum prefix", rule, prefixed, honest)
    other = Hash(DIGEST[::-1])
    yield _sign("signature: of another hash", rule, other, honest)
    for name, key in (("another key", SigningKey(2)), ("key n - key", _negated())):
        yield _sign(f"signature: by {name}", rule, DIGEST, sign_hash(DIGEST, key))


def _negated() -> SigningKey:
    return SigningKey(SECP256K1_ORDER - KEY.secret)


def _no_abscissa() -> int:
    p = 2**256 - 2**32 - 977
    return next(x for x in range(1, 99) if pow(x**3 + 7, (p - 1) // 2, p) != 1)


def _sign(title: str, rule: str, digest: Hash, signature: Signature) -> Case:
    fields = {
        "hash": digest.hex(),
        "v": word(signature.v),
        "r": word(signature.r),
        "s": word(signature.s),
        "signer": derive_address(KEY).hex(),
    }
    return Case(title, rule, "signature", fields)


def _words() -> Iterator[Case]:
    rule = "§1: signer != 0; an address has 20 bytes"
    for name, raw in {
        "zero": bytes(20),
        "19 bytes": b"\1" * 19,
        "21 bytes": b"\1" * 21,
        "a padded word": bytes(12) + b"\1" * 20,
    }.items():
        fields = {"bytes": raw.hex()}
        yield Case(f"address: {name}", rule, "address", fields, (LIBRARY,))
    for size in (0, 31, 33):
        fields = {"bytes": bytes(size).hex()}
        rule = "§1: a hash is one word"
        yield Case(f"hash of {size} bytes", rule, "hash", fields, (LIBRARY,))
