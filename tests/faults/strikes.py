"""Strikes: carries out the plan's faults at the planned moments, and records what each one hit."""

import asyncio
import os
import random
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from .plan import OUTAGES, Fate, Kind, Plan, Strike
from .redis_pair import RedisPair
from .stack import Stack

_BETWEEN_OUTAGES = 1.0
_NOBODY_BUSY = 60.0
_A_WHILE = 0.5


@dataclass
class Struck:
    """A fault that has struck. `at` and `lifted` are its start and end in seconds since the epoch.

    Attributes:
        run_id: The run that it hit; empty if it concerns everybody.
    """

    kind: Kind
    at: float
    lifted: float
    run_id: str = ""


class Striker:
    """Carries out the plan's strikes.

    Args:
        acknowledged: Counts the runs that are acknowledged so far.
    """

    def __init__(self, plan: Plan, stack: Stack, redis: RedisPair, acknowledged: Callable[[], int]) -> None:
        self._plan = plan
        self._stack = stack
        self._redis = redis
        self._acknowledged = acknowledged
        self._chance = random.Random(f"{plan.seed}:strikes")
        self._outages = asyncio.Lock()
        self._frozen: set[int] = set()
        self.done = False
        self.struck: list[Struck] = []

    async def run(self) -> None:
        """Strikes until the plan is finished."""
        async with asyncio.TaskGroup() as strikes:
            for strike in self._plan.strikes:
                while self._acknowledged() < strike.after:
                    await asyncio.sleep(0.05)
                strikes.create_task(self._strike(strike))
        self.done = True

    async def _strike(self, strike: Strike) -> None:
        if strike.kind in OUTAGES:
            async with self._outages:
                at = time.time()
                await self._break(strike)
                self.struck.append(Struck(strike.kind, at, time.time()))
                await asyncio.sleep(_BETWEEN_OUTAGES)
            return
        match strike.kind:
            case Kind.WORKER_KILLED:
                await self._hit_a_worker(strike, signal.SIGKILL)
            case Kind.WORKER_FROZEN:
                await self._hit_a_worker(strike, signal.SIGSTOP)
            case Kind.FUNCTION_KILLED:
                await self._kill_a_function()
            case Kind.SWEEPER_STOPPED:
                at = time.time()
                await self._stack.stop_sweeps(strike.seconds)
                self.struck.append(Struck(strike.kind, at, time.time()))

    async def _break(self, strike: Strike) -> None:
        match strike.kind:
            case Kind.REDIS_KILLED:
                await self._redis.kill(strike.seconds)
            case Kind.REDIS_HUNG:
                await self._redis.hang(strike.seconds)
            case Kind.REDIS_FAILED_OVER:
                await self._redis.fail_over(strike.seconds)
            case Kind.REDIS_SWITCHED_OVER:
                await self._redis.switch_over()
            case Kind.REPLICA_LAGGED:
                await self._redis.lag(strike.seconds)
            case Kind.REDIS_LOST_WRITES:
                await self._redis.fail_over(strike.seconds, behind=self._chance.uniform(0.05, 1.5))
            case Kind.GATEWAY_RESTARTED:
                await self._stack.restart_gateway(strike.seconds)

    async def _kill_a_function(self) -> None:
        pids = self._stack.pids(self._chance.choice(("submit", "status")))
        if pids:
            with suppress(ProcessLookupError):
                os.kill(self._chance.choice(pids), signal.SIGKILL)
                self.struck.append(Struck(Kind.FUNCTION_KILLED, time.time(), time.time()))

    async def _hit_a_worker(self, strike: Strike, sent: signal.Signals) -> None:
        """Hits a worker that is working on a run."""
        give_up = time.monotonic() + _NOBODY_BUSY
        while time.monotonic() < give_up:
            await asyncio.sleep(0.05)
            busy = self._busy_workers(strike.at_work)
            if not busy:
                continue
            pid = self._chance.choice(busy)
            os.kill(pid, sent)
            at = time.time()
            run_id = self._note(pid).partition(" ")[0]
            if sent is signal.SIGSTOP:
                await self._thaw(pid, strike.seconds if run_id else 0)
            else:
                self._path(pid).unlink(missing_ok=True)
            if run_id:  # otherwise it had just finished
                self.struck.append(Struck(strike.kind, at, time.time(), run_id))
                return

    async def _thaw(self, pid: int, seconds: float) -> None:
        """Resumes a frozen process after a while."""
        self._frozen.add(pid)
        try:
            await asyncio.sleep(seconds)
        finally:
            os.kill(pid, signal.SIGCONT)
            self._frozen.discard(pid)

    def _busy_workers(self, at_work: bool) -> list[int]:
        """The processes that work on a run. With `at_work`, only those that have been in a long search for a
        while."""
        busy = [(pid, self._note(pid)) for pid in set(self._stack.pids("worker")) - self._frozen]
        if not at_work:
            return sorted(pid for pid, note in busy if note)
        searching = [self._path(pid) for pid, note in busy if note.endswith("at length")]
        latest = time.time() - _A_WHILE
        return sorted(int(path.name) for path in searching if path.exists() and path.stat().st_mtime < latest)

    def _path(self, pid: int) -> Path:
        return self._stack.notes / str(pid)

    def _note(self, pid: int) -> str:
        """A worker's note: its run, and whether it is in a long search."""
        try:
            return self._path(pid).read_text()
        except FileNotFoundError:
            return ""

    def meet(self, fate: Fate, run_id: str) -> None:
        """Records the fate of an invoke."""
        self.struck.append(Struck(fate.kind, time.time(), time.time() + fate.seconds, run_id))
