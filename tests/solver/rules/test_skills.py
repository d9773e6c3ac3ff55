import pytest

from milkrun_solver.rules.skills import Skills, has_skills
from tests.solver.rules.cases import (
    LEFT_OUT,
    LET_PASS,
    one_job,
    one_shipment,
    screened,
    several_vehicles,
    verdicts,
)


@pytest.mark.parametrize(
    ("has", "needs", "verdict"),
    [
        ([], [], LET_PASS),
        ([1], [], LET_PASS),
        ([1, 2], [1, 2], LET_PASS),
        ([1, 2, 3], [2], LET_PASS),
        ([1], [1, 2], LEFT_OUT),
        ([], [1], LEFT_OUT),
    ],
)
def test_a_vehicle_needs_every_skill_of_the_task(
    has: list[int], needs: list[int], verdict: tuple[bool, bool]
) -> None:
    model = one_job({"skills": has}, {"skills": needs})
    assert verdicts(Skills(), model) == verdict
    assert has_skills(model.vehicles[0], model.tasks[0]) == verdict[0]


def test_both_ends_of_a_shipment_need_its_skills() -> None:
    model = one_shipment({"skills": [1]}, {"skills": [1, 2]})
    assert verdicts(Skills(), model) == LEFT_OUT
    assert [has_skills(model.vehicles[0], task) for task in model.tasks] == [False, False]


def test_each_vehicle_is_asked_for_its_own_skills() -> None:
    model = several_vehicles({"skills": [1]}, {}, {"skills": [1, 2]}, skills=[1])
    assert screened(Skills(), model) == [True, False, True]


def test_a_vehicle_that_is_not_in_a_task_s_list_lacks_a_skill() -> None:
    model = several_vehicles({}, {}, {}, allowed_vehicles=[0, 2])
    assert screened(Skills(), model) == [True, False, True]
    assert [has_skills(vehicle, model.tasks[0]) for vehicle in model.vehicles] == [True, False, True]


def test_vehicles_with_the_same_skills_count_as_alike() -> None:
    model = several_vehicles({"skills": [1, 2]}, {"skills": [2, 1]}, {"skills": [1]})
    first, same, other = map(Skills().traits, model.vehicles)
    assert first == same != other
