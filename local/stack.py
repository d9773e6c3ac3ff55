"""Runs a whole stack in a process, for tests and for the demo."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from local import ROOT
from local.ports import LOOPBACK, free_port
from local.processes import child_setup, stop
from local.up import READY

START_LIMIT = 240.0  # seconds, including the first download of Neo4j
STOP_GRACE = 15.0


@dataclass(frozen=True)
class RunningStack:
    """A stack that is ready: base URL (no slash at its end), state folder, process, console output."""

    url: str
    state: Path
    process: subprocess.Popen[bytes]
    console: Path


@contextmanager
def running_stack(
    env: Mapping[str, str] | None = None,
    *,
    neo4j: bool = False,
    template: Path = ROOT / "template.yaml",
    port: int | None = None,
) -> Iterator[RunningStack]:
    """A stack on a free port, ready to serve. All its processes end with the block.

    `env` overrides this process's environment, whose own REDIS_URL and NEO4J_URI are ignored. Variables that
    the template declares reach the functions. State is deleted at the end, unless the caller chose the port;
    then a later stack on that port continues with it.

    Raises RuntimeError with the console's last lines if the stack does not start.
    """
    chosen = port or free_port()
    state = template.parent / ".local" / str(chosen)
    if port is None:
        shutil.rmtree(state, ignore_errors=True)
    state.mkdir(parents=True, exist_ok=True)
    console = state / "console.log"
    environment = {name: it for name, it in os.environ.items() if name not in ("REDIS_URL", "NEO4J_URI")}
    environment |= {**({} if neo4j else {"NEO4J_URI": ""}), **(env or {}), "PORT": str(chosen)}
    with console.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "local.up", str(template)],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            preexec_fn=child_setup(),
        )
    try:
        _wait_until_ready(process, console)
        yield RunningStack(f"http://{LOOPBACK}:{chosen}", state, process, console)
    finally:
        stop(process, STOP_GRACE)
    if port is None:
        shutil.rmtree(state, ignore_errors=True)


def _wait_until_ready(process: subprocess.Popen[bytes], console: Path) -> None:
    deadline = time.monotonic() + START_LIMIT
    while READY not in (said := console.read_text(errors="replace")):
        if process.poll() is not None or time.monotonic() > deadline:
            last_lines = "\n".join(said.splitlines()[-10:])
            raise RuntimeError(f"The stack did not start:\n{last_lines}")
        time.sleep(0.05)
