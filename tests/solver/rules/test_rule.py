"""What rules are asked about, and what a rule says that does not say otherwise."""

import pytest

from milkrun_solver.routes.timing import Timing
from milkrun_solver.rules.rule import Insertion, Journey, Rule
from tests.solver.rules.cases import one_job, screened


def journey(closing: int, latest: int | None = None) -> Journey:
    """To a stop at 100, for 30, and on to the end at 200."""
    timing = Timing(travel=[100, 70], action=[30], windows=[[(0, closing)]], earliest=0, latest=latest)
    return Journey(is_open=True, travel_time=170, metres=0, timing=timing)


@pytest.mark.parametrize(
    ("closing", "latest", "in_time"),
    [(100, None, True), (99, None, False), (100, 200, True), (100, 199, False)],
)
def test_a_journey_is_in_time_if_windows_and_the_vehicle_s_hours_are_kept(
    closing: int, latest: int | None, in_time: bool
) -> None:
    assert journey(closing, latest).is_in_time == in_time


def test_a_journey_has_no_overtime_unless_it_says_so() -> None:
    assert journey(100).overtime == 0


def test_the_way_is_found_once_and_only_if_a_rule_asks_for_it() -> None:
    found: list[Journey] = []

    def find() -> Journey:
        found.append(journey(100))
        return found[-1]

    model = one_job({}, {})
    insertion = Insertion(model.vehicles[0], model.tasks, find)
    assert (found, insertion.reloads) == ([], 0)
    assert insertion.journey is insertion.journey
    assert len(found) == 1


class Anything(Rule):
    code = "anything"
    reason = "none"

    def allows(self, insertion: Insertion) -> bool:
        return True


def test_a_rule_tells_no_vehicles_apart_unless_it_says_how() -> None:
    model = one_job({}, {})
    assert Anything().traits(model.vehicles[0]) is None
    assert screened(Anything(), model) is None
    assert not Anything.depends_on_journey


def test_a_rule_says_what_it_allows() -> None:
    with pytest.raises(TypeError, match="allows"):
        Rule()  # type: ignore[abstract]
