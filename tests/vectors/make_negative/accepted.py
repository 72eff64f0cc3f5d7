"""Honest twins: what must be accepted, so that refusing everything does not pass."""

from __future__ import annotations

from collections.abc import Iterator

from election.crypto.blind_credential import RecoverySecret
from election.crypto.group import G2, G, encode_g1, encode_g2
from election.crypto.merkle import build_tree, derive_path
from election.crypto.scalar import ORDER
from election.crypto.signature import derive_address, sign_hash
from election.crypto.transcript import Hash, hash_bytes
from election.protocol.attestation import Action, Role
from election.protocol.encoding import encode_totals
from election.protocol.issuance import prepare_request
from tests import honest
from tests.vectors.make_negative.attestations import say
from tests.vectors.make_negative.case import Case, Input, word
from tests.vectors.make_negative.complaints import MEMBER, complain, write_complaint
from tests.vectors.make_negative.credentials import (
    honest_shares,
    write_combination,
    write_credential,
    write_share,
)
from tests.vectors.make_negative.encodings import DIGEST, KEY
from tests.vectors.make_negative.givens import COUNTS, make_givens, tally
from tests.vectors.make_negative.records import sign_record, voted
from tests.vectors.make_negative.tallies import open_by, share, write_counts
from tests.vectors.make_negative.tallies import write_share as write_decryption


def accept(comment: str, rule: str, kind: str, content: Input) -> Case:
    """Make a case that nobody refuses."""
    return Case(comment, rule, kind, content, ())


def make_accepted() -> Iterator[Case]:
    """List all twins."""
    yield from _encodings()
    yield from _ballots()
    yield from _paths()
    yield from _ceremonies()
    yield from _issuance()
    yield from _counting()
    form = "docs/bundle.md, the file"
    yield accept("the honest bundle", form, "bundle", {"patch": []})


def _encodings() -> Iterator[Case]:
    for group, raw in (("G1", encode_g1(G)), ("G2", encode_g2(G2))):
        for name, infinity, value in (
            ("the generator", "refused", raw),
            ("infinity where it is allowed", "allowed", bytes(len(raw))),
        ):
            point = {"group": group, "infinity": infinity, "bytes": value.hex()}
            yield accept(f"{group}: {name}", "§1: points", "point", point)
    for name, scalar in {"zero": 0, "q - 1": ORDER - 1}.items():
        fields = {"bytes": word(scalar)}
        yield accept(f"scalar: {name}", "§1: scalars < q", "scalar", fields)
    totals = {"slots": 3, "bytes": encode_totals(tally().totals).hex()}
    yield accept("sums of 3 slots", "§5: A_sum, B_sum_1..L", "totals", totals)
    signature = sign_hash(DIGEST, KEY)
    words = {name: word(getattr(signature, name)) for name in ("v", "r", "s")}
    signer = derive_address(KEY).hex()
    fields = {"hash": DIGEST.hex(), **words, "signer": signer}
    yield accept("signature", "§1: ECDSA", "signature", fields)
    for kind, size in (("address", 20), ("hash", 32)):
        fields = {"bytes": (b"\1" * size).hex()}
        yield accept(f"{kind} of {size} bytes", "§1: encodings", kind, fields)


def _ballots() -> Iterator[Case]:
    memo = sign_record({**voted(1), "memo": b"\7" * 32}, number=1)
    for title, raws in {
        "one ballot": (honest.ballot(2, 1),),
        "one ballot with a memo": (memo,),
        "three ballots": tuple(honest.ballot(2, number) for number in (1, 2, 3)),
    }.items():
        texts = [raw.hex() for raw in raws]
        content = {"box": "contest 1", "ballots": texts}
        yield accept(title, "§3: verify, batch", "ballots", content)


def _paths() -> Iterator[Case]:
    for size in (1, 2, 5, 8):
        leaves = [hash_bytes(b"leaf %d" % at) for at in range(size)]
        tree, index = build_tree(leaves), size - 1
        path = [each.hex() for each in derive_path(tree, index)]
        content = {
            "root": tree.root.hex(),
            "leaf": leaves[index].hex(),
            "index": index,
            "size": size,
            "path": path,
        }
        yield accept(f"last leaf of {size}", "§1: Merkle tree", "path", content)


def _ceremonies() -> Iterator[Case]:
    """Repeat what member 2 of each honest attempt sent."""
    for name, given in make_givens()["attempts"].items():
        home = {"attempt": name, "member": MEMBER}
        pairs = zip(given["reveals"], given["commitments"], strict=True)
        reveals = [{**each, "commitment": c} for each, c in pairs]
        for kind, message in {
            "enrolment": given["enrolments"][MEMBER - 1],
            "reveal": reveals[MEMBER - 1],
            "reveals": {"reveals": reveals},
            "deal": given["deals"][MEMBER - 1],
            "confirmation": given["confirmations"][MEMBER - 1],
            "complaint": _complain(name),
        }.items():
            title = f"{name}, {kind}"
            yield accept(title, "§4: the ceremony", kind, {**home, **message})


def _complain(name: str) -> Input:
    if name == "trustees":
        return write_complaint(complain(honest.enroll_all(honest.trustee_attempt())))
    return write_complaint(complain(honest.enroll_all(honest.issuer_attempt())))


def _issuance() -> Iterator[Case]:
    shares, box = honest_shares(), honest.box()
    content = write_combination(shares)
    yield accept("combination", "§6: issuance", "combination", content)
    request = prepare_request(
        RecoverySecret(bytes.fromhex(content["secret"])),
        ctx=box.ctx,
        leaf=Hash(bytes.fromhex(content["leaf"])),
    )
    for kind, fields in {
        "request": {"blinded": encode_g1(request.blinded).hex()},
        "issuer share": write_share(encode_g1(shares[1]), issuer=1, request=request),
    }.items():
        yield accept(kind, "§6: issuance", kind, fields)
    own = honest.issue(1, ctx_box=box)
    content = write_credential(encode_g1(own.sigma), cred=own.address)
    yield accept("credential", "§6: issuance", "credential", content)
    for action in Action:
        for role in Role:
            title = f"{action.name.lower()}, {role.name.lower()}"
            said = say(action, role=role).write()
            yield accept(title, "§6: attestations", "attestation", said)


def _counting() -> Iterator[Case]:
    content = write_decryption(share())
    yield accept("decryption share", "§5: shares", "decryption share", content)
    for trustees in ((1, 3, 5), (2, 3, 4)):
        result = write_counts(COUNTS, open_by(*trustees))
        yield accept(f"counts opened by {trustees}", "§5: counts", "counts", result)
