from typing import Any

import pytest

from milkrun_solver.engines.sisr.arrays import NEVER
from milkrun_solver.engines.sisr.clock import LATEST, Clock
from milkrun_solver.engines.sisr.kinds import kinds_of
from milkrun_solver.engines.sisr.places import Places
from milkrun_solver.engines.sisr.vehicles import break_arrays, driver_arrays, reload_arrays, vehicle_arrays
from milkrun_solver.model.units import COST_UNIT
from tests.solver.engines.sisr.cases import stops


def arrays_of(**vehicle: Any) -> dict[str, Any]:
    """All arrays of two kinds, the second of them changed."""
    model = stops(**vehicle)
    (kinds, _), clock, places = kinds_of(model), Clock(model.vehicles), Places(model)
    return {
        **vehicle_arrays(kinds, places, clock, lambda cost: cost),
        **driver_arrays(kinds, clock),
        **break_arrays(kinds, model.amounts, clock),
        **reload_arrays(kinds, places, clock),
    }


def test_what_is_not_given_is_no_limit() -> None:
    arrays = arrays_of(max_tasks=4, max_travel_time=70, shift_duration=80, max_reloads=1)
    limits = "kind_max_tasks", "kind_max_travel", "kind_shift", "kind_max_reloads"
    assert [arrays[name] for name in limits] == [[NEVER, limit] for limit in (4, 70, 80, 1)]


def test_vehicles_work_at_any_time_unless_they_have_hours() -> None:
    arrays = arrays_of(time_window=[50, 200])
    assert (arrays["kind_earliest"], arrays["kind_latest"]) == ([0, 50], [LATEST, 200])


def test_an_open_end_is_nowhere() -> None:
    arrays = arrays_of(end_index=0)
    assert (arrays["kind_start"], arrays["kind_end"]) == ([0, 0], [2, 0])


def test_costs_are_those_of_one_vehicle_and_of_one_unit_of_time() -> None:
    costs = {"fixed": 5, "per_task_hour": 36, "per_overtime_hour": 72}
    arrays = arrays_of(costs=costs, shift_duration=9, max_overtime=9)
    assert arrays["kind_fixed_cost"] == [0, 5 * COST_UNIT]
    assert (arrays["kind_work_cost"], arrays["kind_overtime_cost"]) == ([0, 3_600], [0, 7_200])


@pytest.mark.parametrize(("travel", "most"), [(300, 300), (900, 600)])
def test_the_shorter_limit_of_travel_holds(travel: int, most: int) -> None:
    rules = {"max_driving": 700, "driven": 100, "break_duration": 5, "max_driving_before_break": 50}
    assert arrays_of(driver_rules=rules, max_travel_time=travel)["kind_max_travel"] == [NEVER, most]


def test_a_driver_who_drove_more_than_allowed_drove_just_so_much() -> None:
    rules = {"break_duration": 5, "max_driving_before_break": 50, "driven": 90, "driven_since_break": 80}
    arrays = arrays_of(driver_rules=rules)
    assert (arrays["kind_max_driving"], arrays["kind_rest"]) == ([NEVER, 50], [0, 5])
    assert arrays["kind_driven"] == [0, 50]


def test_breaks_and_reloads_are_those_of_each_kind() -> None:
    arrays = arrays_of(breaks=[])
    assert arrays["break_begin"].tolist() == [0, 1, 1]
    assert arrays["reload_begin"].tolist() == [0, 1, 2]
    assert (arrays["break_window_open"], arrays["break_window_close"]) == ([0], [90])
