"""Small days from public reports of planners, with a break or a setup: all that can be served is."""

import json
from typing import Any

import pytest

from milkrun.schema.problem import Problem
from tests.solver.helpers import Watched, faults, model_of, task_ids

pytestmark = pytest.mark.usefixtures("with_sisr")

EIGHT, HALF_PAST_ELEVEN, NOON, ONE = 28_800, 41_400, 43_200, 46_800
APART = {"car": {"durations": [[0, 600, 600], [600, 0, 600], [600, 600, 0]]}}
"""Three places ten minutes from each other."""


def solved(body: dict[str, Any]) -> Watched:
    """The search of a day, which ends by itself; its answer keeps the rules."""
    problem = Problem.model_validate_json(json.dumps(body))
    watched = Watched(problem)
    assert faults(model_of(problem), watched.solution) == []
    return watched


def test_a_shipment_due_before_the_break_is_delivered_before_it() -> None:
    pause = {"id": 1, "service": 300, "time_windows": [[36_000, 37_800]]}
    depot = {"start_index": 0, "end_index": 0}
    shipment = {
        "pickup": {"id": 1, "location_index": 1, "service": 300},
        "delivery": {"id": 1, "location_index": 2, "service": 300, "time_windows": [[EIGHT, 34_200]]},
    }
    vehicle = {"id": 1, **depot, "time_window": [EIGHT, NOON], "breaks": [pause]}
    found = solved({"vehicles": [vehicle], "shipments": [shipment], "matrices": APART}).solution
    assert [step.type for step in found.routes[0].steps] == ["start", "pickup", "delivery", "break", "end"]
    assert found.summary.cost == 1_800


def test_a_break_that_begins_shortly_before_the_end_leaves_the_shipment_in() -> None:
    pause = {"id": 1, "service": 300, "time_windows": [[6_800, 6_800]]}
    vehicle = {"id": 1, "end_index": 2, "time_window": [0, 7_200], "breaks": [pause]}
    shipment = {
        "pickup": {"id": 1, "location_index": 0, "service": 5, "time_windows": [[0, 3_600]]},
        "delivery": {"id": 2, "location_index": 1, "service": 5, "time_windows": [[0, 3_600]]},
    }
    found = solved({"vehicles": [vehicle], "shipments": [shipment], "matrices": APART}).solution
    assert found.unassigned == []


def test_two_vans_serve_four_shipments_due_before_lunch_and_four_others() -> None:
    lunch = {"id": 1, "service": 2_700, "time_windows": [[NOON, ONE]]}
    hours = {"capacity": [4], "time_window": [EIGHT, 61_200], "breaks": [lunch]}
    places = [[150 * abs(a - b) for b in range(17)] for a in range(17)]
    vehicles = [{"id": number, "start_index": 8, "end_index": 8, **hours} for number in (1, 2)]
    shipments = [
        {
            "amount": [1],
            "pickup": {"id": number, "location_index": (5 * number) % 17, "service": 300},
            "delivery": {
                "id": number,
                "location_index": (7 * number + 3) % 17,
                "service": 300,
                "time_windows": [[EIGHT, HALF_PAST_ELEVEN if number <= 4 else 61_200]],
            },
        }
        for number in range(1, 9)
    ]
    body = {"vehicles": vehicles, "shipments": shipments, "matrices": {"car": {"durations": places}}}
    assert solved(body).solution.unassigned == []


def test_a_second_pickup_at_a_place_needs_no_setup() -> None:
    first = {"id": 1, "location_index": 1, "setup": 900, "service": 300}
    second = {"id": 2, "location_index": 1, "setup": 900, "service": 300, "time_windows": [[3_600, 3_600]]}
    shipments = [
        {"pickup": first, "delivery": {"id": 1, "location_index": 0}},
        {"pickup": second, "delivery": {"id": 2, "location_index": 2, "time_windows": [[0, 4_500]]}},
    ]
    vehicle = {"id": 1, "start_index": 0, "end_index": 0, "time_window": [0, 20_000]}
    found = solved({"vehicles": [vehicle], "shipments": shipments, "matrices": APART}).solution
    assert found.unassigned == []
    assert found.summary.cost == 1_800
    assert task_ids(found)[0][:2] == [("pickup", 1), ("pickup", 2)]
