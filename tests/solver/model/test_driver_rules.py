from typing import Any

import pytest

from milkrun.schema.driver_rules import DriverRules as Given
from milkrun_solver.model.driver_rules import DriverRules, driver_rules_of

HOUR, MINUTE = 3_600, 60


def rules(**given: Any) -> DriverRules:
    return driver_rules_of(Given.model_validate(given))


def test_the_presets_have_the_numbers_of_the_law() -> None:
    assert rules(preset="eu-561") == DriverRules(
        driving_before_break=4 * HOUR + 30 * MINUTE,
        break_length=45 * MINUTE,
        parts=(15 * MINUTE, 30 * MINUTE),
        driving=9 * HOUR,
        duty=None,
    )
    assert rules(preset="us-hos") == DriverRules(
        driving_before_break=8 * HOUR,
        break_length=30 * MINUTE,
        parts=(),
        driving=11 * HOUR,
        duty=14 * HOUR,
    )


def test_an_extended_day_has_ten_hours_of_driving() -> None:
    assert rules(preset="eu-561", extended=True).driving == 10 * HOUR


def test_limits_of_one_s_own_are_taken_as_they_are() -> None:
    own = rules(max_driving_before_break=9, break_duration=5, break_parts=[2, 3], max_driving=20, max_duty=30)
    assert own == DriverRules(9, 5, (2, 3), 20, 30)
    assert rules(max_duty=30) == DriverRules(None, 0, (), None, 30)


@pytest.mark.parametrize(
    ("given", "driven", "on_duty", "since"),
    [
        ({}, 0, 0, 0),
        ({"driven": 5}, 5, 5, 5),
        ({"driven": 15}, 15, 15, 9),
        ({"driven": 15, "on_duty": 18}, 15, 18, 9),
        ({"driven": 15, "driven_since_break": 2}, 15, 15, 2),
        ({"on_duty": 7}, 0, 7, 0),
    ],
    ids=str,
)
def test_what_is_not_said_of_the_hours_before_follows_from_the_driving(
    given: dict[str, Any], driven: int, on_duty: int, since: int
) -> None:
    found = rules(max_driving_before_break=9, break_duration=5, **given)
    assert (found.driven, found.on_duty, found.driven_since_break) == (driven, on_duty, since)


def test_without_a_limit_between_breaks_all_driving_counts_as_one() -> None:
    assert rules(max_driving=9, driven=15).driven_since_break == 15


def test_what_is_left_is_never_less_than_nothing() -> None:
    assert (rules(preset="us-hos").driving_left, rules(preset="us-hos").duty_left) == (11 * HOUR, 14 * HOUR)
    tired = rules(preset="us-hos", driven=12 * HOUR, on_duty=13 * HOUR)
    assert (tired.driving_left, tired.duty_left) == (0, HOUR)
    assert (rules(preset="eu-561").duty_left, rules(max_duty=5).driving_left) == (None, None)
