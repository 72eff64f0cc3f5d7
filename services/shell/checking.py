"""Look at everything a service needs, and say all that is wrong at once."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from typing import Final

from election.client.errors import ClientError
from election.errors import ElectionError
from election.protocol.attestation import SKEW
from scripts.shared.errors import PasswordError
from services.shell.database import require_undamaged
from services.shell.elections import nodes_of, reach
from services.shell.home import Home
from services.shell.opening import open_context
from services.shell.peers import PeerError
from services.shell.schema import compare_schema
from services.shell.service import Context, Service


async def check_service(service: Service, home: Home, password: str) -> list[str]:
    """List what is wrong: files, database, nodes, other services; empty if nothing."""
    wrong = list(_check_modes(home))
    try:
        with open_context(service, home, password) as context:
            try:
                wrong += await _check_context(service, context)
            finally:
                await context.peers.close()
    except (ElectionError, PasswordError) as error:
        wrong.append(describe(error))
    return wrong


def describe(error: ElectionError | PasswordError) -> str:
    """Say what is wrong, and the next step if there is one."""
    hint = getattr(error, "hint", None)
    return f"{error}; {hint}" if hint else str(error)


def list_missing(context: Context, *peers: str) -> Iterator[str]:
    """Say what config.toml has to name: an election, and these other services."""
    if not context.elections:
        yield "config.toml: elections is missing: it works for none"
    for name in peers:
        if name not in context.peers:
            made = f"write the lines that `veche {name} init` printed"
            yield f"config.toml: peers.{name} is missing; {made}"


def _check_modes(home: Home) -> Iterator[str]:
    for path in (home.folder, home.config, home.key, home.peer_key, home.database):
        if path.exists() and path.stat().st_mode & 0o077:
            yield f"{path}: others may read it; chmod go= {path}"


async def _check_context(service: Service, context: Context) -> list[str]:
    await asyncio.to_thread(require_undamaged, context.database)
    wrong = [
        f"database: differs from what this program needs: {each[0]}"
        for each in await context.database.run(compare_schema, service.tables)
        if isinstance(each, tuple)
    ]
    for name, urls in nodes_of(context.settings, context.elections).items():
        for url in urls:
            wrong += await asyncio.to_thread(_check_node, context, name, url)
    found = await asyncio.gather(
        *(_check_peer(context, each) for each in context.peers)
    )
    wrong += [each for each in found if each]
    wrong += await asyncio.to_thread(lambda: list(service.check(context)))
    return wrong


def _check_node(context: Context, name: str, url: str) -> list[str]:
    terms = context.elections[name]
    try:
        node = reach(terms, url)
        apart = abs(node.read_clock() - int(time.time()))
    except ClientError as error:
        return [str(error)]
    is_moved = context.settings.clock == "chain"
    if apart > SKEW and not is_moved:
        fact = f"{url}: its clock and this machine's are {apart} s apart"
        if terms.test:
            moved = 'of a devnet whose clock is moved, config.toml says clock = "chain"'
            return [f"{fact}; {_SET_CLOCK}; {moved}"]
        return [f"{fact}; {_SET_CLOCK}"]
    return []


async def _check_peer(context: Context, name: str) -> str | None:
    try:
        await context.peers[name].call("GET", "/peer/hello")
    except PeerError as error:
        return f"{name}: {_PEER_FACTS.get(error.code, error.title)}"
    return None


WRONG_KEY: Final = (
    "the election refuses what it signs; name the key file of the card that the "
    "commission has, as `key` in config.toml"
)
_SET_CLOCK: Final = (
    "compare both with a clock that you trust (`timedatectl`): correct this machine's, "
    "or name another node"
)
_PEER_FACTS: Final = {
    "away": "does not answer; is its url right, is it served?",
    "unknown_peer": "does not know our key; give it what `init` printed",
}
