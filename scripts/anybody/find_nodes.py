"""Ask every node that is named for a ballot, whatever becomes of the others."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from election.client.block_header import read_block
from election.client.errors import ClientError
from election.client.rpc import Connection, connect
from election.client.transport import name_node, show_url
from election.crypto.transcript import Hash
from election.errors import ElectionError
from election.protocol.terms import ElectionTerms
from scripts.anybody.find import Absent, Sought, ask_node
from scripts.anybody.find_verdict import (
    Verdict,
    Word,
    common_height,
    judge,
    spell_error,
)
from scripts.shared.errors import InputError, NotYetError, UsageError
from scripts.shared.exit_codes import ExitCode, code_of
from scripts.shared.options import DEFAULT_URL
from scripts.shared.session import go_by
from scripts.shared.terminal import say

_CODE: Final = re.compile("[0-9a-f]{64}")
_TELLING: Final = (ExitCode.UNBELIEVABLE, ExitCode.NOT_YET, ExitCode.REFUSED)
"""Which errors say the most, where no node says anything else."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What nodes said, by their URL as it may be shown, and what follows."""

    words: Mapping[str, Word]
    verdict: Verdict

    @property
    def absent(self) -> list[Absent]:
        """List what nodes showed that have no such ballot."""
        return [each for each in self.words.values() if isinstance(each, Absent)]


def accept_code(words: Sequence[str]) -> Hash:
    """Accept a tracking code as it is printed anywhere; raises UsageError."""
    digits = "".join("".join(words).split()).lower().removeprefix("0x")
    if _CODE.fullmatch(digits) is None:
        fact = "is not 64 digits in hex, 0 to 9 and a to f"
        if re.fullmatch("[0-9a-f]*", digits):
            fact += f": {len(digits)} of them are given"
        raise UsageError("CODE", fact)
    return Hash(bytes.fromhex(digits))


def ask_all(
    code: Hash,
    pinned: tuple[Path, str],
    rpc_urls: Sequence[str] | None,
    contests: Collection[int] | None,
    genesis_hash: bytes | None,
) -> tuple[Sought, Asked]:
    """Ask all nodes; raises InputError for what cannot be asked.

    pinned: the file of the terms, and their hash.
    """
    urls = rpc_urls or [DEFAULT_URL]
    if len(set(map(name_node, urls))) != len(urls):
        raise InputError("--rpc-url", "names one node twice")
    terms = go_by(*pinned)
    sought = _seek(code, terms, contests, genesis_hash)
    words: dict[str, Word] = {}
    connections: dict[str, Connection] = {}
    for url in urls:
        name = show_url(url)
        say(f"looking through what {name} shows of the boxes ...")
        try:
            connection = connect(url, chain_id=terms.common.chain_id)
            words[name] = ask_node(connection, sought)
            connections[name] = connection
        except (ClientError, NotYetError) as error:
            words[name] = error
            say(f"{name}: {spell_error(error, name)}")
    hashes = _compare(words, connections)
    return sought, Asked(words, judge(words, hashes))


def find_stopping(words: Mapping[str, Word]) -> ElectionError:
    """Choose the error by which an act ends that no node answered."""
    errors = [each for each in words.values() if isinstance(each, ElectionError)]
    for code in _TELLING:
        for error in errors:
            if code_of(error) is code:
                return error
    return errors[0]


def _seek(
    code: Hash,
    terms: ElectionTerms,
    contests: Collection[int] | None,
    genesis_hash: bytes | None,
) -> Sought:
    wanted = [*dict.fromkeys(contests)] if contests else [*terms.contests]
    found = {each: terms.contest(each).terms for each in wanted}
    return Sought(code, terms.election, found, genesis_hash)


def _compare(
    words: dict[str, Word], connections: Mapping[str, Connection]
) -> dict[str, bytes]:
    """Ask nodes without the ballot for the block by which they are compared."""
    height = common_height(words)
    hashes: dict[str, bytes] = {}
    for name, word in list(words.items()):
        if height is None or not isinstance(word, Absent) or word.block.number < height:
            continue
        try:
            hashes[name] = read_block(connections[name], height).header.hash
        except ClientError as error:
            words[name] = error
    return hashes
