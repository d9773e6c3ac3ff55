"""Rules that involve several fields."""

from typing import Any

import pytest

from milkrun.schema.capabilities import inability

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


def slotted(*slots: dict[str, Any], rows: int = 4) -> dict[str, Any]:
    return {"car": {"durations": [[0] * rows] * rows, "slots": list(slots)}}


SQUARE = [[0] * 4] * 4


@pytest.mark.parametrize(
    "vehicle",
    [{"breaks": [{"id": 1}]}, {"driver_rules": {"preset": "eu-561"}}],
    ids=lambda it: next(iter(it)),
)
def test_slots_exclude_what_interrupts_a_leg(vehicle: dict[str, Any]) -> None:
    slots = slotted({"start": 100, "durations": SQUARE})
    message = "cannot be combined with `matrices.car.slots`"
    assert broken(vehicle, matrices=slots) == {f"$.vehicles[0].{next(iter(vehicle))}": message}
    assert broken(vehicle) == {}


def test_slots_of_a_matrix_ascend() -> None:
    given = [{"start": start, "durations": SQUARE} for start in (0, 100, 200)]
    assert broken(matrices=slotted(*given)) == {}
    found = broken(matrices=slotted(*given, given[1], given[1]))
    message = "must be after the start of the slot before it"
    assert found == {
        "$.matrices.car.slots[3].start": f"{message} (200)",
        "$.matrices.car.slots[4].start": f"{message} (100)",
    }


@pytest.mark.parametrize(
    ("durations", "path"), [([[0] * 3] * 3, ""), ([], ""), ([[0] * 4, *[[0] * 3] * 3], "[1]")]
)
def test_a_slot_has_a_matrix_of_the_same_shape(durations: list[list[int]], path: str) -> None:
    found = broken(matrices=slotted({"start": 9, "durations": durations}))
    assert list(found) == [f"$.matrices.car.slots[0].durations{path}"]


@pytest.mark.parametrize("slot", [{"durations": SQUARE}, {"start": 5}, {"start": -1, "durations": SQUARE}])
def test_a_slot_has_a_start_and_durations(slot: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="slots"):
        problem(matrices=slotted(slot))


def test_only_sisr_supports_slots_of_a_profile_that_a_vehicle_has() -> None:
    matrices = slotted({"start": 5, "durations": SQUARE})
    assert inability("sisr", problem(matrices=matrices)) is None
    assert "slots" in str(inability("vroom", problem(matrices=matrices)))
    assert "slots" in str(inability("pyvrp", problem(matrices=matrices)))
    unused = {"car": {"durations": SQUARE}, "bike": matrices["car"]}
    assert inability("vroom", problem(matrices=unused)) is None
