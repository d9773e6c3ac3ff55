"""One execution environment: a function's process under AWS's runtime client, and the Runtime API that it
calls.

The Runtime API's paths do not name a function, and the runtime client accepts only a host and port as
address. So every process has its own Runtime API on its own port. That address also marks every process that
it starts as part of its sandbox.
"""

import asyncio
import json
import signal
import sys
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from aiohttp import web

from local.ports import LOOPBACK, bound_socket
from local.processes import child_setup, kill_bearers
from local.template import Function

MAX_RESPONSE = 6_291_556  # bytes of a function's answer, by Lambda's quotas
INIT_LIMIT = 10.0  # seconds that starting may take before the function's own timeout counts
_RUNTIME = "/2018-06-01/runtime"


@dataclass(frozen=True)
class Invocation:
    """One event for a function."""

    payload: bytes
    request_id: str
    arn: str


@dataclass(frozen=True)
class Outcome:
    """The outcome of an invocation: the function's JSON or, if it `failed`, Lambda's error object."""

    payload: bytes
    failed: bool = False

    @property
    def message(self) -> str:
        """The error message of a failure."""
        return str(json.loads(self.payload).get("errorMessage", ""))


def failure(error_type: str, message: str, request_id: str = "") -> Outcome:
    """An error of the platform, in Lambda's words."""
    if request_id:
        message = f"RequestId: {request_id} Error: {message}"
    return Outcome(json.dumps({"errorType": error_type, "errorMessage": message}).encode(), failed=True)


