"""Find a voter's place on the list, and what the chain has of it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

from scripts.shared.following import say_next
from scripts.shared.options import (
    AnyRpcUrl,
    AsJson,
    PlaceIndex,
    Salt,
    TermsFile,
    TermsHash,
    VoterId,
    path_option,
)
from scripts.shared.terminal import show

EXAMPLE = (
    "veche place --terms terms.json --terms-hash 9f86d08188... "
    "--list lists/list-1.json --voter-id AB-123 --salt 60303ae22b... "
    "--rpc-url http://127.0.0.1:8545"
)


def command(
    terms: TermsFile,
    terms_hash: TermsHash,
    list_file: Annotated[Path, path_option("--list", help="The contest's list.")],
    voter_id: VoterId = None,
    salt: Salt = None,
    index: PlaceIndex = None,
    rpc_urls: AnyRpcUrl = None,
    as_json: AsJson = False,
) -> None:
    """Find your place on the published list, by your voter id and your salt.

    The list has to be the one of the terms. With --rpc-url a node is asked what the
    chain has of this line: whether it votes online, is locked, got its ballot. Who is
    asked learns which line is yours, so ask a node that you trust with that, or none.
    """
    from election.protocol.attestation import NO_LOCK
    from scripts.shared.session import go_by, reach
    from scripts.voters.leaf_states import FOLLOWS
    from scripts.voters.request import find_own_place

    known = go_by(terms, terms_hash)
    place = find_own_place(known, list_file, index=index, voter_id=voter_id, salt=salt)
    shown: dict[str, Any] = {
        "contest": place.claim.contest,
        "index": place.claim.index,
        "leaf": f"0x{place.leaf.hex()}",
    }
    if rpc_urls:
        voter_list = reach(known, rpc_urls)
        (nonce,) = voter_list.nonces([place.leaf])
        shown |= {
            "state": voter_list.state(place.leaf).name.lower(),
            "locked": voter_list.lock(place.leaf) != NO_LOCK,
            "moves": nonce,
        }
    show(shown, as_json=as_json)
    say_next(FOLLOWS[shown.get("state")], as_json=as_json)
