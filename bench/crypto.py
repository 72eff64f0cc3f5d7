"""Measure the library: what a ballot costs its voter, an auditor and a relay."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from bench.stopping import run_stoppable
from curve.blst import group
from election.crypto.blind_credential import (
    CredentialClaim,
    hash_credential,
    verify_credential_batch,
)
from election.crypto.discrete_log import build_table, find_count
from election.crypto.group import G2, G, decode_g1, encode_g1
from election.crypto.proofs.unit_vector import UnitVectorStatement
from election.crypto.proofs.unit_vector_batch import (
    BatchEntry,
    verify_unit_vector_batch,
)
from election.crypto.randomness import SecretSource
from election.crypto.scalar import Scalar
from election.crypto.signature import SigningKey, derive_address
from election.crypto.transcript import Hash
from election.protocol.ballot import (
    NO_MEMO,
    Ballot,
    accept_batch,
    make_ballot,
    prepare_choice,
)
from election.protocol.context import Box
from election.protocol.encoding import decode_record
from election.protocol.issuance import Credential

SLOTS: Final = 5
BATCH: Final = 32
AUDITED: Final = 512
VOTERS: Final = 500_000
RUNS: Final = 7
ISSUING_SECRET: Final = Scalar(2019)

BOX: Final = Box(
    contest=1,
    ctx=Hash(b"\x01" * 32),
    election_keys=tuple(G * Scalar(1000 + slot) for slot in range(SLOTS)),
    credential_key=G2 * ISSUING_SECRET,
)


@dataclass(frozen=True, slots=True)
class Measurement:
    """The median of several runs, in milliseconds, and what it may be at most."""

    what: str
    milliseconds: float
    target: float | None


def cast(number: int) -> bytes:
    key = SigningKey(number + 1)
    point = hash_credential(BOX.ctx, derive_address(key))
    source = SecretSource(number.to_bytes(64, "big"), b"")
    return make_ballot(
        prepare_choice(number % SLOTS + 1, BOX, source=source),
        BOX,
        credential=Credential(key, point * ISSUING_SECRET),
        memo=NO_MEMO,
        source=source,
    )


def median(act: Callable[[], object], *, times: int = 1) -> float:
    """Time an act that does something `times` times, per time.

    Processor time of the one thread: other programs on the machine do not count.
    """
    runs = []
    for _ in range(RUNS):
        start = time.process_time()
        act()
        runs.append((time.process_time() - start) * 1000 / times)
    return statistics.median(runs)


def entry(ballot: Ballot) -> BatchEntry:
    record = ballot.record
    statement = UnitVectorStatement(
        BOX.ctx, BOX.election_keys, record.credential, record.ciphertext
    )
    return BatchEntry(statement, record.proof, ballot.ballot_hash)


def measure_ballots() -> list[Measurement]:
    raws = [cast(number) for number in range(BATCH)]
    ballots = accept_batch(raws, BOX)
    entries = [entry(ballot) for ballot in ballots]
    claims = [CredentialClaim(b.record.credential, b.record.sigma) for b in ballots]
    ctx, key = BOX.ctx, BOX.credential_key
    return [
        Measurement(
            f"accept a ballot, {BATCH} at once, from bytes",
            median(lambda: accept_batch(raws, BOX), times=BATCH),
            2,
        ),
        Measurement(
            "  of which decoding with every subgroup check",
            median(lambda: [decode_record(r, slots=SLOTS) for r in raws], times=BATCH),
            None,
        ),
        Measurement(
            "  of which the merged proofs",
            median(lambda: verify_unit_vector_batch(entries), times=BATCH),
            None,
        ),
        Measurement(
            "  of which the merged credentials",
            median(
                lambda: verify_credential_batch(
                    claims, ctx=ctx, key=key, batch_seed=ctx
                ),
                times=BATCH,
            ),
            None,
        ),
        Measurement(
            "accept a ballot alone", median(lambda: accept_batch(raws[:1], BOX)), None
        ),
        Measurement("encrypt, prove and sign a ballot", median(lambda: cast(7)), None),
    ]


def measure_audit() -> list[Measurement]:
    """Measure a ballot as audits take them, each point alone and all by their sums."""
    raws = [cast(number) for number in range(AUDITED)]

    def accept() -> None:
        accept_batch(raws, BOX)

    together = median(accept, times=AUDITED)
    usual = vars(group)["WORTHWHILE"]
    vars(group)["WORTHWHILE"] = float("inf")
    alone = median(accept, times=AUDITED)
    vars(group)["WORTHWHILE"] = usual
    return [
        Measurement(f"audit a ballot, {AUDITED} at once, from bytes", together, 0.7),
        Measurement("  the same, each point looked at alone", alone, None),
    ]


def measure_parts() -> list[Measurement]:
    table = build_table()
    total = G * Scalar(VOTERS - 1)
    raw = encode_g1(G * Scalar(5))
    return [
        Measurement(
            f"find a count of up to {VOTERS:,}",
            median(lambda: find_count(total, table, bound=VOTERS)),
            10,
        ),
        Measurement("build the table for it", median(build_table), None),
        Measurement("decode and check a point", median(lambda: decode_g1(raw)), None),
    ]


def measure() -> list[Measurement]:
    """Measure everything, with L = 5."""
    return measure_ballots() + measure_audit() + measure_parts()


def main() -> None:
    print(f"library, L = {SLOTS}, medians of {RUNS} runs")
    for each in measure():
        target = "" if each.target is None else f"   (at most {each.target:g})"
        print(f"{each.what:48}{each.milliseconds:9.3f} ms{target}")


if __name__ == "__main__":
    run_stoppable(main)
