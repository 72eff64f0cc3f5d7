from __future__ import annotations

import pytest
from eth.precompiles.bls12_381.constants import G1_MSM_DISCOUNTS, G2_MSM_DISCOUNTS

from node.msm_discounts import discounted_gas


@pytest.mark.parametrize("points", range(1, 129))
def test_gas_agrees_with_py_evms_table(points: int) -> None:
    first, second = G1_MSM_DISCOUNTS[points - 1], G2_MSM_DISCOUNTS[points - 1]
    assert discounted_gas("g1", points) == points * 12_000 * first // 1_000
    assert discounted_gas("g2", points) == points * 22_500 * second // 1_000


def test_more_points_than_the_table_take_the_last_discount() -> None:
    assert discounted_gas("g1", 455) == 455 * 12_000 * 519 // 1_000
    assert discounted_gas("g2", 129) == 129 * 22_500 * 524 // 1_000


def test_no_points_cost_nothing() -> None:
    assert discounted_gas("g1", 0) == 0
