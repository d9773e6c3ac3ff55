"""The Lambda client: sends the event that starts a worker."""

import json
import logging
from contextlib import closing, suppress
from functools import cache
from typing import TYPE_CHECKING, Protocol, cast

import botocore.session
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, ConnectionClosedError, SSLError

from milkrun.settings import get_settings

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient

_CLOSED = (ConnectionClosedError, SSLError)
"""Errors of a connection that the other end has closed. A timeout is not one: it may be at work."""

INVOKE_TIMEOUT = 1.0
INVOKES_AT_ONCE = 10
"""How many invokes may run at a time, each on its own connection."""


@cache
def get_lambda() -> "LambdaClient":
    """The client of this process. It waits a second and never retries, because the sweeper invokes again."""
    logging.getLogger("botocore").setLevel(logging.WARNING)  # at INFO it logs where its credentials are from
    config = Config(
        connect_timeout=INVOKE_TIMEOUT,
        read_timeout=INVOKE_TIMEOUT,
        retries={"total_max_attempts": 1},
        max_pool_connections=INVOKES_AT_ONCE,
    )
    client = botocore.session.get_session().create_client("lambda", config=config)
    return cast("LambdaClient", client)


class Invoked(Protocol):
    """What a worker's event says of its run."""

    @property
    def owner(self) -> str: ...
    @property
    def run_id(self) -> str: ...
    @property
    def correlation_id(self) -> str: ...


class WorkerInvoker:
    """Starts a worker for a run, asynchronously.

    Args:
        function: The worker's name or ARN. If it has an alias, the alias decides the version.
    """

    def __init__(self, client: "LambdaClient", function: str) -> None:
        self._client = client
        self._function = function
        self._keeps_connections = False

    def invoke(self, run: Invoked) -> str | None:
        """Sends the event, which contains only owner, run id and correlation id.

        If the connection was kept from an earlier invoke and the other end has closed it, the event is sent
        once more, on a new one. The worker may then get it twice, which its lease makes harmless.

        Returns:
            None, or why the event could not be sent. No run is lost: it stays pending, and the sweeper
            invokes again.
        """
        event = {"owner": run.owner, "run_id": run.run_id, "correlation_id": run.correlation_id}
        payload = json.dumps(event).encode()
        had_kept = self._keeps_connections
        failure = self._send(payload)
        if had_kept and isinstance(failure, _CLOSED):
            self._client.close()  # all others were closed too while this process was frozen
            failure = self._send(payload)
        if isinstance(failure, ClientError):
            return failure.response["Error"].get("Code", "ClientError")
        return type(failure).__name__ if failure else None

    def _send(self, payload: bytes) -> ClientError | BotoCoreError | None:
        """Invokes once. Returns the error, if any."""
        try:
            answer = self._client.invoke(FunctionName=self._function, InvocationType="Event", Payload=payload)
        except ClientError as error:
            self._keeps_connections = True
            return error
        except BotoCoreError as error:
            return error
        # Reading the answer to its end frees the connection for the next invoke. The event is sent anyway.
        with suppress(Exception), closing(answer["Payload"]) as body:
            body.read()
            self._keeps_connections = True
        return None


@cache
def get_invoker(function: str | None = None) -> WorkerInvoker:
    """The invoker of this process.

    Args:
        function: The worker; None for the one in the settings. A worker gives the ARN that it was invoked by,
            which contains the alias, so its successor is of the alias's current version.
    """
    return WorkerInvoker(get_lambda(), function or get_settings().worker_function)
