"""Bodies to change, and what parsing them says."""

import json
from copy import deepcopy
from typing import Any

import pytest

from milkrun.errors import InvalidProblemError
from milkrun.schema.parse import parse_problem
from milkrun.schema.problem import Problem
from milkrun.settings import Limits

PLAIN: dict[str, Any] = {
    "vehicles": [{"id": 1, "start": [7.41, 43.73], "capacity": [4], "breaks": [{"id": 1, "service": 60}]}],
    "jobs": [
        {"id": 1, "location": [7.42, 43.73], "delivery": [1], "time_windows": [[0, 3600]]},
        {"id": 2, "location": [7.43, 43.74]},
    ],
    "shipments": [
        {
            "pickup": {"id": 1, "location": [7.42, 43.74]},
            "delivery": {"id": 1, "location": [7.41, 43.74]},
            "amount": [1],
        }
    ],
}
"""A problem with coordinates."""
WITH_MATRIX: dict[str, Any] = {
    "vehicles": [{"id": 1, "start_index": 0}],
    "jobs": [{"id": 1, "location_index": 1}],
    "matrices": {"car": {"durations": [[0, 9], [9, 0]]}},
}
"""A problem with a matrix."""


def parse(body: dict[str, Any], limits: Limits = Limits()) -> Problem:  # noqa: B008
    """The problem of a body."""
    return parse_problem(json.dumps(body).encode(), limits)


def changed(body: dict[str, Any], path: str, value: Any) -> dict[str, Any]:
    """A copy of the body with one field set, or removed if the value is `...`."""
    copy = deepcopy(body)
    *parents, last = [int(part) if part.isdecimal() else part for part in path.split(".")]
    place: Any = copy
    for part in parents:
        place = place[part]
    if value is ...:
        del place[last]
    else:
        place[last] = value
    return copy


def locs(body: dict[str, Any]) -> list[str]:
    """The fields at fault of a body that is refused."""
    with pytest.raises(InvalidProblemError) as caught:
        parse(body)
    return [error.loc for error in caught.value.errors]
