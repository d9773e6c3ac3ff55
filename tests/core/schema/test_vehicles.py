from typing import Any

import pytest

from milkrun.schema.solution import Step
from milkrun.schema.vehicles import VehicleStep

from .parsing import PLAIN, changed, locs, parse

ANSWERED_STEP = {
    "type": "job",
    "id": 1,
    "description": "milk",
    "location": [7.42, 43.73],
    "location_index": 1,
    "arrival": 1_713_340_800,
    "duration": 99,
    "setup": 0,
    "service": 300,
    "waiting_time": 0,
    "distance": 1_373,
    "load": [0],
    "amount": [0],
    "job": 1,
    "violations": [{"cause": "delay", "duration": 3}],
}
"""A step with the keys of an answer by Milkrun or VROOM."""


def test_steps_copied_from_an_answer_are_accepted() -> None:
    ends = [{**ANSWERED_STEP, "type": kind} for kind in ("start", "end")]
    for end in ends:
        del end["id"]
    vehicle = parse(changed(PLAIN, "vehicles.0.steps", [ends[0], ANSWERED_STEP, ends[1]])).vehicles[0]
    assert [(step.type, step.id) for step in vehicle.steps] == [("start", None), ("job", 1), ("end", None)]


def test_every_key_of_an_answer_s_step_is_accepted_in_steps() -> None:
    assert Step.model_fields.keys() <= VehicleStep.model_fields.keys()


@pytest.mark.parametrize("value", [None, "x", -1, {}, [[]], 1e300])
def test_the_values_of_an_answer_s_keys_are_ignored(value: Any) -> None:
    step = {key: value for key in ANSWERED_STEP if key not in ("type", "id")}
    assert parse(changed(PLAIN, "vehicles.0.steps", [{"type": "job", "id": 1, **step}])).vehicles[0].steps


def test_a_key_of_a_step_that_no_answer_has_is_named() -> None:
    given = changed(PLAIN, "vehicles.0.steps", [{"type": "job", "id": 1, "service_att": 5}])
    assert locs(given) == ["$.vehicles[0].steps[0].service_att"]
