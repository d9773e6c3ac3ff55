"""Asynchronous invocations: accepted at once, delivered in the background, retried as Lambda does."""

import asyncio
from collections.abc import Callable, Sequence

from local.pool import Pool, ThrottledError
from local.sandbox import Invocation

RETRY_DELAYS = (60.0, 120.0)  # seconds before the second and the third try, as on AWS
FIRST_THROTTLE_DELAY = 1.0  # doubled each time, up to five minutes
LAST_THROTTLE_DELAY = 300.0


class EventQueue:
    """Events that wait for delivery, in memory: when the stack ends, those not delivered are lost.

    An event is dropped, with a line to `say`, when AWS would send it to the failure destination.
    """

    def __init__(
        self,
        say: Callable[[str], None],
        retry_delays: Sequence[float] = RETRY_DELAYS,
        throttle_delay: float = FIRST_THROTTLE_DELAY,
    ) -> None:
        self._say = say
        self._retry_delays = retry_delays
        self._throttle_delay = throttle_delay
        self._deliveries: set[asyncio.Task[None]] = set()

    def accept(self, pool: Pool, invocation: Invocation) -> None:
        """Accept an event for delivery."""
        delivery = asyncio.create_task(self._deliver(pool, invocation))
        self._deliveries.add(delivery)
        delivery.add_done_callback(self._deliveries.discard)

    async def stop(self) -> None:
        """Drop all events that are not delivered."""
        for delivery in self._deliveries:
            delivery.cancel()
        await asyncio.gather(*self._deliveries, return_exceptions=True)

    async def _deliver(self, pool: Pool, invocation: Invocation) -> None:
        clock = asyncio.get_running_loop().time
        expiry = clock() + pool.function.event_age
        failures = 0
        throttle_delay = self._throttle_delay
        while True:
            try:
                outcome = await pool.invoke(invocation)
            except ThrottledError:
                delay = throttle_delay
                throttle_delay = min(throttle_delay * 2, LAST_THROTTLE_DELAY)
            else:
                if not outcome.failed:
                    return
                if failures == pool.function.retries:
                    self._say(f"{pool.function.name}: dropping event {invocation.request_id}, which failed")
                    return
                delay = self._retry_delays[failures]
                failures += 1
            if clock() + delay > expiry:
                self._say(f"{pool.function.name}: dropping event {invocation.request_id}, which is too old")
                return
            await asyncio.sleep(delay)
