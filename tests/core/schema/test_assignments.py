"""Rules on who serves what."""

from typing import Any

import pytest

from milkrun.schema.capabilities import inability

from .bodies import broken, problem


@pytest.mark.parametrize("kind", ["jobs", "shipments"])
def test_an_allowed_vehicle_must_exist(kind: str) -> None:
    ends = {"pickup": {"id": 1, "location_index": 1}, "delivery": {"id": 1, "location_index": 2}}
    order: dict[str, Any] = {"id": 1, "location_index": 1} if kind == "jobs" else ends
    found = broken(**{kind: [{**order, "allowed_vehicles": [1, 7]}]})
    assert found == {f"$.{kind}[0].allowed_vehicles[1]": "there is no vehicle with the id 7"}
    assert broken(**{kind: [{**order, "allowed_vehicles": [1]}]}) == {}


def test_nobody_is_no_list_of_vehicles() -> None:
    with pytest.raises(ValueError, match="allowed_vehicles"):
        problem(job={"allowed_vehicles": []})


ENDS = {"pickup": {"id": 1, "location_index": 1}, "delivery": {"id": 5, "location_index": 2}}
STEPS = "$.relations[0].steps"


def related(kind: str, *steps: tuple[str, int]) -> dict[str, str]:
    """What is wrong with a relation in a problem with the jobs 1 and 2, the pickup 1 and the delivery 5."""
    given = {"type": kind, "steps": [{"type": of, "id": number} for of, number in steps]}
    return broken(relations=[given], shipments=[ENDS])


@pytest.mark.parametrize(
    ("kind", "steps"),
    [
        ("same_vehicle", [("job", 1), ("pickup", 1), ("delivery", 5)]),
        ("different_vehicles", [("job", 1), ("job", 2), ("delivery", 5)]),
        ("sequence", [("pickup", 1), ("job", 1), ("delivery", 5)]),
        ("direct_sequence", [("pickup", 1), ("delivery", 5)]),
        ("not_together", [("job", 1), ("pickup", 1)]),
    ],
)
def test_relations_of_every_type_are_accepted(kind: str, steps: list[tuple[str, int]]) -> None:
    assert related(kind, *steps) == {}


@pytest.mark.parametrize(
    ("kind", "steps", "path", "said"),
    [
        ("same_vehicle", [("job", 1)], STEPS, "must have at least two steps"),
        ("same_vehicle", [("job", 1), ("job", 9)], f"{STEPS}[1].id", "there is no job with the id 9"),
        ("same_vehicle", [("job", 1), ("pickup", 2)], f"{STEPS}[1].id", "there is no pickup with the id 2"),
        ("sequence", [("job", 1), ("job", 1)], f"{STEPS}[1]", "job 1 occurs twice in the relation"),
        ("sequence", [("delivery", 5), ("pickup", 1)], f"{STEPS}[1]", "its own delivery comes before it"),
        (
            "direct_sequence",
            [("delivery", 5), ("job", 1), ("pickup", 1)],
            f"{STEPS}[2]",
            "its own delivery comes before it",
        ),
        (
            "different_vehicles",
            [("pickup", 1), ("delivery", 5)],
            f"{STEPS}[1]",
            "the other end of its shipment is in the relation too",
        ),
        (
            "not_together",
            [("delivery", 5), ("job", 1), ("pickup", 1)],
            f"{STEPS}[2]",
            "the other end of its shipment is in the relation too",
        ),
    ],
)
def test_a_relation_that_contradicts_itself_is_refused(
    kind: str, steps: list[tuple[str, int]], path: str, said: str
) -> None:
    assert related(kind, *steps) == {path: said}


@pytest.mark.parametrize(
    ("least", "most", "said"),
    [
        (1, 1, None),
        (0, 5, None),
        (2, None, "is more than the number of vehicles (1)"),
    ],
)
def test_no_more_vehicles_are_asked_for_than_there_are(
    least: int, most: int | None, said: str | None
) -> None:
    options = {"min_vehicles": least, "max_vehicles": most}
    assert broken(options=options) == ({} if said is None else {"$.options.min_vehicles": said})


def test_the_fewest_vehicles_are_no_more_than_the_most() -> None:
    vehicles = [{"id": number, "start_index": 0} for number in range(3)]
    found = broken(options={"min_vehicles": 3, "max_vehicles": 2}, vehicles=vehicles)
    assert found == {"$.options.min_vehicles": "is more than `max_vehicles` (2)"}
    assert broken(options={"min_vehicles": 2, "max_vehicles": 2}, vehicles=vehicles) == {}


def test_limits_that_change_nothing_are_for_every_engine() -> None:
    free = problem(options={"min_vehicles": 1, "max_vehicles": 1})
    assert inability("vroom", free) is inability("pyvrp", free) is None
    vehicles = [{"id": number, "start_index": 0} for number in range(3)]
    for options in ({"min_vehicles": 2}, {"max_vehicles": 2}):
        assert "min_vehicles" in str(inability("vroom", problem(options=options, vehicles=vehicles)))
