"""The demo on a network: time passes as it does, nodes fail, links break.

Nobody can move the clock of a network. So the election has short phases, as long as
this machine needs by what the deployment took.
"""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Final

from election.artifacts import CONTRACTS, read_artifact
from election.client.errors import ClientError
from election.client.open_election import OpenElection, open_election
from election.client.rpc import Connection
from election.crypto.transcript import Hash
from election.protocol.manifest import (
    Manifest,
    Times,
    accept_manifest,
    count_most_steps,
)
from rehearsal import preparation
from rehearsal.roles import Cast, Roles
from scripts.anybody.find import Sought
from scripts.demo.ground import Moment
from scripts.demo.network_nodes import Node, Nodes, await_agreement
from scripts.demo.telling import Teller
from scripts.shared.terminal import say

_LEAD: Final = 1.5
"""How often a deployment may take longer than the one before it."""
_KEYS, _LIST, _REGISTRATION, _VOTING = 7.0, 1.0, 3.0, 5.0
"""How long each phase is, in deployments."""
_SHORTEST: Final = 8.0  # seconds of a phase
_FREEZE: Final = 2  # seconds
_GRACE: Final = 2  # seconds
_FAR: Final = 30 * 86_400  # seconds, for an election that is never held
_SURE: Final = 3  # seconds; blocks are behind the clock while a validator is missing
_LOOK: Final = 0.5  # seconds between looks at the clock


class Network:
    """A network of nodes of this machine.

    pace: makes phases longer on a machine that becomes slower.
    """

    cast = Cast(trustees=3, issuers=3, liar=3, absent=2)

    def __init__(self, nodes: Nodes, pace: float) -> None:
        self._nodes = nodes
        self._pace = pace
        self._at = 0
        self._gone: Node | None = None

    @property
    def auditors(self) -> Connection:
        """Give the observer's node."""
        return _reach(self._nodes.observer)

    def deploy(self, manifest: Manifest, roles: Roles) -> OpenElection:
        """Put an election on the chain twice: the first one tells how long it takes."""
        connection = _reach(self._nodes.validators[0])
        say("compiling the contracts, unless that was done before ...")
        for name in CONTRACTS:
            read_artifact(name)  # compiled once on a machine, which is no measure
        began = time.monotonic()
        trial = plan(manifest, connection.read_clock() + _FAR, unit=3_600)
        preparation.deploy(connection, trial, roles, shift=0)
        unit = max(time.monotonic() - began, _SHORTEST) * self._pace
        say(f"a deployment took {unit:.0f} s; the phases follow from it")
        start = connection.read_clock() + int(unit * _LEAD)
        held = plan(manifest, start, unit=unit)
        return preparation.deploy(connection, held, roles, shift=0)

    def move(self, opened: OpenElection) -> OpenElection:
        """Give the election as the next validator that runs shows it, or the first."""
        running = [each for each in self._nodes.validators if each is not self._gone]
        await_agreement(running)
        self._at += 1
        connection = _reach(running[self._at % len(running)])
        since = opened.election.contract.since
        return open_election(connection, opened.address, since=since)

    def await_time(self, moment: int, teller: Teller) -> None:
        """Wait; raises ClientError if the time is long past."""
        connection = self.auditors
        moment += _SURE
        left = moment - connection.read_clock()
        if left > _SHORTEST:
            say(f"waiting {left} s until the phase begins")
        with teller.bar("until the phase begins", max(left, 0)) as progress:
            while (now := connection.read_clock()) < moment:
                progress(left - (moment - now))
                left = moment - now
                time.sleep(_LOOK)

    def meet_trouble(self, moment: Moment, teller: Teller) -> None:
        """Kill a validator, begin it anew while a link is cut, mend the link."""
        nodes = self._nodes
        last = nodes.validators[-1]
        if moment is Moment.CREDENTIALS:
            last.kill()
            self._gone = last
            teller.trouble(f"The validator of {last.name} is killed (kill -9).")
        if moment is Moment.BALLOTS:
            nodes.link.cut()
            last.start()
            last.await_start()
            first, second = nodes.validators[:2]
            teller.trouble(f"The link between {first.name} and {second.name} is cut.")
            teller.trouble(f"The validator of {last.name} is started again.")
        if moment is Moment.COUNT:
            nodes.link.mend()
            self._gone = None
            number, digest = await_agreement(nodes.all)
            teller.trouble("The link is mended.")
            teller.say(
                f"""All {len(nodes.all)} nodes have the same block {number} as their
                last, {digest[:18]}..., with the one that was killed."""
            )

    def close(self, sought: Sought, teller: Teller) -> bool:
        """Find a ballot at two nodes, and prove its transaction to who has none."""
        from finality.verify import verify_proof
        from scripts.anybody.proof import prove_transaction

        number, digest = await_agreement(self._nodes.all)
        teller.chapter("7. The proof")
        ballot = self._find(sought, teller)
        if ballot is None:
            return False
        proof = prove_transaction(self.auditors, "0x" + ballot.hex())
        proven = verify_proof(proof, self._nodes.genesis)
        held = proven.transaction is not None and proven.transaction[0] == ballot
        teller.say(
            f"""What `veche proof` writes shows to who has no node that the network took
            a ballot in, in block {proven.block.number}: {proven.signers} of
            {len(self._nodes.validators)} validators signed it. Nothing is believed but
            the hash of the genesis. All nodes end at block {number},
            {digest[:18]}..."""
        )
        return held

    def _find(self, sought: Sought, teller: Teller) -> Hash | None:
        """Find a ballot by its code; its transaction, None if nodes differ."""
        from scripts.anybody.find import ask_node
        from scripts.anybody.find_verdict import judge

        meant = replace(sought, genesis_hash=self._nodes.genesis)
        asked = (self._nodes.observer, self._nodes.validators[0])
        words = {each.name: ask_node(_reach(each), meant) for each in asked}
        verdict = judge(words, {})
        shown = verdict.shown
        if shown is None or shown.signing is None or verdict.differing:
            return None
        teller.say(
            f"""What `veche find` does by a tracking code, 0x{sought.code.hex()[:8]}...:
            {len(verdict.agreed)} of {len(words)} nodes show the ballot in block
            {shown.block.number}, counted, and {shown.signing.in_words} signed that
            block. No node was told which ballot was meant."""
        )
        return shown.stored.log.transaction


def _reach(node: Node) -> Connection:
    if node.connection is None:
        raise ClientError(f"node {node.name}", "does not run")
    return node.connection


def plan(manifest: Manifest, start: int, *, unit: float) -> Manifest:
    """Give a manifest phases from a start on; unit: seconds of a deployment."""
    lasting = [max(int(unit * each), int(_SHORTEST)) for each in _PHASES]
    keys, list_, registration, voting = lasting
    steps = max(map(count_most_steps, (manifest.trustees, manifest.issuers)))
    keys = max(keys, steps)  # of a second each at least
    voter_list = start + keys
    freeze = voter_list + list_ + registration
    closing = freeze + _FREEZE + voting
    times = Times(
        keys=start,
        voter_list=voter_list,
        registration=voter_list + list_,
        freeze=freeze,
        opening=freeze + _FREEZE,
        issue_closing=closing,
        cast_closing=closing + _GRACE,
    )
    return accept_manifest(replace(manifest, times=times, step_seconds=keys // steps))


_PHASES: Final = (_KEYS, _LIST, _REGISTRATION, _VOTING)
