"""The local stack in parts that can be broken one by one: processes, gateway, schedule and events."""

import asyncio
import json
import os
import signal
import subprocess
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from local import ROOT
from local.events import EventQueue
from local.gateway import Gateway
from local.lambda_service import InvokeError, LambdaService
from local.pool import Pool
from local.ports import LOOPBACK, bound_socket
from local.sandbox import Invocation
from local.schedule import HASTE, run_schedules
from local.template import Function, Template, read_template

from .plan import Fate, Kind, Pace, Plan

REGION = "us-east-1"
TTL_DAYS = 1
WORKER = "WorkerFunction"
_WARM_WORKERS = 4
_OWN_HANDLERS = {"SubmitFunction": "submit", "SweeperFunction": "sweeper", WORKER: "worker"}
_ENVIRONMENT = {
    "REDIS_MIN_REPLICAS": "1",
    "REDIS_IAM_USER": "",
    "REDIS_IAM_CACHE": "",
    "REDIS_CLUSTER": "",
    "NEO4J_URI": "",
    "JOB_TTL_DAYS": str(TTL_DAYS),
    "MAX_RUNNING_PER_OWNER": "4",
    "MAX_BYTES_PER_OWNER": "20000000",
}


class FatefulEvents(EventQueue):
    """Gives the worker's events their fate between the Invoke API and the worker, and reports each to
    `struck`.

    Attributes:
        sent: When the worker was invoked for each run, by id, in seconds since the epoch.
    """

    def __init__(self, say: Callable[[str], None], plan: Plan, struck: Callable[[Fate, str], None]) -> None:
        super().__init__(say)
        self._plan = plan
        self._struck = struck
        self._met: defaultdict[int, int] = defaultdict(int)
        self.sent: defaultdict[str, list[float]] = defaultdict(list)

    def accept(self, pool: Pool, invocation: Invocation) -> None:
        """Takes an event and does with it what the plan says."""
        if pool.function.name != WORKER:
            super().accept(pool, invocation)
            return
        event = json.loads(invocation.payload)
        self.sent[event["run_id"]].append(time.time())
        fate = self._next(event["correlation_id"])
        if fate is None:
            super().accept(pool, invocation)
            return
        self._struck(fate, event["run_id"])
        match fate.kind:
            case Kind.INVOKE_DOUBLED:
                super().accept(pool, invocation)
                super().accept(pool, invocation)
            case Kind.INVOKE_DELAYED:
                asyncio.get_running_loop().call_later(fate.seconds, super().accept, pool, invocation)
            case Kind.INVOKE_REFUSED:
                raise InvokeError(429, "TooManyRequestsException", "Rate Exceeded.")

    def _next(self, correlation_id: str) -> Fate | None:
        number = int(correlation_id.rpartition("-")[2])
        nth = self._met[number]
        self._met[number] += 1
        fates = self._plan.fates.get(number, ())
        return fates[nth] if nth < len(fates) else None


class Stack:
    """Milkrun's functions at the plan's pace, behind an API whose URL never changes."""

    def __init__(
        self, state: Path, redis_url: str, plan: Plan, say: Callable[[str], None], events: EventQueue
    ) -> None:
        self.logs = state / "logs"
        self.notes = state / "workers"
        self.notes.mkdir()
        self._template = _at_pace(read_template(ROOT / "template.yaml", REGION), plan.pace, self.notes)
        overrides = {**_ENVIRONMENT, "REDIS_URL": redis_url}
        self._service = LambdaService(self._template.functions, overrides, self.logs, say, REGION, events)
        self._listener = bound_socket(0)
        self._port = self._listener.getsockname()[1]
        self.url = f"http://{LOOPBACK}:{self._port}"

    async def start(self) -> None:
        """Starts everything, and waits until it answers."""
        await self._service.start()
        names = [*self._template.functions, *[WORKER] * _WARM_WORKERS]
        await asyncio.gather(*map(self._service.warm, names))
        await self._start_gateway()
        self._start_schedules()

    async def stop(self) -> None:
        """Ends all processes."""
        await self._stop_schedules()
        await self._gateway.stop()
        await self._service.stop()

    async def restart_gateway(self, seconds: float) -> None:
        """Closes all connections, and listens again after a while."""
        await self._gateway.stop()
        await asyncio.sleep(seconds)
        self._listener = bound_socket(self._port)
        await self._start_gateway()

    async def stop_sweeps(self, seconds: float) -> None:
        """Kills the sweeper, even in the middle of a sweep, and starts none for a while."""
        await self._stop_schedules()
        for pid in self.pids("sweeper"):
            os.kill(pid, signal.SIGKILL)
        await asyncio.sleep(seconds)
        self._start_schedules()

    def pids(self, handler: str) -> list[int]:
        """The processes of a function, by the beginning of its handler's name."""
        found = subprocess.run(
            ["pgrep", "-P", str(os.getpid()), "-f", f"awslambdaric {handler}_"], capture_output=True
        )
        return [int(pid) for pid in found.stdout.split()]

    async def _start_gateway(self) -> None:
        self._gateway = Gateway(self._template.api, self._service)
        await self._gateway.start(self._listener)

    def _start_schedules(self) -> None:
        self._sweeps = asyncio.create_task(run_schedules(self._template.schedules, self._service, REGION))

    async def _stop_schedules(self) -> None:
        self._sweeps.cancel()
        await asyncio.gather(self._sweeps, return_exceptions=True)


def _at_pace(template: Template, pace: Pace, notes: Path) -> Template:
    functions = {
        name: _with_own_handler(it, pace, notes) if name in _OWN_HANDLERS else it
        for name, it in template.functions.items()
    }
    schedules = tuple(replace(it, period=pace.sweep_every * HASTE) for it in template.schedules)
    return replace(template, functions=functions, schedules=schedules)


def _with_own_handler(function: Function, pace: Pace, notes: Path) -> Function:
    """The harness's handler, which wraps the function's own."""
    environment = {
        "FAULTS_LEASE": str(pace.lease),
        "FAULTS_REDISPATCH": str(pace.redispatch),
        "FAULTS_WORKERS": str(notes),
    }
    return replace(
        function,
        handler=f"{_OWN_HANDLERS[function.name]}_at_pace.lambda_handler",
        code=Path(__file__).parent / "functions",
        layers=(*function.layers, function.code),
        environment={**function.environment, **environment},
    )
