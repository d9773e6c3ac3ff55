"""Raw bytes on a socket to the gateway of a whole stack, as no HTTP client would send them."""

import contextlib
import gzip
import http.client
import json
import socket
from collections.abc import Iterator
from typing import NamedTuple
from urllib.parse import urlsplit

import pytest
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

from local.stack import RunningStack
from tests.contract import breaches_of_schema
from tests.nonempty import nonempty
from tests.waiting import PATIENCE

from .conftest import REQUESTS, SEED
from .hostile import GOOD, NO_PROBLEMS, ULID_LOOKALIKES
from .service import SECRETS
from .verdict import PROBLEM, faults_of_log

RUN = "01ARZ3NDEKTSV4RRFFQ69G5FAV"

_NAMES = [
    *(b"Prefer", b"Idempotency-Key", b"X-Correlation-ID", b"Accept", b"Accept-Encoding", b"Content-Encoding"),
    *(b"Content-Type", b"Authorization", b"Expect", b"X-Forwarded-For", b"X-Amzn-Trace-Id", b"Cookie", b"Te"),
]
_VALUES = st.one_of(
    st.sampled_from(
        [
            b"wait=0",
            b"gzip",
            b"gzip, gzip",
            b"gzip;q=0" + b" " * 5_000,
            b"application/gzip",
            b"application/geo+json, application/gzip",
            b"100-continue",
            b"Bearer \xff\xfe",
            b"\x80\x85\x9b31m",
            b"\xe2\x80\xa8",
            b"Root=1-0-0",
            b'"' * 300,
            b"," * 5_000,
        ]
    ),
    st.binary(max_size=30).map(lambda value: bytes(byte for byte in value if byte >= 0x20 and byte != 0x7F)),
)
_SEGMENTS = [
    *(b"optimize", b"%6fptimize", b"OPTIMIZE", b"health", b"ready", b"status", b"result", b"..", b".", b""),
    *(b"%2e%2e", b"%2F", b"%00", b"%0d%0aX-Evil:%201", b"%", b"%zz", b"%ff%fe", b"%ED%A0%80", b"*", b";a=b"),
    *(text.encode("ascii", "ignore") for text in ULID_LOOKALIKES[:8]),
    b"a" * 4_000,
]
_ROUTES = ["/optimize", f"/optimize/{RUN}/status", f"/optimize/{RUN}/result", f"/optimize/{RUN}", "/health"]
_PATHS = st.one_of(
    *[st.sampled_from([route.encode() for route in _ROUTES])] * 2,
    st.lists(st.sampled_from(_SEGMENTS), max_size=5).map(lambda parts: b"/" + b"/".join(parts)),
    st.sampled_from([b"*", b"//", b"/?", b"http://evil.example/health", b"/optimize#x"]),
)
_QUERIES = st.one_of(
    st.just(b""),
    st.lists(
        st.sampled_from(
            [b"limit=1", b"limit=%ff", b"best=true", b"erase=1", b"cursor=%00", b"&", b"=", b"a;b", b"%"]
        ),
        max_size=4,
    ).map(lambda parts: b"?" + b"&".join(parts)),
    st.just(b"?" + b"limit=1&" * 900),
)
_BODIES = st.one_of(
    st.just(b""),
    st.just(GOOD.encode()),
    st.just(gzip.compress(GOOD.encode(), mtime=0)),
    st.just(gzip.compress(gzip.compress(b"{}", mtime=0), mtime=0)),
    st.just(gzip.compress(b" " * 30_000_000, mtime=0)),
    st.sampled_from([text.encode("utf-8", "surrogatepass") for text in NO_PROBLEMS]),
    st.binary(max_size=40),
)


@st.composite
def requests(draw: st.DrawFn) -> bytes:
    """One request whose end is clear; everything else in it is arbitrary."""
    method = draw(
        st.sampled_from([b"GET", b"POST", b"POST", b"DELETE", b"OPTIONS", b"HEAD", b"PATCH", b"TRACE"])
    )
    lines = [method + b" " + draw(_PATHS).replace(b"\n", b"") + draw(_QUERIES) + b" HTTP/1.1"]
    lines += [b"Host: x", b"Connection: close"]
    lines += [
        name + b": " + value
        for name, value in draw(st.lists(st.tuples(st.sampled_from(_NAMES), _VALUES), max_size=4))
    ]
    body = draw(_BODIES)
    if draw(st.booleans()):
        lines.append(b"Content-Length: %d" % len(body))
    else:
        lines.append(b"Transfer-Encoding: chunked")
        chunks = [body[i : i + 7_000] for i in range(0, len(body), 7_000)]
        body = b"".join(b"%x\r\n%s\r\n" % (len(chunk), chunk) for chunk in chunks) + b"0\r\n\r\n"
    return b"\r\n".join([*lines, b"", body])


