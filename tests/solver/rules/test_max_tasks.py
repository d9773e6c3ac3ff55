import pytest

from milkrun_solver.rules.max_tasks import MaxTasks, binds
from tests.solver.rules.cases import direct, one_job, one_shipment, screened, several_vehicles


def test_a_job_is_one_task() -> None:
    assert MaxTasks().allows(direct(one_job({"max_tasks": 1}, {})))
    assert not MaxTasks().allows(direct(one_job({"max_tasks": 0}, {})))


def test_a_shipment_is_two_tasks() -> None:
    assert MaxTasks().allows(direct(one_shipment({"max_tasks": 2}, {}), order=(0, 1)))
    assert not MaxTasks().allows(direct(one_shipment({"max_tasks": 1}, {}), order=(0, 1)))


@pytest.mark.parametrize(("most", "does_bind"), [(None, False), (4, True), (5, False), (6, False)])
def test_a_limit_binds_if_there_are_more_tasks(most: int | None, does_bind: bool) -> None:
    (vehicle,) = one_job({"max_tasks": most}, {}).vehicles
    assert binds(vehicle, 5) == does_bind


def test_it_screens_nobody() -> None:
    assert screened(MaxTasks(), one_job({"max_tasks": 0}, {})) is None


def test_vehicles_with_the_same_limit_count_as_alike() -> None:
    model = several_vehicles({"max_tasks": 1}, {"max_tasks": 1}, {})
    first, same, other = map(MaxTasks().traits, model.vehicles)
    assert first == same != other
