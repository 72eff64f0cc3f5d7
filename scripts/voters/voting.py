"""Whom a voter's device asks for one vote, and which vote that is: opened and shut."""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from election.crypto.blind_credential import RecoverySecret
from election.crypto.transcript import Hash
from election.protocol.text import name_election
from scripts.shared.errors import InputError
from scripts.shared.files.key_file import KeyFile
from scripts.shared.session import ask_line
from scripts.shared.terminal import say
from scripts.voters.device.asking import open_asker
from scripts.voters.device.ballot_side import BallotSide
from scripts.voters.device.box_reader import BoxReader
from scripts.voters.device.device import Device
from scripts.voters.device.kept import Keeper, Kept, read_kept, require_own
from scripts.voters.device.link import Link, read_link
from scripts.voters.device.nodes import Nodes
from scripts.voters.device.person_side import PersonSide
from scripts.voters.device.pinned import Pinned, gather
from scripts.voters.device.sides import split_sides
from scripts.voters.device.texts import spell_one
from scripts.voters.texts import find_language, spell
from scripts.voters.vote import Vote, finish


@dataclass(frozen=True, slots=True)
class Voting:
    """A vote that is open."""

    vote: Vote
    receipt: Path
    is_test: bool

    def go_on(self, *, is_hurried: bool) -> None:
        """Go on until the receipt is written; raises ElectionError."""
        stored = self.vote.run(self._ask_link, is_hurried=is_hurried)
        if stored is None and not self.receipt.exists():
            stored = self.vote.find_again()
        if stored is not None:
            finish(self.vote, stored, self.receipt)

    def spell_next(self) -> list[str]:
        """Say what follows."""
        if not self.vote.keeper.now.signers:
            return spell("voted unsigned")
        return spell("voted", path=shlex.quote(str(self.receipt)))

    def _ask_link(self) -> Link:
        """Ask for a link of the leaf that was begun; raises InputError."""
        link = read_link(ask_line(spell_one("link"), subject="LINK"))
        now = self.vote.keeper.now
        if (link.contest, link.leaf) != (now.contest, now.leaf):
            raise InputError("LINK", spell_one("other link"))
        return link


@contextmanager
def open_vote(
    pinned_by: tuple[str, bytes],
    key_file: KeyFile,
    folder: Path,
    *,
    link: str | None,
    contest: int | None,
    is_sure: bool,
) -> Iterator[Voting]:
    """Open a vote: a new one by its link, or the one that was begun in the folder.

    pinned_by: place and hash of a booth. Raises ElectionError.
    """
    place, digest = pinned_by
    pinned = gather(place, Hash(digest))
    terms = pinned.terms
    say(name_election(terms.title, is_test=terms.test))
    given = None if link is None else read_link(link)
    path, given = _find(folder, given, contest)
    secret = RecoverySecret(key_file.secrets.random)
    kept = read_kept(path)
    number, leaf = _place(kept, given, path)
    device = Device(terms, number, leaf, secret)
    fresh = Kept(
        "veche-voting/1", terms.election, number, device.leaf, device.credential
    )
    if kept is not None and kept.leaf == leaf:
        require_own(path, kept, fresh)
    else:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        kept = None
    keeper = Keeper(path, kept or fresh)
    if given is not None and keeper.now.sigma is None and keeper.now.block is None:
        keeper.keep(ticket=given.ticket)  # so that whatever stops goes on without it
    with ExitStack() as stack:
        vote = _compose(pinned, device, keeper, stack)
        vote.is_sure = is_sure
        vote.booth = _find_other_booth(pinned, place)
        receipt = folder / f"receipt-{number}.json"
        yield Voting(vote, receipt, terms.test)


def _find_other_booth(pinned: Pinned, place: str) -> str:
    """Find a booth that is not the one whose files were read, if there is one."""
    booths = [each.url for each in pinned.services.booths]
    others = [each for each in booths if each != place.rstrip("/")]
    return (others or booths)[0]


def _compose(pinned: Pinned, device: Device, keeper: Keeper, stack: ExitStack) -> Vote:
    """Put both sides together; neither shares a connection with the other."""
    services, terms = pinned.services, device.published.terms
    sides = split_sides(services, device.secret, threshold=terms.issuer_threshold)
    genesis = services.genesis_hash
    chain, is_network = services.chain_id, genesis is not None
    person_nodes = Nodes(sides.person_nodes, chain, is_network)
    ballot_nodes = Nodes(sides.ballot_nodes, chain, is_network)
    asker, other_asker = (stack.enter_context(open_asker()) for _ in range(2))
    pin = None if genesis is None else bytes.fromhex(genesis)
    return Vote(
        PersonSide(device, services, sides, person_nodes, asker),
        BallotSide(device, sides.relays, ballot_nodes, other_asker),
        BoxReader(device, ballot_nodes, pin),
        keeper,
        find_language(os.environ),
    )


def _find(
    folder: Path, link: Link | None, contest: int | None
) -> tuple[Path, Link | None]:
    """Find which vote is meant: by its link, its contest, or as the only one."""
    if link is not None:
        return _name(folder, link.contest), link
    if contest is not None:
        path = _name(folder, contest)
        if path.exists():
            return path, None
    else:
        begun = sorted(folder.glob("voting-*.json"))
        if len(begun) == 1:
            return begun[0], None
        if begun:
            raise InputError("--contest", spell_one("several", folder=folder))
    asked = read_link(ask_line(spell_one("link"), subject="LINK"))
    return _name(folder, asked.contest), asked


def _name(folder: Path, contest: int) -> Path:
    return folder / f"voting-{contest}.json"


def _place(kept: Kept | None, link: Link | None, path: Path) -> tuple[int, Hash]:
    """Choose contest and leaf: a link's, unless another was asked for in the folder."""
    if kept is None:
        if link is None:
            raise InputError(str(path), "is gone")
        return link.contest, link.leaf
    own = kept.contest, Hash(kept.leaf)
    if link is None or (link.contest, link.leaf) == own:
        return own
    is_begun = kept.is_asked or kept.block is not None
    if is_begun or kept.record is not None or kept.sigma is not None:
        raise InputError(
            "LINK", spell_one("other link"), hint=spell_one("other folder")
        )
    return link.contest, link.leaf


def show_vote(voting: Voting) -> dict[str, Any]:
    """Say what became of it."""
    kept = voting.vote.keeper.now
    code = kept.tracking_code or b""
    return {
        "contest": kept.contest,
        "tracking_code": f"0x{code.hex()}",
        "control_word": kept.control_word,
        "block": kept.block,
        "signed_by": f"{kept.signers} validators" if kept.signers else "nobody",
        "receipt": str(voting.receipt),
        "test": voting.is_test,
    }
