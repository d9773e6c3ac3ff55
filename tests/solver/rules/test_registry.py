"""All rules together. Screening by a rule never leaves out a vehicle that the rules allow."""

from typing import Any

import pytest

from milkrun_solver.rules.registry import RULES, first_broken
from tests.solver.helpers import model_of
from tests.solver.problems import random_features, random_problem
from tests.solver.rules.cases import direct, one_job, screened


def test_codes_are_stable() -> None:
    assert [rule.code for rule in RULES] == [
        "max_reloads",
        "skills",
        "capacity",
        "max_tasks",
        "no_way",
        "max_travel_time",
        "max_distance",
        "time_window",
        "release",
        "shift",
        "shift_duration",
        "driver_rules",
    ]
    assert all(rule.reason for rule in RULES)


def test_rules_that_need_no_journey_are_checked_first() -> None:
    asked = [rule.depends_on_journey for rule in RULES]
    assert asked == sorted(asked)


@pytest.mark.parametrize(
    ("code", "vehicle", "job"),
    [
        ("skills", {}, {"skills": [2], "delivery": [6]}),
        ("capacity", {"max_tasks": 0}, {"delivery": [6]}),
        ("max_tasks", {"max_tasks": 0, "max_travel_time": 199}, {}),
        ("max_travel_time", {"max_travel_time": 199, "max_distance": 199}, {}),
        ("max_distance", {"max_distance": 199}, {"time_windows": [[0, 99]]}),
        ("time_window", {"time_window": [0, 9]}, {"time_windows": [[0, 99]], "release_time": 51}),
        ("release", {"time_window": [0, 9]}, {"time_windows": [[0, 150]], "release_time": 51}),
        ("shift", {"time_window": [0, 199]}, {}),
        ("shift_duration", {"shift_duration": 199}, {}),
        ("driver_rules", {"driver_rules": {"max_driving": 199}}, {}),
    ],
)
def test_the_first_of_several_broken_rules_is_named(
    code: str, vehicle: dict[str, Any], job: dict[str, Any]
) -> None:
    broken = first_broken(direct(one_job(vehicle, job)))
    assert broken is not None
    assert RULES[broken].code == code


def test_no_rule_is_broken_if_the_vehicle_can_serve_the_order() -> None:
    assert first_broken(direct(one_job({}, {}))) is None


def test_a_vehicle_without_limits_is_not_screened_by_them() -> None:
    model = one_job({}, {})
    assert [rule.code for rule in RULES if screened(rule, model) is not None] == [
        "skills",
        "capacity",
        "time_window",
    ]


def left_out(seed: int) -> int:
    """How many vehicles screening leaves out in a random problem. None of them may be able to serve the
    task."""
    features = random_features(seed) - {"fleet"} | {"working hours"}
    model = model_of(random_problem(seed, features, jobs=9, vehicles=6))
    count = 0
    for number, task in enumerate(model.tasks):
        if task.kind == "delivery":
            continue
        order = (number,) if task.partner is None else (number, task.partner)
        looks = [able for rule in RULES if (able := screened(rule, model, number)) is not None]
        unable = {vehicle for able in looks for vehicle, passes in enumerate(able) if not passes}
        assert all(first_broken(direct(model, vehicle, order)) is not None for vehicle in unable)
        count += len(unable)
    return count


def test_screening_leaves_out_only_what_some_rule_forbids() -> None:
    assert sum(map(left_out, range(40))) > 200
