"""The memory that the worst bodies need, compared with the size of a body and the memory of the function."""

import base64
import json
import os
import subprocess
import sys
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from local.template import read_template
from milkrun.settings import Limits
from tests.functions.conftest import recorded

from .verdict import LARGEST_PROBLEM

ROOT = Path(__file__).parents[2]
LIMIT = Limits().body_bytes
TIMES = 20
"""A body at the limit may need this many times its size: it exists gzipped, as bytes, and parsed."""
_BLOCK = 2**20


@dataclass(frozen=True)
class Cost:
    """The cost of an answer: its status, its size, and the process's peak memory in bytes."""

    status: int
    answer: int
    peak: int


def filled(head: bytes, item: bytes, tail: bytes, size: int = LIMIT) -> Iterator[bytes]:
    """As many items between head and tail as fit into the size."""
    count = (size - len(head) - len(tail)) // len(item)
    per_block = _BLOCK // len(item)
    yield head
    for _ in range(count // per_block):
        yield item * per_block
    yield item * (count % per_block) + tail


def good() -> Iterator[bytes]:
    """A valid problem with as many cells as are allowed."""
    row = b"[" + b"123," * 2_235 + b"0],"
    yield b'{"vehicles":[{"id":1,"start_index":0}],"jobs":[{"id":1,"location_index":1}],"matrix":['
    yield row * 2_235 + row[:-1] + b"]}"


PROBLEM = b'{"vehicles":[{"id":1}],"jobs":['
BODIES: dict[str, Callable[[], Iterator[bytes]]] = {
    "a good one": good,
    "broken items": lambda: filled(PROBLEM, b"0,", b"0]}"),
    "empty objects": lambda: filled(PROBLEM, b"{},", b"{}]}"),
    "as many empty objects as are read": lambda: filled(PROBLEM, b"{},", b"{}]}", 3 * 1_190_000),
    "broken cells": lambda: filled(b'{"vehicles":[{"id":1}],"matrix":[[', b'"",', b'""]]}'),
    "rows of a cell": lambda: filled(b'{"vehicles":[{"id":1}],"matrix":[', b"[0],", b"[0]]}"),
    "numbers where none belong": lambda: filled(b'{"a":[', b"1.5,", b"1]}"),
    "unknown keys": lambda: filled(b'{"vehicles":[]', b',"a":1', b"}"),
    "broken tasks of unknown keys": lambda: filled(
        PROBLEM, b"{" + b",".join(b'"%d":0' % i for i in range(31)) + b"},", b"{}]}", 10_000_000
    ),
    "a long key": lambda: filled(b'{"', b"\\u0001", b'":1}'),
    "a long text": lambda: filled(b'"', b"a", b'"'),
    "brackets without end": lambda: filled(b"[", b"[", b"["),
    "a gigabyte of blanks": lambda: filled(b"", b" ", b" ", 2**30),
}


def zipped_event(body: Iterator[bytes]) -> str:
    """The event with the body as gzip, on one line."""
    squeezer = zlib.compressobj(1, wbits=zlib.MAX_WBITS | 16)
    file = b"".join([*map(squeezer.compress, body), squeezer.flush()])
    event = recorded("submit") | {"body": base64.b64encode(file).decode(), "isBase64Encoded": True}
    return json.dumps(event)


@pytest.fixture(scope="module")
def costs() -> dict[str, Cost]:
    """The cost of each body."""
    paths = (ROOT, ROOT / "layers" / "core", ROOT / "functions" / "submit")
    environment = os.environ | {
        "PYTHONPATH": os.pathsep.join(map(str, paths)),
        "POWERTOOLS_TRACE_DISABLED": "true",
    }
    lines = [json.dumps(recorded("submit")), *(zipped_event(body()) for body in BODIES.values())]
    done = subprocess.run(
        [sys.executable, "-m", "tests.fuzz.costs"],
        input="\n".join(lines),
        env=environment,
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr[-3_000:]
    answers = [Cost(**json.loads(line)) for line in done.stdout.splitlines()]
    return dict(zip(BODIES, answers, strict=True))


@pytest.fixture(scope="module")
def memory() -> int:
    """The bytes of memory that the function has."""
    functions: Any = read_template(ROOT / "template.yaml", "us-east-1", {}).functions
    return int(functions["SubmitFunction"].memory) * 2**20


@pytest.mark.parametrize("body", BODIES)
def test_no_body_needs_all_the_memory_of_the_function(body: str, costs: dict[str, Cost], memory: int) -> None:
    assert costs[body].peak < 0.6 * memory


@pytest.mark.parametrize("body", BODIES)
def test_no_body_costs_many_times_its_limit(body: str, costs: dict[str, Cost]) -> None:
    assert costs[body].peak < TIMES * LIMIT


@pytest.mark.parametrize("body", [body for body in BODIES if body != "a good one"])
def test_each_bad_body_gets_a_short_answer_that_blames_the_caller(body: str, costs: dict[str, Cost]) -> None:
    assert costs[body].status in (400, 413, 422)
    assert costs[body].answer < LARGEST_PROBLEM


def test_a_good_body_at_the_limit_is_accepted(costs: dict[str, Cost]) -> None:
    assert costs["a good one"].status == 503  # at the point where it would be stored
