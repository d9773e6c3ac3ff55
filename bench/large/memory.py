"""Measures the memory of processes, as Linux counts it."""

import ctypes
import gc
import threading
from pathlib import Path
from types import TracebackType


def forget_peak() -> None:
    """Frees unused memory and resets the peak."""
    gc.collect()
    ctypes.CDLL(None).malloc_trim(0)
    Path("/proc/self/clear_refs").write_text("5")


def resident() -> float:
    """This process's memory now, in MB."""
    return _status("self", "VmRSS")


def peak() -> float:
    """This process's peak memory since `forget_peak`, in MB."""
    return _status("self", "VmHWM")


class Children:
    """Watches the processes that this one starts. `peak` is their peak memory together, in MB."""

    def __init__(self) -> None:
        self.peak = 0.0
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> "Children":
        self._thread.start()
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._over.wait(0.05):
            self.peak = max(self.peak, sum(map(_resident, _children())))


def _children() -> list[str]:
    """Ids of the processes started by any thread of this one."""
    found: list[str] = []
    for thread in Path("/proc/self/task").iterdir():
        try:
            found += (thread / "children").read_text().split()
        except FileNotFoundError:  # the thread has just ended
            continue
    return found


def _resident(pid: str) -> float:
    try:
        return _status(pid, "VmRSS")
    except (FileNotFoundError, ProcessLookupError):
        return 0.0


def _status(pid: str, key: str) -> float:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(key):
            return int(line.split()[1]) / 1024
    return 0.0
