"""How invokes use connections: one is kept, and replaced at once if it was closed in the meantime."""

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from milkrun.clients import lambdas
from milkrun.clients.lambdas import INVOKES_AT_ONCE, WorkerInvoker
from milkrun.jobs.run import Run
from milkrun.jobs.states import Status
from tests.certificates import Authority
from tests.waiting import PATIENCE

RUN = Run("01ARZ3NDEKTSV4RRFFQ69G5FAV", "a1b2", Status.PENDING, 0, 5_000, "corr-1", 1, 0, 0, 0, 0.0)
ACCEPTED = b"HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n"
THROTTLED = (
    b"HTTP/1.1 429 Too Many Requests\r\n"
    b"x-amzn-ErrorType: TooManyRequestsException\r\nContent-Length: 2\r\n\r\n{}"
)
CHUNKED = b"HTTP/1.1 202 Accepted\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
CUT_SHORT = b"HTTP/1.1 202 Accepted\r\nContent-Length: 9\r\n\r\nno"
CLOSE, HANG = b"close", b"hang"


@dataclass
class Lambda:
    """An HTTP server that answers as told, and counts connections and requests.

    `script(connection, request)` gives the answer to a request, both counted from 1. CLOSE closes the
    connection without an answer; HANG sends nothing more.
    """

    url: str = ""
    script: Callable[[int, int], bytes] = lambda _connection, _request: ACCEPTED
    requests: list[int] = field(default_factory=list)
    ended: threading.Event = field(default_factory=threading.Event)

    @property
    def connections(self) -> int:
        """The connections by which requests came."""
        return len(set(self.requests))

    def serve(self, listener: socket.socket, context: ssl.SSLContext | None) -> None:
        number = 0
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            number += 1
            threading.Thread(target=self._speak, args=(connection, number, context), daemon=True).start()

    def _speak(self, connection: socket.socket, number: int, context: ssl.SSLContext | None) -> None:
        with context.wrap_socket(connection, server_side=True) if context else connection as talk:
            asked = 0
            while _read_request(talk):
                asked += 1
                self.requests.append(number)
                answer = self.script(number, asked)
                if answer == HANG:
                    self.ended.wait(30)
                if answer in (CLOSE, HANG):
                    return
                talk.sendall(answer)
                if answer == CUT_SHORT:
                    return


def _read_request(talk: socket.socket) -> bool:
    """Reads one request to the end of its body. Returns whether there was one."""
    head = b""
    while b"\r\n\r\n" not in head:
        part = talk.recv(65_536)
        if not part:
            return False
        head += part
    head, _, body = head.partition(b"\r\n\r\n")
    lines = dict(line.lower().split(b": ", 1) for line in head.split(b"\r\n")[1:])
    missing = int(lines[b"content-length"]) - len(body)
    while missing > 0:
        missing -= len(talk.recv(missing))
    return True


@pytest.fixture(params=["http", "https"])
def server(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Iterator[Lambda]:
    """A server where this process's client finds Lambda."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    # A slow machine must not count as a server that hangs.
    monkeypatch.setattr(lambdas, "INVOKE_TIMEOUT", 30.0)
    context = None
    if request.param == "https":
        authority = Authority(tmp_path)
        monkeypatch.setenv("AWS_CA_BUNDLE", str(authority.certificate))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*authority.certify("localhost"))
    server = Lambda()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server.url = f"{request.param}://localhost:{listener.getsockname()[1]}"
        monkeypatch.setenv("AWS_ENDPOINT_URL_LAMBDA", server.url)
        threading.Thread(target=server.serve, args=(listener, context), daemon=True).start()
        lambdas.get_lambda.cache_clear()
        yield server
        lambdas.get_lambda.cache_clear()
        server.ended.set()


@pytest.fixture
def invoker(server: Lambda) -> WorkerInvoker:
    return WorkerInvoker(lambdas.get_lambda(), "worker")


@pytest.mark.parametrize("answer", [ACCEPTED, CHUNKED, THROTTLED])
def test_a_connection_serves_all_invokes_one_after_another(
    server: Lambda, invoker: WorkerInvoker, answer: bytes
) -> None:
    server.script = lambda _connection, _request: answer
    told = {invoker.invoke(RUN) for _ in range(5)}
    assert told == {"TooManyRequestsException" if answer == THROTTLED else None}
    assert server.requests == [1] * 5


def test_simultaneous_invokes_each_keep_their_connection(server: Lambda, invoker: WorkerInvoker) -> None:
    together = threading.Barrier(INVOKES_AT_ONCE, timeout=PATIENCE)

    def at_once(_connection: int, _request: int) -> bytes:
        together.wait()
        return ACCEPTED

    server.script = at_once
    with ThreadPoolExecutor(INVOKES_AT_ONCE) as pool:
        for _ in range(2):
            assert set(pool.map(invoker.invoke, [RUN] * INVOKES_AT_ONCE)) == {None}
    assert server.connections == INVOKES_AT_ONCE
    assert len(server.requests) == 2 * INVOKES_AT_ONCE


def test_the_event_is_sent_once_more_if_a_kept_connection_was_closed(
    server: Lambda, invoker: WorkerInvoker
) -> None:
    server.script = lambda connection, request: CLOSE if (connection, request) == (1, 2) else ACCEPTED
    assert [invoker.invoke(RUN) for _ in range(3)] == [None] * 3
    assert server.requests == [1, 1, 2, 2]


def test_one_closed_connection_replaces_all_kept_ones(server: Lambda, invoker: WorkerInvoker) -> None:
    """Connections that freeze together are closed together: a second try on another one would fail like the
    first."""
    together = threading.Barrier(2, timeout=PATIENCE)

    def first_two_close(connection: int, request: int) -> bytes:
        if connection <= 2 and request == 1:
            together.wait()
        return CLOSE if connection <= 2 and request > 1 else ACCEPTED

    server.script = first_two_close
    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(invoker.invoke, [RUN, RUN])) == [None, None]
    assert invoker.invoke(RUN) is None
    assert server.requests[3:] == [3]


def test_an_event_is_sent_at_most_twice(server: Lambda, invoker: WorkerInvoker) -> None:
    server.script = lambda connection, request: ACCEPTED if (connection, request) == (1, 1) else CLOSE
    assert invoker.invoke(RUN) is None
    assert invoker.invoke(RUN) == "ConnectionClosedError"
    assert server.requests == [1, 1, 2]


def test_a_new_connection_that_is_closed_is_reported_and_not_tried_again(
    server: Lambda, invoker: WorkerInvoker
) -> None:
    server.script = lambda _connection, _request: CLOSE
    assert invoker.invoke(RUN) == "ConnectionClosedError"
    assert server.requests == [1]


def test_an_event_is_not_sent_again_if_a_kept_connection_hangs(
    server: Lambda, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lambdas, "INVOKE_TIMEOUT", 1.0)
    lambdas.get_lambda.cache_clear()
    invoker = WorkerInvoker(lambdas.get_lambda(), "worker")
    server.script = lambda _connection, request: ACCEPTED if request == 1 else HANG
    assert invoker.invoke(RUN) is None
    assert invoker.invoke(RUN) == "ReadTimeoutError"
    assert server.requests == [1, 1]


def test_an_event_counts_as_accepted_if_the_answer_breaks_off(server: Lambda, invoker: WorkerInvoker) -> None:
    server.script = lambda _connection, _request: CUT_SHORT
    assert invoker.invoke(RUN) is None
    assert server.requests == [1]
