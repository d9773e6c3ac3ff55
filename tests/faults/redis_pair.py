"""A Redis primary with a replica behind one address, and the faults that can hit them."""

import asyncio
import os
import signal
from contextlib import ExitStack, suppress
from pathlib import Path
from urllib.parse import urlsplit

import redis

from local.embedded.valkey import Valkey, running_valkey
from local.ports import LOOPBACK, bound_socket
from tests.redis_pair import Link

_SYNC_LIMIT = 60.0
OPTIONS = (
    *("--appendfsync", "always"),  # what is acknowledged is on disk
    *("--auto-aof-rewrite-percentage", "0", "--aof-timestamp-enabled", "yes"),  # this file is the trail
    *("--repl-diskless-sync-delay", "0", "--repl-backlog-size", "64mb"),
)


class Name:
    """An address that connects to whichever server is the primary, like a DNS name."""

    def __init__(self) -> None:
        self.target = 0
        self._pumps: set[asyncio.Task[None]] = set()

    async def start(self) -> str:
        """Starts to listen, and returns the URL."""
        listener = bound_socket(0)
        self._server = await asyncio.start_server(self._connect, sock=listener, backlog=512)
        return f"redis://{LOOPBACK}:{listener.getsockname()[1]}/0"

    async def stop(self) -> None:
        """Closes all connections and stops."""
        self._server.close()
        for pump in self._pumps:
            pump.cancel()
        await asyncio.gather(*self._pumps, return_exceptions=True)

    async def _connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            far_reader, far_writer = await asyncio.open_connection(LOOPBACK, self.target)
        except OSError:
            writer.close()
            return
        for source, sink, other in ((reader, far_writer, writer), (far_reader, writer, far_writer)):
            pump = asyncio.create_task(_pump(source, sink, other))
            self._pumps.add(pump)
            pump.add_done_callback(self._pumps.discard)


async def _pump(
    source: asyncio.StreamReader, sink: asyncio.StreamWriter, other: asyncio.StreamWriter
) -> None:
    with suppress(OSError):
        while data := await source.read(65_536):
            sink.write(data)
            await sink.drain()
    sink.close()
    other.close()


class Server:
    """One Valkey. `running` lasts from a start to an end of its process."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.running = ExitStack()
        self.valkey: Valkey
        self.port: int | None = None

    async def start(self) -> None:
        """Starts it, or starts it again with its data on the same port."""
        life = running_valkey(self.folder, *OPTIONS, port=self.port)
        self.valkey = await asyncio.to_thread(self.running.enter_context, life)
        self.port = urlsplit(self.valkey.url).port
        self.client = redis.Redis.from_url(self.valkey.url, socket_timeout=10)

    async def kill(self) -> None:
        """Kills it with SIGKILL."""
        self.valkey.process.kill()
        await asyncio.to_thread(self.valkey.process.wait)

    async def is_linked(self) -> None:
        """Waits until it has all data of its primary."""
        async with asyncio.timeout(_SYNC_LIMIT):
            while self.client.info("replication").get("master_link_status") != "up":
                await asyncio.sleep(0.05)


class RedisPair:
    """A primary and its replica; both write their data to disk at each write."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._servers: list[Server] = []
        self._name = Name()

    async def start(self) -> str:
        """Starts both, and returns the URL that leads to the primary."""
        self._trail = self._folder / "trail"
        self._trail.mkdir(parents=True)
        self.primary = await self._new_server()
        self._name.target = self._port(self.primary)
        self.replica = await self._new_replica()
        return await self._name.start()

    async def stop(self) -> None:
        """Ends both."""
        await self._name.stop()
        self._link.cut()
        for server in self._servers:
            await asyncio.to_thread(server.running.close)

    async def kill(self, seconds: float) -> None:
        """Kills the primary, which returns with what is on its disk."""
        self.keep_trail()
        await self.primary.kill()
        await asyncio.sleep(seconds)
        await self.primary.start()
        await self.replica.is_linked()

    async def hang(self, seconds: float) -> None:
        """Suspends the primary for a while."""
        self.primary.valkey.process.send_signal(signal.SIGSTOP)
        try:
            await asyncio.sleep(seconds)
        finally:
            self.primary.valkey.process.send_signal(signal.SIGCONT)

    async def lag(self, seconds: float) -> None:
        """Cuts the replica off for a while."""
        self._link.lag()
        try:
            await asyncio.sleep(seconds)
        finally:
            self._link.catch_up()

    async def fail_over(self, seconds: float, *, behind: float = 0) -> None:
        """Kills the primary for good. After a while its replica takes over and then gets a replica itself.

        Args:
            behind: For how many seconds before, the replica has received nothing. Those writes are lost.
        """
        if behind:
            self._link.lag()
            await asyncio.sleep(behind)
        self.keep_trail()
        await self.primary.kill()
        self._link.cut()
        await asyncio.sleep(seconds)
        self.replica.client.replicaof("NO", "ONE")
        self.primary = self.replica
        self._name.target = self._port(self.primary)
        self.replica = await self._new_replica()

    async def switch_over(self) -> None:
        """Swaps the two, as for maintenance. Open connections still lead to the old primary."""
        self.keep_trail()
        self.primary.client.execute_command("FAILOVER", "TO", LOOPBACK, self._port(self.replica))
        async with asyncio.timeout(_SYNC_LIMIT):
            while self.replica.client.info("replication")["role"] != "master":
                await asyncio.sleep(0.02)
        self.primary, self.replica = self.replica, self.primary
        self._name.target = self._port(self.primary)
        await self._follow(self.replica)

    def keep_trail(self) -> list[Path]:
        """Keeps every append-only file, even those that a server drops when it follows another. Returns them
        all."""
        for server in self._servers:
            for file in (server.folder / "appendonlydir").glob("*.incr.aof"):
                with suppress(FileExistsError):
                    os.link(file, self._trail / f"{server.folder.name}.{file.stat().st_ino}.aof")
        return sorted(self._trail.iterdir())

    async def _new_server(self) -> Server:
        server = Server(self._folder / f"server-{len(self._servers) + 1}")
        self._servers.append(server)
        await server.start()
        return server

    async def _new_replica(self) -> Server:
        replica = await self._new_server()
        await self._follow(replica)
        return replica

    async def _follow(self, replica: Server) -> None:
        """Lets a server follow the primary through a link that can be interrupted."""
        self._link = Link(self.primary.valkey)
        replica.client.replicaof(LOOPBACK, self._link.port)
        await replica.is_linked()

    @staticmethod
    def _port(server: Server) -> int:
        assert server.port is not None
        return server.port
