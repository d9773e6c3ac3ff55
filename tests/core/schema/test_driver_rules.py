"""Rules for drivers: a preset, or limits of one's own."""

from typing import Any

import pytest

from milkrun.schema.capabilities import ENGINES, inability

from .bodies import broken, problem

BREAKS = {"max_driving_before_break": 600, "break_duration": 60}


def told(**rules: Any) -> dict[str, str]:
    """What is wrong with these rules, by their path within them."""
    found = broken({"driver_rules": rules})
    return {path.removeprefix("$.vehicles[0].driver_rules"): message for path, message in found.items()}


@pytest.mark.parametrize(
    "rules",
    [
        {"preset": "eu-561"},
        {"preset": "eu-561", "extended": True, "driven": 60, "on_duty": 90, "driven_since_break": 30},
        {"preset": "us-hos", "waiting_is_break": True},
        BREAKS,
        {**BREAKS, "break_parts": [20, 40], "max_driving": 900, "max_duty": 1_200},
        {"max_driving": 0},
        {"max_duty": 900, "on_duty": 1_000},
    ],
    ids=str,
)
def test_a_preset_or_limits_of_one_s_own_are_accepted(rules: dict[str, Any]) -> None:
    assert told(**rules) == {}


@pytest.mark.parametrize(
    ("rules", "path"),
    [
        ({}, ""),
        ({"break_duration": 60}, ""),
        ({"preset": "eu-561", "max_driving": 900}, ".max_driving"),
        ({"preset": "us-hos", "max_duty": 0}, ".max_duty"),
        ({"preset": "us-hos", "break_parts": [20, 40]}, ".break_parts"),
        ({"preset": "us-hos", "extended": True}, ".extended"),
        ({"max_driving": 900, "extended": True}, ".extended"),
        ({"max_driving_before_break": 600}, ".break_duration"),
        ({"max_driving": 900, "break_duration": 60}, ".break_duration"),
        ({"max_driving": 900, "break_parts": [20, 40]}, ".break_parts"),
        ({"max_driving": 900, "driven": 90, "driven_since_break": 60}, ".driven_since_break"),
        ({**BREAKS, "break_parts": [60]}, ".break_parts"),
        ({**BREAKS, "break_parts": [20, 20, 20]}, ".break_parts"),
        ({**BREAKS, "break_parts": [20, 60]}, ".break_parts[1]"),
        ({"preset": "eu-561", "driven": 60, "on_duty": 59}, ".on_duty"),
        ({"preset": "eu-561", "driven": 60, "driven_since_break": 61}, ".driven_since_break"),
    ],
    ids=str,
)
def test_what_does_not_go_together_is_refused_at_the_field_at_fault(rules: dict[str, Any], path: str) -> None:
    assert path in told(**rules)


@pytest.mark.parametrize(
    "rules",
    [{"preset": "mars"}, {**BREAKS, "break_duration": 0}, {**BREAKS, "max_driving_before_break": 0}],
    ids=str,
)
def test_a_value_out_of_range_is_refused(rules: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="driver_rules"):
        problem({"driver_rules": rules})


def test_only_our_own_search_can_express_them() -> None:
    given = problem({"driver_rules": {"preset": "eu-561"}})
    assert [inability(engine, given) is None for engine in ENGINES] == [it == "sisr" for it in ENGINES]


def test_a_break_copied_from_an_answer_needs_no_id_if_the_vehicle_has_rules() -> None:
    steps = {"steps": [{"type": "job", "id": 1}, {"type": "break", "service": 2_700}]}
    assert broken({**steps, "driver_rules": {"preset": "eu-561"}}) == {}
    assert list(broken(steps)) == ["$.vehicles[0].steps[1].id"]
