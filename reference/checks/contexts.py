"""C8: each box has the right keys and terms, docs/protocol.md §2."""

from __future__ import annotations

from reference.curve import encode_g1, generator_k
from reference.errors import NotDueError, claim
from reference.record import Event, Record
from reference.report import Cases
from reference.transcript import hash_text, tagged_hash


def check_contexts(record: Record, cases: Cases) -> None:
    """Compare every box with the ceremonies, and compute its ctx again."""
    for contest in record.contests:
        with cases.case(f"contest {contest.contest}"):
            _claim_box(record, contest)


def hash_texts(contest: Event) -> bytes:
    """Compute H(cand, title, L, names, particulars)."""
    title, names = hash_text(contest["title"]), contest["candidates"]
    texts = map(hash_text, (*names, *contest["particulars"]))
    return tagged_hash("cand", title, len(names), *texts)


def _claim_box(record: Record, contest: Event) -> None:
    boxes = record.every("BoxCreated", "BoxOpened", contest=contest["contest"])
    if not boxes and record.is_before(2):
        raise NotDueError("has no box yet")
    created = record.last("BoxCreated", contest=contest["contest"])
    opened = record.last("BoxOpened", contest=contest["contest"])
    claim(len(boxes) == 2, "has two boxes")
    is_own = opened.contract.contest == contest["contest"]
    claim(is_own, "has its box at another address")
    claim(created["ctx"] == opened["ctx"], "has another ctx than its box")
    record.box(contest["contest"])
    keys = record.derived("trustees")
    slots = range(1, len(contest["candidates"]) + 1)
    claim(set(slots) <= set(keys), "has too few keys")
    election_keys = b"".join(keys[slot]["key"] for slot in slots)
    claim(opened["election_keys"] == election_keys, "has other election keys")
    credential_key = record.derived("issuers").get(contest["position"])
    is_right = credential_key and opened["credential_key"] == credential_key["key"]
    claim(bool(is_right), "has another credential key")
    ctx = _compute_ctx(record, contest, opened)
    claim(opened["ctx"] == ctx, "has another ctx than its terms give")


def _compute_ctx(record: Record, contest: Event, opened: Event) -> bytes:
    deployed, rules = record.deployed, record.rules
    return tagged_hash(
        "ctx",
        record.bundle.chain_id,
        opened.log.address,
        deployed["voter_list"],
        deployed["trustees_ceremony"],
        deployed["issuers_ceremony"],
        deployed["election_id"],
        contest["contest"],
        len(contest["candidates"]),
        len(record.final_attempt("trustees")[1]),
        deployed["trustees"]["k"],
        opened["election_keys"],
        encode_g1(generator_k()),
        hash_texts(contest),
        len(record.final_attempt("issuers")[1]),
        deployed["issuers"]["k"],
        opened["credential_key"],
        *rules["times"][4:],
        rules["m_min"],
        0,
    )
