"""Parsing a body in one go gives the same as parsing it step by step, or leaves it to the steps."""

import json
from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from milkrun.errors import InvalidJsonError, InvalidProblemError
from milkrun.schema import parse
from milkrun.schema.parse import LONGEST_READ_AT_ONCE, _read_at_once, _read_in_steps, parse_problem
from milkrun.schema.problem import Problem
from milkrun.schema.vehicles import VehicleStep
from milkrun.settings import Limits
from tests.nonempty import nonempty

RICH: dict[str, Any] = {
    "vehicles": [
        {
            "id": 1,
            "profile": "car",
            "description": "van",
            "start": [7.41, 43.73],
            "end": [7, 43],
            "start_index": 0,
            "capacity": [4, 7],
            "costs": {"fixed": 100, "per_hour": 3600, "per_km": 2},
            "skills": [1, 2],
            "type": "van",
            "time_window": [0, 86_400],
            "breaks": [
                {"id": 1, "time_windows": [[100, 200], [300, 400]], "service": 60, "max_load": [1, 1]}
            ],
            "speed_factor": 1.5,
            "max_tasks": 9,
            "max_travel_time": 7_200,
            "reloads": [{"id": 1, "location": [7.4, 43.7], "service": 60}],
            "steps": [
                {"type": "start"},
                {**dict.fromkeys(VehicleStep.model_fields, 1), "type": "job", "fixed": "order"},
            ],
        }
    ],
    "jobs": [
        {
            "id": 2**63 - 1,
            "location": [7.42, 43.73],
            "location_index": 1,
            "setup": 1,
            "service": 300,
            "setup_per_type": {"van": 3},
            "service_per_type": {"van": 200},
            "delivery": [1, 2],
            "pickup": [0, 0],
            "skills": [1],
            "allowed_vehicles": [1],
            "priority": 100,
            "time_windows": [[0, 3600], [7200, 9000]],
            "release_time": 60,
        }
    ],
    "shipments": [
        {
            "pickup": {"id": 1, "location": [7.42, 43.74]},
            "delivery": {"id": 1, "location": [7.41, 43.74], "time_windows": [[0, 9]]},
            "amount": [1, 1],
            "skills": [],
            "priority": 5,
        }
    ],
    "relations": [
        {"type": "sequence", "steps": [{"type": "pickup", "id": 1}, {"type": "delivery", "id": 1}]}
    ],
    "matrices": {"car": {"durations": [[0, 9], [9, 0]], "distances": [[0, 1], [1, 0]]}},
    "options": {"time_limit": 3, "stall_limit": 1.5, "seed": 7, "geometry": True, "max_vehicles": 1},
}


def outcome(read: Callable[[bytes], Problem | None], body: bytes) -> Problem | None:
    try:
        return read(body)
    except (InvalidJsonError, InvalidProblemError):
        return None


def both_ways(body: bytes) -> tuple[Problem | None, Problem | None]:
    return outcome(_read_at_once, body), outcome(_read_in_steps, body)


def places(value: Any, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """The path of every value inside a value, including the value itself."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(place for key, part in inner for place in places(part, (*path, key)))]


def put(body: Any, path: tuple[str | int, ...], text: str) -> str:
    """The JSON of a body with the value at a path replaced by a text."""
    if not path:
        return text
    copy = deepcopy(body)
    place = copy
    for part in path[:-1]:
        place = place[part]
    place[path[-1]] = "@@"
    return json.dumps(copy).replace('"@@"', text)


HOSTILE = [
    "null",
    "true",
    "0",
    "-0",
    "-1",
    "1.0",
    "1e2",
    "1.5",
    "1e999",
    "-1e999",
    "NaN",
    "-Infinity",
    '"1"',
    '"NaN"',
    '""',
    "[]",
    "{}",
    "[1]",
    "[1, 2]",
    "[2, 1]",
    "[1, 2, 3]",
    "[1.0, 2]",
    "[true, 2]",
    '{"0": 1, "1": 2}',
    '{"id": 1, "id": 2}',
    '{"a": 1}',
    "[[1, 2]]",
    "[" * 300 + "]" * 300,
    "9" * 30,
    "9" * 5_000,
    str(2**63),
    "4294967296",
    r'"\ud800"',
    r'"\u0000"',
    "01",
    "+1",
    ".5",
    "1 2",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_both_ways_agree_on_any_value_anywhere(text: str) -> None:
    for path in nonempty(places(RICH)):
        at_once, in_steps = both_ways(put(RICH, path, text).encode())
        assert at_once is None or at_once == in_steps, path
        assert at_once is not None or in_steps is None or "NaN" in text, path


@pytest.mark.parametrize("key", ["id", "location", "time_windows", "delivery", "amount", "colour"])
@pytest.mark.parametrize("text", ["1", '"x"', "[1]", "[7.1, 43.1]", "[[0, 1]]"])
def test_both_ways_use_the_same_value_of_a_repeated_key(key: str, text: str) -> None:
    for plain in (RICH["jobs"][0], {"id": 1}, {"id": 1, "amount": [3]}):
        for job in (
            f'{{"{key}": {text}, {json.dumps(plain)[1:]}',
            f'{json.dumps(plain)[:-1]}, "{key}": {text}}}',
        ):
            at_once, in_steps = both_ways(put(RICH, ("jobs", 0), job).encode())
            assert at_once == in_steps


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["id", "type", "x", "durations"]), inner, max_size=3)
    ),
    max_leaves=5,
)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(places(RICH)[1:]), VALUES), min_size=1, max_size=3))
def test_both_ways_agree_on_random_bodies(changes: list[tuple[Any, Any]]) -> None:
    body = deepcopy(RICH)
    for path, value in changes:
        place: Any = body
        try:
            for part in path[:-1]:
                place = place[part]
            place[path[-1]] = value
        except (KeyError, IndexError, TypeError):
            continue  # an earlier change has removed its place
    at_once, in_steps = both_ways(json.dumps(body).encode())
    assert at_once is None or at_once == in_steps


def test_both_ways_make_objects_of_the_same_kinds() -> None:
    def kinds(value: Any) -> Any:
        if isinstance(value, list | tuple):
            return type(value), [kinds(part) for part in value]
        if hasattr(value, "__dict__"):
            return type(value), {name: kinds(part) for name, part in vars(value).items()}
        return type(value)

    at_once, in_steps = both_ways(json.dumps(RICH).encode())
    assert kinds(at_once) == kinds(in_steps)
    assert at_once is not None


def test_no_two_objects_share_a_default_value() -> None:
    jobs = [{"id": number, "location": [7, 43]} for number in (1, 2)]
    body = {"vehicles": [{"id": 1, "start": [7, 43]}], "jobs": jobs}
    one, other = parse_problem(json.dumps(body).encode(), Limits()).jobs
    for name in ("delivery", "pickup", "skills", "time_windows", "setup_per_type"):
        assert getattr(one, name) is not getattr(other, name)


def test_a_valid_body_is_parsed_in_one_go(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(parse, "_read_in_steps")
    jobs = [{"id": 1, "location": [7, 43], "description": "No. 12 Nancy Street"}]
    parse_problem(json.dumps({"vehicles": [{"id": 1, "start": [7, 43]}], "jobs": jobs}).encode(), Limits())


def test_a_large_body_is_parsed_in_steps() -> None:
    body = json.dumps(RICH).encode()
    assert _read_at_once(body + b" " * (LONGEST_READ_AT_ONCE - len(body))) is not None
    assert _read_at_once(body + b" " * (LONGEST_READ_AT_ONCE - len(body) + 1)) is None
