"""What each constructor must have fixed, if the record is true.

docs/protocol.md §7. Words as Vyper keeps them behind the code: one for each number and
address, a list as its length and room for as many as it could have.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from election.audit.evidence import Evidence
from election.crypto.group import G1_BYTES
from election.crypto.transcript import address_word, hash_word, uint_word
from election.protocol.ceremony.attempt import Kind
from election.protocol.events import BoxOpened, ContestListed
from election.protocol.manifest import Roster
from election.protocol.replay import Contract, Part
from election.protocol.rules import MOST_CANDIDATES, MOST_SMALL

Immutables = Mapping[str, bytes]


def find_room(evidence: Evidence, contract: Contract) -> int:
    """Tell for how many candidates a contest's box has room."""
    listed = evidence.last(ContestListed, contract.contest).event
    return MOST_SMALL if len(listed.candidates) <= MOST_SMALL else MOST_CANDIDATES


def expect_immutables(evidence: Evidence, contract: Contract) -> Immutables:
    """List what a contract must hold, by name; raises MissingError."""
    return _EXPECTED[contract.part](evidence, contract)


def _of_election(evidence: Evidence, _: Contract) -> Immutables:
    deployed, rules = evidence.deployed, evidence.deployed.rules
    return {
        "election_id": hash_word(deployed.election_id),
        "test": uint_word(rules.test),
        "_TIMES": b"".join(map(uint_word, rules.times)),
        "m_min": uint_word(rules.m_min),
        "commission": address_word(rules.commission),
        "portal": address_word(rules.portal),
        "sms_gateway": address_word(rules.sms_gateway),
        "polling_station": address_word(rules.polling_station),
        "quorum": uint_word(rules.quorum),
        "trustees": address_word(deployed.trustees_ceremony),
        "issuers": address_word(deployed.issuers_ceremony),
        "voter_list": address_word(deployed.voter_list),
        "tally": address_word(deployed.tally),
        "small_box_blueprint": address_word(deployed.blueprints.small_box),
        "small_box_code_hash": hash_word(deployed.small_box_code_hash),
        "box_blueprint": address_word(deployed.blueprints.box),
        "box_code_hash": hash_word(deployed.box_code_hash),
    }


def _of_trustees(evidence: Evidence, _: Contract) -> Immutables:
    contests = evidence.deployed.contests
    slots = max((contest.slots for contest in contests), default=0)
    roster = evidence.deployed.trustees
    return _of_ceremony(evidence, roster, kind=Kind.TRUSTEES, slots=slots)


def _of_issuers(evidence: Evidence, _: Contract) -> Immutables:
    slots = len(evidence.deployed.contests)
    roster = evidence.deployed.issuers
    return _of_ceremony(evidence, roster, kind=Kind.ISSUERS, slots=slots)


def _of_ceremony(
    evidence: Evidence, roster: Roster, *, kind: Kind, slots: int
) -> Immutables:
    return {
        "kind": uint_word(kind),
        "slots": uint_word(slots),
        "k": uint_word(roster.threshold),
        "_ELECTION": address_word(evidence.board.election),
        "_PROOFS": address_word(evidence.deployed.blueprints.proofs),
        "_STEP_SECONDS": uint_word(evidence.deployed.rules.step_seconds),
        "_SIZE": uint_word(kind * G1_BYTES),
    }


def _of_part(evidence: Evidence, _: Contract) -> Immutables:
    return {"_ELECTION": address_word(evidence.board.election)}


def _of_box(evidence: Evidence, contract: Contract) -> Immutables:
    opened = evidence.last(BoxOpened, contract.contest).event
    slots = len(opened.election_keys) // G1_BYTES
    room = bytes((find_room(evidence, contract) - slots) * G1_BYTES)
    return {
        "_VOTER_LIST": address_word(evidence.deployed.voter_list),
        "_ELECTION": address_word(evidence.board.election),
        "_CONTEST": uint_word(opened.contest),
        "_CTX": hash_word(opened.ctx),
        "_SLOTS": uint_word(slots),
        "_ELECTION_KEYS": uint_word(slots) + opened.election_keys + room,
        "_CREDENTIAL_KEY": opened.credential_key,
    }


_EXPECTED: Final[Mapping[Part, Callable[[Evidence, Contract], Immutables]]] = {
    Part.ELECTION: _of_election,
    Part.TRUSTEES: _of_trustees,
    Part.ISSUERS: _of_issuers,
    Part.VOTER_LIST: _of_part,
    Part.TALLY: _of_part,
    Part.BOX: _of_box,
}
