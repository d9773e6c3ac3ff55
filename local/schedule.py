"""A local EventBridge: invokes functions on a schedule."""

import asyncio
import json
import time
import uuid
from collections.abc import Iterable

from local.cloudformation import ACCOUNT
from local.lambda_service import LambdaService
from local.template import Schedule

HASTE = 12  # local users should not wait: what is due every minute on AWS is due every 5 s here


def scheduled_event(schedule: Schedule, region: str) -> bytes:
    """The event that a schedule sends: its own input, or EventBridge's default."""
    if schedule.payload is not None:
        return schedule.payload.encode()
    event = {
        "version": "0",
        "id": str(uuid.uuid4()),
        "detail-type": "Scheduled Event",
        "source": "aws.events",
        "account": ACCOUNT,
        "time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "region": region,
        "resources": [f"arn:aws:events:{region}:{ACCOUNT}:rule/{schedule.name}"],
        "detail": {},
    }
    return json.dumps(event).encode()


async def run_schedules(schedules: Iterable[Schedule], service: LambdaService, region: str) -> None:
    """Send each schedule's event every period, divided by `HASTE`, until cancelled."""

    async def run(schedule: Schedule) -> None:
        while True:
            await asyncio.sleep(schedule.period / HASTE)
            service.send(schedule.function, scheduled_event(schedule, region))

    await asyncio.gather(*map(run, schedules))
