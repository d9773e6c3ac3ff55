"""The request that VROOM gets for a whole problem and for a part of it."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from milkrun.schema.times import is_timed
from milkrun_solver.answer.solution import planned
from milkrun_solver.answer.vroom_output import routes_of
from milkrun_solver.decomposition.parts import Part, part_of
from milkrun_solver.engines.effort import Effort
from milkrun_solver.engines.vroom.child_request import Request
from milkrun_solver.engines.vroom.encoding import request_of
from milkrun_solver.model.problem import Model
from milkrun_solver.routes.schedule import schedule
from tests.nonempty import nonempty
from tests.solver.helpers import model_of
from tests.solver.problems import problem_of, random_problem
from tests.solver.vroom import vroom_output


def request(model: Model) -> Request:
    return request_of(model, [Effort(0)], threads=1, seconds=10)


def some(model: Model) -> Part:
    """Every third job, with two vehicles."""
    return part_of(model, [], range(0, len(model.tasks), 3), [1, 2])


@pytest.fixture(scope="module")
def model() -> Model:
    return model_of(random_problem(6, {"capacity", "fleet", "custom costs"}, jobs=30, vehicles=4))


def places_of(model: Model) -> set[int]:
    ends = [place for it in model.vehicles for place in (it.start, it.end) if place is not None]
    return {*ends, *(task.place for task in model.tasks)}


def test_a_part_sends_only_its_own_rows_of_the_matrices(model: Model) -> None:
    part = some(model)
    asked = request(part.model)
    rows = sorted(places_of(part.model))
    assert len(rows) < len(places_of(model))
    assert set(asked.matrices) == {vehicle.source.profile for vehicle in part.model.vehicles}
    for profile, matrices in asked.matrices.items():
        travel = model.travel.profiles[profile]
        for sent, whole in zip(matrices, (travel.durations, travel.distances, travel.costs), strict=True):
            assert sent is not None
            assert whole is not None
            assert (sent == whole[np.ix_(rows, rows)]).all()


def test_each_stop_of_a_part_refers_to_the_rows_sent(model: Model) -> None:
    part = some(model)
    rows = sorted(places_of(part.model))
    described = request(part.model).problem
    assert [rows[job["location_index"]] for job in described["jobs"]] == [
        task.place for task in part.model.tasks
    ]
    assert [(rows[it["start_index"]], rows[it["end_index"]]) for it in described["vehicles"]] == [
        (it.start, it.end) for it in part.model.vehicles
    ]


def test_matrices_are_not_copied_if_every_row_is_used() -> None:
    model = model_of(random_problem(6, {"capacity", "great circle"}))
    durations, distances, _ = request(model).matrices["car"]
    assert durations is model.travel.profiles["car"].durations
    assert distances is model.travel.profiles["car"].distances


def rounding(**other: Any) -> dict[str, Any]:
    """A problem whose costs differ when they are rounded down rather than to the nearest."""
    durations = [[0 if a == b else 97 + 31 * a + 53 * b for b in range(8)] for a in range(8)]
    return {
        "vehicles": [
            {"id": n, "start_index": 0, "end_index": 0, "capacity": [2], "costs": {"per_hour": 1_000 + n}}
            for n in range(1, 5)
        ],
        "jobs": [{"id": n, "location_index": n, "delivery": [1]} for n in range(1, 8)],
        "matrices": {"car": {"durations": durations}},
        **other,
    }


def timed_elsewhere() -> Model:
    """Only one vehicle has a time window: the whole problem is timed, a part without that vehicle is not."""
    body = rounding()
    body["vehicles"][0]["time_window"] = [0, 100_000]
    return model_of(problem_of(body))


def test_an_untimed_part_of_a_timed_problem_costs_the_same_as_in_the_whole() -> None:
    """VROOM rounds differently if no time window matters."""
    model = timed_elsewhere()
    part = part_of(model, [], range(6), [1, 2, 3])
    assert not is_timed((it.source for it in part.model.tasks), (it.source for it in part.model.vehicles))
    routes = [part.timed_in_whole(it) for it in routes_of(part.model, vroom_output(part.model))]
    ours = [schedule(model, it.vehicle, it.tasks) for it in planned(routes)]
    assert [route.cost for route in routes] == [route.cost for route in ours if route]
    untimed = [schedule(replace(model, timed=False), it.vehicle, it.tasks) for it in planned(routes)]
    assert [route.cost for route in routes] != [route.cost for route in untimed if route]


def test_a_timed_part_gets_no_other_time_window() -> None:
    model = timed_elsewhere()
    described = request(part_of(model, [], range(6), [0, 1]).model).problem
    assert [vehicle.get("time_window") for vehicle in described["vehicles"]] == [(0, 100_000), None]


def test_an_untimed_problem_gets_no_time_window() -> None:
    model = model_of(problem_of(rounding()))
    asked = request(part_of(model, [], range(4), [1, 2]).model)
    assert not any("time_window" in vehicle for vehicle in nonempty(asked.problem["vehicles"]))


def test_fields_without_a_value_are_left_out(model: Model) -> None:
    described = request(model).problem
    for it in nonempty([*described["vehicles"], *described["jobs"]]):
        assert None not in it.values()


def test_missing_distances_are_zeros_if_another_profile_has_distances() -> None:
    body = rounding()
    cells = body["matrices"]["car"]["durations"]
    body["matrices"] = {"car": {"durations": cells}, "bike": {"durations": cells, "distances": cells}}
    body["vehicles"][0]["profile"] = "bike"
    model = model_of(problem_of(body))
    _, zeros, _ = request(model).matrices["car"]
    assert zeros is not None
    assert not zeros.any()
    _, none, _ = request(part_of(model, [], range(4), [1, 2]).model).matrices["car"]
    assert none is None


def test_an_empty_load_of_a_break_limits_nothing() -> None:
    pause = {"id": 1, "time_windows": [[0, 1_000]], "max_load": []}
    body = {
        "vehicles": [{"id": 1, "start_index": 0, "capacity": [5], "breaks": [pause]}],
        "jobs": [{"id": 1, "location_index": 1, "delivery": [1]}],
        "matrices": {"car": {"durations": [[0, 9], [9, 0]]}},
    }
    assert len(vroom_output(model_of(problem_of(body)))["routes"]) == 1
