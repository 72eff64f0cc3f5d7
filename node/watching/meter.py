"""Count what an engine does, and write it in Prometheus' format when asked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from node.errors import NodeError, TransactionRefusedError
from node.execution import Execution


@dataclass(slots=True)
class Meter:
    """Hold the counts since the node began; a seconds' figure is their sum."""

    blocks: int = 0
    block_seconds: float = 0.0
    gas: int = 0
    transactions: Counter[str] = field(default_factory=Counter)
    refusals: Counter[str] = field(default_factory=Counter)
    failures: int = 0
    requests: Counter[tuple[str, str]] = field(default_factory=Counter)
    request_seconds: float = 0.0

    def committed(self, execution: Execution, seconds: float) -> None:
        """Count a block."""
        self.blocks += 1
        self.block_seconds += seconds
        self.gas += execution.block.header.gas_used
        for receipt in execution.block.receipts:
            self.transactions["succeeded" if receipt.succeeded else "failed"] += 1
        for _, error in execution.refused:
            self.refusals[type(error).__name__] += 1

    def refused(self, _raw: bytes, error: TransactionRefusedError) -> None:
        """Count a refusal by its kind."""
        self.refusals[type(error).__name__] += 1

    def failed(self, _error: NodeError) -> None:
        """Count a block that could not be kept."""
        self.failures += 1


def render(meter: Meter, now: dict[str, tuple[str, float]]) -> bytes:
    """Return all figures as text; now: name to help and value of what is measured."""
    # late: no node needs it before somebody asks
    from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest

    registry = CollectorRegistry(auto_describe=False)
    ProcessCollector(registry=registry)
    registry.register(_Figures(meter, now))
    return generate_latest(registry)


class _Figures:
    """Give figures as Prometheus wants them."""

    def __init__(self, meter: Meter, now: dict[str, tuple[str, float]]) -> None:
        self._meter, self._now = meter, now

    def describe(self) -> list[Any]:
        """Promise no names beforehand."""
        return []

    def collect(self) -> Iterator[Any]:
        """Yield every figure."""
        from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily

        for name, (text, value) in self._now.items():
            yield GaugeMetricFamily(f"node_{name}", text, value=value)
        meter = self._meter
        for name, text, count in (
            ("blocks", "Blocks that were kept", meter.blocks),
            ("block_seconds", "Time that blocks took", meter.block_seconds),
            ("gas", "Gas that transactions used", meter.gas),
            ("blocks_failed", "Blocks that could not be kept", meter.failures),
            ("request_seconds", "Time of HTTP requests", meter.request_seconds),
        ):
            yield CounterMetricFamily(f"node_{name}", text, value=count)
        for name, text, label, counts in (
            ("transactions", "Transactions in blocks", "result", meter.transactions),
            ("refusals", "Transactions refused", "error", meter.refusals),
        ):
            family = CounterMetricFamily(f"node_{name}", text, labels=[label])
            for key, count in tuple(counts.items()):  # the writer counts meanwhile
                family.add_metric([key], count)
            yield family
        family = CounterMetricFamily(
            "node_http_requests", "HTTP requests", labels=["path", "status"]
        )
        for labels, count in meter.requests.items():
            family.add_metric(labels, count)
        yield family
