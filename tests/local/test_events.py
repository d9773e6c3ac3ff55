"""Asynchronous events that are dropped."""

import asyncio
from dataclasses import replace
from pathlib import Path

from local.events import EventQueue
from local.pool import Pool, ThrottledError
from local.sandbox import Invocation, Outcome
from local.template import Function
from tests.waiting import PATIENCE

FUNCTION = Function("Target", "f.g", "python3.13", Path(), event_age=60)
EVENT = Invocation(b"{}", "request-1", "arn")


class Refusing(Pool):
    """A pool that is always at its reserved concurrency."""

    async def invoke(self, invocation: Invocation) -> Outcome:
        raise ThrottledError


class Failing(Pool):
    """A pool whose function always fails."""

    tries = 0

    async def invoke(self, invocation: Invocation) -> Outcome:
        self.tries += 1
        return Outcome(b"{}", failed=True)


def deliver(pool: Pool, said: list[str], **settings: object) -> None:
    """Runs one event until the queue reports something about it."""

    async def run() -> None:
        queue = EventQueue(said.append, **settings)  # type: ignore[arg-type]
        queue.accept(pool, EVENT)
        async with asyncio.timeout(PATIENCE):
            while not said:
                await asyncio.sleep(0)
        await queue.stop()

    asyncio.run(run())


def test_a_throttled_event_is_given_up_when_its_next_try_would_be_too_late() -> None:
    said: list[str] = []
    deliver(Refusing(FUNCTION, {}, Path(), said.append), said, throttle_delay=61.0)
    assert said == ["Target: dropping event request-1, which is too old"]


def test_a_failed_event_is_given_up_when_its_retry_would_be_too_late() -> None:
    said: list[str] = []
    pool = Failing(FUNCTION, {}, Path(), said.append)
    deliver(pool, said, retry_delays=(0.0, 61.0))
    assert said == ["Target: dropping event request-1, which is too old"]
    assert pool.tries == 2


def test_a_function_without_retries_gets_each_event_once() -> None:
    said: list[str] = []
    pool = Failing(replace(FUNCTION, retries=0), {}, Path(), said.append)
    deliver(pool, said)
    assert said == ["Target: dropping event request-1, which failed"]
    assert pool.tries == 1
