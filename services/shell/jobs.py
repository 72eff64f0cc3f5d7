"""Keep a service's jobs going: one run of each at a time, whatever fails."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any, Final

from prometheus_client import CollectorRegistry, Counter, Gauge

from services.shell.logs import describe_fault
from services.shell.service import Job

_LONGEST_PAUSE: Final = 60  # seconds between tries of a job that fails


class Jobs:
    """Run jobs until they are stopped."""

    def __init__(
        self, jobs: Sequence[Job], *, log: Any, meter: CollectorRegistry
    ) -> None:
        self._jobs, self._log = jobs, log
        self._failed = Counter(
            "veche_job_failures", "Runs that failed", ["job"], registry=meter
        )
        self._done = Gauge(
            "veche_job_last_done",
            "When a run last ended well, Unix seconds",
            ["job"],
            registry=meter,
        )
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        """Begin with all jobs."""
        self._tasks = [asyncio.create_task(self._keep(each)) for each in self._jobs]

    async def stop(self) -> None:
        """Stop all jobs where they wait, and wait until they are."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _keep(self, job: Job) -> None:
        failed = 0
        while True:
            try:
                await job.run()
                failed = 0
                self._done.labels(job.name).set_to_current_time()
            except Exception as error:  # noqa: BLE001  tried again, whatever it was
                failed += 1
                self._failed.labels(job.name).inc()
                self._log.warning("job_failed", job=job.name, **describe_fault(error))
            pause = job.every
            if failed:
                longest = max(job.every, _LONGEST_PAUSE)
                pause = min(longest, max(job.every, 0.5) * 2 ** min(failed, 10))
            await asyncio.sleep(pause)
