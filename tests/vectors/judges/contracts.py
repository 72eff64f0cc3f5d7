"""How the contracts meet a case: it is taken, or refused with a reason of theirs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from tests.vectors.judges import contracts_box as box
from tests.vectors.judges import contracts_ceremony as ceremony
from tests.vectors.judges import contracts_inside as inside
from tests.vectors.judges import contracts_list as voter_list
from tests.vectors.judges import contracts_tally as tally

Input = Mapping[str, Any]

CONTRACTS: Final[Mapping[str, Callable[[Input], None]]] = {
    "point": inside.meet_point,
    "signature": inside.meet_signature,
    "path": inside.meet_path,
    "attestation": inside.meet_attestation,
    "ballots": box.meet_ballots,
    "credential": box.meet_credential,
    "enrolment": ceremony.meet_enrolment,
    "reveal": ceremony.meet_reveal,
    "reveals": ceremony.meet_reveals,
    "deal": ceremony.meet_deal,
    "confirmation": ceremony.meet_confirmation,
    "complaint": ceremony.meet_complaint,
    "request": voter_list.meet_request,
    "decryption share": tally.meet_decryption_share,
    "counts": tally.meet_counts,
}
"""By the kind of a case."""
