from tests.solver.helpers import model_of
from tests.solver.model.cases import MATRIX
from tests.solver.problems import problem_of


def test_the_ends_of_a_shipment_are_partners() -> None:
    model = model_of(
        problem_of(
            {
                "vehicles": [{"id": 1, "start_index": 0, "capacity": [4]}],
                "jobs": [{"id": 5, "location_index": 1}],
                "shipments": [
                    {"pickup": {"id": 5, "location_index": 1}, "delivery": {"id": 6, "location_index": 2}}
                ],
                "matrices": MATRIX,
            }
        )
    )
    assert [task.kind for task in model.tasks] == ["job", "pickup", "delivery"]
    assert [task.partner for task in model.tasks] == [None, 2, 1]


def test_service_and_setup_depend_on_the_vehicle_type() -> None:
    model = model_of(
        problem_of(
            {
                "vehicles": [{"id": 1, "start_index": 0, "type": "bike"}, {"id": 2, "start_index": 0}],
                "jobs": [
                    {"id": 1, "location_index": 1, "service": 9, "setup": 3, "service_per_type": {"bike": 4}}
                ],
                "matrices": MATRIX,
            }
        )
    )
    bike, plain = (vehicle.type_rank for vehicle in model.vehicles)
    assert (model.tasks[0].service[bike], model.tasks[0].service[plain]) == (4, 9)
    assert (model.tasks[0].setup[bike], model.tasks[0].setup[plain]) == (3, 3)


def test_seconds_depend_on_the_vehicle_type_and_equal_tasks_share_them() -> None:
    vehicles = [{"id": n, "start_index": 0, "type": kind} for n, kind in enumerate(("van", "bike"))]
    job = {"location_index": 0, "service": 5, "service_per_type": {"bike": 9, "tram": 1}}
    body = {
        "vehicles": [*vehicles, {"id": 2, "start_index": 0}],
        "jobs": [{"id": 1, **job}, {"id": 2, **job}, {"id": 3, "location_index": 0, "service": 5}],
        "matrices": {"car": {"durations": [[0]]}},
    }
    first, second, plain = model_of(problem_of(body)).tasks
    assert first.service == (5, 9, 5)
    assert second.service is first.service
    assert plain.service == (5, 5, 5)
    assert first.work_depends_on_type
    assert not plain.work_depends_on_type


def test_tasks_know_their_nearest_if_interleaving_has_a_price() -> None:
    body = {
        "vehicles": [{"id": 1, "start_index": 0}],
        "jobs": [{"id": n, "location_index": n} for n in (1, 2)],
        "matrices": MATRIX,
    }
    assert [task.near for task in model_of(problem_of(body)).tasks] == [(), ()]
    compact = model_of(problem_of({**body, "options": {"compact": {"cost": 1}}}))
    assert [task.near for task in compact.tasks] == [(1,), (0,)]
    assert (compact.timed, compact.is_priced) == (False, True)
