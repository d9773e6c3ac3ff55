"""Values that callers should not send, and some that they may send."""

import base64
import gzip
import json
from collections.abc import Callable
from copy import deepcopy
from typing import Any

from hypothesis import strategies as st

from tests.functions.conftest import recorded

Json = Any
Body = tuple[str | None, bool]
"""A body as API Gateway hands it over, and whether it is base64."""

PROBLEM: dict[str, Json] = json.loads(recorded("submit")["body"])
WITH_MATRIX: dict[str, Json] = {
    "vehicles": [{"id": 1, "start_index": 0, "steps": [{"type": "job", "id": 1}]}],
    "jobs": [{"id": 1, "location_index": 1, "setup_per_type": {"van": 3}}],
    "shipments": [{"pickup": {"id": 1, "location_index": 0}, "delivery": {"id": 1, "location_index": 1}}],
    "matrices": {"car": {"durations": [[0, 9], [9, 0]], "distances": [[0, 1], [1, 0]]}},
}

TEXTS = [
    "",
    " ",
    "\x00",
    "\r\n\r\nHTTP/1.1 200 OK",
    '\n{"level":"INFO","message":"forged"}',
    "\x1b[2J\x1b]0;owned\x07",
    "\x7f\x80\x9b31m",
    "\u2028\u2029\x85",
    "\ud800",
    "\udfff\ud800",
    "\ufeff",
    "\u202eevil",
    "💣" * 50,
    "ΐ" * 300,
    "' OR 1=1 --",
    "${jndi:ldap://127.0.0.1/x}",
    "%0d%0aSet-Cookie:%20a=b",
    "../../../../etc/passwd",
    "{{7*7}}${7*7}",
    "<script>alert(1)</script>",
    "a" * 10_000,
    "," * 5_000,
    "*/*",
    "true",
    "-1",
    "٣",
    "NaN",
    "1e400",
    "9" * 400,
]
ANY_TEXT = st.one_of(
    st.sampled_from(TEXTS),
    st.text(max_size=20),
    st.text(st.characters(codec=None, min_codepoint=0, max_codepoint=0x2030), max_size=12),
)

ULID_LOOKALIKES = [
    "01ARZ3NDEKTSV4RRFFQ69G5FAV",
    "01arz3ndektsv4rrffq69g5fav",
    "81ARZ3NDEKTSV4RRFFQ69G5FAV",
    "01ARZ3NDEKTSV4RRFFQ69G5FAV\n",
    "01ARZ3NDEKTSV4RRFFQ69G5FA",
    "01ARZ3NDEKTSV4RRFFQ69G5FAVV",
    "O1ARZ3NDEKTSV4RRFFQ69G5FAV",
    "٠1ARZ3NDEKTSV4RRFFQ69G5FAV",
    "０１ＡＲＺ３ＮＤＥＫＴＳＶ４ＲＲＦＦＱ６９Ｇ５ＦＡＶ",
    "01ARZ3NDEKTSV4RRFFQ69G5FAV:request",
    "*",
    "..",
    "%2e%2e",
    "%2F..%2F",
    "a/b",
    ";param=1",
]

NUMBERS: list[Json] = [
    -1,
    0,
    1,
    2**31,
    2**32,
    2**63,
    2**64,
    10**400,
    -(10**400),
    0.5,
    -0.0,
    1e308,
    5e-324,
    float("inf"),
    float("-inf"),
    float("nan"),
    65_536,
]
VALUES = st.one_of(
    st.sampled_from(NUMBERS),
    st.sampled_from([None, True, False, [], {}, [[]], [{}], {"": {}}, [None] * 40, [[1, 2]] * 30]),
    ANY_TEXT,
    st.integers(),
    st.floats(),
    st.dictionaries(ANY_TEXT, st.integers(), max_size=3),
    st.lists(st.lists(st.integers(-1, 9), max_size=4), max_size=4),
)


