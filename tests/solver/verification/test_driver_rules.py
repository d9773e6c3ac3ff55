from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from typing import Any

import pytest

from milkrun.schema.problem import Problem
from milkrun.schema.solution import Solution, Step
from milkrun_solver.verification.driver_rules import driver_faults
from tests.solver.helpers import faults, model_of
from tests.solver.verification.cases import facts, problem, step
from tests.solver.verification.driver_days import GOOD, HOUR, MINUTE, Day, good_day
from tests.solver.verification.driver_timeline import keeps_driver_rules

RULES = {"max_driving_before_break": 150, "break_duration": 45, "break_parts": [15, 30]}


def found(rules: dict[str, Any] | None, *steps: Step, **vehicle: Any) -> list[str]:
    """What is wrong with a route to job 1 and home again, 100 seconds each way, with `driver_rules`."""
    given = problem({**({} if rules is None else {"driver_rules": rules}), **vehicle}, {})
    return list(driver_faults(facts(given, *steps)))


def way(*rests: tuple[int, int], waiting: int = 0, service: int = 0, number: int | None = None) -> list[Step]:
    """The route's steps with breaks: each after so many seconds of driving, and so long."""
    steps = [step("start")]
    clock = driven = 0
    stops = [("break", after, length) for after, length in rests] + [("job", 100, 0), ("end", 200, 0)]
    for kind, after, length in sorted(stops, key=lambda it: (it[1], it[0] != "break")):
        clock, driven = clock + after - driven, after
        given = {"waiting_time": waiting, "service": service} if kind == "job" else {"service": length}
        it = step(kind, 1 if kind == "job" else number if kind == "break" else None, clock)
        steps.append(it.model_copy(update={"duration": driven, **given}))
        clock += sum(given.values())
    return steps


LATE = "the driver drives longer than 150 s without a break before end None"


@pytest.mark.parametrize(
    ("rests", "expected"),
    [
        ([], [LATE]),
        ([(150, 45)], []),
        ([(50, 45)], []),
        ([(49, 45)], [LATE]),
        ([(150, 15), (150, 30)], []),
        ([(20, 15), (50, 30)], []),
        ([(20, 15), (49, 30)], [LATE]),
        ([(100, 30), (120, 15)], [LATE]),
        ([(100, 15), (120, 15)], [LATE]),
        ([(100, 30), (120, 30)], []),
        ([(10, 15), (20, 45), (30, 30)], [LATE]),  # the whole break begins anew, and 30 are a first part
        ([(10, 15), (20, 45), (50, 45)], []),
    ],
    ids=str,
)
def test_a_break_or_both_its_parts_in_order_are_taken_in_time(
    rests: list[tuple[int, int]], expected: list[str]
) -> None:
    assert found(RULES, *way(*rests)) == expected


def test_driving_up_to_the_limit_needs_no_break() -> None:
    assert found({**RULES, "max_driving_before_break": 200}, *way()) == []
    assert found({**RULES, "max_driving_before_break": 199}, *way()) != []


@pytest.mark.parametrize(("service", "keeps"), [(44, False), (45, True), (90, True)])
def test_a_break_of_the_vehicle_counts_if_it_lasts_as_long(service: int, keeps: bool) -> None:
    assert (found(RULES, *way((100, service), number=7)) == []) == keeps


def test_breaks_that_follow_each_other_are_not_added_up() -> None:
    assert found({**RULES, "break_parts": []}, *way((100, 20), (100, 25), number=7)) == [LATE]


@pytest.mark.parametrize(
    ("counts", "waiting", "keeps"), [(False, 45, False), (True, 45, True), (True, 44, False)]
)
def test_waiting_counts_if_the_rules_say_so(counts: bool, waiting: int, keeps: bool) -> None:
    steps = way(waiting=waiting, service=900)
    assert (found({**RULES, "waiting_is_break": counts}, *steps) == []) == keeps


def test_service_is_no_break() -> None:
    assert found({**RULES, "waiting_is_break": True}, *way(service=900)) == [LATE]


@pytest.mark.parametrize(
    ("before", "keeps"),
    [
        ({"driven": 50}, True),
        ({"driven": 51}, False),
        ({"driven": 900, "driven_since_break": 50}, True),
        ({"driven": 900, "driven_since_break": 51}, False),
    ],
    ids=str,
)
def test_driving_before_the_route_counts(before: dict[str, int], keeps: bool) -> None:
    assert (found({**RULES, **before}, *way((100, 45))) == []) == keeps


