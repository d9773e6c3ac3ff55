from typing import Any

import pytest

from milkrun_solver.rules.driver_rules import DriverHours
from tests.solver.rules.cases import LEFT_OUT, LET_PASS, direct, one_job, several_vehicles, verdicts


def said(rules: dict[str, Any], **job: Any) -> tuple[bool, bool | None]:
    """Of a job 100 seconds from home: by `allows`, then by `screen`."""
    return verdicts(DriverHours(), one_job({"driver_rules": rules}, job))


@pytest.mark.parametrize("before", [0, 50])
def test_a_driver_may_drive_as_long_as_is_left_and_no_longer(before: int) -> None:
    assert said({"max_driving": 200 + before, "driven": before}) == LET_PASS
    assert said({"max_driving": 199 + before, "driven": before}) == LEFT_OUT
    assert said({"max_driving": before, "driven": 900}) == LEFT_OUT


@pytest.mark.parametrize(
    ("rules", "least"),
    [
        ({}, 230),
        ({"on_duty": 50}, 280),
        ({"driven": 50}, 280),
        ({"max_driving_before_break": 200, "break_duration": 40}, 230),
        ({"max_driving_before_break": 199, "break_duration": 40}, 270),
        ({"max_driving_before_break": 99, "break_duration": 40}, 310),
        ({"max_driving_before_break": 199, "break_duration": 40, "break_parts": [10, 20]}, 260),
        ({"max_driving_before_break": 200, "break_duration": 40, "driven": 1}, 271),
        ({"max_driving_before_break": 200, "break_duration": 40, "driven": 900}, 1_170),
    ],
    ids=str,
)
def test_duty_is_driving_work_and_the_breaks_that_are_needed(rules: dict[str, Any], least: int) -> None:
    vehicle = {"driver_rules": {**rules, "max_duty": least}}
    assert DriverHours().allows(direct(one_job(vehicle, {"service": 30})))
    vehicle["driver_rules"]["max_duty"] = least - 1
    assert not DriverHours().allows(direct(one_job(vehicle, {"service": 30})))


def test_a_driver_without_rules_may_do_anything() -> None:
    assert verdicts(DriverHours(), one_job({}, {})) == (True, None)


def test_vehicles_with_the_same_rules_count_as_alike() -> None:
    preset, other = {"preset": "eu-561"}, {"preset": "us-hos"}
    same = {"max_driving_before_break": 16_200, "break_duration": 2_700, "break_parts": [900, 1_800]}
    rules = [preset, {**same, "max_driving": 32_400}, other]
    model = several_vehicles(*({"driver_rules": it} for it in rules))
    first, alike, apart = map(DriverHours().traits, model.vehicles)
    assert first == alike != apart