def _places(value: Json, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    items: list[tuple[str | int, Json]] = []
    if isinstance(value, dict):
        items = list(value.items())
    elif isinstance(value, list):
        items = list(enumerate(value))
    return [path, *(place for key, item in items for place in _places(item, (*path, key)))]


_KEYS = sorted(
    {str(place[-1]) for problem in (PROBLEM, WITH_MATRIX) for place in _places(problem) if place}
    | {"network", "matrix", "breaks", "skills", "amount", "time_windows", "max_load", "speed_factor", "seed"}
)


@st.composite
def problems(draw: st.DrawFn) -> Json:
    """A valid problem with up to three of its parts changed, added, doubled or removed."""
    problem = deepcopy(draw(st.sampled_from([PROBLEM, WITH_MATRIX])))
    for _ in range(draw(st.integers(0, 3))):
        path: tuple[Any, ...] = draw(st.sampled_from([place for place in _places(problem) if place]))
        *parents, last = path
        parent: Json = problem
        for key in parents:
            parent = parent[key]
        match draw(st.integers(0, 3)):
            case 0:
                parent[last] = deepcopy(draw(VALUES))
            case 1 if isinstance(parent, dict):
                parent[draw(st.one_of(st.sampled_from(_KEYS), ANY_TEXT))] = deepcopy(draw(VALUES))
            case 2 if isinstance(parent, list):
                parent.append(deepcopy(parent[last]))
            case _:
                del parent[last]
        if not _places(problem)[1:]:
            break
    return problem


GOOD = json.dumps(PROBLEM)
NO_PROBLEMS = [
    "[" * 10_000,
    '{"vehicles":' * 5_000,
    "[" * 150 + "]" * 150,
    '{"a":' * 150 + "1" + "}" * 150,
    '{"vehicles":[{"id":1e400}],"jobs":[]}',
    '{"vehicles":[{"id":' + "9" * 5_000 + "}]}",
    '{"vehicles":[{"id":-0}],"jobs":[{"id":1.0}]}',
    '{"options":{"time_limit":NaN}}',
    '{"options":{"time_limit":-Infinity}}',
    GOOD[:-1] + ', "jobs": []}',
    '{"id":1,"id":2,"vehicles":[],"vehicles":[{"id":1,"id":2}]}',
    "\ufeff" + GOOD,
    GOOD + "\x00",
    GOOD + GOOD,
    "\x00" + GOOD,
    '{"\\ud800": 1}',
    '{"network": "\\udc00\\ud800"}',
    '{"' + "k" * 100_000 + '": 1}',
    '{"' + "\\u0001" * 100_000 + '": 1}',
    "{" + ",".join(f'"k{i}":1' for i in range(3_000)) + "}",
    '{"vehicles":[' + "{}," * 3_000 + "{}]}",
    '{"vehicles":[{"id":1}],"jobs":[' + "0," * 20_000 + "0]}",
    '{"matrix":[' + "[]," * 3_000 + "[]]}",
    '{"matrix":[[' + '"",' * 20_000 + "0]]}",
    "/* comment */ " + GOOD,
    "{'vehicles': []}",
    "null",
    '"' + "a" * 50_000 + '"',
    "{}",
    "[]",
    "\ud800",
    "true",
    " " * 10_000,
]


def base64_of(data: bytes) -> Body:
    return base64.b64encode(data).decode(), True


@st.composite
def texts(draw: st.DrawFn) -> str:
    """A body before any encoding."""
    if draw(st.booleans()):
        return json.dumps(draw(problems()), ensure_ascii=draw(st.booleans()))
    return draw(st.one_of(st.sampled_from(NO_PROBLEMS), ANY_TEXT))


def _zipped(data: bytes) -> bytes:
    return gzip.compress(data, mtime=0)


_ZIPPED_BOMB = _zipped(b"0" * 30_000_000)
_CODINGS: list[Callable[[bytes], bytes]] = [
    _zipped,
    lambda data: _zipped(data)[:-5],
    lambda data: _zipped(_zipped(data)),
    lambda data: _zipped(data) + b"trailing",
    lambda data: _zipped(data) * 2,
    lambda data: _zipped(data)[:12] + b"\xff" * 20,
    lambda data: b"\x1f\x8b" + data,
    lambda data: data,
    lambda data: data.decode("utf-8", "replace").encode("utf-16"),
    lambda data: b"\xff\xfe\x80" + data,
]


@st.composite
def bodies(draw: st.DrawFn) -> Body:
    """A body as text, or as base64 of any bytes."""
    match draw(st.integers(0, 9)):
        case 0:
            data = draw(texts()).encode("utf-8", "surrogatepass")
            return base64_of(draw(st.sampled_from(_CODINGS))(data))
        case 1:
            return draw(
                st.sampled_from([(None, False), ("", True), ("%%%", True), (GOOD, True), ("ü", True)])
            )
        case 2 if draw(st.integers(0, 20)) == 0:
            return base64_of(_ZIPPED_BOMB)
        case 3:
            return base64_of(draw(st.binary(max_size=60)))
    return draw(texts()), False
