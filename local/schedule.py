"""EventBridge's part: functions invoked every so often."""

import asyncio
import json
import time
import uuid
from collections.abc import Iterable

from local.cloudformation import ACCOUNT
from local.lambda_service import LambdaService
from local.template import Schedule

HASTE = 12  # a laptop's user does not wait a minute for what is due every minute, but 5 s


def scheduled_event(schedule: Schedule, region: str) -> bytes:
    """The event that a schedule sends: its own input, or EventBridge's."""
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
    """Send each schedule's event in its period, divided by `HASTE`, until cancelled."""

    async def run(schedule: Schedule) -> None:
        while True:
            await asyncio.sleep(schedule.period / HASTE)
            service.send(schedule.function, scheduled_event(schedule, region))

    await asyncio.gather(*map(run, schedules))
