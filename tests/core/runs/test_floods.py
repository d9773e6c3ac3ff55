"""One owner's flood: which workers start, who waits, and that all of it ends."""

import json
import random
import threading
from collections import Counter, deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest

from milkrun.errors import RunNotFoundError, TransitionRefusedError
from milkrun.jobs.keys import OwnerKeys
from milkrun.jobs.run import Run
from milkrun.jobs.states import Status
from milkrun.runs.invoke import MAX_CHAIN
from milkrun.runs.search import to_best
from milkrun.runs.submit import SubmitRequest, submit_run
from milkrun.runs.sweep import sweep
from milkrun.runs.work import Worker
from milkrun.schema.problem import Problem
from milkrun.schema.solution import Solution
from milkrun.settings import Limits
from tests.replies import members
from tests.waiting import PATIENCE, until

from .conftest import BODY, Bench, answer

FLOODER, OTHER = "a1b2c3d4e5f60718", "b2c3d4e5f6071829"
FLOODER_SEED = 2

Event = tuple[str, str]
"""The owner and run id that an invoke carries."""


class Queue:
    """Lambda's queue of events: first in, first out. `drop` decides which events it loses."""

    def __init__(self, drop: Callable[[], bool] = lambda: False) -> None:
        self.events: deque[Event] = deque()
        self.sent: Counter[Event] = Counter()
        self._drop = drop

    def invoke(self, run: Run) -> str | None:
        self.sent[run.owner, run.run_id] += 1
        if not self._drop():
            self.events.append((run.owner, run.run_id))
        return None


class Platform:
    """Submit, worker and sweeper around a queue of events, connected as the functions are."""

    def __init__(self, bench: Bench, queue: Queue, solve: Callable[..., Solution]) -> None:
        self.bench = bench
        self.queue = queue
        self.tools = replace(bench.tools(solve), invoker=queue)  # type: ignore[arg-type]

    def submit(self, owner: str, *, seed: int = 1) -> str:
        body = json.dumps({**json.loads(BODY), "options": {"seed": seed}}).encode()
        request = SubmitRequest(owner, body, "corr-1", None)
        return submit_run(request, self.bench.jobs, self.queue, Limits()).run.run_id  # type: ignore[arg-type]

    def work(self, event: Event) -> None:
        Worker(self.tools, *event, lambda: 900).work()

    def sweep(self) -> None:
        sweep(self.bench.reader, self.bench.jobs, self.queue, lambda: True)  # type: ignore[arg-type]

    def statuses(self, owner: str) -> Counter[str]:
        runs: Counter[str] = Counter()
        cursor = None
        while True:
            page = self.bench.reader.page(owner, status=None, limit=100, cursor=cursor)
            runs.update(run.status for run in page.runs)
            if (cursor := page.next) is None:
                return runs

    def claim_and_die(self, event: Event) -> None:
        self.bench.jobs.claim(*event, "t")

    def end_and_die(self, event: Event) -> None:
        """Completes the run, and dies before it invokes the run whose turn is next."""
        if self.bench.jobs.claim(*event, "t") is not None:
            self.bench.jobs.complete(*event, "t", spent_ms=1, best=to_best(answer(7)))

    def let_time_pass(self, owner: str) -> None:
        """Makes all of an owner's runs due and lets their leases lapse, except for runs that wait for a
        turn."""
        keys = OwnerKeys(owner)
        waiting = members(self.bench.client, keys.waiting)
        for member in members(self.bench.client, keys.active):
            run_id = member.partition(b":")[2]
            if run_id not in waiting:
                self.bench.client.zadd(keys.active, {member: 1})
                if self.bench.client.hexists(keys.run(run_id.decode()), "lease_until"):
                    self.bench.client.hset(keys.run(run_id.decode()), "lease_until", 1)


def at_once(*_: Any, **__: Any) -> Solution:
    return answer(7)


def test_a_thousand_submits_start_no_more_workers_than_may_run(bench: Bench) -> None:
    platform = Platform(bench, Queue(), at_once)
    for _ in range(1_000):
        platform.submit(FLOODER)
    other = platform.submit(OTHER)
    assert len(platform.queue.events) == bench.policy.max_running + 1
    assert platform.queue.events[-1] == (OTHER, other)


def test_a_flood_ends_with_one_invoke_for_each_run(bench: Bench) -> None:
    platform = Platform(bench.with_policy(max_running=5), Queue(), at_once)
    count = 5 * MAX_CHAIN * 2
    for _ in range(count):
        platform.submit(FLOODER)
    sweeps = 0

    def all_are_done() -> bool:
        """Lets all workers work. If invokes are left to it, a sweep then starts their chains afresh."""
        nonlocal sweeps
        while platform.queue.events:
            platform.work(platform.queue.events.popleft())
        platform.sweep()
        sweeps += bool(platform.queue.events)
        return platform.statuses(FLOODER) == {"completed": count}

    until(all_are_done)
    assert set(platform.queue.sent.values()) == {1}
    assert sweeps <= 3


def test_one_owner_s_long_runs_do_not_delay_another_owner(bench: Bench) -> None:
    """There are three workers at a time. The flooder's two work until the other owner's run has ended."""
    other_is_done = threading.Event()

    def solve(problem: Problem, **_: Any) -> Solution:
        if problem.options.seed == FLOODER_SEED:
            other_is_done.wait(PATIENCE)
        return answer(7)

    platform = Platform(bench.with_policy(max_running=2), Queue(), solve)
    for _ in range(100):
        platform.submit(FLOODER, seed=FLOODER_SEED)
    other = platform.submit(OTHER)
    workers = [
        threading.Thread(target=platform.work, args=(platform.queue.events.popleft(),)) for _ in range(3)
    ]
    for worker in workers:
        worker.start()
    try:
        workers[2].join(PATIENCE)
        assert bench.reader.status(OTHER, other).status is Status.COMPLETED
        until(lambda: platform.statuses(FLOODER) == {"running": 2, "pending": 98})
    finally:
        other_is_done.set()
        for worker in workers:
            worker.join(PATIENCE)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_whatever_is_lost_a_flood_ends(bench: Bench, seed: int) -> None:
    """Invokes are dropped, workers die before and after the end of their run, and callers cancel and erase.

    Turns are passed on without the hourly check of waiting runs, because its time never comes.
    """
    choose = random.Random(seed)
    platform = Platform(
        bench.with_policy(max_running=3, max_attempts=50), Queue(drop=lambda: choose.random() < 0.2), at_once
    )
    keys = OwnerKeys(FLOODER)
    ids = [platform.submit(FLOODER) for _ in range(60)]
    for run_id in choose.sample(ids, 10):
        choose.choice([bench.jobs.cancel, bench.jobs.erase])(FLOODER, run_id)
    for _ in range(200):
        while platform.queue.events:
            event = platform.queue.events.popleft()
            fate = choose.choices([platform.work, platform.claim_and_die, platform.end_and_die], [8, 1, 1])[0]
            with suppress(RunNotFoundError, TransitionRefusedError):
                fate(event)
            assert bench.client.zcard(keys.running) <= 3
        if not bench.client.exists(keys.active):
            break
        platform.let_time_pass(FLOODER)
        platform.sweep()
    assert set(platform.statuses(FLOODER)) <= {"completed", "cancelled"}
    assert not bench.client.exists(keys.active, keys.waiting, keys.pending, keys.running)
