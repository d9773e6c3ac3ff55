"""Each rule at its limit. Screening by a rule never leaves out a vehicle that the rule allows."""

from typing import Any

import pytest

from milkrun_solver.rules.registry import RULES, first_broken
from tests.solver.helpers import model_of
from tests.solver.problems import random_features, random_problem
from tests.solver.rules.cases import direct, one_job, screened

BY_CODE = {rule.code: rule for rule in RULES}


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
    ]
    assert all(rule.reason for rule in RULES)


def test_rules_that_need_no_journey_are_checked_first() -> None:
    asked = [rule.depends_on_journey for rule in RULES]
    assert asked == sorted(asked)


@pytest.mark.parametrize(
    ("code", "vehicle", "job", "less", "more"),
    [
        ("skills", {"skills": [1, 2]}, {"skills": [1]}, {"skills": [2]}, {}),
        ("capacity", {}, {"delivery": [5], "pickup": [5]}, {"capacity": [4]}, {}),
        ("max_tasks", {"max_tasks": 1}, {}, {"max_tasks": 0}, {}),
        ("max_travel_time", {"max_travel_time": 200}, {"service": 50}, {"max_travel_time": 199}, {}),
        ("max_travel_time", {"max_travel_time": 400, "speed_factor": 0.5}, {}, {"max_travel_time": 399}, {}),
        ("max_distance", {"max_distance": 200}, {}, {"max_distance": 199}, {}),
        ("time_window", {"time_window": [20, 999]}, {}, {}, {"time_windows": [[0, 119]]}),
        ("release", {}, {"time_windows": [[0, 150]], "release_time": 50}, {}, {"release_time": 51}),
        ("shift", {"time_window": [0, 230]}, {"service": 30}, {"time_window": [0, 229]}, {}),
        ("shift", {"time_window": [0, 400]}, {"time_windows": [[300, 999]]}, {"time_window": [0, 399]}, {}),
        (
            "shift_duration",
            {"shift_duration": 200, "max_overtime": 30},
            {"service": 30},
            {"max_overtime": 29},
            {},
        ),
    ],
)
def test_a_rule_allows_what_just_fits_and_forbids_one_unit_more(
    code: str, vehicle: dict[str, Any], job: dict[str, Any], less: dict[str, Any], more: dict[str, Any]
) -> None:
    fits, too_much = one_job(vehicle, job), one_job(vehicle | less, job | more)
    assert first_broken(direct(fits)) is None
    broken = first_broken(direct(too_much))
    assert broken is not None
    assert RULES[broken] is BY_CODE[code]
    assert screened(BY_CODE[code], fits) in ([True], None)


def test_no_way_leads_along_a_closed_leg() -> None:
    closed = one_job({}, {}, [[0, 999_999_999], [100, 0]])
    assert not BY_CODE["no_way"].allows(direct(closed))


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
