"""One harness run: stack, callers and strikes at the same time, then the audit."""

import asyncio
import resource
import shutil
import time
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

import aiohttp

from .audit import Findings, audit
from .bounds import explain, recoveries, unexplained, unforgiven
from .callers import PATIENCE, Callers
from .logs import read_logs
from .plan import Plan
from .redis_pair import RedisPair
from .report import Report
from .stack import TTL_DAYS, FatefulEvents, Stack
from .strikes import Striker
from .trail import read_stories, read_writes

_OPEN_FILES = 8_192


@dataclass
class Harness:
    """Drives a stack of its own, whose state is in a folder that is created afresh.

    Args:
        callers: How many callers there are at a time.
        say: Prints a line for the person who watches.
    """

    plan: Plan
    state: Path
    callers: int
    say: Callable[[str], None]

    async def run(self) -> Report:
        """Runs the plan and returns the report. Ends every process that it started."""
        shutil.rmtree(self.state, ignore_errors=True)
        self.state.mkdir(parents=True)
        _allow_open_files()
        async with AsyncExitStack() as parts:
            redis = RedisPair(self.state)
            parts.push_async_callback(redis.stop)
            url = await redis.start()
            striker: Striker  # it strikes the stack, and the stack's events tell it their fate
            events = FatefulEvents(self._log, self.plan, lambda fate, run_id: striker.meet(fate, run_id))
            stack = Stack(self.state, url, self.plan, self._log, events)
            parts.push_async_callback(stack.stop)
            await stack.start()
            session = await parts.enter_async_context(
                aiohttp.ClientSession(stack.url, timeout=PATIENCE, connector=aiohttp.TCPConnector(limit=0))
            )
            callers = Callers(session, self.plan, self.callers, lambda: striker.done)
            striker = Striker(self.plan, stack, redis, lambda: len(callers.acknowledged))
            begun = time.monotonic()
            await self._all_of_it(callers, striker)
            seconds = time.monotonic() - begun
            return await self._report(callers, striker, stack, redis, events, seconds)

    async def _all_of_it(self, callers: Callers, striker: Striker) -> None:
        async with asyncio.TaskGroup() as tasks:
            watching = tasks.create_task(self._watch(callers, striker))
            tasks.create_task(striker.run())
            await tasks.create_task(callers.run())
            watching.cancel()

    async def _watch(self, callers: Callers, striker: Striker) -> None:
        while True:
            await asyncio.sleep(10)
            ended = sum(history.watched for history in callers.histories)
            self.say(f"{len(callers.acknowledged)} acknowledged, {ended} ended, {len(striker.struck)} faults")

    async def _report(
        self,
        callers: Callers,
        striker: Striker,
        stack: Stack,
        redis: RedisPair,
        events: FatefulEvents,
        seconds: float,
    ) -> Report:
        listed = {owner: await callers.pages(owner) for owner in range(self.plan.owners)}
        findings = Findings(
            callers.histories,
            listed,
            [read_stories(read_writes(file)) for file in redis.keep_trail()],
            read_logs(stack.logs),
            TTL_DAYS,
        )
        struck = sorted(striker.struck, key=lambda it: it.at)
        violations = list(unforgiven(audit(findings, redis.primary.client), struck, findings))
        explained = list(explain(struck, findings, self.plan.pace))
        violations += unexplained(explained)
        return Report(
            self.plan.seed,
            self.plan.runs,
            seconds,
            findings,
            recoveries(struck, findings, callers.acknowledged, events.sent),
            explained,
            violations,
            callers.answers,
        )

    def _log(self, line: str) -> None:
        with (self.state / "console.log").open("a") as console:
            console.write(f"{time.strftime('%H:%M:%S')} {line}\n")


def _allow_open_files() -> None:
    """Allows more open files: callers, gateway and Redis's name have all their connections in one process."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(max(soft, _OPEN_FILES), hard), hard))
