"""The public test rounds of 2019 and then the election, by the same people.

Everybody keeps one key file and applies once; a member's part of each election stands
in its file beside the others, as docs/adr/0016 has it.
"""

from __future__ import annotations

import json
import random
import secrets
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from election.artifacts import ROOT
from election.client.ceremony_member import Member
from election.client.open_election import OpenElection
from election.errors import ElectionError
from election.protocol.ceremony.confirmation import KeyShare
from election.protocol.manifest import Manifest
from election.whole_file import write_whole
from rehearsal import preparation
from rehearsal.chains import LEAD, Chain
from rehearsal.holding import Held, Rehearsal
from rehearsal.people import Conduct, Person
from rehearsal.roles import Cast, Roles, draw_source, seat_roles
from rehearsal.rules import fit
from scripts.demo.electorate import SEED
from scripts.demo.telling import Teller
from scripts.shared.files.key_file import (
    KeyFile,
    StoredPart,
    StoredShare,
    change_secrets,
    create_key_file,
    name_instance,
)
from scripts.shared.files.manifest_file import read_manifest
from scripts.shared.roles import Role

ROUNDS: Final = ("test-2019-07-11", "test-2019-07-23", "test-2019-08-21", "mgd-2019")
"""Files of elections/, in the order in which they were held."""
CAST: Final = Cast(trustees=3, issuers=3, reserves=0)

_ELECTIONS: Final = ROOT / "elections"
_LONE: Final = ("commission", "portal", "sms-gateway", "polling-station")


@dataclass(frozen=True, slots=True)
class Round:
    """What came of one of them."""

    manifest: Manifest
    outcome: Held


@dataclass(frozen=True, slots=True)
class Keys:
    """The key file of everybody, each opened once."""

    lone: Mapping[str, KeyFile] = field(repr=False)
    observers: tuple[KeyFile, ...] = field(repr=False)
    trustees: tuple[KeyFile, ...] = field(repr=False)
    issuers: tuple[KeyFile, ...] = field(repr=False)

    def assign(self) -> Roles:
        """Have the same accounts act, with secrets for one election more."""

        def members(files: Sequence[KeyFile]) -> tuple[Member, ...]:
            return tuple(Member(each.key, draw_source()) for each in files)

        key = {name: each.key for name, each in self.lone.items()}
        return Roles(
            commission=key["commission"],
            portal=key["portal"],
            sms_gateway=key["sms-gateway"],
            polling_station=key["polling-station"],
            registrar=key["registrar"],
            relay=key["relay"],
            observers=tuple(each.key for each in self.observers),
            trustees=members(self.trustees),
            issuers=members(self.issuers),
        )

    def keep_parts(self, rehearsal: Rehearsal) -> None:
        """Note in each member's file what it holds of an election."""
        opened = rehearsal.opened
        for files, shares in (
            (self.trustees, rehearsal.shares.trustees),
            (self.issuers, rehearsal.shares.issuers),
        ):
            for file, share in zip(files, shares, strict=True):
                _keep_part(file, opened, share)


def make_keys(folder: Path, cast: Cast) -> Keys:
    """Make everybody's key file, under a password that nobody learns."""
    password = secrets.token_hex(16)

    def make(name: str, role: Role) -> KeyFile:
        return create_key_file(folder / f"{name}.json", role, password=password)

    def several(role: Role, count: int) -> tuple[KeyFile, ...]:
        return tuple(make(f"{role}-{each}", role) for each in range(1, count + 1))

    lone = (*_LONE, Role.REGISTRAR.value, Role.RELAY.value)
    return Keys(
        {name: make(name, Role(name)) for name in lone},
        several(Role.OBSERVER, cast.observers),
        several(Role.TRUSTEE, cast.trustees),
        several(Role.ISSUER, cast.issuers),
    )


def _keep_part(file: KeyFile, opened: OpenElection, share: KeyShare) -> None:
    instance = name_instance(
        opened.connection.chain_id, opened.address, deployed_at=opened.deployed_at
    )
    stored = StoredShare(share.member, tuple(share.secrets))
    part = StoredPart(b"", stored)
    change_secrets(file, lambda kept: kept.put_part(instance, part))


def apply_once(people: Sequence[Person], path: Path) -> None:
    """Keep who applied to vote online, in all rounds and in the election."""
    applied = [each.voter_id for each in people if each.conduct.registers]
    with write_whole(path, replacing=False) as file:
        file.write(json.dumps(applied).encode())


def attend(
    people: Sequence[Person], applications: Path, manifest: Manifest
) -> tuple[Person, ...]:
    """Give everybody a place on the lists of a round, and something to choose.

    People stay in their own contest, or are all in the only one. Whoever applied votes
    online, all others on paper.
    """
    applied = set(json.loads(applications.read_text("utf-8")))
    slots = {each.id: len(each.candidates) for each in manifest.contests}
    chance = random.Random(f"{SEED} {manifest.id}")  # noqa: S311  # a story, no secret
    places: Counter[int] = Counter()
    attending = []
    for person in people:
        contest = person.contest if len(slots) > 1 else next(iter(slots))
        index = places[contest]
        places[contest] += 1
        attending.append(
            Person(
                contest,
                index,
                person.voter_id,
                chance.randint(1, slots[contest]),
                Conduct.CASTS if person.voter_id in applied else Conduct.PAPER,
            )
        )
    return tuple(sorted(attending, key=lambda each: (each.contest, each.index)))


def hold_rounds(
    chain: Chain,
    people: Sequence[Person],
    teller: Teller,
    *,
    folder: Path,
    fewest: int | None = None,
) -> Iterator[Round]:
    """Hold the rounds one after the other, and then the election.

    folder: gets everybody's key file, and the applications. fewest: ballots of a
    contest, where there are fewer people than the manifests want. Raises ElectionError
    if a manifest is not labelled as a test.
    """
    keys = make_keys(folder, CAST)
    applications = folder / "applications.json"
    apply_once(people, applications)
    for name in ROUNDS:
        manifest = read_round(name)
        if fewest is not None:
            manifest = replace(manifest, minimum_cast=fewest)
        attending = attend(people, applications, manifest)
        yield _hold(chain, manifest, attending, keys=keys, teller=teller)


def read_round(name: str) -> Manifest:
    """Read a round's manifest; raises ElectionError if one could take it for real."""
    path = _ELECTIONS / f"{name}.toml"
    manifest = read_manifest(path, _ELECTIONS / "test-accounts.toml")
    if not manifest.test or not manifest.title.startswith("TEST"):
        raise ElectionError(path.name, "is not labelled TEST")
    return manifest


def _hold(
    chain: Chain,
    manifest: Manifest,
    people: Sequence[Person],
    *,
    keys: Keys,
    teller: Teller,
) -> Round:
    teller.chapter(manifest.title)
    roles = keys.assign()
    manifest = seat_roles(fit(manifest, CAST), roles)
    shift = chain.lead(LEAD) - manifest.times.keys
    opened = preparation.deploy(chain.connection, manifest, roles, shift=shift)
    rehearsal = Rehearsal(opened, people, CAST, roles, chain.travel, teller.bar)
    outcome = rehearsal.hold()
    keys.keep_parts(rehearsal)
    for contest in manifest.contests:
        teller.line(contest.title)
        for candidate, count in zip(
            contest.candidates, outcome.counts[contest.id], strict=True
        ):
            teller.line(f"{count:>8}  {candidate}")
    teller.line(outcome.report.summary)
    return Round(manifest, outcome)
