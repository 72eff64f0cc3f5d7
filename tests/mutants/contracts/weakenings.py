"""Defences that are no assert, each taken out by replacing some text.

A text stands in its file once. Only what the prover does not compute, too, is here:
where both sides hash the same, any change breaks honest ballots.
"""

from __future__ import annotations

from typing import Final

from tests.mutants.mutant import Weakening

WEAKENINGS: Final = (
    # Who takes part in a network
    Weakening(
        "two thirds are enough",
        "contracts/ObserverRegistry.vy",
        "return 2 * self.voters // 3 + 1",
        "return 2 * self.voters // 3",
    ),
    Weakening(
        "who has left counts",
        "contracts/ObserverRegistry.vy",
        "if self.seats[organisation] != 0:  # who has left does not count any more",
        "if organisation != empty(address):",
    ),
    Weakening(
        "a proposal is carried out again",
        "contracts/ObserverRegistry.vy",
        "self._changes[proposal] = empty(IObserverRegistry.Change)",
        "pass",
    ),
    Weakening(
        "a node's key joins again",
        "contracts/ObserverRegistry.vy",
        "self.is_id_used[node.node_id] = True",
        "pass",
    ),
    Weakening(
        "a validator's key joins again",
        "contracts/ObserverRegistry.vy",
        "self.is_key_used[node.validator_key] = True",
        "pass",
    ),
    Weakening(
        "a lasting window is cut short",
        "contracts/ObserverRegistry.vy",
        "    if self._is_frozen():\n        assert begins",
        "    if self.frozen_from == 1:\n        assert begins",
    ),
    Weakening(
        "a key of low order holds",
        "contracts/modules/ed25519.vy",
        "if not ok or self._has_low_order(x, y):",
        "if not ok:",
    ),
    Weakening(
        "s is not below the order",
        "contracts/modules/ed25519.vy",
        "    if s >= _ORDER:\n        return False",
        "",
    ),
    # Batches of ballots
    Weakening(
        "a used credential counts again",
        "contracts/BallotBox.vy",
        "if self._used[credential]:",
        "if self._used[empty(address)]:",
    ),
    Weakening(
        "E_A has no weight",
        "contracts/BallotBox.vy",
        "weighted.deltas[0] = word >> 128",
        "weighted.deltas[0] = 1",
    ),
    Weakening(
        "E_Q has no weight",
        "contracts/BallotBox.vy",
        "delta_q: uint256 = word & (2**128 - 1)",
        "delta_q: uint256 = 1",
    ),
    Weakening(
        "E_j have no weights",
        "contracts/BallotBox.vy",
        "        weighted.deltas[unsafe_add(j, 1)] = delta\n",
        "        delta = 1\n        weighted.deltas[j + 1] = delta\n",
    ),
    Weakening(
        "all slots of a ballot have one weight",
        "contracts/BallotBox.vy",
        "        weighted.deltas[unsafe_add(j, 1)] = delta\n",
        "        delta = weighted.deltas[0]\n        weighted.deltas[j + 1] = delta\n",
    ),
    Weakening(
        "credentials have no weights",
        "contracts/BallotBox.vy",
        "e: uint256 = curve.weight("
        "keccak256(abi_encode(transcript.CREDBATCH_E, seed_c, i)))",
        "e: uint256 = 1",
    ),
    Weakening(
        "a ballot is counted and not added up",
        "contracts/BallotBox.vy",
        "totals[j] = abi_decode(point, bytes32[4], unwrap_tuple=False)",
        "pass",
    ),
    Weakening(
        "ballots are not counted",
        "contracts/BallotBox.vy",
        "self._cast_count = cast_count",
        "pass",
    ),
    # What a malformed point costs
    Weakening(
        "adding a ballot is handed all gas",
        "contracts/BallotBox.vy",
        "gas=curve.G1_ADD_GAS",
        "gas=msg.gas",
    ),
    Weakening(
        "a sum of ballots is handed all gas",
        "contracts/BallotBox.vy",
        "gas=curve.g1_msm_gas(at)",
        "gas=msg.gas",
    ),
    Weakening(
        "a sum of credentials is handed all gas",
        "contracts/BallotBox.vy",
        "gas=curve.g1_msm_gas(count)",
        "gas=msg.gas",
    ),
    Weakening(
        "a sum is handed all gas",
        "contracts/modules/curve.vy",
        "        gas=self.g1_msm_gas(len(terms)),\n"
        "        is_static_call=True,\n        revert_on_failure=False,\n    )\n"
        "    return",
        "        gas=msg.gas,\n"
        "        is_static_call=True,\n        revert_on_failure=False,\n    )\n"
        "    return",
    ),
    Weakening(
        "a share's sum is handed all gas",
        "contracts/modules/curve.vy",
        "        gas=self.g1_msm_gas(len(terms)),\n"
        "        is_static_call=True,\n        revert_on_failure=False,\n    )\n"
        "    if",
        "        gas=msg.gas,\n"
        "        is_static_call=True,\n        revert_on_failure=False,\n    )\n"
        "    if",
    ),
    Weakening(
        "a share's sum without a precompile is decoded",
        "contracts/modules/curve.vy",
        "if not ok or len(point) != 128:",
        "if not ok:",
    ),
    # Signatures
    Weakening(
        "a signature has two forms",
        "contracts/modules/signature.vy",
        "s != 0 and s <= _HALF_ORDER",
        "s != 0",
    ),
    # Leaves
    Weakening(
        "a leaf's counter stands still",
        "contracts/VoterList.vy",
        "self.nonce[leaf] = nonce + 1",
        "pass",
    ),
    Weakening(
        "a withdrawn leaf keeps its lock",
        "contracts/VoterList.vy",
        "self.lock[leaf] = empty(address)",
        "pass",
    ),
    Weakening(
        "a locked leaf is withdrawn without its lock",
        "contracts/VoterList.vy",
        "self._check_lock(request.contest, _WITHDRAW, leaf, nonce, empty(bytes32), "
        "lock_signature)",
        "pass",
    ),
    Weakening(
        "a locked leaf is issued a credential without its lock",
        "contracts/VoterList.vy",
        "self._check_lock(request.contest, _ISSUE, leaf, nonce, hashed, "
        "lock_signature)",
        "pass",
    ),
    Weakening(
        "a blinded message is not proven to be in the group",
        "contracts/VoterList.vy",
        "curve.msm([curve.Term(point=blinded, scalar=1)])",
        "blinded",
    ),
    Weakening(
        "an unlocked leaf takes a signature with v = 0",
        "contracts/VoterList.vy",
        "lock_signature.v == 0 and lock_signature.r == 0 and lock_signature.s == 0",
        "lock_signature.v == 0",
    ),
    Weakening(
        "both organisations attest in one role",
        "contracts/VoterList.vy",
        "        _SMS_GATEWAY,\n        action,",
        "        _PORTAL,\n        action,",
    ),
    Weakening(
        "one organisation attests for both",
        "contracts/VoterList.vy",
        "staticcall _ELECTION.sms_gateway(),",
        "staticcall _ELECTION.portal(),",
    ),
    Weakening(
        "a leaf stands beyond the size",
        "contracts/modules/merkle.vy",
        "if index >= size or 2**len(proof) < size:",
        "if 2**len(proof) < size:",
    ),
    Weakening(
        "a proof may be too short",
        "contracts/modules/merkle.vy",
        "if index >= size or 2**len(proof) < size:",
        "if index >= size:",
    ),
    Weakening(
        "a proof may be too long",
        "contracts/modules/merkle.vy",
        "if len(proof) != 0 and 2**(len(proof) - 1) >= size:",
        "if len(proof) != 0 and size == 0:",
    ),
    # Ceremonies
    Weakening(
        "an encryption key may be infinity, or cut off",
        "contracts/KeyCeremony.vy",
        "self._assert_finite(key)",
        "pass",
    ),
    Weakening(
        "the point of a deal may be infinity, or cut off",
        "contracts/KeyCeremony.vy",
        "self._assert_finite(r)",
        "pass",
    ),
    # Running hashes
    Weakening(
        "the running hash leaves the time out",
        "contracts/modules/record.vy",
        "block.number, block.timestamp, topics",
        "block.number, topics",
    ),
    Weakening(
        "the running hash leaves the data out",
        "contracts/modules/record.vy",
        "block.timestamp, topics, data",
        "block.timestamp, topics",
    ),
    Weakening(
        "the running hash forgets what came before",
        "contracts/modules/record.vy",
        "transcript.RECORD, self.record_hash, block",
        "transcript.RECORD, empty(bytes32), block",
    ),
    # Time
    Weakening(
        "an extension is used twice",
        "contracts/Election.vy",
        "self._extension_counter += 1",
        "pass",
    ),
    Weakening(
        "each extension may be two hours",
        "contracts/Election.vy",
        "delta <= _MAX_EXTENSION - self._extension",
        "delta <= _MAX_EXTENSION",
    ),
    Weakening(
        "an observer counts twice",
        "contracts/Election.vy",
        "        previous = observer\n",
        "        previous = empty(address)\n",
    ),
    Weakening(
        "a contest has two boxes",
        "contracts/Election.vy",
        "self._contests[contest].box = made",
        "pass",
    ),
    # Tally
    Weakening(
        "a share's two equations have no weight",
        "contracts/Tally.vy",
        "curve.weight(\n"
        "        keccak256(abi_encode(transcript.DEC_DELTA, hashed, t1, t2, s))\n"
        "    )",
        "1",
    ),
    Weakening(
        "a share's response is reduced for it",
        "contracts/Tally.vy",
        "    if s >= curve.Q:\n        return False\n",
        "",
    ),
    Weakening(
        "a malformed share is accepted",
        "contracts/Tally.vy",
        "return ok and curve.is_infinity(residue)",
        "return curve.is_infinity(residue)",
    ),
    Weakening(
        "small sums are opened",
        "contracts/Tally.vy",
        "elif cast_count < staticcall _ELECTION.m_min():",
        "elif cast_count < staticcall _ELECTION.m_min() - 1:",
    ),
    Weakening(
        "a withheld contest that was opened counts as final",
        "contracts/Tally.vy",
        "self.final -= 1",
        "pass",
    ),
)


CONTROL: Final = Weakening(
    "control, weaker in nothing",
    "contracts/modules/signature.vy",
    "assert v == 27 or v == 28,",
    "assert v == 28 or v == 27,",
)
