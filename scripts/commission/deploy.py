"""Deploy an election, and warn of what nobody would mean."""

from __future__ import annotations

from dataclasses import astuple
from pathlib import Path
from typing import Any

from election.artifacts import digest_builds, read_artifact
from election.client.deployment import (
    CONTRACTS,
    Deployment,
    begin_deployment,
    deploy_election,
)
from election.client.errors import ForgottenError, RecordError
from election.client.rpc import Connection
from election.crypto.signature import SigningKey
from election.protocol.manifest import Manifest
from election.protocol.text import spell_time
from scripts.shared.errors import InputError
from scripts.shared.files.deployment_file import read_deployment, store_deployment
from scripts.shared.files.lock import lock_file
from scripts.shared.progress import counted
from scripts.shared.sending import counting_mined
from scripts.shared.session import ask_line
from scripts.shared.standing import name_starts
from scripts.shared.terminal import say

_CLOCKS_MAY_DIFFER = 300  # s


def deploy(
    connection: Connection,
    manifest: Manifest,
    *,
    key: SigningKey,
    record: Path,
    shift: int = 0,
) -> Deployment:
    """Deploy an election, or go on where the record says that it was left.

    shift: seconds to move all times by; a record that is there has its own. Of two
    programs with one record, the second waits, and finds what the first has done.
    """

    def save(state: Deployment) -> None:
        say(f"{state.contracts[-1][0]} ...")
        store_deployment(record, state)

    for each in counted(CONTRACTS, "compiling contracts"):
        read_artifact(each)
    steps = len(CONTRACTS) + len(manifest.contests)
    with lock_file(record), counting_mined(connection, "transactions", steps):
        if record.exists():
            deployment = read_deployment(record)
        else:
            deployment = begin_deployment(connection, manifest, shift=shift)
        try:
            return deploy_election(
                connection, manifest, key=key, deployment=deployment, save=save
            )
        except ForgottenError as error:
            error.add_note("ask a node that has it; to begin anew, give another --out")
            raise
        except RecordError as error:
            error.add_note(_advise(manifest, deployment))
            raise


def _advise(manifest: Manifest, deployment: Deployment) -> str:
    """Suggest what helps where a record, or the times that it moves, do not fit."""
    if deployment.contracts:
        return "give the manifest that the record began with, or another --out"
    if manifest.test:
        return (
            "--shift-to now+1h moves all times of a test election; or give [times] "
            "of the manifest that are still to come"
        )
    return "give [times] of the manifest that are still to come"


def compare_clocks(*, own: int, chain: int) -> None:
    """Warn whoever has another time than the chain, by which all phases go."""
    if abs(own - chain) > _CLOCKS_MAY_DIFFER:
        side = "ahead of" if own > chain else "behind"
        say(
            f"warning: this machine's clock is {abs(own - chain)} s {side} the "
            f"chain's, which says {spell_time(chain)}; phases go by the chain's"
        )


def require_chain(chain_id: int | None, *, is_test: bool) -> None:
    """Raise InputError where a node would say for which chain is signed.

    What is signed for one chain holds on every chain of its number.
    """
    if chain_id is None and not is_test:
        fact = "is missing: an election that counts takes no node's word for its chain"
        raise InputError("--chain-id", fact)


def compare_accounts(own: bytes, manifest: Manifest, *, for_another: bool) -> None:
    """Warn whoever deploys for another account than its own.

    Raises InputError in an election that counts, unless it was said to be meant.
    """
    named = manifest.accounts.commission
    if own == named:
        return
    fact = f"is 0x{named.hex()}, this key is of 0x{own.hex()}: it can deploy the "
    fact += "election, and act in it no more"
    if not manifest.test and not for_another:
        hint = "give accounts.commission's key file, or --for-another if it is meant"
        raise InputError("accounts.commission", fact, hint=hint)
    say(f"warning: accounts.commission {fact}")


def require_name(rules: Manifest, given: str | None) -> None:
    """Have whoever deploys an election that counts type its id; raises InputError.

    A test is deployed as often as not; this one stands for ever. given: what --name
    said, None to be asked.
    """
    if rules.test:
        return
    if given is None:
        say("this election counts, and what is deployed is never changed")
        given = ask_line("Type its id to deploy it", subject="--name")
    if given != rules.id:
        fact = f"is {given}, and the manifest is of {rules.id}: nothing was deployed"
        raise InputError("name of the election", fact)


def compare_shift(wanted: int, done: Deployment, manifest: Manifest) -> None:
    """Tell whoever moves the times of an election that has others by then."""
    if wanted != done.shift:
        start = spell_time(manifest.times.keys + done.shift)
        say(
            "warning: the record was there already, and --shift-to was not used: KEYS "
            f"begins at {start}"
        )


def describe(
    done: Deployment, rules: Manifest, *, record: Path, as_json: bool
) -> dict[str, Any]:
    """Say where the election is and when its phases begin.

    The seconds by which its times were moved are for programs alone.
    """
    times = astuple(rules.times)
    shown: dict[str, Any] = {"record": str(record)}
    if as_json:
        shown["shift"] = done.shift
    shown["fingerprint"] = {
        "chain_id": done.chain_id,
        "election": f"0x{done.election.hex()}",
        "code": digest_builds(),
    }
    shown["times"] = name_starts(at + done.shift for at in times)
    return shown | {name: f"0x{at.hex()}" for name, at in done.contracts}
