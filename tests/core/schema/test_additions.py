"""Rules of reloads, release times and overtime, and of what cannot stand beside them."""

import json
from typing import Any

import pytest

from milkrun.schema.additions import additions_of
from milkrun.schema.paths import json_path
from milkrun.schema.problem import Problem
from milkrun.schema.rules import breaches

RELOADS = {"reloads": [{"id": 1, "location_index": 0, "service": 300}]}
SHIFT = {"shift_duration": 28_800, "max_overtime": 7_200, "costs": {"per_overtime_hour": 1_800}}
TWO_WINDOWS = {"time_windows": [[0, 9], [20, 29]]}


def problem(
    vehicle: dict[str, Any] | None = None, job: dict[str, Any] | None = None, **changes: Any
) -> Problem:
    body = {
        "vehicles": [{"id": 1, "start_index": 0, **(vehicle or {})}],
        "jobs": [{"id": 1, "location_index": 1, **(job or {})}, {"id": 2, "location_index": 2}],
        "matrices": {"car": {"durations": [[0] * 4] * 4, "distances": [[0] * 4] * 4}},
        **changes,
    }
    return Problem.model_validate_json(json.dumps(body))


def broken(*arguments: Any, **changes: Any) -> dict[str, str]:
    return {json_path(breach.path): breach.message for breach in breaches(problem(*arguments, **changes))}


def shipment(**pickup: Any) -> dict[str, Any]:
    return {"pickup": {"id": 1, "location_index": 3, **pickup}, "delivery": {"id": 1, "location_index": 2}}


@pytest.mark.parametrize(
    ("vehicle", "job"),
    [(RELOADS, {}), (SHIFT, {}), ({}, {"release_time": 60}), ({**RELOADS, **SHIFT}, {"release_time": 60})],
)
def test_each_addition_is_accepted_alone_and_with_the_others(
    vehicle: dict[str, Any], job: dict[str, Any]
) -> None:
    assert broken(vehicle, {**job, "time_windows": [[0, 9], [20, 29]]}) == {}


def test_additions_are_named_by_their_keys() -> None:
    assert additions_of(problem()) == []
    assert additions_of(problem(job={"release_time": 0})) == []
    everything = problem({**RELOADS, **SHIFT}, {"release_time": 1})
    assert additions_of(everything) == ["reloads", "release_time", "shift_duration"]


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
def test_an_addition_that_lacks_something_is_refused_where_it_does(
    vehicle: dict[str, Any], path: str
) -> None:
    assert list(broken(vehicle)) == [path]


def test_a_place_to_reload_needs_coordinates_where_there_are_no_matrices() -> None:
    vehicle = {"id": 1, "start": [2, 48], "reloads": [{"id": 1, "location_index": 0}]}
    found = broken(matrices=None, vehicles=[vehicle], jobs=[{"id": 1, "location": [2, 49]}])
    assert list(found) == ["$.vehicles[0].reloads[0].location"]


def test_a_route_may_reload_at_one_place_several_times() -> None:
    steps = [{"type": "job", "id": 1}, {"type": "reload", "id": 1}] * 1
    assert broken({**RELOADS, "steps": [*steps, {"type": "job", "id": 2}, steps[1]]}) == {}


@pytest.mark.parametrize(
    ("vehicle", "job", "changes", "path"),
    [
        ({"breaks": [{"id": 1, "time_windows": [[0, 9]]}]}, {}, {}, "$.vehicles[0].breaks"),
        ({}, {}, {"shipments": [shipment(**TWO_WINDOWS)]}, "$.shipments[0].pickup.time_windows"),
        ({"max_tasks": 3}, {}, {"shipments": [shipment()]}, "$.vehicles[0].max_tasks"),
        ({"max_tasks": 1, **RELOADS}, {}, {}, "$.vehicles[0].max_tasks"),
        ({}, {"location_index": 2, "setup": 5}, {}, "$.jobs[0].setup"),
        ({}, {"location_index": 0, "setup_per_type": {"van": 5}}, {}, "$.jobs[0].setup_per_type"),
        (RELOADS | {"start_index": 3}, {"location_index": 0, "setup": 5}, {}, "$.jobs[0].setup"),
        ({"max_distance": 9}, {}, {}, "$.vehicles[0].max_distance"),
        ({"max_travel_time": 9, "costs": {"per_km": 1}}, {}, {}, "$.vehicles[0].max_travel_time"),
    ],
)
def test_what_pyvrp_does_not_know_cannot_stand_beside_an_addition(
    vehicle: dict[str, Any], job: dict[str, Any], changes: dict[str, Any], path: str
) -> None:
    released = broken(vehicle, {**job, "release_time": 60}, **changes)
    assert list(released) == [path]
    assert "cannot stand beside" in released[path]
    if not vehicle.get("reloads"):
        assert broken(vehicle, job, **changes) == {}


@pytest.mark.parametrize("threads", [0, 65, "2", 1.5])
def test_threads_are_1_to_64(threads: object) -> None:
    with pytest.raises(ValueError, match="threads"):
        problem(options={"threads": threads})
    assert problem(options={"threads": 64}).options.threads == 64
    assert problem().options.threads is None
