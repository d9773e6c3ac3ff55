"""The verifier refuses every way to break the rules of reloads, release times and overtime."""

from collections.abc import Callable
from typing import Any

import pytest

from milkrun.schema.solution import Route, Solution, Step
from milkrun_solver.model.problem import Model
from milkrun_solver.model.visits import PlannedRoute, ReloadVisit, Visit
from tests.solver.helpers import faults, model_of, scheduled
from tests.solver.problems import problem_of

LINE = [[60 * abs(a - b) for b in range(5)] for a in range(5)]


def body(**vehicle: Any) -> dict[str, Any]:
    return {
        "vehicles": [
            {
                "id": 1,
                "start_index": 0,
                "end_index": 0,
                "capacity": [3],
                "reloads": [
                    {"id": 8, "location_index": 0, "service": 600},
                    {"id": 9, "location_index": 4, "service": 60},
                ],
                "max_reloads": 2,
                "shift_duration": 1_000,
                "max_overtime": 2_000,
                "costs": {"per_overtime_hour": 3_600, "per_task_hour": 3_600},
                **vehicle,
            }
        ],
        "jobs": [
            {"id": 1, "location_index": 1, "delivery": [2], "service": 30},
            {"id": 2, "location_index": 2, "delivery": [3], "pickup": [1], "release_time": 500},
        ],
        "shipments": [
            {
                "amount": [2],
                "pickup": {"id": 1, "location_index": 3},
                "delivery": {"id": 1, "location_index": 2},
            }
        ],
        "matrices": {"car": {"durations": LINE, "distances": LINE}},
    }


FIRST, SECOND = ReloadVisit(0), ReloadVisit(1)
GOOD = (0, SECOND, 1, FIRST, 2, 3)


def model(**vehicle: Any) -> Model:
    return model_of(problem_of(body(**vehicle)))


def answer(visits: tuple[Visit, ...] = GOOD, **vehicle: Any) -> tuple[Model, Solution]:
    made = model(**vehicle)
    solution = scheduled(made, [PlannedRoute(0, visits)])
    assert solution is not None
    return made, solution


def of_route(**vehicle: Any) -> list[str]:
    """The faults of a route that is valid for the usual vehicle."""
    _, solution = answer()
    return faults(model(**vehicle), solution)


def test_a_route_with_reloads_and_overtime_is_valid() -> None:
    made, solution = answer()
    assert faults(made, solution) == []
    route = solution.routes[0]
    assert [step.type for step in route.steps[1:-1]] == [
        "job", "reload", "job", "reload", "pickup", "delivery",
    ]  # fmt: skip
    assert route.overtime is not None
    assert route.overtime > 0


@pytest.mark.parametrize(
    ("vehicle", "word"),
    [
        ({"max_reloads": 1}, "2 reloads, more than max_reloads (1)"),
        ({"max_reloads": 0}, "2 reloads, more than max_reloads (0)"),
        ({"reloads": [{"id": 9, "location_index": 4, "service": 60}]}, "no place to reload with the id 8"),
        ({"capacity": [2]}, "exceeds the capacity"),
        ({"max_overtime": 0, "costs": {}}, "more than max_overtime (0 s)"),
        ({"shift_duration": 900}, "the overtime is"),
        ({"shift_duration": None, "max_overtime": 0, "costs": {}}, "its vehicle has no shift"),
        ({"costs": {"per_task_hour": 3_600}}, "the route costs"),
        ({"costs": {"per_overtime_hour": 3_600}}, "the route costs"),
    ],
)
def test_a_route_that_the_vehicle_may_not_drive_is_refused(vehicle: dict[str, Any], word: str) -> None:
    assert any(word in fault for fault in of_route(**vehicle))


def test_a_trip_carries_no_more_than_fits_on_board_at_once() -> None:
    made, solution = answer((0, 1, 2, 3))
    assert any("exceeds the capacity" in fault for fault in faults(made, solution))


def test_goods_of_a_shipment_are_not_reloaded() -> None:
    made, solution = answer((0, FIRST, 1, 2, FIRST, 3), capacity=[9])
    assert "vehicle 1: shipments are on board at reload 8" in faults(made, solution)


def test_a_reload_unloads_what_pickups_brought() -> None:
    made, solution = answer((1, FIRST, 0, 2, 3), capacity=[4])
    assert faults(made, solution) == []


def changed(change: Callable[[Route, Step], None]) -> list[str]:
    """The faults after a change to the first reload, which is at place 9."""
    made, solution = answer()
    solution = Solution.model_validate_json(solution.to_json())
    change(solution.routes[0], solution.routes[0].steps[2])
    return faults(made, solution)


def earlier(route: Route, reload: Step) -> None:
    """The second trip begins one second before its goods are ready."""
    for step in route.steps[: route.steps.index(reload) + 1]:
        step.arrival -= reload.arrival + reload.waiting_time - 499


def elsewhere(_: Route, reload: Step) -> None:
    reload.location_index = 0


def other_place(_: Route, reload: Step) -> None:
    reload.id, reload.location_index, reload.service = 8, 0, 600


def shorter(_: Route, reload: Step) -> None:
    reload.service -= 1


def heavier(_: Route, reload: Step) -> None:
    reload.load = [2]


def cheaper(route: Route, _: Step) -> None:
    route.cost -= 2


def no_overtime(route: Route, _: Step) -> None:
    route.overtime = 0


@pytest.mark.parametrize(
    ("change", "word"),
    [
        (earlier, "begins before its goods are ready"),
        (elsewhere, "is shown at another place"),
        (other_place, "travel to reload 8"),
        (shorter, "must take 60 s"),
        (heavier, "the load after reload 9"),
        (cheaper, "the route costs"),
        (no_overtime, "the overtime is"),
    ],
)
def test_an_answer_with_a_false_statement_is_refused(
    change: Callable[[Route, Step], None], word: str
) -> None:
    assert changed(lambda *_: None) == []
    assert any(word in fault for fault in changed(change))


def test_the_summary_s_overtime_is_the_sum_of_all_routes() -> None:
    made, solution = answer()
    solution.summary.overtime = 0
    assert any("the total of overtime" in fault for fault in faults(made, solution))


def test_the_first_trip_starts_once_its_goods_are_ready() -> None:
    made, solution = answer((1, FIRST, 0, 2, 3), capacity=[4])
    assert solution.routes[0].steps[0].arrival == 500
    for step in solution.routes[0].steps:
        step.arrival -= 1
    assert any("before its goods are ready" in fault for fault in faults(made, solution))
