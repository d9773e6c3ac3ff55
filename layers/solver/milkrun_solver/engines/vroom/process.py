"""Starts the child process that runs VROOM, and talks to it through pipes."""

import json
import os
import pickle
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from milkrun_solver.engines.vroom.child_request import Request
from milkrun_solver.errors import EngineError

MOST_DEATHS = 3
"""After this many children have died by themselves, no other is started: memory is probably short."""


class VroomProcess:
    """Solves requests one after the other in a child process.

    The first request starts the child. If the child dies by itself, the next request starts another. It ends
    with the thread that started it. `multiprocessing` will not do: forking a process with threads may
    deadlock, and spawned children import the caller's main module.
    """

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()
        self._deaths = 0
        self.stopped = False

    @property
    def pid(self) -> int | None:
        """The child's process id; None until it is started."""
        return None if self._process is None else self._process.pid

    @property
    def lost(self) -> bool:
        """Whether too many children have died by themselves to start another."""
        return self._deaths >= MOST_DEATHS

    def answers(self, request: Request) -> Iterator[dict[str, Any]]:
        """Yields VROOM's output for each effort of a request as it arrives; nothing after `stop`.

        Raises:
            EngineError: VROOM refused every effort, or the child died by itself.
        """
        process = self._started()
        if process is None or process.stdin is None or process.stdout is None:
            return
        answered, refusal = False, ""
        try:
            pickle.dump(request, process.stdin, protocol=pickle.HIGHEST_PROTOCOL)
            process.stdin.flush()
            while (line := process.stdout.readline()).strip() and line.endswith(b"\n"):
                if line.startswith(b"+"):
                    answered = True
                    yield json.loads(line[1:])
                else:
                    refusal = line[1:].decode().strip()
        except BrokenPipeError:
            line = b""
        if not line.endswith(b"\n") and not self.stopped:
            raise EngineError(f"VROOM's process ended with exit status {self._let_go(process)}.")
        if refusal and not answered:
            raise EngineError(f"VROOM rejected the problem: {refusal}")

    def stop(self) -> None:
        """Kills the child process."""
        with self._lock:
            self.stopped = True
            if self._process is not None:
                self._process.kill()

    def close(self) -> None:
        """Kills the child process and waits until it has ended."""
        self.stop()
        if self._process is not None:
            _wait(self._process)

    def _let_go(self, process: "subprocess.Popen[bytes]") -> int:
        """Drops a child that has died; returns its exit code."""
        with self._lock:
            self._deaths += 1
            self._process = None
        return _wait(process)

    def _started(self) -> "subprocess.Popen[bytes] | None":
        with self._lock:
            if self._process is None and not self.stopped:
                self._process = _spawn()
            return None if self.stopped else self._process


def _wait(process: "subprocess.Popen[bytes]") -> int:
    """Closes the pipes to a child and waits until it has ended; returns its exit code."""
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            with suppress(BrokenPipeError):
                pipe.close()
    return process.wait()


def _spawn() -> "subprocess.Popen[bytes]":
    path = os.pathsep.join(entry for entry in sys.path if entry)
    return subprocess.Popen(
        [sys.executable, "-P", "-m", "milkrun_solver.engines.vroom.child"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": path},
    )
