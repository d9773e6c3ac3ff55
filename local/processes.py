"""Child processes that never outlive the stack."""

import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

_PR_SET_PDEATHSIG = 1


def child_setup() -> Callable[[], None]:
    """The function that a child runs between fork and exec (`preexec_fn`).

    Ctrl-C reaches the whole process group at once, so children ignore it, and the stack ends them in the
    right order. On Linux, the kernel ends them if the stack itself is killed.
    """
    parent = os.getpid()
    libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None

    def setup() -> None:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        if libc is not None:
            libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
            if os.getppid() != parent:
                os._exit(1)  # the parent died before the kernel watched it

    return setup


def stop(process: subprocess.Popen[bytes], grace: float) -> None:
    """Ask a process to end, waking it if it is suspended, and kill it after `grace` seconds."""
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
        process.send_signal(signal.SIGCONT)
        try:
            process.wait(grace)
        except subprocess.TimeoutExpired:
            process.kill()
    process.wait()


def kill_bearers(marker: str) -> None:
    """Kill every process that was started with `marker` (NAME=value) in its environment. Linux only.

    On Lambda, a sandbox ends with everything that runs in it. Here, that is every process with its
    environment.
    """
    needle = marker.encode()
    for environ in Path("/proc").glob("[0-9]*/environ"):
        try:
            if needle in environ.read_bytes().split(b"\0"):
                os.kill(int(environ.parent.name), signal.SIGKILL)
        except OSError:
            continue  # it ended meanwhile, or belongs to another user
