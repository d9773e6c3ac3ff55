"""Problems with reloads, release times and overtime, solved end to end."""

import itertools
import json
from collections.abc import Iterator, Sequence

import pytest

from milkrun.schema.capabilities import inability
from milkrun.schema.problem import Problem
from milkrun.schema.rules import breaches
from milkrun_solver.answer.solution import solution_of, timed_routes
from milkrun_solver.engines.vroom.engine import VroomEngine
from milkrun_solver.errors import NoAnswerError, UnsupportedCombinationError
from milkrun_solver.model.problem import Model
from milkrun_solver.model.visits import PlannedRoute, ReloadVisit, Visit
from milkrun_solver.routes.objective import Objective, solution_objective
from milkrun_solver.search import engine_choice as engines
from milkrun_solver.verification.verifier import Verifier
from tests.nonempty import nonempty
from tests.solver.helpers import LOOKS, META, Watched, faults, model_of, pyvrp_plan, scheduled, task_ids
from tests.solver.problems import problem_of, random_body, random_features
from tests.solver.trips import trips_body
from tests.waiting import MARGIN


def trips(jobs: Sequence[int], places: int) -> Iterator[tuple[Visit, ...]]:
    """All ways to insert reloads between these jobs without an empty trip."""
    for chosen in itertools.product(range(places + 1), repeat=len(jobs) - 1):
        stops: list[Visit] = [jobs[0]]
        for place, job in zip(chosen, jobs[1:], strict=True):
            stops += [job] if place == 0 else [ReloadVisit(place - 1), job]
        yield tuple(stops)


def best_of_all(model: Model) -> tuple[int, int]:
    """The fewest unassigned jobs and then the least cost among all plans."""
    verifier = Verifier(model.problem, model.travel)
    least: dict[tuple[int, frozenset[int]], int] = {}
    numbers = range(len(model.tasks))
    for vehicle, count in itertools.product(range(len(model.vehicles)), range(1, len(model.tasks) + 1)):
        for jobs in itertools.permutations(numbers, count):
            for stops in trips(jobs, len(model.vehicles[vehicle].reloads)):
                routes = timed_routes(model, [PlannedRoute(vehicle, stops)])
                key = vehicle, frozenset(jobs)
                if routes is None or routes[0].cost >= least.get(key, 2**60):
                    continue
                if not verifier.faults(solution_of(model, routes, META)):
                    least[key] = routes[0].cost
    found = []
    for choice in itertools.product(range(-1, len(model.vehicles)), repeat=len(model.tasks)):
        groups = [(v, frozenset(n for n in numbers if choice[n] == v)) for v in range(len(model.vehicles))]
        costs = [least.get(group) for group in groups if group[1]]
        if None not in costs:
            found.append((choice.count(-1), sum(cost or 0 for cost in costs)))
    return min(found)


def searched(model: Model) -> Objective:
    """The best plan that PyVRP finds within a few iterations, both when it must serve all jobs and when it
    need not."""
    found = []
    for complete, seed in itertools.product((True, False), (1, 2)):
        plan = pyvrp_plan(model, complete, iterations=400, seed=seed)
        if plan is not None:
            solution = scheduled(model, plan)
            assert solution is not None
            assert faults(model, solution) == []
            found.append(solution_objective(model.problem, solution))
    return min(found)


def test_the_search_finds_the_best_of_all_plans() -> None:
    optimal = 0
    for seed in range(12):
        model = model_of(problem_of(trips_body(seed, jobs=4, metric=True)))
        best, found = best_of_all(model), searched(model)[1:]
        assert found >= best
        optimal += found == best
    assert optimal >= 11  # PyVRP is a heuristic


