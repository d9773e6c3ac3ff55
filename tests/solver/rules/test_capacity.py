from milkrun_solver.rules.capacity import may_hold_all
from tests.solver.helpers import model_of
from tests.solver.problems import problem_of
from tests.solver.rules.cases import one_job


def test_jobs_fit_if_the_vehicles_together_have_the_capacity() -> None:
    model = one_job({}, {"delivery": [5], "pickup": [2]})
    assert may_hold_all(model.vehicles, model.tasks)
    assert may_hold_all(model.vehicles * 2, model.tasks * 2)
    assert not may_hold_all(model.vehicles, model.tasks * 2)
    assert not may_hold_all([], model.tasks)


def test_a_vehicle_that_reloads_may_hold_any_number_of_jobs() -> None:
    model = one_job({"reloads": [{"id": 1, "location_index": 0}]}, {"delivery": [5]})
    assert may_hold_all(model.vehicles, model.tasks * 9)


def test_a_delivered_shipment_frees_its_capacity() -> None:
    end = {"id": 1, "location_index": 0}
    body = {
        "vehicles": [{"id": 1, "start_index": 0, "capacity": [5]}],
        "shipments": [{"pickup": end, "delivery": end, "amount": [5]}],
        "matrices": {"car": {"durations": [[0]]}},
    }
    model = model_of(problem_of(body))
    assert may_hold_all(model.vehicles, model.tasks * 9)