class Answer(NamedTuple):
    """An answer from the gateway."""

    status: int
    headers: http.client.HTTPMessage
    content: bytes


def exchange(url: str, request: bytes) -> Answer:
    """Sends bytes and reads the answer; http.client checks that it is HTTP."""
    place = urlsplit(url)
    with socket.create_connection((place.hostname, place.port), timeout=PATIENCE) as connection:
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):  # the server has read enough
            connection.sendall(request)
        response = http.client.HTTPResponse(connection, method=request.split(b" ", 1)[0].decode("latin-1"))
        response.begin()
        return Answer(response.status, response.headers, response.read())


def faults(answer: Answer) -> Iterator[str]:
    """What is wrong with an answer, whatever the request was."""
    text = f"{answer.headers}{answer.content.decode('utf-8', 'replace')}"
    yield from (f"{secret} is told" for secret in SECRETS.values() if secret in text)
    if answer.status >= 500:
        yield text
    if "X-Evil" in answer.headers:
        yield "a header is the caller's"
    if "x-amzn-RequestId" not in answer.headers:
        # The server answers what is not HTTP itself, before the gateway.
        if answer.status != 400:
            yield text
    elif answer.status >= 400 and answer.content:
        yield from _faults_of_error(answer)


def _faults_of_error(answer: Answer) -> Iterator[str]:
    content = answer.content
    if answer.headers["Content-Type"] != PROBLEM:
        yield f"{answer.status} is of type {answer.headers['Content-Type']}"
        return
    told = json.loads(gzip.decompress(content) if answer.headers["Content-Encoding"] else content)
    yield from breaches_of_schema("/components/schemas/ProblemDetails", told)
    if told["correlation_id"] != answer.headers["X-Correlation-ID"]:
        yield "body and header differ in their correlation id"


def test_any_bytes_get_an_api_answer(stack: RunningStack) -> None:
    @seed(SEED)
    @settings(
        max_examples=max(150, REQUESTS // 25),
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(request=requests())
    def send(request: bytes) -> None:
        assert list(faults(exchange(stack.url, request))) == []

    send()


@pytest.mark.parametrize(
    "request_",
    [
        b"GET /\xff HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /health HTTP/1.1\r\n\r\n",
        b"GET /health HTTP/1.1\r\nHost: x\r\nX: a\x00b\r\n\r\n",
        b"GET /health HTTP/1.1\r\nHost: x\r\nX: " + b"a" * 20_000 + b"\r\n\r\n",
        b"GET /health HTTP/1.1\r\nHost: x\r\n" + b"X: a\r\n" * 2_000 + b"\r\n",
        b"GET /" + b"a" * 20_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
        b"POST /optimize HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n{}",
        b"POST /optimize HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}",
        b"POST /optimize HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n{}",
        b"POST /optimize HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n",
        b"GET /health HTTP/9.9\r\nHost: x\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"\r\n\x00\r\n\r\n",
    ],
    ids=lambda request: repr(request[:60]),
)
def test_anything_but_http_is_refused_without_harm(stack: RunningStack, request_: bytes) -> None:
    assert exchange(stack.url, request_).status == 400
    assert exchange(stack.url, b"GET /health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").status == 200


def test_a_body_that_never_ends_is_answered_before_it_is_sent(stack: RunningStack) -> None:
    head = b"POST /optimize HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 99999999999\r\n\r\n"
    assert exchange(stack.url, head).status == 413


def test_the_functions_have_logged_lines_of_json_and_no_secret(stack: RunningStack) -> None:
    """Runs after all other tests of this file, in the order of the file."""
    for log in nonempty((stack.state / "logs").glob("*_handler.log")):
        assert faults_of_log(log.read_text(), [*SECRETS.values()]) == [], log.name
