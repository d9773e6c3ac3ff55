"""The sandboxes of one function: started when events need them, reused, and ended when idle."""

import asyncio
import os
import time
from collections import deque
from collections.abc import Callable, Mapping
from pathlib import Path

from local.sandbox import Invocation, Outcome, Sandbox
from local.template import Function

IDLE_LIMIT = 300.0  # seconds after which an idle sandbox ends
_MB_PER_VCPU = 1769
_VCPUS_PER_CORE = 16


class ThrottledError(Exception):
    """The function is at its reserved concurrency."""


def sandbox_limit(function: Function, cores: int) -> int:
    """The most processes of a function that one machine runs.

    Lambda would run 1,000. Here, a function's memory gives its vCPUs as on Lambda, and every core provides
    sixteen vCPUs. Beyond that, events wait for a free process, while Lambda would start another.
    """
    vcpus = max(1.0, function.memory / _MB_PER_VCPU)
    limit = max(4, int(cores * _VCPUS_PER_CORE / vcpus))
    return limit if function.reserved_concurrency is None else min(limit, function.reserved_concurrency)


class Pool:
    """Invokes one function. New processes start with `environment`."""

    def __init__(
        self, function: Function, environment: Mapping[str, str], log: Path, say: Callable[[str], None]
    ) -> None:
        self.function = function
        self._environment = environment
        self._log = log
        self._say = say
        cores = os.cpu_count() or 1
        self._limit = sandbox_limit(function, cores)
        self._start_limit = cores  # starting is limited by CPU, so starting more at once would be slower
        self._sandboxes: set[Sandbox] = set()
        self._outdated: set[Sandbox] = set()
        self._idle: list[Sandbox] = []
        self._waiting: deque[asyncio.Future[Sandbox | Outcome]] = deque()
        self._starting: set[asyncio.Task[None]] = set()
        self._in_flight = 0

    async def invoke(self, invocation: Invocation) -> Outcome:
        """Run the function once. Raises ThrottledError at its reserved concurrency."""
        reserved = self.function.reserved_concurrency
        if reserved is not None and self._in_flight >= reserved:
            raise ThrottledError
        self._in_flight += 1
        try:
            sandbox = await self._acquire()
            if isinstance(sandbox, Outcome):
                return sandbox
            outcome = await sandbox.invoke(invocation)
            await self._release(sandbox)
            return outcome
        finally:
            self._in_flight -= 1

    async def warm(self) -> None:
        """Start a process before the first event, if none is ready."""
        sandbox = await self._acquire()
        if isinstance(sandbox, Sandbox):
            await self._release(sandbox)

    async def renew(self, environment: Mapping[str, str]) -> None:
        """Use this environment for all later events."""
        self._environment = environment
        self._outdated = set(self._sandboxes)
        await self._end_idle(time.monotonic())

    async def reap(self) -> None:
        """End sandboxes that have been idle for `IDLE_LIMIT`."""
        await self._end_idle(time.monotonic() - IDLE_LIMIT)

    async def stop(self) -> None:
        """End all sandboxes."""
        self._limit = 0
        await asyncio.gather(*(sandbox.end() for sandbox in self._sandboxes))
        await asyncio.gather(*self._starting)

    async def _end_idle(self, since: float) -> None:
        old = [sandbox for sandbox in self._idle if sandbox.idle_since <= since]
        self._idle = [sandbox for sandbox in self._idle if sandbox not in old]
        await asyncio.gather(*(sandbox.end() for sandbox in old))

    async def _acquire(self) -> Sandbox | Outcome:
        """A free sandbox, or the failure to start one."""
        while self._idle:
            sandbox = self._idle.pop()
            if sandbox.alive:
                return sandbox
        waiter: asyncio.Future[Sandbox | Outcome] = asyncio.get_running_loop().create_future()
        self._waiting.append(waiter)
        self._scale_out()
        return await waiter

    async def _release(self, sandbox: Sandbox) -> None:
        if sandbox in self._outdated or not sandbox.alive:
            await sandbox.end()
            self._scale_out()
        elif not self._serve_waiter(sandbox):
            self._idle.append(sandbox)

    def _serve_waiter(self, result: Sandbox | Outcome) -> bool:
        while self._waiting:
            waiter = self._waiting.popleft()
            if not waiter.done():
                waiter.set_result(result)
                return True
        return False

    def _scale_out(self) -> None:
        while (
            len(self._starting) < min(len(self._waiting), self._start_limit)
            and len(self._sandboxes) < self._limit
        ):
            sandbox = Sandbox(self.function, self._log, self._forget)
            self._sandboxes.add(sandbox)
            task = asyncio.create_task(self._start(sandbox))
            self._starting.add(task)
            task.add_done_callback(self._started)

    async def _start(self, sandbox: Sandbox) -> None:
        failed = await sandbox.start(self._environment)
        if failed is None:
            await self._release(sandbox)
            return
        await sandbox.end()
        if self._limit:
            self._say(f"{self.function.module} does not start: {failed.message} (its log is {self._log})")
        self._serve_waiter(failed)

    def _started(self, task: asyncio.Task[None]) -> None:
        self._starting.discard(task)
        self._scale_out()

    def _forget(self, sandbox: Sandbox, obituary: str | None) -> None:
        self._sandboxes.discard(sandbox)
        self._outdated.discard(sandbox)
        if sandbox in self._idle:
            self._idle.remove(sandbox)
        if obituary is not None:
            self._say(f"{obituary}; its log is {self._log}")
        self._scale_out()
