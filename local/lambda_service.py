"""A local Lambda for the stack's functions: their processes, and the Invoke API that boto3 calls."""

import asyncio
import json
import os
import uuid
from collections.abc import Callable, Mapping
from pathlib import Path
from urllib.parse import unquote

from aiohttp import web

from local.cloudformation import ACCOUNT
from local.events import EventQueue
from local.pool import Pool, ThrottledError
from local.ports import LOOPBACK, bound_socket
from local.sandbox import Invocation, Outcome
from local.template import Function

MAX_SYNCHRONOUS = 6_291_456  # bytes of an event, by Lambda's quotas
MAX_ASYNCHRONOUS = 1_048_576
_REAP_EVERY = 30.0
_INHERITED = ("PATH", "HOME", "TMPDIR", "SSL_CERT_FILE", "LD_LIBRARY_PATH")


class InvokeError(Exception):
    """An error of the Invoke API: HTTP status, name and message."""

    def __init__(self, status: int, name: str, message: str, **fields: str) -> None:
        super().__init__(message)
        self.status = status
        self.name = name
        self.body = {"Type": "User", "message": message, **fields}


def function_environment(
    function: Function, overrides: Mapping[str, str], region: str, endpoint: str
) -> dict[str, str]:
    """A function's environment: the variables that the template declares, overridden, and those that Lambda
    sets.

    As with `sam local`, `overrides` change only variables that the template declares for the function.
    """
    declared = {name: overrides.get(name, value) for name, value in function.environment.items()}
    if "AWS_ENDPOINT_URL_LAMBDA" in declared:
        declared["AWS_ENDPOINT_URL_LAMBDA"] = endpoint
    return {
        **{name: os.environ[name] for name in _INHERITED if name in os.environ},
        **declared,
        "AWS_SAM_LOCAL": "true",
        "AWS_REGION": region,
        "AWS_DEFAULT_REGION": region,
        "AWS_ACCESS_KEY_ID": "local",
        "AWS_SECRET_ACCESS_KEY": "local",
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_EXECUTION_ENV": f"AWS_Lambda_{function.runtime}",
        "AWS_LAMBDA_FUNCTION_NAME": function.name,
        "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(function.memory),
        "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
        "AWS_LAMBDA_LOG_GROUP_NAME": f"/aws/lambda/{function.name}",
        "AWS_LAMBDA_LOG_STREAM_NAME": "local",
        "LAMBDA_TASK_ROOT": str(function.code),
        "_HANDLER": function.handler,
        "TZ": ":UTC",
        "LANG": "en_US.UTF-8",
        "PYTHONUNBUFFERED": "1",
        "PYTHONPATH": os.pathsep.join(map(str, (function.code, *function.layers))),
    }


