"""What every engine promises, and what it need not say itself."""

from dataclasses import FrozenInstanceError

import pytest

from milkrun.schema.engines import EngineName
from milkrun_solver.engines.effort import QUICK
from milkrun_solver.engines.protocol import Assignment, Depth, Engine, Neighbourhood, Routes, Session
from milkrun_solver.model.problem import Model
from milkrun_solver.model.visits import Plan, PlannedRoute
from tests.solver.helpers import model_of
from tests.solver.problems import problem_of


class NoChange(Session):
    """Returns what it is given."""

    def propose(self, _assignment: Assignment, _depth: Depth, _threads: int) -> Routes | None:
        return None

    def improve(self, _assignment: Assignment, start: Plan) -> Routes | None:
        return start


class Idle(Engine):
    name: EngineName = "vroom"
    neighbourhoods: tuple[Neighbourhood, ...] = ("whole",)

    def session(self, _number: int, _seed: int) -> Session:
        return NoChange()


def model() -> Model:
    """Three jobs; no vehicle has the skill for the first one, and the second one is too much."""
    return model_of(
        problem_of(
            {
                "vehicles": [{"id": 1, "start_index": 0, "capacity": [5]}],
                "jobs": [
                    {"id": 1, "location_index": 0, "skills": [9]},
                    {"id": 2, "location_index": 0, "delivery": [6]},
                    {"id": 3, "location_index": 0},
                ],
                "matrices": {"car": {"durations": [[0]]}},
            }
        )
    )


def test_tasks_that_no_vehicle_can_serve_are_impossible_each_with_its_rule() -> None:
    engine = Idle(model(), [])
    assert {number: rule.code for number, rule in engine.impossible.items()} == {0: "skills", 1: "capacity"}
    assert engine.possible == [2]


def test_what_known_routes_serve_is_possible_whatever_it_looks_like() -> None:
    engine = Idle(model(), [PlannedRoute(0, (2, 1))])
    assert set(engine.impossible) == {0}
    assert engine.possible == [1, 2]


def test_an_engine_proposes_nothing_and_goes_on_from_any_plan_unless_it_says_otherwise() -> None:
    engine = Idle(model(), [])
    assert (engine.proposes, engine.whole_bytes) == (False, 0)
    assert engine.knows([PlannedRoute(0, (0,))])


def test_a_session_that_holds_nothing_need_not_say_how_it_ends() -> None:
    session = Idle(model(), []).session(0, 1)
    session.stop()
    session.close()
    assert not session.is_exhausted


def test_an_assignment_is_cold_and_quick_and_may_leave_tasks_out_unless_it_says_otherwise() -> None:
    assignment = Assignment(model(), 9.0, lambda: False, lambda _: None)
    assert assignment.cooled() == 1
    assert assignment.effort == QUICK
    assert not assignment.must_serve_all


def test_an_assignment_does_not_change_during_a_search() -> None:
    assignment = Assignment(model(), 9.0, lambda: False, lambda _: None)
    with pytest.raises(FrozenInstanceError):
        assignment.deadline = 10.0  # type: ignore[misc]
