"""A state machine on a real server, a record of every invoke, and searches that follow a script."""

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from milkrun.clients.redis import connect
from milkrun.jobs.keys import OwnerKeys
from milkrun.jobs.manager import JobStateManager
from milkrun.jobs.reader import RunReader
from milkrun.jobs.run import Run
from milkrun.jobs.submitting import Submission
from milkrun.runs.work import Tools, Worker
from milkrun.schema.problem import Problem
from milkrun.schema.solution import Meta, Solution, Summary
from milkrun.settings import JobPolicy, Limits

OWNER = "a1b2c3d4e5f60718"
BODY = json.dumps(
    {"vehicles": [{"id": 1, "start": [7.4, 43.7]}], "jobs": [{"id": 1, "location": [7.41, 43.7]}]}
).encode()


def run_id(number: int) -> str:
    """The n-th run id in order of time."""
    return f"01ARZ3NDEKTSV4RRFFQ69G{number:04d}"


def answer(cost: int) -> Solution:
    """A solution with that cost."""
    meta = Meta(engine="vroom", matrix="custom", seed=1, seconds=1, first_cost=cost, best_cost=cost, trace=[])
    summary = Summary(
        cost=cost, routes=0, unassigned=0, setup=0, service=0, duration=cost, waiting_time=0, priority=0
    )
    return Solution(summary=summary, unassigned=[], routes=[], meta=meta)


class Clock:
    """A clock that moves only when told to."""

    now = 1_000.0

    def __call__(self) -> float:
        return self.now

    def until_deadline(self, *, sooner: float = 0.0) -> Callable[..., Solution]:
        """A search that takes all its time on this clock, or ends a little sooner."""

        def solve(_problem: object, *, deadline: float, **_: Any) -> Solution:
            self.now = deadline - sooner
            return answer(9)

        return solve


class Invokes:
    """Stands in for Lambda: records for which runs a worker was invoked, and fails if told to."""

    def __init__(self) -> None:
        self.runs: list[Run] = []
        self.failure: str | None = None

    def invoke(self, run: Run) -> str | None:
        self.runs.append(run)
        return self.failure


@dataclass
class Bench:
    """Everything that a worker needs."""

    url: str
    policy: JobPolicy = field(default_factory=JobPolicy)

    def __post_init__(self) -> None:
        self.client = connect(self.url)
        self.jobs = JobStateManager(self.client, self.policy)
        self.reader = RunReader(self.client, self.policy)
        self.invokes = Invokes()

    def with_policy(self, **changes: Any) -> "Bench":
        return Bench(self.url, replace(self.policy, **changes))

    def submit(self, number: int = 1, *, time_limit_ms: int = 60_000, body: bytes = BODY) -> Run:
        return self.jobs.submit(Submission(OWNER, run_id(number), body, time_limit_ms, "corr-1")).run

    def work(
        self,
        solve: Callable[..., Solution],
        number: int = 1,
        *,
        remaining: float = 900,
        travel_of: Callable[[Problem], Any] = lambda _: None,
        **tools: Any,
    ) -> None:
        Worker(self.tools(solve, travel_of, **tools), OWNER, run_id(number), lambda: remaining).work()

    def tools(
        self,
        solve: Callable[..., Solution],
        travel_of: Callable[[Problem], Any] = lambda _: None,
        **more: Any,
    ) -> Tools:
        """A worker's tools; it renews quickly."""
        return Tools(
            self.jobs,
            self.invokes,  # type: ignore[arg-type]
            solve,
            travel_of,
            Limits(),
            **{"renew_every": 0.02, **more},
        )

    def status(self, number: int = 1) -> Run:
        return self.reader.status(OWNER, run_id(number))

    def result(self, number: int = 1) -> dict[str, Any]:
        solution = self.reader.result(OWNER, run_id(number), best=True)[1]
        assert solution is not None
        return json.loads(solution)  # type: ignore[no-any-return]

    def make_due(self, number: int = 1) -> None:
        """Makes a run overdue: the times of its next attention and of its lease are past."""
        keys = OwnerKeys(OWNER)
        self.client.zadd(keys.active, {f"{OWNER}:{run_id(number)}": 1})
        if self.client.hexists(keys.run(run_id(number)), "lease_until"):
            self.client.hset(keys.run(run_id(number)), "lease_until", 1)


@pytest.fixture
def bench(empty_valkey_url: str) -> Bench:
    return Bench(empty_valkey_url)


@pytest.fixture
def clock() -> Clock:
    return Clock()


class UntilStopped:
    """A search that reports one answer and continues until it is stopped."""

    def __init__(self, cost: int | None = 7) -> None:
        self.cost = cost
        self.began = threading.Event()

    def __call__(
        self,
        _problem: object,
        *,
        on_best: Callable[[Solution], None],
        should_stop: Callable[[], bool],
        **_: Any,
    ) -> Solution:
        if self.cost is not None:
            on_best(answer(self.cost))
        self.began.set()
        while not should_stop():
            threading.Event().wait(0.005)
        if self.cost is None:
            raise RuntimeError("stopped before any answer")
        return answer(self.cost)
