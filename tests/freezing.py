"""Processes that hang."""

import os
import signal
import subprocess


def freeze(process: subprocess.Popen[bytes]) -> None:
    """Suspends a child, and returns once all of its threads have stopped.

    SIGSTOP returns earlier: on a busy machine, Neo4j has time for one more answer.
    """
    process.send_signal(signal.SIGSTOP)
    os.waitid(os.P_PID, process.pid, os.WSTOPPED | os.WEXITED | os.WNOWAIT)


def thaw(process: subprocess.Popen[bytes]) -> None:
    """Resumes a frozen child."""
    process.send_signal(signal.SIGCONT)
