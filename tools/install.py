"""`python -m tools.install LOCK [NEO4J_LOCK]`: has pip install a lock, and says how far it is.

Neo4j is fetched meanwhile if there is a lock of what fetches it: both take a minute or so, and wait for the
network much of it. Nothing but the standard library is there when this begins.
"""

import queue
import re
import subprocess
import sys
import sysconfig
import threading
import time
from pathlib import Path

from local import CACHE, ROOT

_BETWEEN_LINES = 3.0
"""Seconds between two lines where the output is kept, as in CI: there a line cannot be written over."""
_PIP = [sys.executable, "-m", "pip", "install", "--disable-pip-version-check", "--progress-bar", "off"]
_LOCKED = [*_PIP, "--require-hashes", "--no-deps", "-r"]


def packages(lock: Path) -> int:
    """How many packages a lock names, for this machine or another one."""
    return len(re.findall(r"^[\w.-]+==", lock.read_text(), re.MULTILINE))


class Progress:
    """What pip is at, out of the lines that it prints.

    Args:
        named: How many packages the lock names.
    """

    def __init__(self, named: int) -> None:
        self.total = 0
        self._named = named
        self._seen: set[str] = set()
        self._text = "Looking for packages"

    def hear(self, line: str) -> None:
        """Takes note of a line."""
        if found := re.match(r"Collecting ([\w.-]+)", line):
            self._seen.add(found[1])
            self._text = f"Fetching {len(self._seen)} of {self._named}: {found[1]}"
        elif found := re.match(r"\s+(?:Downloading|Using cached) \S+ \((.*)\)", line):
            self._text = f"{self._text.partition(', of ')[0]}, of {found[1]}"
        elif line.startswith("Ignoring "):
            self._named -= 1  # it is for another machine or another Python
        elif line.startswith("Installing collected packages: "):
            self.total = line.count(",") + 1

    def text(self, installed: int) -> str:
        """It in a few words. `installed` packages are there that were not before."""
        return f"Installing {min(installed, self.total)} of {self.total}" if self.total else self._text


class Console:
    """One line that is written over; where the output is kept, a line every few seconds."""

    def __init__(self) -> None:
        self._is_terminal = sys.stdout.isatty()
        self._shown, self._at = "", -_BETWEEN_LINES

    def show(self, text: str) -> None:
        """Says it, unless it was said already or something else a moment ago."""
        if text == self._shown or (not self._is_terminal and time.monotonic() - self._at < _BETWEEN_LINES):
            return
        self._shown, self._at = text, time.monotonic()
        self._print(text, end="" if self._is_terminal else "\n")

    def end(self, text: str) -> None:
        """Says the last thing."""
        self._print(text, end="\n")

    def _print(self, text: str, end: str) -> None:
        print(f"\r{text}\033[K" if self._is_terminal else text, end=end, flush=True)


class Child:
    """A process whose lines are there to be taken; its errors go where ours do."""

    def __init__(self, command: list[str], said: "queue.SimpleQueue[str]") -> None:
        self._process = subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True
        )
        self._reader = threading.Thread(target=self._read, args=(said,), daemon=True)
        self._reader.start()

    def _read(self, said: "queue.SimpleQueue[str]") -> None:
        for line in self._process.stdout or ():
            said.put(line.rstrip())

    @property
    def is_there(self) -> bool:
        """Whether it runs, or has lines that were not read yet."""
        return self._reader.is_alive()

    def status(self) -> int:
        """Its exit status, once it has ended."""
        return self._process.wait()


def main(arguments: list[str]) -> int:
    """Installs. Returns pip's exit status; a Neo4j that cannot be fetched is told by who starts it."""
    lock, *neo4j = arguments
    return _install(lock, _begin_to_fetch_neo4j(neo4j[0]) if neo4j else None)


def _begin_to_fetch_neo4j(lock: str) -> "tuple[Child, queue.SimpleQueue[str]] | None":
    print("Fetching what Neo4j is fetched with", flush=True)
    if subprocess.run([*_LOCKED, lock, "--quiet"], cwd=ROOT, check=False).returncode != 0:
        return None  # pip says why, and will again
    said: queue.SimpleQueue[str] = queue.SimpleQueue()
    return Child([sys.executable, "-m", "local.embedded.neo4j", str(CACHE)], said), said


def _install(lock: str, neo4j: "tuple[Child, queue.SimpleQueue[str]] | None") -> int:
    console, progress, said = Console(), Progress(packages(ROOT / lock)), queue.SimpleQueue[str]()
    before, of_neo4j = _installed(), ""
    pip = Child([*_LOCKED, lock], said)
    while pip.is_there or (neo4j is not None and neo4j[0].is_there):
        time.sleep(0.1)
        while not said.empty():
            progress.hear(said.get())
        while neo4j is not None and not neo4j[1].empty():
            of_neo4j = neo4j[1].get()
        at = progress.text(_installed() - before) if pip.is_there else "Packages are installed"
        console.show("; ".join(filter(None, (at, of_neo4j))))
    status = pip.status()
    console.end("What it takes is installed." if status == 0 else "pip has failed.")
    return status


def _installed() -> int:
    """How many packages this Python has."""
    return len(list(Path(sysconfig.get_path("purelib")).glob("*.dist-info")))


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
