"""Instances as problems of Milkrun, and its answers as rows."""

from typing import Any

import pytest

from bench.solver.evaluator import evaluate
from bench.solver.instances import Instance
from bench.solver.solvers import milkrun
from bench.solver.solvers.milkrun import body_of, routes_of, use_only
from milkrun.schema.engines import EngineName
from milkrun_solver.engines.registry import ENGINES
from tests.solver.helpers import ALL_SERVED, Watched
from tests.solver.problems import problem_of


def test_a_plain_instance_is_a_plain_problem(windows: Instance) -> None:
    body = body_of(windows)
    vehicle = {"start_index": 0, "end_index": 0, "capacity": [10], "time_window": [0, 400]}
    assert body["vehicles"] == [{"id": 0, **vehicle}, {"id": 1, **vehicle}]
    assert body["jobs"][0] == {
        "id": 1,
        "location_index": 1,
        "delivery": [6],
        "time_windows": [[0, 80]],
        "service": 50,
    }


def test_what_vehicles_have_of_their_own_is_told(depots: Instance) -> None:
    first, second, third = body_of(depots)["vehicles"]
    assert (first["start_index"], second["end_index"]) == (0, 1)
    assert (first["costs"], second["costs"]) == (
        {"fixed": 7_000, "per_hour": 3_600},
        {"fixed": 0, "per_hour": 3 * 3_600},
    )
    assert first["shift_duration"] == 11_000
    assert "skills" not in first
    assert third == {**second, "id": 2}


def test_a_customer_for_some_vehicles_needs_their_skill(depots: Instance) -> None:
    body = body_of(depots)
    assert [job.get("skills") for job in body["jobs"]] == [None, body["vehicles"][1]["skills"]]


@pytest.mark.parametrize("name", ["depots", "trips"])
def test_the_cost_that_milkrun_states_is_that_of_the_evaluator(
    name: str, request: pytest.FixtureRequest
) -> None:
    instance: Instance = request.getfixturevalue(name)
    solution = Watched(problem_of(body_of(instance)), good_enough=ALL_SERVED).solution
    assert solution.summary.cost == evaluate(instance, routes_of(solution, instance.fleet))


def test_a_reload_is_the_row_of_the_depot(trips: Instance) -> None:
    solution = Watched(problem_of(body_of(trips)), good_enough=ALL_SERVED).solution
    [route] = routes_of(solution, trips.fleet)
    assert route in ([1, 0, 2], [2, 0, 1])


def test_other_engines_are_taken_away(monkeypatch: pytest.MonkeyPatch) -> None:
    engines: dict[EngineName, Any] = dict(ENGINES)
    monkeypatch.setattr(milkrun, "ENGINES", engines)
    use_only(("vroom",))
    assert list(engines) == ["vroom"]


def test_an_engine_that_cannot_run_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    class Nowhere:
        @staticmethod
        def is_available() -> bool:
            return False

    engines: dict[str, Any] = {"vroom": Nowhere, "sisr": Nowhere}
    monkeypatch.setattr(milkrun, "ENGINES", engines)
    with pytest.raises(ValueError, match="not available: sisr"):
        use_only(("sisr",))
