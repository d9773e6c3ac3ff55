from typing import Any

import pytest

from milkrun.schema.solution import Step
from milkrun_solver.verification.reloads import reload_faults
from tests.solver.verification.cases import facts, problem, step


def reload(number: int | None = 8, **changed: Any) -> Step:
    return step("reload", number, **{"service": 600, "location_index": 3, **changed})


def faults(*steps: Step, **vehicle: Any) -> list[str]:
    places = [{"id": 8, "location_index": 3, "service": 600}, {"id": 7, "location_index": 0}]
    return list(reload_faults(facts(problem({"reloads": places, **vehicle}, {}), *steps)))


def test_a_vehicle_reloads_at_any_of_its_own_places() -> None:
    assert faults(reload(), step("job", 1), step("reload", 7, location_index=0)) == []
    assert faults(reload(9)) == ["the vehicle has no place to reload with the id 9"]
    assert faults(reload(None)) == ["the vehicle has no place to reload with the id None"]


@pytest.mark.parametrize("reloads", range(4))
def test_a_vehicle_without_a_limit_reloads_as_often_as_it_likes(reloads: int) -> None:
    assert faults(*[reload()] * reloads) == []


@pytest.mark.parametrize("most", range(3))
def test_a_vehicle_reloads_no_more_often_than_its_limit(most: int) -> None:
    assert faults(*[reload()] * most, max_reloads=most) == []
    assert faults(*[reload()] * (most + 1), max_reloads=most) == [
        f"the route has {most + 1} reloads, more than max_reloads ({most})"
    ]


@pytest.mark.parametrize("changed", [{"service": 599}, {"service": 601}, {"setup": 1}], ids=str)
def test_a_reload_takes_the_service_time_of_its_place(changed: dict[str, int]) -> None:
    assert faults(reload(**changed)) == ["reload 8 must take 600 s"]


@pytest.mark.parametrize("changed", [{"location_index": 0}, {"location": (7.4, 43.7)}], ids=str)
def test_a_reload_is_shown_where_the_problem_has_it(changed: dict[str, Any]) -> None:
    assert faults(reload(**changed)) == ["reload 8 is shown at another place"]
