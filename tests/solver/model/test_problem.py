from milkrun.schema.problem import Problem
from milkrun_solver.model.visits import ReloadVisit
from tests.solver.helpers import model_of
from tests.solver.problems import problem_of

MATRIX = {"car": {"durations": [[0, 5, 9], [6, 0, 7], [4, 4, 0]]}}


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


def test_missing_amounts_are_zero() -> None:
    model = model_of(
        problem_of(
            {
                "vehicles": [{"id": 1, "start_index": 0, "capacity": [4, 5]}, {"id": 2, "end_index": 0}],
                "jobs": [{"id": 1, "location_index": 1}],
                "matrices": MATRIX,
            }
        )
    )
    assert model.amounts == 2
    assert model.tasks[0].delivery == (0, 0)
    assert model.vehicles[1].capacity == (0, 0)


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


def test_speed_factors_count_in_hundredths_as_in_vroom() -> None:
    model = model_of(
        problem_of(
            {
                "vehicles": [{"id": 1, "start_index": 0, "speed_factor": 0.83, "costs": {"per_hour": 3_600}}],
                "jobs": [{"id": 1, "location_index": 1}],
                "matrices": MATRIX,
            }
        )
    )
    assert model.vehicles[0].duration_factor == 120
    assert model.vehicles[0].cost_factor == 433_735
    assert model.vehicles[0].duration(0, 2) == 9 * 120


def test_a_problem_is_timed_if_anything_limits_times() -> None:
    base = {
        "vehicles": [{"id": 1, "start_index": 0}],
        "jobs": [{"id": 1, "location_index": 1, "service": 60}],
        "matrices": MATRIX,
    }
    assert not model_of(problem_of(base)).timed
    hours = [{"id": 1, "start_index": 0, "time_window": [0, 9]}]
    assert model_of(problem_of({**base, "vehicles": hours})).timed
    window = [{"id": 1, "location_index": 1, "time_windows": [[0, 9]]}]
    assert model_of(problem_of({**base, "jobs": window})).timed


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


def test_a_soft_time_window_is_kept_if_it_has_a_price() -> None:
    windows: list[dict[str, int] | None] = [
        {"start": 5, "end": 9, "cost_per_hour_early": 1, "cost_per_hour_late": 2},
        {"end": 9, "cost_per_hour_late": 2},
        {"start": 5, "end": 9},
        None,
    ]
    jobs = [
        {"id": n, "location_index": 1, **({} if it is None else {"soft_time_window": it})}
        for n, it in enumerate(windows)
    ]
    model = model_of(
        problem_of({"vehicles": [{"id": 1, "start_index": 0}], "jobs": jobs, "matrices": MATRIX})
    )
    assert [task.soft for task in model.tasks] == [(5, 9, 1, 2), (0, 9, 0, 2), None, None]
    assert model.timed
    assert model.is_priced


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


def test_travel_by_the_time_of_day_makes_a_problem_timed() -> None:
    body = {
        "vehicles": [{"id": 1, "start_index": 0}],
        "jobs": [{"id": 1, "location_index": 1}],
        "matrices": {"car": {**MATRIX["car"], "slots": [{"start": 9, **MATRIX["car"]}]}},
    }
    assert model_of(problem_of(body)).timed


def test_fixed_steps_are_visits_of_their_vehicle() -> None:
    steps = [
        {"type": "start"},
        {"type": "job", "id": 5, "fixed": "position"},
        {"type": "reload", "id": 3, "fixed": "position"},
        {"type": "job", "id": 6, "fixed": "order"},
        {"type": "job", "id": 7},
        {"type": "job", "id": 8, "fixed": "order"},
    ]
    places = [{"id": number, "location_index": 0} for number in (2, 3)]
    vehicle = {"id": 1, "start_index": 0, "reloads": places, "steps": steps}
    model = model_of(
        Problem.model_validate(
            {
                "vehicles": [vehicle, {"id": 2, "start_index": 0}],
                "jobs": [{"id": number, "location_index": 1} for number in (5, 6, 7, 8)],
                "matrices": MATRIX,
            }
        )
    )
    fixed, free = model.vehicles
    assert (fixed.first, fixed.in_order) == ((0, ReloadVisit(1)), (1, 3))
    assert (fixed.has_fixed_steps, free.has_fixed_steps) == (True, False)
