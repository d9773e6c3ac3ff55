"""Rules that involve several fields."""

from typing import Any

import pytest

from .bodies import RELOADS, broken, problem


@pytest.mark.parametrize(
    ("vehicle", "path"),
    [
        ({"max_reloads": 2}, "$.vehicles[0].max_reloads"),
        ({"max_overtime": 60}, "$.vehicles[0].max_overtime"),
        (
            {"shift_duration": 60, "costs": {"per_overtime_hour": 1}},
            "$.vehicles[0].costs.per_overtime_hour",
        ),
        ({"reloads": [{"id": 1}]}, "$.vehicles[0].reloads[0].location_index"),
        ({"reloads": [{"id": 1, "location_index": 4}]}, "$.vehicles[0].reloads[0].location_index"),
        ({"reloads": [{"id": 1, "location_index": i} for i in (0, 1)]}, "$.vehicles[0].reloads[1].id"),
        ({**RELOADS, "steps": [{"type": "reload", "id": 2}]}, "$.vehicles[0].steps[0].id"),
    ],
)
def test_an_incomplete_addition_is_refused_at_the_field_at_fault(vehicle: dict[str, Any], path: str) -> None:
    assert list(broken(vehicle)) == [path]


def test_a_reload_needs_coordinates_if_there_are_no_matrices() -> None:
    vehicle = {"id": 1, "start": [2, 48], "reloads": [{"id": 1, "location_index": 0}]}
    found = broken(matrices=None, vehicles=[vehicle], jobs=[{"id": 1, "location": [2, 49]}])
    assert list(found) == ["$.vehicles[0].reloads[0].location"]


def test_a_route_may_reload_at_one_place_several_times() -> None:
    steps = [{"type": "job", "id": 1}, {"type": "reload", "id": 1}] * 1
    assert broken({**RELOADS, "steps": [*steps, {"type": "job", "id": 2}, steps[1]]}) == {}


@pytest.mark.parametrize("threads", [0, 65, "2", 1.5])
def test_threads_are_1_to_64(threads: object) -> None:
    with pytest.raises(ValueError, match="threads"):
        problem(options={"threads": threads})
    assert problem(options={"threads": 64}).options.threads == 64
    assert problem().options.threads is None