def test_a_driver_who_is_due_for_a_break_takes_it_before_driving() -> None:
    tired = {**RULES, "driven": 900}
    assert found(tired, *way((0, 45), (100, 45))) == []
    assert len(found(tired, *way((1, 45), (100, 45)))) == 1


@pytest.mark.parametrize(
    ("rules", "keeps"),
    [
        ({"max_driving": 200}, True),
        ({"max_driving": 199}, False),
        ({"max_driving": 230, "driven": 30}, True),
        ({"max_driving": 229, "driven": 30}, False),
        ({"max_driving": 10, "driven": 30}, False),
        ({"max_duty": 230}, True),
        ({"max_duty": 229}, False),
        ({"max_duty": 250, "on_duty": 20}, True),
        ({"max_duty": 250, "driven": 21}, False),
        ({"max_duty": 250, "on_duty": 21, "driven": 20}, False),
    ],
    ids=str,
)
def test_driving_and_duty_in_all_are_limited(rules: dict[str, int], keeps: bool) -> None:
    assert (found(rules, *way(waiting=10, service=20)) == []) == keeps


@pytest.mark.parametrize("changed", [{"service": 46}, {"service": 14}, {"setup": 1}, {"waiting_time": 1}])
def test_an_added_break_is_one_of_the_rules_and_begins_at_once(changed: dict[str, int]) -> None:
    steps = [it.model_copy(update=changed) if it.type == "break" else it for it in way((60, 45))]
    assert "the break at 60 s is none that driver_rules ask for" in found(RULES, *steps)


def test_a_vehicle_without_rules_takes_no_break_without_an_id() -> None:
    assert found(None, *way()) == []
    assert found(None, *way((60, 45), number=7)) == []
    assert len(found(None, *way((60, 45)))) == 1


def test_at_another_speed_each_further_drive_may_seem_a_second_longer() -> None:
    rules = {"max_driving_before_break": 199, "break_duration": 45}
    assert found(rules, *way(service=9), speed_factor=1.01) == []
    assert found({**rules, "max_driving_before_break": 198}, *way(service=9), speed_factor=1.01) != []


def good_days(preset: str) -> Iterator[tuple[Problem, Solution]]:
    return (day for seed in range(10_000) if (day := good_day(seed, preset)) is not None)


@pytest.mark.parametrize("preset", GOOD)
def test_a_thousand_days_of_careful_drivers_keep_the_rules(preset: str) -> None:
    days = list(islice(good_days(preset), 1_000))
    assert len(days) == 1_000
    for given, solution in days:
        assert keeps_driver_rules(given.vehicles[0], solution.routes[0])
        assert faults(model_of(given), solution) == []


EU, US = GOOD["eu-561"], GOOD["us-hos"]
CARELESS = {
    "EU: late": ("eu-561", replace(EU, stretch=EU.stretch + 20 * MINUTE)),
    "EU: parts in the wrong order": ("eu-561", replace(EU, parts=EU.parts[::-1])),
    "EU: too long in all": ("eu-561", replace(EU, driving=EU.driving + 20 * MINUTE)),
    "EU: ten hours without the extension": ("eu-561", replace(EU, driving=10 * HOUR)),
    "EU: too short a break of the vehicle": ("eu-561", replace(EU, enough=40 * MINUTE, own=(40 * MINUTE,))),
    "US: late": ("us-hos", replace(US, stretch=US.stretch + 20 * MINUTE)),
    "US: too long in all": ("us-hos", replace(US, driving=US.driving + 20 * MINUTE)),
    "US: too long on duty": ("us-hos", replace(US, duty=16 * HOUR)),
}


@pytest.mark.parametrize(("preset", "habits"), CARELESS.values(), ids=CARELESS)
def test_fifty_days_of_careless_drivers_are_found_and_nothing_else_is(preset: str, habits: Any) -> None:
    broken = 0
    for seed in range(2_000):
        day = Day(seed, preset, habits).solution()
        if day is None:
            continue
        given, solution = day
        told = faults(model_of(given), solution)
        assert (told == []) == keeps_driver_rules(given.vehicles[0], solution.routes[0])
        assert all("driver" in fault for fault in told), told
        broken += told != []
        if broken == 50:
            return
    pytest.fail(f"only {broken} days are broken")
