"""How Tally meets decryption shares and counts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, Final

from election.artifacts import read_artifact
from election.crypto.transcript import hash_bytes, uint_word
from election.protocol.abi import ContractName, decode_answer
from election.protocol.codec import encode_act
from election.protocol.phases import Phase
from tests.contracts.chain import RefusedError
from tests.honest import account
from tests.vectors.judges.answers import answer, assemble
from tests.vectors.judges.contracts_ceremony import ELECTION, finish
from tests.vectors.judges.files import GIVENS, number
from tests.vectors.judges.scene import Scene

Input = Mapping[str, Any]
_NAME: Final = ContractName.TALLY
_TALLY, _BOX = account(106), account(100)
_TRUSTEES: Final = GIVENS["attempts"]["trustees"]
_CONTEST: Final = 1
_SHARES: Final = 4  # slot of Tally._shares
_WORD: Final = 32


@cache
def _freeze(name: str) -> Scene:
    """Freeze the sums, of a box that says no more than they are."""
    given = GIVENS["tallies"][name]
    totals = bytes.fromhex(given["totals"])
    box = {
        "cast_count": given["cast_count"],
        "totals": totals,
        "slots": len(totals) // 128 - 1,
        "ctx": bytes.fromhex(given["ctx"]),
    }
    election = (
        answer(ContractName.ELECTION, "phase", Phase.CLOSED),
        answer(ContractName.ELECTION, "trustees", bytes.fromhex(_TRUSTEES["ceremony"])),
        answer(ContractName.ELECTION, "m_min", 2),
        answer(ContractName.ELECTION, "box", _BOX, _CONTEST),
    )
    answers = [answer(ContractName.BALLOT_BOX, *each) for each in box.items()]
    scene = finish().place(ELECTION, assemble(election))
    scene = scene.place(_BOX, assemble(answers))
    made = scene.create(_TALLY, read_artifact(_NAME.value).initcode, maker=ELECTION)
    return made.act(_TALLY, encode_act(_NAME, "freeze", _CONTEST))


def _share(scene: Scene, trustee: int) -> bytes:
    """Ask which share of a trustee was accepted, none if it is empty."""
    raw = scene.ask(_TALLY, encode_act(_NAME, "share", _CONTEST, trustee))
    return bytes(decode_answer(_NAME, "share", raw))


def meet_decryption_share(case: Input) -> None:
    """Submit a share; one that is refused does not revert, but nothing is stored."""
    trustee = case["trustee"]
    points = (bytes.fromhex(case[name]) for name in ("decryption", "t1", "t2"))
    values = _CONTEST, trustee, *points, number(case["s"])
    payload = encode_act(_NAME, "submit_share", *values)
    sender = bytes.fromhex(_TRUSTEES["members"][trustee - 1])
    after = _freeze(case["tally"]).act(_TALLY, payload, sender=sender)
    if not _share(after, trustee):
        raise RefusedError("tally: share is refused")


def _write_share(trustee: int, points: bytes) -> dict[int, int]:
    """Lay an accepted share out in the storage of Tally."""
    place: bytes = uint_word(_SHARES)
    for key in (_CONTEST, trustee):
        place = hash_bytes(place + uint_word(key))
    first = int.from_bytes(place, "big")
    words = [points[at : at + _WORD] for at in range(0, len(points), _WORD)]
    numbers: Sequence[int] = [int.from_bytes(word, "big") for word in words]
    return {first: len(points) // 128} | dict(enumerate(numbers, first + 1))


def meet_counts(case: Input) -> None:
    """Publish counts, given shares that were accepted."""
    scene = _freeze(case["tally"])
    for trustee, text in case["shares"].items():
        points = bytes.fromhex(text)
        scene = scene.store(_TALLY, _write_share(int(trustee), points))
        assert _share(scene, int(trustee)) == points
    values = _CONTEST, case["trustees"], case["counts"]
    scene.ask(_TALLY, encode_act(_NAME, "finalize", *values))
