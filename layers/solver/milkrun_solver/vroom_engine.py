"""VROOM as an engine: a child process, and a thread that hands it the problem and reads its answers."""

import json
import os
import pickle
import subprocess
import sys
import threading

from milkrun_solver.errors import EngineError
from milkrun_solver.events import Ended, Post, VroomAnswer
from milkrun_solver.vroom_request import Request


class VroomEngine:
    """One run of the child process. `multiprocessing` is not used: to fork a process with threads may
    deadlock, and its spawned children import the caller's main module.

    Args:
        post: Takes each answer and one `Ended`.
    """

    def __init__(self, post: Post) -> None:
        self._post = post
        self._process: subprocess.Popen[bytes] | None = None
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()
        self._stopped = False

    @property
    def pid(self) -> int | None:
        """The child's process id, once it is started."""
        return None if self._process is None else self._process.pid

    def start(self, request: Request) -> None:
        """Starts the child. It dies with the thread started here, which lives as long as the child does."""
        self._thread = threading.Thread(target=self._run, args=(request,), name="vroom", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Kills the child, whatever it does."""
        with self._lock:
            self._stopped = True
            if self._process is not None:
                self._process.kill()

    def join(self, timeout: float) -> None:
        """Waits until child and thread are gone, `timeout` seconds at most."""
        if self._thread is not None:
            self._thread.join(timeout)

    def _run(self, request: Request) -> None:
        error: Exception | None = None
        try:
            self._serve(request)
        except Exception as caught:  # an engine's failure is an event: the other engine goes on
            error = None if self._stopped else caught
        self._post(Ended("vroom", error))

    def _serve(self, request: Request) -> None:
        with self._lock:
            if self._stopped:
                return
            self._process = process = _spawn()
        refusal = ""
        answers = 0
        with process:
            if process.stdin is None or process.stdout is None:
                raise EngineError("VROOM's process has no pipes.")
            with process.stdin as pipe:
                pickle.dump(request, pipe, protocol=pickle.HIGHEST_PROTOCOL)
            for line in process.stdout:
                if line.startswith(b"+"):
                    self._post(VroomAnswer(json.loads(line[1:])))
                    answers += 1
                else:
                    refusal = line[1:].decode().strip()
        if process.returncode != 0:
            raise EngineError(f"VROOM's process ended with {process.returncode}.")
        if refusal and not answers:
            raise EngineError(f"VROOM refuses the problem: {refusal}")


def _spawn() -> "subprocess.Popen[bytes]":
    path = os.pathsep.join(entry for entry in sys.path if entry)
    return subprocess.Popen(
        [sys.executable, "-P", "-m", "milkrun_solver.vroom_child"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": path},
    )