class Sandbox:
    """A process that serves one invocation at a time.

    `on_end` is called once, with a sentence if the process ended by itself.
    """

    def __init__(
        self, function: Function, log: Path, on_end: Callable[["Sandbox", str | None], None]
    ) -> None:
        self.function = function
        self.idle_since = time.monotonic()
        self._log = log
        self._on_end = on_end
        self._handed: asyncio.Queue[Invocation | None] = asyncio.Queue()  # None ends the waiting
        self._current: tuple[Invocation, asyncio.Future[Outcome]] | None = None
        self._initialised: asyncio.Future[Outcome | None] = asyncio.get_running_loop().create_future()
        self._process: asyncio.subprocess.Process | None = None
        self._watcher: asyncio.Task[None] | None = None
        self._ending = False

    @property
    def alive(self) -> bool:
        return not self._ending and self._process is not None and self._process.returncode is None

    async def start(self, environment: Mapping[str, str]) -> Outcome | None:
        """Start the process and wait until it asks for work. Returns the failure if it never does."""
        application = web.Application(client_max_size=0)  # Lambda's own limit is below
        application.add_routes(
            [
                web.get(f"{_RUNTIME}/invocation/next", self._serve_next),
                web.post(f"{_RUNTIME}/invocation/{{request_id}}/response", self._take_response),
                web.post(f"{_RUNTIME}/invocation/{{request_id}}/error", self._take_error),
                web.post(f"{_RUNTIME}/init/error", self._take_init_error),
            ]
        )
        self._runtime_api = web.AppRunner(
            application, access_log=None, keepalive_timeout=3600, shutdown_timeout=0.1
        )
        try:
            await self._runtime_api.setup()
            listener = bound_socket(0)
            await web.SockSite(self._runtime_api, listener).start()
            address = f"{LOOPBACK}:{listener.getsockname()[1]}"
            self._marker = f"AWS_LAMBDA_RUNTIME_API={address}"
            self._process = await self._spawn({**environment, "AWS_LAMBDA_RUNTIME_API": address})
        except OSError as error:  # the folder is missing, or the machine is out of processes or files
            self._on_end(self, None)
            await self._runtime_api.cleanup()
            return failure("Runtime.InvalidEntrypoint", str(error))
        self._watcher = asyncio.create_task(self._watch(self._process))
        if self._ending:
            self._process.kill()
        try:
            async with asyncio.timeout(INIT_LIMIT + self.function.timeout):
                return await asyncio.shield(self._initialised)
        except TimeoutError:
            await self.end()
            return failure("Sandbox.Timedout", "the function did not initialise in time")

    async def invoke(self, invocation: Invocation) -> Outcome:
        """Hand over an event and wait for its outcome, up to the function's timeout."""
        outcome: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
        self._current = (invocation, outcome)
        self._handed.put_nowait(invocation)
        if not self.alive:
            self._settle(self._exit_failure())
        try:
            async with asyncio.timeout(self.function.timeout):
                return await outcome
        except TimeoutError:
            message = f"Task timed out after {self.function.timeout:.2f} seconds"
            self._write_log(f"{invocation.request_id} {message}")
            await self.end()
            return failure("Sandbox.Timedout", message, invocation.request_id)
        finally:
            self._current = None
            self.idle_since = time.monotonic()

    async def end(self) -> None:
        """Kill the process and all that it started, and close its Runtime API."""
        self._ending = True
        if self._process is not None and self._process.returncode is None:
            self._process.kill()
        if self._watcher is not None:
            await self._watcher

    async def _spawn(self, environment: Mapping[str, str]) -> asyncio.subprocess.Process:
        with self._log.open("ab") as output:
            return await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "awslambdaric", self.function.handler),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                cwd=self.function.code,
                env=environment,
                preexec_fn=child_setup(),
            )

    async def _watch(self, process: asyncio.subprocess.Process) -> None:
        await process.wait()
        kill_bearers(self._marker)
        exited = self._exit_failure()
        self._settle(exited)
        self._handed.put_nowait(None)
        if not self._initialised.done():
            self._initialised.set_result(exited)
        obituary = None if self._ending else f"{self.function.module} (pid {process.pid}) {self._cause()}"
        self._on_end(self, obituary)
        await self._runtime_api.cleanup()

    def _cause(self) -> str:
        code = self._process.returncode if self._process is not None else None
        if code is not None and code < 0:
            return f"was ended by {signal.Signals(-code).name}"
        return f"exited with status {code}"

    def _exit_failure(self) -> Outcome:
        code = self._process.returncode if self._process is not None else None
        if not code:
            reason = "Runtime exited without providing a reason"
        elif code < 0:
            name = signal.strsignal(-code) or str(-code)
            reason = f"Runtime exited with error: signal: {name.lower()}"
        else:
            reason = f"Runtime exited with error: exit status {code}"
        return failure("Runtime.ExitError", reason, self._current[0].request_id if self._current else "")

    def _settle(self, outcome: Outcome) -> None:
        if self._current is not None and not self._current[1].done():
            self._current[1].set_result(outcome)

    def _write_log(self, line: str) -> None:
        with self._log.open("a") as log:
            log.write(f"{time.strftime('%Y-%m-%dT%H:%M:%SZ', time.gmtime())} {line}\n")

    async def _serve_next(self, _: web.Request) -> web.Response:
        if not self._initialised.done():
            self._initialised.set_result(None)
        invocation = await self._handed.get()
        if invocation is None:
            raise web.HTTPGone
        headers = {
            "Lambda-Runtime-Aws-Request-Id": invocation.request_id,
            "Lambda-Runtime-Deadline-Ms": str(int((time.time() + self.function.timeout) * 1000)),
            "Lambda-Runtime-Invoked-Function-Arn": invocation.arn,
            "Lambda-Runtime-Trace-Id": f"Root=1-{int(time.time()):08x}-{uuid.uuid4().hex[:24]};Sampled=0",
        }
        return web.Response(body=invocation.payload, content_type="application/json", headers=headers)

    async def _take_response(self, request: web.Request) -> web.Response:
        payload = await request.read()
        if len(payload) > MAX_RESPONSE:
            message = f"Response payload size exceeded maximum allowed payload size ({MAX_RESPONSE} bytes)."
            self._settle(failure("Function.ResponseSizeTooLarge", message))
            self._ending = True  # the runtime client ends itself at the status below
            return web.json_response({"errorType": "RequestEntityTooLarge"}, status=413)
        return self._accept(request, Outcome(payload))

    async def _take_error(self, request: web.Request) -> web.Response:
        return self._accept(request, Outcome(await request.read(), failed=True))

    def _accept(self, request: web.Request, outcome: Outcome) -> web.Response:
        if self._current is None or self._current[0].request_id != request.match_info["request_id"]:
            return web.json_response({"errorType": "InvalidRequestID"}, status=400)
        self._settle(outcome)
        return web.json_response({"status": "OK"}, status=202)

    async def _take_init_error(self, request: web.Request) -> web.Response:
        if not self._initialised.done():
            self._initialised.set_result(Outcome(await request.read(), failed=True))
        return web.json_response({"status": "OK"}, status=202)
