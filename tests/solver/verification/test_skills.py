import pytest

from milkrun_solver.verification.skills import skill_faults
from tests.solver.verification.cases import facts, problem, step


def faults(has: list[int], needs: list[int]) -> list[str]:
    return list(skill_faults(facts(problem({"skills": has}, {"skills": needs}), step("job", 1))))


@pytest.mark.parametrize(("has", "needs"), [([], []), ([1], []), ([1, 2], [2, 1]), ([1, 2, 3], [2])], ids=str)
def test_a_vehicle_may_have_more_skills_than_a_task_needs(has: list[int], needs: list[int]) -> None:
    assert faults(has, needs) == []


@pytest.mark.parametrize(("has", "needs"), [([], [1]), ([1], [2]), ([1], [1, 2])], ids=str)
def test_a_vehicle_without_one_of_the_skills_must_not_serve_the_task(
    has: list[int], needs: list[int]
) -> None:
    assert faults(has, needs) == ["job 1 needs a skill that the vehicle lacks"]


def test_both_ends_of_a_shipment_need_its_skills() -> None:
    given = problem({}, shipment={"skills": [4]})
    assert list(skill_faults(facts(given, step("pickup", 5), step("delivery", 9)))) == [
        "pickup 5 needs a skill that the vehicle lacks",
        "delivery 9 needs a skill that the vehicle lacks",
    ]
