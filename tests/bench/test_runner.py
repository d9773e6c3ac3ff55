"""Turns of solvers, their processes, and the records of them."""

from pathlib import Path

import pytest

from bench.solver import records, runner
from bench.solver.evaluator import BrokenRuleError
from bench.solver.generated import write_instance
from bench.solver.instances import Instance
from bench.solver.registry import SOLVERS, Entry
from bench.solver.runner import Plan, judge, run, turns
from tests.bench.conftest import FILE, TRIPS

PATHS = [Path("a.vrp"), Path("b.vrp")]


def plan(path: Path, **changes: object) -> Plan:
    given = {"solvers": ["milkrun"], "instances": [path], "seeds": [7], "limits": [1.0], "cores": 1}
    return Plan(**{**given, **changes})  # type: ignore[arg-type]


def test_all_solvers_take_turns_on_an_instance_before_the_next_one() -> None:
    found = list(turns(Plan(list(SOLVERS), PATHS, seeds=[1, 2], limits=[10, 30], cores=2)))
    rounds = [found[first : first + len(SOLVERS)] for first in range(0, len(found), len(SOLVERS))]
    assert [{(turn.path, turn.seed, turn.limit) for turn in round_} for round_ in rounds] == [
        {(path, seed, limit)} for seed in (1, 2) for path in PATHS for limit in (10, 30)
    ]
    assert all(sorted(turn.solver for turn in round_) == sorted(SOLVERS) for round_ in rounds)


def test_the_seed_shuffles_whose_turn_it_is() -> None:
    def orders(seeds: list[int]) -> set[tuple[str, ...]]:
        found = list(turns(Plan(list(SOLVERS), PATHS[:1], seeds, limits=[10], cores=2)))
        size = len(SOLVERS)
        return {tuple(turn.solver for turn in found[i : i + size]) for i in range(0, len(found), size)}

    assert orders([1, 2, 3, 4]) == orders([1, 2, 3, 4])
    assert len(orders([1, 2, 3, 4])) > 1


def test_the_last_answer_counts_and_the_trace_only_falls(capacity: Instance) -> None:
    worse, better = [[1], [2], [3]], [[1, 2], [3]]
    assert judge(capacity, [(0.1234, worse), (0.2, better), (0.3, worse)]) == ([(0.123, 30), (0.2, 28)], None)


def test_an_answer_that_breaks_a_rule_counts_as_none(capacity: Instance) -> None:
    trace, wrong = judge(capacity, [(0.1, [[1], [2], [3]]), (0.2, [[1, 2]])])
    assert trace == [(0.1, 30)]
    assert wrong == "2 visits are not one to each of 3 customers"


def test_no_answer_is_an_error(capacity: Instance) -> None:
    assert judge(capacity, []) == ([], "no answer in time")


@pytest.mark.parametrize(("solver", "cost"), [("pyvrp", 30.0), ("vroom-0", 28.0)])
def test_a_late_answer_counts_only_for_a_solver_that_keeps_no_limit(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, solver: str, cost: float, capacity: Instance
) -> None:
    answers = [(0.5, [[1], [2], [3]]), (1.5, [[1, 2], [3]])]
    said = {"version": "1", "seconds": 1.5, "answers": answers}
    monkeypatch.setattr(runner, "_search", lambda _turn, _cores: (said, None))
    [record] = run(plan(tmp_path / FILE, solvers=[solver]))
    assert (record.instance, record.cost, record.seconds) == (capacity.name, cost, 1.5)


def test_what_is_done_is_not_run_again(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    path = write_instance(tmp_path, 4, timed=False)
    ran: list[tuple[str, int]] = []

    def search(turn: runner.Turn, _cores: int) -> tuple[dict[str, object], str]:
        ran.append((turn.solver, turn.seed))
        return {}, "nothing"

    monkeypatch.setattr(runner, "_search", search)
    [first] = run(plan(path, solvers=["pyvrp"]))
    list(run(plan(path, solvers=["milkrun", "pyvrp"], seeds=[7, 8]), {records.key(first)}))
    assert ran[0] == ("pyvrp", 7)
    assert sorted(ran[1:]) == [("milkrun", 7), ("milkrun", 8), ("pyvrp", 8)]


def test_a_solver_gets_only_instances_that_it_knows(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(runner, "_search", lambda _turn, _cores: ({}, "nothing"))

    def solvers(path: Path) -> set[str]:
        return {record.solver for record in run(plan(path, solvers=list(SOLVERS)))}

    assert solvers(write_instance(tmp_path, 4, timed=False)) == set(SOLVERS)
    assert solvers(write_instance(tmp_path, 4, timed=True)) == set(SOLVERS) - {"hgs"}
    (tmp_path / "trips.vrp").write_text(TRIPS)
    assert solvers(tmp_path / "trips.vrp") == {"milkrun", "milkrun-without-sisr", "sisr", "pyvrp"}


def test_gaps_are_measured_from_the_solution_beside_the_instance(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, windows: Instance
) -> None:
    path = tmp_path / f"{windows.name}.vrp"
    path.with_suffix(".sol").write_text("Route #1: 1 2\nRoute #2: 3\nCost 28\n")
    said = {"version": "1", "seconds": 1, "answers": [(0.5, [[1], [3, 2]])]}
    monkeypatch.setattr(runner, "_search", lambda _turn, _cores: (said, None))
    [record] = run(plan(path))
    assert (record.best_known, record.cost, record.gap) == (28, 28.4, 1.4286)


def test_an_unreadable_published_solution_stops_the_benchmark(tmp_path: Path) -> None:
    path = write_instance(tmp_path, 4, timed=False)
    path.with_suffix(".sol").write_text("Route #1: 1 2 3 4\nCost 1\n")
    with pytest.raises(BrokenRuleError):
        next(run(plan(path)))


def test_a_search_in_its_own_process_is_recorded(tmp_path: Path) -> None:
    """Milkrun solves a problem so small that its search ends by itself."""
    path = write_instance(tmp_path, 12, timed=True)
    [record] = run(plan(path, limits=[10.0]))
    assert record.error is None
    assert record.feasible
    assert record.trace[-1][1] == record.cost
    assert record.trace[-1][0] <= 10
    assert (record.solver, record.seed, record.customers, record.timed) == ("milkrun", 7, 12, True)
    results = tmp_path / "results.jsonl"
    records.append(record, results)
    records.append(record, results)
    again = records.read(results)[1]
    assert records.key(again) == records.key(record)
    assert [tuple(step) for step in again.trace] == record.trace
    assert again.cost == record.cost


def test_the_record_of_a_failed_solver_has_the_reason(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setitem(SOLVERS, "nobody", Entry("Nobody", "nowhere"))
    path = write_instance(tmp_path, 4, timed=False)
    [record] = run(plan(path, solvers=["nobody"]))
    assert (record.cost, record.feasible, record.trace) == (None, False, [])
    assert record.error is not None
    assert record.error.startswith("ended with exit code 2: ")
    assert "invalid choice: 'nobody'" in record.error


def test_a_solver_that_does_not_end_is_killed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(runner, "_PATIENCE", 0)
    monkeypatch.setattr(runner, "_GRACE", 0.1)
    path = write_instance(tmp_path, 60, timed=False)
    [record] = run(plan(path, limits=[30.0]))
    assert (record.error, record.seconds, record.cost) == ("killed after 0 s", 0.1, None)
