import math
from typing import Any

import numpy as np
import pytest

from milkrun.schema.solution import Route, Step
from milkrun.schema.vehicles import Vehicle
from milkrun_solver.model.travel import NO_WAY, Travel, TravelSlot
from milkrun_solver.verification.accumulator import RouteAccumulator
from tests.solver.problems import problem_of

DURATIONS = np.array([[0, 100], [70, 0]], dtype=np.uint32)
DISTANCES = np.array([[0, 900], [800, 0]], dtype=np.uint32)


def body(**vehicle: Any) -> dict[str, Any]:
    return {
        "vehicles": [{"id": 1, "start_index": 0, **vehicle}],
        "jobs": [{"id": 1, "location_index": 1}],
        "matrices": {"car": {"durations": DURATIONS.tolist(), "distances": DISTANCES.tolist()}},
    }


def vehicle(**given: Any) -> Vehicle:
    return problem_of(body(**given)).vehicles[0]


def tally(timed: bool = True, travel: Travel | None = None, **given: Any) -> RouteAccumulator:
    return RouteAccumulator(travel or Travel(DURATIONS, DISTANCES), vehicle(**given), timed)


def route(duration: int = 0, overtime: int | None = None, *steps: Step) -> Route:
    return Route.model_construct(duration=duration, overtime=overtime, steps=list(steps))


def drives(seconds: int, parts: int = 1) -> list[tuple[int, int]]:
    """A leg that is travelled at once, with breaks of no length at its end."""
    return [(0, seconds), *[(seconds, 0)] * (parts - 1)]


def test_legs_add_up_to_the_cells_of_the_matrices_in_each_direction() -> None:
    travelled = tally()
    assert travelled.add(0, 1, drives(100))
    assert travelled.add(1, 0, drives(70, parts=2))
    assert (travelled.hundredths, travelled.metres) == (17_000, 1_700)


def test_an_open_end_adds_no_leg() -> None:
    travelled = tally()
    assert travelled.add(None, 1, drives(0))
    assert not travelled.add(1, None, drives(1))
    assert (travelled.hundredths, travelled.metres) == (0, 0)


def test_at_normal_speed_a_leg_takes_exactly_its_seconds() -> None:
    assert not tally().add(0, 1, drives(99, parts=5))


@pytest.mark.parametrize(("seconds", "may_be"), [(81, False), (82, True), (84, True), (85, False)])
def test_at_another_speed_each_part_of_a_leg_may_be_a_second_off(seconds: int, may_be: bool) -> None:
    assert tally(speed_factor=1.2).add(0, 1, drives(seconds, parts=2)) == may_be


@pytest.mark.parametrize("kind", ["durations", "distances", "costs"])
def test_any_matrix_closes_a_leg(kind: str) -> None:
    shut = np.array([[0, NO_WAY], [5, 0]], dtype=np.uint32)
    matrices: dict[str, Any] = {"durations": DURATIONS, kind: shut}
    travelled = tally(travel=Travel(**matrices))
    assert [travelled.is_closed(*leg) for leg in ((0, 1), (1, 0), (None, 1), (0, None))] == [
        *(True, False, False, False)
    ]


def test_a_route_costs_the_sum_of_time_distance_and_work() -> None:
    """In a timed problem, VROOM rounds from durations in seconds, so the cost may differ by one."""
    costs = {
        "fixed": 50,
        "per_hour": 3_600,
        "per_km": 2_000,
        "per_task_hour": 7_200,
        "per_overtime_hour": 3_600,
    }
    travelled = tally(costs=costs, shift_duration=1, max_overtime=900)
    travelled.add(0, 1, drives(100))
    work = Step.model_construct(type="job", setup=30, service=60)
    least, most = travelled.cost_between(route(100, 20, work))
    exact = 50 + 100 + 1_800 + 2 * 90 + 20
    assert least <= exact <= most <= least + 1


def test_reloading_is_not_paid_as_work() -> None:
    travelled = tally(costs={"per_task_hour": 3_600})
    reload = Step.model_construct(type="reload", setup=0, service=300)
    assert travelled.cost_between(route(0, None, reload))[1] == 0


def test_a_break_is_paid_as_work_unless_driver_rules_ask_for_it() -> None:
    travelled = tally(costs={"per_task_hour": 3_600})
    own = Step.model_construct(type="break", id=0, setup=0, service=300)
    asked_for = own.model_copy(update={"id": None})
    assert [travelled.cost_between(route(0, None, it))[1] for it in (own, asked_for)] == [300, 0]


def test_the_cost_is_rounded_down_in_an_untimed_problem() -> None:
    travelled = tally(timed=False, costs={"per_hour": 50})
    travelled.add(0, 1, drives(100))
    cost = math.floor(100 * 50 / 3_600)
    assert travelled.cost_between(route(100)) == (cost, cost)


def test_a_costs_matrix_replaces_time_and_distance() -> None:
    costs = np.array([[0, 7], [8, 0]], dtype=np.uint32)
    travelled = tally(travel=Travel(DURATIONS, DISTANCES, costs))
    travelled.add(0, 1, drives(100))
    travelled.add(1, 0, drives(70))
    assert travelled.cost_between(route(170)) == (15, 15)


def test_a_slot_closes_a_leg_at_all_times() -> None:
    shut = np.array([[0, NO_WAY], [5, 0]], dtype=np.uint32)
    travelled = tally(travel=Travel(DURATIONS, slots=(TravelSlot(0, DURATIONS), TravelSlot(900, shut))))
    assert travelled.is_closed(0, 1)
    assert not travelled.is_closed(1, 0)


def test_by_the_time_of_day_a_leg_takes_what_its_slots_say() -> None:
    slots = (TravelSlot(0, DURATIONS), TravelSlot(500, 3 * DURATIONS))
    travelled = tally(travel=Travel(DURATIONS, DISTANCES, slots=slots))
    assert travelled.add(0, 1, [(400, 100)])
    assert travelled.add(1, 0, [(500, 210)])
    assert travelled.add(0, 1, [(450, 20), (600, 240)])
    assert (travelled.hundredths, travelled.metres) == (57_000, 2_600)
    assert not travelled.add(1, 0, [(500, 209)])
    assert travelled.add(None, 1, [(500, 0)])
