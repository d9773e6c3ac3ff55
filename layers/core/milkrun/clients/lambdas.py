"""The Lambda client: sends the event that starts a worker."""

import json
import logging
from functools import cache
from typing import TYPE_CHECKING, cast

import botocore.session
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from milkrun.jobs.run import Run
from milkrun.settings import get_settings

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient

INVOKE_TIMEOUT = 1.0
INVOKES_AT_ONCE = 10
"""Invokes that may be under way at a time, each on a connection of its own."""


@cache
def get_lambda() -> "LambdaClient":
    """The client of this process: a second's patience and no retries, for the sweeper invokes again."""
    logging.getLogger("botocore").setLevel(logging.WARNING)  # it tells of its credentials at INFO
    config = Config(
        connect_timeout=INVOKE_TIMEOUT,
        read_timeout=INVOKE_TIMEOUT,
        retries={"total_max_attempts": 1},
        max_pool_connections=INVOKES_AT_ONCE,
    )
    client = botocore.session.get_session().create_client("lambda", config=config)
    return cast("LambdaClient", client)


class WorkerInvoker:
    """Starts a worker for a run, asynchronously.

    Args:
        function: Its name or ARN; with an alias in it, whichever version that leads to.
    """

    def __init__(self, client: "LambdaClient", function: str) -> None:
        self._client = client
        self._function = function

    def invoke(self, run: Run) -> str | None:
        """Sends the event; it carries only owner, run id and correlation id.

        Returns:
            None, or why it could not be sent. That loses nothing: the run stays pending, and the sweeper
            sends again.
        """
        event = {"owner": run.owner, "run_id": run.run_id, "correlation_id": run.correlation_id}
        try:
            self._client.invoke(
                FunctionName=self._function, InvocationType="Event", Payload=json.dumps(event).encode()
            )
        except ClientError as error:
            return error.response["Error"].get("Code", "ClientError")
        except BotoCoreError as error:
            return type(error).__name__
        return None


@cache
def get_invoker(function: str | None = None) -> WorkerInvoker:
    """The invoker of this process.

    Args:
        function: The worker; None for the one that the settings name. A worker gives the ARN that it was
            invoked by: with the alias in it, its successor is of the version that the alias leads to by then.
    """
    return WorkerInvoker(get_lambda(), function or get_settings().worker_function)
