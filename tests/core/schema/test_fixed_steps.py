"""Rules on fixed steps."""

from typing import Any

import pytest

from .bodies import RELOADS, broken

ENDS = {"pickup": {"id": 1, "location_index": 1}, "delivery": {"id": 5, "location_index": 2}}
VEHICLE = {"id": 2, "start_index": 0}


def step(kind: str, number: int | None = None, fixed: str | None = None) -> dict[str, Any]:
    return {"type": kind} | ({} if number is None else {"id": number}) | ({"fixed": fixed} if fixed else {})


def refused(
    *steps: dict[str, Any], other: list[dict[str, Any]] | None = None, **changes: Any
) -> dict[str, str]:
    """What is wrong with the steps of a vehicle that reloads, and those of a second one."""
    first = {"id": 1, "start_index": 0, **RELOADS, "steps": [*steps]}
    vehicles = [first, {**VEHICLE, "steps": other or []}]
    found = broken(vehicles=vehicles, shipments=[ENDS], **changes)
    return {path.removeprefix("$.vehicles"): said for path, said in found.items() if "reloads" not in path}


@pytest.mark.parametrize(
    "steps",
    [
        [step("start"), step("job", 1, "position"), step("pickup", 1, "position"), step("job", 2)],
        [step("pickup", 1, "position"), step("delivery", 5, "position"), step("reload", 1, "position")],
        [
            step("job", 1, "position"),
            step("pickup", 1),
            step("delivery", 5, "order"),
            step("job", 2, "order"),
        ],
        [step("delivery", 5, "order")],
    ],
)
def test_positions_come_before_orders(steps: list[dict[str, Any]]) -> None:
    assert refused(*steps) == {}


@pytest.mark.parametrize(
    ("steps", "said"),
    [
        ([step("start", fixed="position")], "a step of type 'start' cannot be fixed"),
        ([step("end", fixed="order")], "a step of type 'end' cannot be fixed"),
        ([step("reload", 1, "order")], "a reload can only have a fixed `position`"),
        ([step("delivery", 5, "position")], "its pickup must be fixed before it"),
    ],
)
def test_what_cannot_be_fixed_is_refused(steps: list[dict[str, Any]], said: str) -> None:
    assert refused(*steps) == {"[0].steps[0].fixed": said}


@pytest.mark.parametrize("before", [step("job", 1), step("job", 1, "order"), step("reload", 1)])
def test_a_position_has_none_but_positions_before_it(before: dict[str, Any]) -> None:
    said = "all tasks and reloads before it must have a fixed `position` too"
    assert refused(before, step("job", 2, "position")) == {"[0].steps[1].fixed": said}


def test_a_fixed_delivery_comes_after_its_fixed_pickup_on_the_same_vehicle() -> None:
    said = "its pickup must be fixed before it, on the same vehicle"
    order = [step("delivery", 5, "order"), step("pickup", 1, "order")]
    assert refused(*order) == {"[0].steps[0].fixed": said}
    assert refused(order[0], other=[order[1]]) == {"[0].steps[0].fixed": said}


def test_a_task_is_fixed_only_on_a_vehicle_that_may_serve_it() -> None:
    jobs: list[dict[str, Any]] = [
        {"id": 1, "location_index": 1, "allowed_vehicles": [2]},
        {"id": 2, "location_index": 1, "skills": [4]},
    ]
    assert refused(step("job", 1, "order"), step("job", 2, "order"), jobs=jobs) == {
        "[0].steps[0].fixed": "the vehicle is not among the `allowed_vehicles` of the task",
        "[0].steps[1].fixed": "the vehicle lacks a skill that the task needs",
    }
    assert refused(other=[step("job", 1, "position")], jobs=jobs) == {}


@pytest.mark.parametrize("kind", ["same_vehicle", "sequence", "direct_sequence", "different_vehicles"])
def test_a_relation_does_not_contradict_fixed_steps(kind: str) -> None:
    jobs = [step("job", 1, "order"), step("job", 2, "order")]
    relations = [{"type": kind, "steps": [step("job", 1), step("delivery", 5), step("job", 2)]}]
    together, apart = (
        refused(*jobs, relations=relations),
        refused(jobs[0], other=jobs[1:], relations=relations),
    )
    path = "$.relations[0].steps[2]"
    if kind == "different_vehicles":
        assert (together, apart) == ({path: "is fixed on the same vehicle as an earlier step"}, {})
    else:
        assert (together, apart) == ({}, {path: "is fixed on another vehicle than an earlier step"})


def test_the_most_vehicles_are_no_fewer_than_those_with_fixed_steps() -> None:
    one, two = [step("job", 1, "order")], [step("job", 2, "order")]
    found = refused(*one, other=two, options={"max_vehicles": 1})
    said = "is less than the number of vehicles with fixed steps (2)"
    assert found == {"$.options.max_vehicles": said}
    assert refused(*one, *two, options={"max_vehicles": 1}) == {}
