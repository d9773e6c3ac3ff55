"""The stages of a run. Each prepares its input, and returns the work to measure."""

from collections.abc import Callable
from typing import Any

from bench.large.inputs import LIMIT_SECONDS, PART_TASKS, Large, timed
from bench.large.problems import STOPS
from bench.large.searches import DISTRICT_TASKS, RUN_SECONDS, FirstAnswer, InDistricts, WholeRun
from bench.large.steps import steps_of, with_steps
from milkrun.jobs.packing import pack
from milkrun.schema.capabilities import inability
from milkrun.schema.solution import Solution
from milkrun_solver.engines.effort import Effort
from milkrun_solver.engines.libraries import load_pyvrp, load_vroom
from milkrun_solver.engines.pyvrp.encoding import Encoding
from milkrun_solver.engines.vroom.child import input_of
from milkrun_solver.engines.vroom.encoding import request_of
from milkrun_solver.feasibility.unservable import unservable
from milkrun_solver.search.incumbent import Incumbent, Verdict
from milkrun_solver.verification.verifier import Verifier

Work = Callable[[], Any]
"""The work to measure. It returns what must stay in memory while that is measured. Its `notes`, if it has
any, are added to the measurements."""


def parse(large: Large) -> Work:
    _ = large.body
    return lambda: large.problem


def matrix(large: Large) -> Work:
    _ = large.problem
    return lambda: large.travel


def model(large: Large) -> Work:
    _ = large.travel
    return lambda: large.model


def expressible(large: Large) -> Work:
    _ = large.problem
    return lambda: inability("pyvrp", large.problem)


def impossible(large: Large) -> Work:
    _ = large.model
    return lambda: unservable(large.model)


def pyvrp_matrices(large: Large) -> Work:
    load_pyvrp()
    _ = large.model
    return lambda: large.encoding.fleet.matrices


def pyvrp_data(large: Large) -> Work:
    load_pyvrp()
    _ = large.encoding
    return lambda: large.encoding.data(complete=True)


def pyvrp_neighbours(large: Large) -> Work:
    load_pyvrp()
    from pyvrp import search

    data = large.encoding.data(complete=True)
    return lambda: search.compute_neighbours(data, search.NeighbourhoodParams())


def part_cut(large: Large) -> Work:
    _ = large.plan
    return lambda: large.part


def part_encoding(large: Large) -> Work:
    load_pyvrp()
    _ = large.part
    return lambda: Encoding(large.part.model).data(complete=True)


def part_request(large: Large) -> Work:
    _ = large.part
    return lambda: request_of(large.part.model, [Effort(1)], 1, LIMIT_SECONDS)


def request(large: Large) -> Work:
    _ = large.model
    return large.request


def vroom_input(large: Large) -> Work:
    vroom, asked = load_vroom(), large.request()
    return lambda: input_of(vroom, asked)


def plan_mode(large: Large) -> Work:
    asked = input_of(load_vroom(), with_steps(large.request(), steps_of(large.model, large.plan)))
    check: Work = asked.check
    return check


def run(large: Large) -> Work:
    load_pyvrp()
    return WholeRun(large)


def first_answer(large: Large) -> Work:
    return FirstAnswer(large)


def first_in_districts(large: Large) -> Work:
    return InDistricts(large)


def schedule(large: Large) -> Work:
    _ = large.plan
    return lambda: timed(large.model, large.plan)


def verify(large: Large) -> Work:
    _ = large.solution

    def work() -> Verifier:
        verifier = Verifier(large.problem, large.travel)
        faults = verifier.faults(large.solution)
        if faults:
            raise RuntimeError(faults[0])
        return verifier

    return work


def incumbent(large: Large) -> Work:
    routes = timed(large.model, large.plan)
    kept = Incumbent(large.model, 1, 0.0, lambda _: None)

    def work() -> Incumbent:
        if kept.consider("vroom", routes) is not Verdict.BETTER:
            raise RuntimeError("the plan fails verification")
        return kept

    return work


def result(large: Large) -> Work:
    _ = large.solution
    return lambda: pack(large.solution.to_json())


def read_result(large: Large) -> Work:
    stored = large.solution.to_json()
    return lambda: Solution.model_validate_json(stored)


STAGES: dict[str, Callable[[Large], Work]] = {
    "the body's JSON, its types and rules": parse,
    "great-circle matrices": matrix,
    "the model": model,
    "whether PyVRP can express it": expressible,
    "tasks that cannot be served": impossible,
    "the request to VROOM": request,
    "VROOM's input": vroom_input,
    "VROOM's first answer, in its process": first_answer,
    f"the same, district by district of {DISTRICT_TASKS}": first_in_districts,
    "VROOM's plan mode": plan_mode,
    "PyVRP's matrices, whole": pyvrp_matrices,
    "PyVRP's data, whole": pyvrp_data,
    "PyVRP's neighbours, whole": pyvrp_neighbours,
    "a cut into parts": part_cut,
    f"PyVRP's data of a part of {PART_TASKS}": part_encoding,
    f"VROOM's request of a part of {PART_TASKS}": part_request,
    "the schedule of all routes": schedule,
    "the verifier": verify,
    "a better answer, with its verification": incumbent,
    "the result's JSON, packed": result,
    "the best of an earlier attempt, read": read_result,
    f"a run of {RUN_SECONDS:.0f} s": run,
}
"""The stages, by their names in the table."""


def enough(jobs: int) -> int:
    """Enough vehicles for this many jobs, and a fifth more."""
    return -(-jobs * 6 // (5 * STOPS))
