from __future__ import annotations

from eth_typing import Address, Hash32
from hypothesis import given
from hypothesis import strategies as st

from node.block import ZERO_ADDRESS, ZERO_HASH, Block, Header, Log, Receipt, seal
from node.log_index import LogQuery, marks_of, matching_blocks
from node.store import MemoryStore

addresses = st.sampled_from([Address(bytes([n]) * 20) for n in range(3)])
topics = st.sampled_from([Hash32(bytes([n]) * 32) for n in range(3)])
logs = st.builds(Log, addresses, st.lists(topics, max_size=4).map(tuple), st.just(b""))
queries = st.builds(
    LogQuery,
    st.lists(addresses, max_size=2).map(tuple),
    st.lists(st.lists(topics, max_size=2).map(tuple), max_size=4).map(tuple),
)


def _block(number: int, held: list[Log]) -> Block:
    receipt = Receipt(
        kind=0,
        succeeded=True,
        gas_used=0,
        cumulative_gas=0,
        bloom=bytes(256),
        logs=tuple(held),
        created=None,
    )
    header = Header(
        parent_hash=ZERO_HASH,
        beneficiary=ZERO_ADDRESS,
        state_root=ZERO_HASH,
        transactions_root=ZERO_HASH,
        receipts_root=ZERO_HASH,
        bloom=bytes(256),
        number=number,
        gas_limit=0,
        gas_used=0,
        timestamp=number,
        extra_data=b"",
        prev_randao=ZERO_HASH,
        parent_beacon_root=ZERO_HASH,
    )
    return seal(header, (), (receipt,))


def _matches(query: LogQuery, log: Log) -> bool:
    """State the rule of eth_getLogs once more, position by position."""
    if query.addresses and log.address not in query.addresses:
        return False
    for place, accepted in enumerate(query.topics):
        if place >= len(log.topics):
            return False
        if accepted and log.topics[place] not in accepted:
            return False
    return True


chains = st.lists(st.lists(logs, max_size=3), min_size=1, max_size=8)


@given(chains, queries, st.integers(0, 8), st.integers(0, 8), st.integers(0, 8))
def test_no_matching_block_is_missed_after_a_revert(
    chain: list[list[Log]], query: LogQuery, first: int, last: int, kept: int
) -> None:
    store = MemoryStore()
    for number, held in enumerate(chain):
        store.append(_block(number, held), {}, clock=0)
    store.truncate(kept - 1)
    last = min(last, min(kept, len(chain)) - 1)
    found = list(matching_blocks(query, store.next_marked, first=first, last=last))
    assert found == sorted(set(found))
    assert all(first <= number <= last for number in found)
    wanted = {
        number
        for number in range(first, last + 1)
        if any(_matches(query, log) for log in chain[number])
    }
    assert wanted <= set(found)


@given(logs, queries)
def test_a_log_matches_as_the_specification_says(log: Log, query: LogQuery) -> None:
    assert query.matches(log) == _matches(query, log)


def test_blocks_without_every_constraint_are_not_read() -> None:
    store = MemoryStore()
    common, rare = Address(b"\x01" * 20), Hash32(b"\x02" * 32)
    for number in range(100):
        held = (rare,) if number == 42 else ()
        store.append(_block(number, [Log(common, held, b"")]), {}, clock=0)
    query = LogQuery((common,), ((rare,),))
    sought: list[int] = []

    def seek(mark: bytes, number: int) -> int | None:
        sought.append(number)
        return store.next_marked(mark, number)

    assert list(matching_blocks(query, seek, first=0, last=99)) == [42]
    assert len(sought) < 10


@given(logs, logs)
def test_no_mark_begins_with_another(one: Log, other: Log) -> None:
    marks = marks_of(_block(0, [one, other]))
    assert not any(a != b and a.startswith(b) for a in marks for b in marks)
