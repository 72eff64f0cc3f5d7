"""Hypothesis strategies for the values of the protocol."""

from __future__ import annotations

from hypothesis import strategies as st

from election.crypto.group import G, G1Point
from election.crypto.scalar import ORDER, Scalar
from election.crypto.transcript import Hash

scalars: st.SearchStrategy[Scalar] = st.one_of(
    st.sampled_from([Scalar(0), Scalar(1), Scalar(2), Scalar(ORDER - 1)]),
    st.integers(0, ORDER - 1).map(Scalar),
)
nonzero_scalars: st.SearchStrategy[Scalar] = st.integers(1, ORDER - 1).map(Scalar)
points: st.SearchStrategy[G1Point] = nonzero_scalars.map(lambda scalar: G * scalar)
hashes: st.SearchStrategy[Hash] = st.binary(min_size=32, max_size=32).map(Hash)
