"""The calls to compare: handlers, and bare redis-py that does the same in Redis."""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import hiredis
import redis
import status_handler
import submit_handler
from redis.connection import AbstractConnection
from ulid import ULID

from bench.api.events import status_event, submit_event
from milkrun.clients.lambdas import WorkerInvoker

Call = Callable[[], float]
"""Makes one call; returns the seconds that it took."""


class Lambda:
    """Stands in for Lambda: accepts every event at once."""

    def invoke(self, **_: Any) -> dict[str, Any]:
        """Like the method of boto3's client."""
        return {"StatusCode": 202, "Payload": BytesIO()}


@dataclass
class Context:
    """Lambda's context object."""

    function_name: str = "milkrun"
    memory_limit_in_mb: int = 512
    invoked_function_arn: str = "arn:aws:lambda:eu-central-1:123456789012:function:milkrun"
    aws_request_id: str = "52fdfc07-2182-454f-963f-5f0f9a621d72"

    def get_remaining_time_in_millis(self) -> int:
        """The time left to a call that has just begun."""
        return 29_000


@dataclass(frozen=True)
class Compared:
    """A handler's call and the same with bare redis-py."""

    name: str
    bare: Call
    handler: Call


def comparisons(url: str) -> list[Compared]:
    """The comparisons, on the empty Redis of this process's settings."""
    invoker = WorkerInvoker(Lambda(), "worker")  # type: ignore[arg-type]
    vars(submit_handler).update(get_invoker=lambda: invoker)
    server = redis.Redis.from_url(url, driver_info=None)
    handled = _answered(submit_handler.lambda_handler, submit_event())
    run_id, bare = _recorded_submit(server, handled)
    key = _key_of(server, run_id)
    fields = server.hkeys(key)
    looked_at = _answered(status_handler.lambda_handler, status_event(run_id))
    return [
        Compared("submit", bare, _timed(handled)),
        Compared("status", _timed(lambda: server.hmget(key, fields)), _timed(looked_at)),
    ]


def _answered(handler: Callable[[Any, Any], dict[str, Any]], event: dict[str, Any]) -> Callable[[], Any]:
    context = Context()

    def call() -> dict[str, Any]:
        answer = handler(event, context)
        assert answer["statusCode"] in (200, 202), answer
        return answer

    return call


def _recorded_submit(server: redis.Redis, submit: Callable[[], Any]) -> tuple[str, Call]:
    """The id of a run, and a call that sends the command that stored it, each time with a new id."""
    submit()  # loads the script and opens the connection
    with _packets() as packets:
        run_id = json.loads(submit()["body"])["run_id"]
    reader = hiredis.Reader()
    reader.feed(packets[0])
    command = reader.gets()

    def call() -> float:
        new = str(ULID()).encode()
        parts = [part.replace(run_id.encode(), new) for part in command]
        started = time.perf_counter()
        server.execute_command(*parts)
        return time.perf_counter() - started

    return run_id, call


def _key_of(server: redis.Redis, run_id: str) -> str:
    key: bytes = next(server.scan_iter(f"*:run:*:{run_id}"))
    return key.decode()


def _timed(work: Callable[[], Any]) -> Call:
    def call() -> float:
        started = time.perf_counter()
        work()
        return time.perf_counter() - started

    return call


@contextmanager
def _packets() -> Iterator[list[bytes]]:
    """Records everything that redis-py sends in the block."""
    sent: list[bytes] = []
    send: Any = AbstractConnection.send_packed_command

    def noted(self: AbstractConnection, command: Any, *args: Any, **kwargs: Any) -> Any:
        sent.append(b"".join(command))
        return send(self, command, *args, **kwargs)

    AbstractConnection.send_packed_command = noted  # type: ignore[method-assign]
    try:
        yield sent
    finally:
        AbstractConnection.send_packed_command = send  # type: ignore[method-assign]