class LambdaService:
    """Runs functions. Call `start`, then `invoke` or the Invoke API at `endpoint`, then `stop`.

    `overrides` are environment variables of the functions. `logs` is the folder for the functions' output.
    `say` prints a line for the user.
    """

    def __init__(
        self,
        functions: Mapping[str, Function],
        overrides: Mapping[str, str],
        logs: Path,
        say: Callable[[str], None],
        region: str = "us-east-1",
        events: EventQueue | None = None,
    ) -> None:
        self._functions = functions
        self._overrides = overrides
        self._logs = logs
        self._say = say
        self._region = region
        self._events = events or EventQueue(say)
        self._pools: dict[str, Pool] = {}

    async def start(self) -> None:
        """Open the Invoke API. Processes start later, when they are needed."""
        application = web.Application(client_max_size=0)  # its own limits are below
        application.router.add_post("/2015-03-31/functions/{name}/invocations", self._serve_invoke)
        self._server = web.AppRunner(application, access_log=None, shutdown_timeout=0.1)
        await self._server.setup()
        listener = bound_socket(0)
        await web.SockSite(self._server, listener).start()
        self.endpoint = f"http://{LOOPBACK}:{listener.getsockname()[1]}"
        self._logs.mkdir(parents=True, exist_ok=True)
        for name, function in self._functions.items():
            log = self._logs / f"{function.module}.log"
            self._pools[name] = Pool(function, self._environment(function), log, self._say)
        self._reaper = asyncio.create_task(self._reap())

    async def stop(self) -> None:
        """End every process. Unfinished work and undelivered events are lost."""
        self._reaper.cancel()
        await self._events.stop()
        await asyncio.gather(*(pool.stop() for pool in self._pools.values()))
        await self._server.cleanup()

    async def warm(self, name: str) -> None:
        """Start a process of the function, if none is ready."""
        await self._pools[name].warm()

    async def override(self, overrides: Mapping[str, str]) -> None:
        """Change environment variables. Processes with the old ones end after their current invocation."""
        self._overrides = {**self._overrides, **overrides}
        await asyncio.gather(*(pool.renew(self._environment(pool.function)) for pool in self._pools.values()))

    async def invoke(self, name: str, payload: bytes) -> Outcome:
        """Run a function, by name or ARN, and wait for it (`RequestResponse`).

        Raises InvokeError if the Invoke API would refuse the call.
        """
        pool, invocation = self._prepare(name, payload, MAX_SYNCHRONOUS)
        try:
            return await pool.invoke(invocation)
        except ThrottledError:
            reason = "ReservedFunctionConcurrentInvocationLimitExceeded"
            raise InvokeError(429, "TooManyRequestsException", "Rate Exceeded.", Reason=reason) from None

    def send(self, name: str, payload: bytes) -> None:
        """Accept an event to run later (`Event`). Raises InvokeError if the Invoke API would refuse it."""
        self._events.accept(*self._prepare(name, payload, MAX_ASYNCHRONOUS))

    def _prepare(self, name: str, payload: bytes, limit: int) -> tuple[Pool, Invocation]:
        short_name, qualifier = _name_and_qualifier(name)
        arn = f"arn:aws:lambda:{self._region}:{ACCOUNT}:function:{short_name}{qualifier}"
        if short_name not in self._pools:
            raise InvokeError(404, "ResourceNotFoundException", f"Function not found: {arn}")
        if len(payload) > limit:
            message = f"{len(payload)} byte payload is too large for this invocation type (limit: {limit})"
            raise InvokeError(413, "RequestTooLargeException", message)
        try:
            json.loads(payload or b"{}")
        except ValueError as error:
            message = f"Could not parse request body into json: {error}"
            raise InvokeError(400, "InvalidRequestContentException", message) from error
        return self._pools[short_name], Invocation(payload or b"{}", str(uuid.uuid4()), arn)

    def _environment(self, function: Function) -> dict[str, str]:
        return function_environment(function, self._overrides, self._region, self.endpoint)

    async def _reap(self) -> None:
        while True:
            await asyncio.sleep(_REAP_EVERY)
            await asyncio.gather(*(pool.reap() for pool in self._pools.values()))

    async def _serve_invoke(self, request: web.Request) -> web.Response:
        request_id = {"x-amzn-RequestId": str(uuid.uuid4())}
        try:
            response = await self._invoke_by_type(request)
        except InvokeError as error:
            headers = {"x-amzn-ErrorType": error.name}
            response = web.json_response(error.body, status=error.status, headers=headers)
        response.headers.update(request_id)
        return response

    async def _invoke_by_type(self, request: web.Request) -> web.Response:
        name, payload = request.match_info["name"], await request.read()
        match request.headers.get("X-Amz-Invocation-Type", "RequestResponse"):
            case "RequestResponse":
                outcome = await self.invoke(name, payload)
                headers = {"X-Amz-Executed-Version": "$LATEST"}
                if outcome.failed:
                    headers["X-Amz-Function-Error"] = "Unhandled"
                return web.Response(body=outcome.payload, content_type="application/json", headers=headers)
            case "Event":
                self.send(name, payload)
                return web.Response(status=202)
            case "DryRun":
                self._prepare(name, payload, MAX_SYNCHRONOUS)
                return web.Response(status=204)
            case other:
                raise InvokeError(400, "InvalidParameterValueException", f"Unknown invocation type {other}")


def _name_and_qualifier(name: str) -> tuple[str, str]:
    """The function's name, and its qualifier: `:` with an alias or version, or nothing.

    The Invoke API accepts a name, a partial ARN or an ARN, each with or without a qualifier. Here, every
    alias is the function itself.
    """
    parts = unquote(name).split(":")
    at = parts.index("function") + 1 if "function" in parts[:-1] else 0
    return parts[at], "".join(f":{qualifier}" for qualifier in parts[at + 1 :])
