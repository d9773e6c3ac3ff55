"""A primary with a replica that can lag, and a connection to a server that breaks on command."""

import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import redis

from local.embedded.valkey import Valkey, running_valkey
from tests.waiting import until

AT_ONCE = (
    *("--repl-diskless-sync-delay", "0", "--repl-diskless-load", "on-empty-db"),
    *("--appendonly", "no"),  # a server that rewrites its file keeps a new replica waiting
)
"""A primary sends its data to a new replica at once, which loads it as it arrives."""


class Link:
    """The connection through which a replica follows its primary. While it lags, no write passes."""

    def __init__(self, server: Valkey) -> None:
        self._server = ("127.0.0.1", port_of(server))
        self._flows = threading.Event()
        self._flows.set()
        self._is_cut = False
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def lag(self) -> None:
        """Holds back what the primary writes from now on."""
        self._flows.clear()

    def catch_up(self) -> None:
        """Lets everything pass that was held back."""
        self._flows.set()

    def cut(self) -> None:
        """Closes the connection. What was held back is lost."""
        self._is_cut = True
        self._flows.set()
        self._listener.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                near, _ = self._listener.accept()
                try:
                    far = socket.create_connection(self._server)
                except OSError:  # the primary is unavailable, and the replica will try again
                    near.close()
                    continue
                threading.Thread(target=self._carry, args=(near, far), daemon=True).start()
                threading.Thread(target=self._carry_back, args=(far, near), daemon=True).start()

    def _carry(self, near: socket.socket, far: socket.socket) -> None:
        with far, suppress(OSError):
            while data := near.recv(1 << 16):
                far.sendall(data)

    def _carry_back(self, far: socket.socket, near: socket.socket) -> None:
        with near, suppress(OSError):
            while data := far.recv(1 << 16):
                self._flows.wait()
                if self._is_cut:
                    near.shutdown(socket.SHUT_RDWR)
                    return
                near.sendall(data)


@dataclass(frozen=True)
class Pair:
    """Two servers; one follows the other through a link."""

    primary: Valkey
    replica: Valkey
    link: Link

    def kill_primary(self) -> None:
        """Kills the primary with SIGKILL. What the replica has not received is lost."""
        self.primary.process.kill()
        self.primary.process.wait()
        self.link.cut()

    def promote(self) -> None:
        """Makes the replica a primary. The old primary continues if it is alive."""
        redis.Redis.from_url(self.replica.url).replicaof("NO", "ONE")


@contextmanager
def running_pair(folder: Path) -> Iterator[Pair]:
    """A primary and a replica that has all of its data. Both end with the block."""
    with ExitStack() as parts:
        primary = parts.enter_context(running_valkey(folder / "primary", *AT_ONCE))
        link = Link(primary)
        parts.callback(link.cut)
        replica = parts.enter_context(running_valkey(folder / "replica", *AT_ONCE))
        follow(replica, link.port)
        yield Pair(primary, replica, link)


def follow(replica: Valkey, port: int) -> None:
    """Makes a server a replica of the one at this port, and waits until it has all data.

    This is done by command, because a server started as a replica takes up to a second to look for its
    primary.
    """
    with redis.Redis.from_url(replica.url) as client:
        client.replicaof("127.0.0.1", port)
        until(lambda: client.info("replication")["master_link_status"] == "up", pause=0.02)


def port_of(server: Valkey) -> int:
    port = urlsplit(server.url).port
    assert port is not None
    return port


class Line:
    """One client's connection to a server. It breaks once, before the command in `breaks_before`.

    Everything before that command reaches the server and takes effect, but its answer is lost.
    """

    def __init__(self, server: Valkey) -> None:
        self.breaks_before: bytes | None = None
        self.broke = False
        self._server = ("127.0.0.1", port_of(server))
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"redis://127.0.0.1:{self._listener.getsockname()[1]}/0"
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        """Accepts no more connections."""
        self._listener.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                near, _ = self._listener.accept()
                threading.Thread(target=self._carry, args=(near,), daemon=True).start()

    def _carry(self, near: socket.socket) -> None:
        with near, socket.create_connection(self._server) as far, suppress(OSError):
            back = threading.Thread(target=_carry_back, args=(far, near), daemon=True)
            while data := near.recv(1 << 20):
                end = data.find(self.breaks_before) if self.breaks_before else -1
                if end >= 0:
                    self.breaks_before, self.broke = None, True
                    near.shutdown(socket.SHUT_RDWR)
                    far.sendall(data[:end])
                    far.shutdown(socket.SHUT_WR)
                    back.join()
                    return
                far.sendall(data)
                if back.ident is None:
                    back.start()


def _carry_back(far: socket.socket, near: socket.socket) -> None:
    while data := far.recv(1 << 20):
        with suppress(OSError):
            near.sendall(data)
