"""The functions of the API on a real Valkey, with secrets in their settings, and everything they print."""

import contextlib
import io
import json
import logging
from collections.abc import Iterator
from types import ModuleType
from typing import Any, Literal

import health_handler
import redis
import status_handler
import submit_handler

from milkrun.jobs.factory import get_jobs
from milkrun.jobs.run import Run
from tests.functions.conftest import BEST, Context

from .events import PLAIN, Call
from .verdict import faults, faults_of_log

Fate = Literal["completed", "failed", "pending", "no worker"]
FATES: tuple[Fate, ...] = ("completed", "failed", "pending", "no worker")

SECRETS = {
    "WORKER_FUNCTION": "canary-worker",
    "NEO4J_URI": "bolt://canary-neo4j.invalid:7687",
    "NEO4J_USER": "canary-user",
    "NEO4J_PASSWORD": "canary-neo4j-password",
    "AWS_SECRET_ACCESS_KEY": "canary-secret-key",
    "REDIS_PASSWORD": "canary-redis-password",
}
_HANDLERS: dict[str, ModuleType] = {
    "submit": submit_handler,
    "health": health_handler,
    "ready": health_handler,
}
NO_RUN = "01ARZ3NDEKTSV4RRFFQ69G5FAV"


class Workers:
    """Stands in for Lambda: counts invokes, and ends each run at once in a random way."""

    def __init__(self) -> None:
        self.fate: Fate = "pending"
        self.invokes = 0

    def invoke(self, run: Run) -> str | None:
        self.invokes += 1
        if self.fate == "no worker":
            return "ReadTimeoutError"
        if self.fate != "pending":
            get_jobs().claim(run.owner, run.run_id, "t")
        if self.fate == "completed":
            get_jobs().complete(run.owner, run.run_id, "t", spent_ms=1, best=BEST)
        if self.fate == "failed":
            get_jobs().fail(run.owner, run.run_id, "t", code="solver_failed", detail="No.", spent_ms=1)
        return None


class ShortOfTime(Context):
    """An invocation without time to wait for a run that does not end."""

    def get_remaining_time_in_millis(self) -> int:
        return 4_000


class Service:
    """Answers calls, and checks the answers."""

    def __init__(self, workers: Workers, url: str) -> None:
        self._workers = workers
        self._valkey = redis.Redis.from_url(url)
        self._secrets = [*SECRETS.values(), url.partition("@")[2].partition("/")[0]]
        self.sent = 0
        self.statuses: dict[tuple[str, int], int] = {}

    def converse(self, fate: Fate, calls: list[Call]) -> None:
        """Sends calls one after another to a service with one run, and fails if anything is wrong."""
        self._valkey.flushall()
        self._workers.fate = fate
        context = Context() if fate in ("completed", "failed") else ShortOfTime()
        last_run = NO_RUN
        for call in [PLAIN, *calls]:
            last_run = self._send(call, call.event(last_run), context) or last_run

    def _send(self, call: Call, event: dict[str, Any], context: Context) -> str | None:
        """Sends one event. Returns the id of the run it made, if any."""
        self.sent += 1
        with printed() as (out, err):
            response = _HANDLERS.get(call.name, status_handler).lambda_handler(event, context)
        wrong = [
            *faults(event, response, self._secrets),
            *faults_of_log(out.getvalue(), self._secrets),
            *([f"printed to stderr: {err.getvalue()}"] if err.getvalue() else []),
        ]
        assert not wrong, "\n".join(wrong)
        counted = call.name, int(response["statusCode"])
        self.statuses[counted] = self.statuses.get(counted, 0) + 1
        if call.name == "submit" and response["statusCode"] == 202:
            return str(json.loads(response["body"])["run_id"])
        return None


@contextlib.contextmanager
def printed() -> Iterator[tuple[io.StringIO, io.StringIO]]:
    """Collects what is printed, and keeps it from pytest, which would store every line."""
    out, err = io.StringIO(), io.StringIO()
    logger = logging.getLogger("milkrun")
    logger.propagate = False
    try:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            yield out, err
    finally:
        logger.propagate = True
