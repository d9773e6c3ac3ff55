"""Shift limits that PyVRP gets as prices: in which problems, at what price, and that its search ends."""

import threading
from typing import Any

import pytest

from milkrun_solver.engines.pyvrp.annealing import Annealing
from milkrun_solver.engines.pyvrp.duration_limits import priced_limits
from milkrun_solver.engines.pyvrp.encoding import Encoding
from milkrun_solver.model.problem import Model
from milkrun_solver.model.visits import PlannedRoute, ReloadVisit
from tests.solver.helpers import after, lukewarm, model_of
from tests.solver.problems import problem_of
from tests.solver.trips import trips_body
from tests.waiting import PATIENCE

LEG = 100


def reloading(job: dict[str, Any] | None = None, **vehicle: Any) -> Model:
    """Three jobs at one end of a leg. The vehicle has capacity for one job and reloads at the other end."""
    late = {"release_time": 50, "time_windows": [[0, 1_000]]}
    home = {"start_index": 0, "end_index": 0, "reloads": [{"id": 1, "location_index": 0}]}
    usual = {"id": 1, **home, "capacity": [1], "shift_duration": 450, **vehicle}
    body = {
        "vehicles": [{key: value for key, value in usual.items() if value is not None}],
        "jobs": [
            {"id": n, "location_index": 1, "delivery": [1], **(late if job is None else job)}
            for n in range(3)
        ],
        "matrices": {"car": {"durations": [[0, LEG], [LEG, 0]]}},
    }
    return model_of(problem_of(body))


def limits(model: Model) -> list[int]:
    return list(priced_limits(model, Encoding(model).fleet).values())


def test_a_shift_limit_becomes_a_price_with_release_times_windows_and_several_trips() -> None:
    assert limits(reloading()) == [450]
    assert limits(reloading(max_overtime=60)) == [510]
    assert limits(reloading({"release_time": 50}, time_window=[0, 1_000])) == [450]


@pytest.mark.parametrize(
    "model",
    [
        reloading({"time_windows": [[0, 1_000]]}),
        reloading({"release_time": 50}),
        reloading(reloads=None),
        reloading(max_reloads=0),
        reloading(shift_duration=None),
    ],
    ids=["nothing comes in late", "nobody can be late", "one trip", "one trip by number", "any length"],
)
def test_a_shift_limit_stays_a_limit_otherwise(model: Model) -> None:
    assert limits(model) == []


@pytest.mark.parametrize("complete", [True, False])
def test_a_route_that_lasts_too_long_breaks_the_rules(complete: bool) -> None:
    model = reloading()
    encoding = Encoding(model)
    data = encoding.data(complete)
    reload = ReloadVisit(0)
    two, three = ([PlannedRoute(0, visits)] for visits in ((0, reload, 1), (0, reload, 1, reload, 2)))
    for plan, lasts in ((two, 4 * LEG), (three, 6 * LEG)):
        route = encoding.solution(data, plan).routes()[0]
        assert route.is_feasible()
        assert route.duration() == lasts
        assert encoding.route_keeps_rules(route) == (lasts <= 450)
    assert not encoding.keeps_rules(encoding.solution(data, three))


def test_overtime_keeps_its_cost_only_if_every_task_must_be_served() -> None:
    encoding = Encoding(reloading(max_overtime=60, costs={"per_overtime_hour": 3_600}))
    required, prized = (encoding.data(complete).vehicle_type(0) for complete in (True, False))
    divisor = encoding.fleet.divisor
    assert (required.shift_duration, required.unit_overtime_cost) == (450, 3_600 * 100 // divisor)
    assert prized.shift_duration == 510
    assert prized.unit_overtime_cost > 1_000 * required.unit_overtime_cost


def test_as_many_tasks_are_served_as_fit_into_the_shift() -> None:
    search = Annealing(Encoding(reloading()), complete=False, seed=1)
    found = search.run(search.first_solution(), after(3_000), lambda _: None, lukewarm).best
    assert search.encoding.keeps_rules(found)
    assert found.num_clients() == 2


@pytest.mark.parametrize("seed", range(3))
def test_a_search_with_priced_limits_ends(seed: int) -> None:
    body = trips_body(34, jobs=120, vehicles=2)
    for vehicle in body["vehicles"]:
        vehicle.setdefault("reloads", [{"id": 1, "location_index": 0}])
        vehicle.update(shift_duration=6_000, max_reloads=3)
    encoding = Encoding(model_of(problem_of(body)))

    def search() -> None:
        search = Annealing(encoding, complete=True, seed=seed)
        search.run(search.first_solution(), after(100), lambda _: None, lukewarm)

    thread = threading.Thread(target=search, daemon=True)
    thread.start()
    thread.join(PATIENCE)
    assert not thread.is_alive()
