"""Hostile requests as API Gateway hands them to a function."""

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass
from functools import cache
from typing import Any

from hypothesis import strategies as st

from tests.functions.conftest import recorded

from .hostile import ANY_TEXT, ULID_LOOKALIKES, Body, bodies

LAST_RUN = "<run>"
"""Stands for the id of the last run submitted."""


@dataclass(frozen=True)
class Call:
    """A request: the recorded event it is based on, and what replaces parts of it; None keeps a part."""

    name: str
    run_id: str
    headers: tuple[tuple[str, str], ...]
    query: tuple[tuple[str, str], ...] | None
    body: Body | None
    path: str | None
    method: str | None
    context: Mapping[str, Any] | None

    def event(self, last_run: str) -> dict[str, Any]:
        """The event. Where it refers to the last run submitted, it gets that run's id."""
        event = deepcopy(_recorded(self.name))
        run_id = self.run_id.replace(LAST_RUN, last_run)
        if event["pathParameters"]:
            old = event["pathParameters"]["run_id"]
            for place in (event, event["requestContext"]):
                place["path"] = place["path"].replace(old, run_id)
            event["pathParameters"] = {"run_id": run_id}
        if self.path is not None or self.method is not None:
            event["resource"] = "/{proxy+}"
        if self.path is not None:
            event["path"] = self.path
            event["requestContext"]["path"] = f"/v1{self.path}"
        if self.method is not None:
            event["httpMethod"] = event["requestContext"]["httpMethod"] = self.method
        for name, value in self.headers:
            event["headers"][name] = value
            event["multiValueHeaders"].setdefault(name, []).append(value)
        if self.query is not None:
            event["queryStringParameters"] = dict(self.query) or None
            grouped: dict[str, list[str]] = {}
            for name, value in self.query:
                grouped.setdefault(name, []).append(value)
            event["multiValueQueryStringParameters"] = grouped or None
        if self.body is not None:
            event["body"], event["isBase64Encoded"] = self.body
        if self.context is not None:
            event["requestContext"] |= self.context
        return event


@cache
def _recorded(name: str) -> dict[str, Any]:
    return recorded(name)


_HEADER_VALUES: dict[str, list[str]] = {
    "Prefer": [
        "wait=1",
        "wait=99999999999999999999",
        "wait=-1",
        "wait=٣",
        "wait=1e9",
        'wait="5"',
        "respond-async, wait=0",
        "," * 4_000 + "wait=5",
        " " * 4_000 + "wait = 5",
        "wait=" + " " * 4_000,
        "wait",
    ],
    "Idempotency-Key": ["k", '"k"', '"', '""', '"' * 300, "k" * 255, "k" * 256, " k ", "k\tk", "k\x00"],
    "X-Correlation-ID": [
        "order-7",
        "x" * 128,
        "x" * 129,
        'a"b',
        "a\nb",
        "a\r\nX-Evil: 1",
        "order-7\n",
        "-",
        '{"a":1}',
    ],
    "Accept": [
        "application/geo+json",
        "application/gzip",
        "application/gzip;q=0",
        "application/gzip, application/geo+json",
        "*/*;q=" + "9" * 3_000,
        "application/json" + ", application/json" * 400,
    ],
    "Accept-Encoding": ["gzip;q=0", "br, zstd, *", "gzip" * 1_000],
    "Content-Encoding": ["gzip", "gzip, gzip", "br", "identity", "zstd"],
    "Content-Type": ["application/gzip", "text/plain", "multipart/form-data; boundary=x", "a" * 4_000],
    "Content-Length": ["-1", "99999999999", "0, 5"],
    "Authorization": ["Bearer jane", "Basic Og==", "Bearer", "Bearer " + "a." * 3_000],
    "Origin": ["null", "https://evil.example"],
    "Host": ["evil.example", "127.0.0.1"],
    "X-Amzn-Trace-Id": ["Root=1-x", "Root=\n"],
    "X-Forwarded-For": ["1.2.3.4, ::1"],
    "X-Anything": ["1"],
}