@pytest.fixture
def no_vroom(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fails if VROOM is asked, because it knows none of the additions."""

    def session(*_: object) -> None:
        pytest.fail("VROOM was started")

    monkeypatch.setattr(VroomEngine, "session", session)


@pytest.mark.usefixtures("no_vroom", "without_sisr")
@pytest.mark.parametrize("seed", range(4))
def test_each_answer_is_valid_and_better_than_the_one_before(seed: int) -> None:
    problem = problem_of(trips_body(seed, jobs=14, vehicles=3))
    watched = Watched(problem, looks=LOOKS)
    model = model_of(problem)
    assert all(faults(model, solution) == [] for _, solution in watched.reported)
    assert watched.ranks == sorted(set(watched.ranks), reverse=True)
    assert watched.solution.meta.engine == "pyvrp"


@pytest.mark.usefixtures("with_sisr")
@pytest.mark.parametrize("seed", range(4))
def test_sisr_solves_the_additions_too(seed: int) -> None:
    problem = problem_of(trips_body(seed, jobs=14, vehicles=3))
    watched = Watched(problem)
    model = model_of(problem)
    assert all(faults(model, solution) == [] for _, solution in nonempty(watched.reported))
    assert watched.solution.meta.engine == "sisr"


@pytest.mark.usefixtures("no_vroom")
def test_hundreds_of_jobs_get_an_early_answer_and_then_better_ones() -> None:
    watched = Watched(problem_of(trips_body(1, jobs=300, vehicles=40, metric=True)), enough=2)
    assert watched.reported[0][0] < 4 + MARGIN
    assert len(watched.ranks) > 1
    assert faults(model_of(watched.problem), watched.solution) == []
    assert any(step.type == "reload" for route in watched.solution.routes for step in route.steps)


@pytest.mark.usefixtures("no_vroom")
def test_the_first_answer_serves_most_jobs_even_if_not_all_can_be_served() -> None:
    body = trips_body(1, jobs=300, vehicles=8, metric=True)
    for vehicle in body["vehicles"]:
        vehicle["shift_duration"], vehicle["max_reloads"] = 9_000, 1
        vehicle.setdefault("reloads", [{"id": 1, "location_index": 0}])
    watched = Watched(problem_of(body), enough=2)
    first, last = watched.reported[0][1].summary.unassigned, watched.ranks[-1][1]
    assert 0 < last <= first < 2 * last


@pytest.mark.usefixtures("no_vroom")
def test_priority_decides_which_jobs_a_short_shift_leaves_out() -> None:
    jobs = [{"id": n, "location_index": n, "delivery": [2], "priority": n} for n in (1, 2, 3)]
    vehicle = {"id": 1, "start_index": 0, "end_index": 0, "capacity": [4], "shift_duration": 300}
    cells = [[0 if a == b else 100 for b in range(4)] for a in range(4)]
    body = {"vehicles": [vehicle], "jobs": jobs, "matrices": {"car": {"durations": cells}}}
    left = Watched(problem_of(body)).solution.unassigned
    assert [task.id for task in left] == [1]


@pytest.mark.usefixtures("no_vroom")
def test_given_routes_with_reloads_are_the_first_answer() -> None:
    body = {
        "vehicles": [
            {
                "id": 1,
                "start_index": 0,
                "end_index": 0,
                "capacity": [1],
                "reloads": [{"id": 4, "location_index": 0}],
                "steps": [
                    {"type": "start"},
                    {"type": "job", "id": 2},
                    {"type": "reload", "id": 4},
                    {"type": "job", "id": 1},
                    {"type": "end"},
                ],
            }
        ],
        "jobs": [{"id": i, "location_index": i, "delivery": [1]} for i in (1, 2)],
        "matrices": {"car": {"durations": [[0, 50, 60], [50, 0, 70], [60, 70, 0]]}},
    }
    first = Watched(problem_of(body), enough=1).reported[0][1]
    assert task_ids(first) == [[("job", 2), ("job", 1)]]
    assert [step.type for step in first.routes[0].steps] == ["start", "job", "reload", "job", "end"]


@pytest.mark.usefixtures("no_vroom")
def test_the_answer_leaves_out_every_job_if_none_can_be_served() -> None:
    body = trips_body(2, jobs=3)
    body["jobs"] = [{**job, "release_time": 90_000, "time_windows": [[0, 9]]} for job in body["jobs"]]
    watched = Watched(problem_of(body))
    assert (watched.solution.summary.unassigned, watched.solution.routes) == (3, [])


def with_breaks() -> Problem:
    body = trips_body(3, jobs=3)
    body["vehicles"][0]["breaks"] = [{"id": 1, "time_windows": [[0, 5_000]]}]
    return Problem.model_validate_json(json.dumps(body))


@pytest.mark.usefixtures("without_sisr")
def test_a_combination_that_no_engine_can_express_fails_with_all_reasons() -> None:
    reasons = r"VROOM does not support .*\. PyVRP does not support `breaks`\. SISR does, but is not built"
    with pytest.raises(UnsupportedCombinationError, match=reasons) as caught:
        Watched(with_breaks())
    assert caught.value.code == "unsupported_combination"


@pytest.mark.usefixtures("with_sisr")
def test_what_neither_vroom_nor_pyvrp_can_express_is_solved_by_sisr() -> None:
    watched = Watched(with_breaks())
    assert watched.solution.meta.engine == "sisr"
    assert faults(model_of(watched.problem), watched.solution) == []


@pytest.mark.usefixtures("without_sisr")
def test_matrices_too_large_for_pyvrp_are_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engines, "MOST_MATRIX_BYTES", 100)
    with pytest.raises(NoAnswerError, match="too large for PyVRP: its matrices would need"):
        Watched(problem_of(trips_body(1, jobs=4)))


@pytest.mark.parametrize("seed", range(150))
def test_sisr_can_express_what_the_others_cannot(seed: int) -> None:
    body = random_body(seed, random_features(seed), jobs=5)
    body["jobs"][0]["release_time"] = 60
    problem = Problem.model_validate_json(json.dumps(body))
    assert list(breaches(problem)) == []
    assert inability("sisr", problem) is None
