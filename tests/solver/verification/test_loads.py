from typing import Any

from milkrun.schema.solution import Step
from milkrun_solver.verification.loads import load_faults
from tests.solver.verification.cases import facts, problem, step

JOBS = {"delivery": [2]}, {"delivery": [1], "pickup": [3]}
RELOADS = {"reloads": [{"id": 8, "location_index": 0}]}


def loads(kinds: list[tuple[str, int | None]], *on_board: int) -> list[Step]:
    """The steps of a route, each with what it says is on board."""
    return [step(kind, number, load=[load]) for (kind, number), load in zip(kinds, on_board, strict=True)]


BOTH_JOBS = [("start", None), ("job", 1), ("job", 2), ("end", None)]


def faults(steps: list[Step], capacity: int = 3, **given: Any) -> list[str]:
    return list(load_faults(facts(problem({"capacity": [capacity], **RELOADS}, *JOBS, **given), *steps)))


def test_a_vehicle_starts_with_all_deliveries_and_ends_with_all_pickups() -> None:
    assert faults(loads(BOTH_JOBS, 3, 1, 3, 3)) == []


def test_a_vehicle_may_be_full_and_not_fuller() -> None:
    assert faults(loads(BOTH_JOBS, 3, 1, 3, 3), capacity=2) == [
        "the load exceeds the capacity after start None",
        "the load exceeds the capacity after job 2",
        "the load exceeds the capacity after end None",
    ]


def test_every_step_says_what_is_on_board_after_it() -> None:
    assert faults(loads(BOTH_JOBS, 3, 2, 3, 3)) == ["the load after job 1 is [1], not [2]"]
    assert faults([step("start"), *loads(BOTH_JOBS, 3, 1, 3, 3)[1:]]) == [
        "the load after start None is [3], not None"
    ]


def test_at_a_reload_pickups_leave_the_vehicle_and_the_next_deliveries_enter_it() -> None:
    kinds = [("start", None), ("job", 2), ("reload", 8), ("job", 1), ("end", None)]
    assert faults(loads(kinds, 1, 3, 2, 0, 0)) == []
    assert faults(loads(kinds, 1, 3, 5, 0, 0)) == ["the load after reload 8 is [2], not [5]"]


def test_a_shipment_is_on_board_from_its_pickup_to_its_delivery() -> None:
    kinds = [("start", None), ("pickup", 5), ("delivery", 9), ("end", None)]
    assert faults(loads(kinds, 0, 3, 0, 0), shipment={"amount": [3]}) == []
    assert faults(loads(kinds, 0, 4, 0, 0), shipment={"amount": [4]}) == [
        "the load exceeds the capacity after pickup 5"
    ]


def test_every_amount_has_its_own_capacity() -> None:
    given = problem({"capacity": [9, 1]}, {"delivery": [1, 2]})
    route = step("start", load=[1, 2]), step("job", 1, load=[0, 0]), step("end", load=[0, 0])
    assert list(load_faults(facts(given, *route))) == ["the load exceeds the capacity after start None"]


def test_a_vehicle_without_capacity_carries_nothing() -> None:
    given = problem({}, {"delivery": [1]})
    route = step("start", load=[1]), step("job", 1, load=[0]), step("end", load=[0])
    assert list(load_faults(facts(given, *route))) == ["the load exceeds the capacity after start None"]


def test_without_amounts_there_is_no_load() -> None:
    assert list(load_faults(facts(problem({}, {}), step("job", 1)))) == []