@st.composite
def _headers(draw: st.DrawFn) -> tuple[tuple[str, str], ...]:
    """Up to four headers, some of them repeated, some in other case."""
    chosen = []
    for _ in range(draw(st.integers(0, 4))):
        name = draw(st.sampled_from(sorted(_HEADER_VALUES)))
        value = draw(st.one_of(st.sampled_from(_HEADER_VALUES[name]), ANY_TEXT))
        chosen.append((draw(st.sampled_from([name, name, name.lower(), name.upper()])), value))
    return tuple(chosen)


_QUERY_NAMES = ["status", "limit", "cursor", "best", "erase", "Limit", "limit[]", "", "__proto__"]
_QUERY_VALUES = st.one_of(
    st.sampled_from(
        ["true", "false", "TRUE", "1", "100", "101", "0", "007", "pending", "completed", LAST_RUN, "10 ", "١"]
    ),
    st.sampled_from(ULID_LOOKALIKES),
    ANY_TEXT,
)
_QUERIES = st.one_of(
    st.sampled_from([(("best", "true"),), (("erase", "true"),), (("limit", "3"), ("status", "failed"))]),
    st.lists(st.tuples(st.sampled_from(_QUERY_NAMES), _QUERY_VALUES), max_size=4).map(tuple),
    st.just(tuple((f"q{i}", "v" * 20) for i in range(500))),
    st.just(tuple(("limit", str(i)) for i in range(300))),
)
_PATHS = st.one_of(
    st.sampled_from(
        [
            "/",
            "",
            "//optimize",
            "/optimize/",
            "/optimize//",
            "/optimize\n",
            "/optimize\r\nX-Evil: 1",
            "/OPTIMIZE",
            "/optimize/%2e%2e/health",
            "/optimize/../health",
            "/%6fptimize",
            "/optimize%2F01ARZ3NDEKTSV4RRFFQ69G5FAV%2Fstatus",
            "/optimize/" + "a/" * 2_000,
            "/optimize/" + "a" * 8_000 + "/status",
            "/optimize;a=b",
            "/health/../ready",
            "/v1/optimize",
            "/optimize/\ud800/status",
        ]
    ),
    ANY_TEXT.map("/".__add__),
)
_CONTEXTS: list[dict[str, Any]] = [
    {"identity": {}},
    {"identity": None},
    {"authorizer": {"issuer": "https://issuer.example", "subject": "\ud800'\n"}},
    {"authorizer": {"claims": {"iss": "a", "sub": "b"}}},
    {"identity": {"userArn": "arn:aws:sts::123456789012:assumed-role/\n/"}},
    {"identity": {"apiKeyId": "k" * 1_000}},
]
_NAMES = ["submit", "submit", "result", "status", "cancel", "list"] * 8 + ["health"] * 4 + ["ready"]
_STRANGE = [*["nothing"] * 27, "path", "method", "context"]
_METHODS = st.sampled_from(["PATCH", "HEAD", "get", "TRACE", "", "\n"])
_RUN_IDS = st.one_of(
    st.sampled_from([LAST_RUN, LAST_RUN + "\n", LAST_RUN.lower()]),
    *[st.just(LAST_RUN)] * 4,
    st.sampled_from(ULID_LOOKALIKES),
    ANY_TEXT,
)


@st.composite
def calls(draw: st.DrawFn) -> Call:
    """One request, hostile in some of its parts."""
    name = draw(st.sampled_from(_NAMES))
    strange = draw(st.sampled_from(_STRANGE))
    return Call(
        name=name,
        run_id=draw(_RUN_IDS),
        headers=draw(_headers()),
        query=draw(_QUERIES) if draw(st.booleans()) else None,
        body=draw(bodies()) if name == "submit" and draw(st.integers(0, 3)) else None,
        path=draw(_PATHS) if strange == "path" else None,
        method=draw(_METHODS) if strange == "method" else None,
        context=draw(st.sampled_from(_CONTEXTS)) if strange == "context" else None,
    )


PLAIN = Call("submit", LAST_RUN, (), None, None, None, None, None)
"""A valid submission."""
