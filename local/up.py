"""`make up`: runs the whole stack on $PORT until it is interrupted.

REDIS_URL and NEO4J_URI replace the embedded servers if they are set; an empty NEO4J_URI means no Neo4j. An
environment variable with the name of a template's parameter, such as CorsAllowOrigin, sets it. An argument
names another template; the stack's state is then in that template's folder.
"""

import asyncio
import os
import shlex
import signal
import socket
import subprocess
import sys
from contextlib import AsyncExitStack, ExitStack
from pathlib import Path

from local import CACHE, ROOT
from local.cloudformation import TemplateError
from local.embedded.neo4j import Neo4jServer, Neo4jUnavailableError, fetched
from local.embedded.valkey import running_valkey
from local.gateway import Gateway
from local.lambda_service import LambdaService
from local.layers import use_layers
from local.ports import LOOPBACK, bound_socket
from local.schedule import run_schedules
from local.template import Template, read_template

DEFAULT_PORT = "3000"
READY = "Milkrun is ready at"
_PLAIN_REDIS = {"REDIS_IAM_USER": "", "REDIS_IAM_CACHE": "", "REDIS_CLUSTER": "", "REDIS_MIN_REPLICAS": "0"}
"""Settings for a single node without IAM, in place of the template's ElastiCache."""
_INTERRUPTS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def say(line: str) -> None:
    """Prints a line for the user."""
    print(line, flush=True)


def main(arguments: list[str]) -> int:
    """Run the stack. Returns the exit status: 0 if it was interrupted, 1 if it could not start."""
    for interrupt in _INTERRUPTS:  # a shell may have set them to be ignored
        signal.signal(interrupt, signal.default_int_handler)
    template_path = Path(arguments[0]) if arguments else ROOT / "template.yaml"
    region = os.environ.get("AWS_REGION", "us-east-1")
    use_layers()
    from local.readiness import check_settings

    try:
        check_settings({**_PLAIN_REDIS, **os.environ})
        template = read_template(template_path, region, os.environ)
        listener = _claim_port(os.environ.get("PORT") or DEFAULT_PORT)
        state = template_path.parent / ".local" / str(listener.getsockname()[1])
        stack = Stack(template, listener, state, region)
        with ExitStack() as servers:
            redis_url = os.environ.get("REDIS_URL")
            if not redis_url:
                valkey = servers.enter_context(running_valkey(state / "valkey"))
                redis_url = valkey.url
                stack.watched["Valkey"] = valkey.process
            asyncio.run(stack.run(redis_url))
            for interrupt in _INTERRUPTS:  # everything is ending already
                signal.signal(interrupt, signal.SIG_IGN)
    except KeyboardInterrupt:
        return 0
    except (TemplateError, RuntimeError) as error:
        say(str(error))
        return 1
    return 0


def _claim_port(text: str) -> socket.socket:
    """The socket that the gateway will listen on. Raises RuntimeError with a line for the user."""
    if not text.isdecimal() or int(text) > 65_535:
        raise RuntimeError(f"PORT must be a number from 0 to 65535, not {text!r}.")
    try:
        return bound_socket(int(text))
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise RuntimeError(f"Port {text} is not available: {reason}. Choose another with PORT=….") from error


class Stack:
    """Gateway, functions, schedules and Neo4j. It reports if a process in `watched` ends."""

    def __init__(self, template: Template, listener: socket.socket, state: Path, region: str) -> None:
        self._template = template
        self._listener = listener
        self._state = state
        self._region = region
        self.watched: dict[str, subprocess.Popen[bytes]] = {}

    async def run(self, redis_url: str) -> None:
        """Run until interrupted, then end every process in the opposite order."""
        interrupted = asyncio.Event()
        for interrupt in _INTERRUPTS:
            asyncio.get_running_loop().add_signal_handler(interrupt, interrupted.set)
        overrides = {**_PLAIN_REDIS, **os.environ, "REDIS_URL": redis_url}
        neo4j = None
        async with AsyncExitStack() as running:
            if "NEO4J_URI" not in os.environ:
                neo4j = Neo4jServer(self._state / "neo4j", CACHE)
                overrides |= {"NEO4J_URI": neo4j.uri, "NEO4J_USER": "neo4j", "NEO4J_PASSWORD": "local"}
                running.callback(neo4j.stop)
            logs = self._state / "logs"
            service = LambdaService(self._template.functions, overrides, logs, say, self._region)
            await service.start()
            running.push_async_callback(service.stop)
            gateway = Gateway(self._template.api, service)
            running.push_async_callback(gateway.stop)
            if neo4j is not None:
                running.callback(neo4j.terminate)  # first, because it takes the longest
            work = asyncio.create_task(self._work(service, gateway, neo4j))
            running.push_async_callback(_cancel, work)
            waiting = asyncio.create_task(interrupted.wait())
            await asyncio.wait((work, waiting), return_when=asyncio.FIRST_COMPLETED)
            if interrupted.is_set():
                say("\nEnding")
            else:
                work.result()  # raises: the work ends by itself only if it fails

    async def _work(self, service: LambdaService, gateway: Gateway, neo4j: Neo4jServer | None) -> None:
        from local.readiness import what_is_down

        port = self._listener.getsockname()[1]
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(run_schedules(self._template.schedules, service, self._region))
            starting = tasks.create_task(self._start_neo4j(service, neo4j)) if neo4j is not None else None
            await self._warm(service)
            await gateway.start(self._listener)
            if starting is not None:
                if fetched(CACHE) is None:
                    say(f"Port {port} already answers, but Neo4j is not ready yet.")
                await starting
            url = f"http://{LOOPBACK}:{port}"
            for line in await asyncio.to_thread(what_is_down, url):
                say(line)
            say(f"{READY} {url}\nLogs are in {self._state / 'logs'}. Press Ctrl-C to end the stack.")
            await self._report_ends()

    async def _warm(self, service: LambdaService) -> None:
        """Start a process for each function behind the API, so that the first requests are quick."""
        names = {route.target for route in self._template.api.routes if isinstance(route.target, str)}
        await asyncio.gather(*map(service.warm, names))

    async def _start_neo4j(self, service: LambdaService, neo4j: Neo4jServer) -> None:
        from local.readiness import ask_for_a_network

        try:
            await neo4j.start()
        except Neo4jUnavailableError as error:
            say(f"Neo4j is not available: {error}. The stack runs without it.")
            await service.override({"NEO4J_URI": ""})
            await self._warm(service)
            return
        if neo4j.process is not None:
            self.watched["Neo4j"] = neo4j.process
        await asyncio.to_thread(ask_for_a_network, neo4j.uri)

    async def _report_ends(self) -> None:
        while True:
            await asyncio.sleep(0.5)
            for name, process in list(self.watched.items()):
                if process.poll() is not None:
                    say(f"{name} has ended with status {process.returncode}. It was started with:")
                    say(shlex.join(process.args if isinstance(process.args, list) else []))
                    del self.watched[name]


async def _cancel(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
