"""Relations by number."""

from milkrun_solver.model.relations import Relation, kept_together, within
from tests.solver.helpers import model_of
from tests.solver.problems import problem_of

SAME = Relation("same_vehicle", (4, 0))
APART = Relation("not_together", (1, 2, 3))


def test_the_tasks_of_a_relation_are_numbers_in_its_order() -> None:
    ends = {"pickup": {"id": 7, "location_index": 0}, "delivery": {"id": 7, "location_index": 0}}
    steps = [("delivery", 7), ("job", 7), ("pickup", 7)]
    body = {
        "vehicles": [{"id": 1, "start_index": 0}],
        "jobs": [{"id": 7, "location_index": 0}],
        "shipments": [ends],
        "relations": [{"type": "same_vehicle", "steps": [{"type": kind, "id": n} for kind, n in steps]}],
        "matrices": {"car": {"durations": [[0]]}},
    }
    assert model_of(problem_of(body)).relations == (Relation("same_vehicle", (2, 0, 1)),)


def test_among_some_tasks_only_relations_between_these_are_left() -> None:
    assert within([SAME, APART], {0: 5, 3: 6, 1: 7}) == (Relation("not_together", (7, 6)),)
    assert within([SAME], {0: 5, 4: 6}) == (Relation("same_vehicle", (6, 5)),)


def test_only_relations_that_ask_for_one_vehicle_keep_tasks_together() -> None:
    assert kept_together([SAME, APART]) == {0, 4}
    assert kept_together([Relation("sequence", (1, 2)), Relation("direct_sequence", (2, 3))]) == {1, 2, 3}
    assert kept_together([Relation("different_vehicles", (1, 2))]) == frozenset()
