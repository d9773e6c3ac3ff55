"""VROOM as an engine for the whole problem: a child process, and a thread that reads its answers."""

import threading

from milkrun_solver.engines.vroom.process import VroomProcess
from milkrun_solver.engines.vroom.request import Request
from milkrun_solver.search.events import Ended, Post, VroomAnswer


class VroomEngine:
    """One request to VROOM.

    Args:
        post: Takes each answer and one `Ended`.
    """

    def __init__(self, post: Post) -> None:
        self._post = post
        self._process = VroomProcess()
        self._thread: threading.Thread | None = None

    @property
    def pid(self) -> int | None:
        """The child's process id, once it is started."""
        return self._process.pid

    def start(self, request: Request) -> None:
        """Starts the child, which dies with the thread started here."""
        self._thread = threading.Thread(target=self._run, args=(request,), name="vroom", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Kills the child, whatever it does."""
        self._process.stop()

    def join(self, timeout: float) -> None:
        """Waits until child and thread are gone, `timeout` seconds at most."""
        if self._thread is not None:
            self._thread.join(timeout)

    def _run(self, request: Request) -> None:
        error: Exception | None = None
        try:
            for output in self._process.answers(request):
                self._post(VroomAnswer(output))
        except Exception as caught:  # an engine's failure is an event: the other engine goes on
            error = None if self._process.stopped else caught
        finally:
            self._process.close()
        self._post(Ended("vroom", error, whole=True))
