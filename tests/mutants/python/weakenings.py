"""Defences in Python that are no check, each taken out by replacing some text.

Most are weights: what they protect is in docs/protocol.md §3, §4 and §5.
"""

from __future__ import annotations

from typing import Final

from tests.mutants.mutant import Weakening

WEAKENINGS: Final = (
    Weakening(
        "all weights of a batch are 1",
        "election/crypto/proofs/unit_vector_batch.py",
        "        weights.extend(weight_pair(hash_fields(Tag.BATCH_WEIGHT, *fields)))",
        "        weights.extend((Scalar(1), Scalar(1)))",
    ),
    Weakening(
        "all ballots of a batch have the same weights",
        "election/crypto/proofs/unit_vector_batch.py",
        "uint_word(index), uint_word(word)",
        "uint_word(0), uint_word(word)",
    ),
    Weakening(
        "credentials have no weights",
        "election/crypto/blind_credential.py",
        "weight(hash_fields(Tag.CREDENTIAL_WEIGHT, hash_word(seed), uint_word(index)))",
        "Scalar(1)",
    ),
    Weakening(
        "a reveal may repeat what another member revealed",
        "election/protocol/ceremony/polynomials.py",
        "every = chain((revealed,), earlier)",
        "every = (revealed,)",
    ),
    Weakening(
        "the replay judges every reveal by itself",
        "election/audit/checks/attempt.py",
        "earlier=self.revealed.values(),",
        "earlier=(),",
    ),
    Weakening(
        "two equations of a share have no weight",
        "election/crypto/proofs/equality.py",
        "delta = merge_weight(statement, proof)",
        "delta = Scalar(1)",
    ),
    Weakening(
        "slots of a share have no weights",
        "election/protocol/decryption.py",
        "challenge(hash_fields(Tag.DECRYPTION_ALPHA, hash_word(digest), "
        "uint_word(slot)))",
        "Scalar(1)",
    ),
    Weakening(
        "a new file is not brought to the disk",
        "election/whole_file.py",
        "            os.fsync(file.fileno())\n",
        "",
    ),
    Weakening(
        "names of files are not brought to the disk",
        "election/whole_file.py",
        "        os.fsync(handle)\n",
        "        pass\n",
    ),
)

AUDIT_CONTROL: Final = Weakening(
    "control, weaker in nothing",
    "election/audit/checks/attempt.py",
    "self.step in (Step.SHARES, Step.CONFIRM)",
    "self.step in (Step.CONFIRM, Step.SHARES)",
)

NODE_CONTROL: Final = Weakening(
    "control, weaker in nothing",
    "node/transaction.py",
    "if parity not in (0, 1):",
    "if parity not in (1, 0):",
)

SERVICES_CONTROL: Final = Weakening(
    "control, weaker in nothing",
    "services/shell/peer_tokens.py",
    "if not is_ours or not is_timely or",
    "if not is_timely or not is_ours or",
)

CONTROL: Final = Weakening(
    "control, weaker in nothing",
    "election/crypto/signature.py",
    "if v not in (_FIRST_V, _FIRST_V + 1):",
    "if v not in (_FIRST_V + 1, _FIRST_V):",
)
