import numpy as np
import pytest

from milkrun_solver.routes.time_of_day import TimedLeg
from tests.nonempty import nonempty
from tests.solver.exhaustive.test_time_of_day import legs
from tests.solver.exhaustive.time_of_day import arrival
from tests.solver.helpers import model_of
from tests.solver.problems import problem_of


def test_every_second_s_arrival_is_that_of_a_slower_count() -> None:
    seconds = np.arange(80, dtype=np.int64)
    for borders, paces in nonempty(legs()):
        expected = [arrival(borders, paces, second) for second in range(80)]
        assert TimedLeg(borders, paces).arrivals(seconds).tolist() == expected


def test_one_departure_has_one_arrival() -> None:
    leg = TimedLeg([0, 100], [30, 50])
    assert [leg.arrival(departure) for departure in (0, 85, 100)] == [30, 125, 150]


@pytest.mark.parametrize(("factor", "paces"), [(1, (30, 51)), (2, (15, 26)), (0.5, (60, 102))])
def test_a_speed_factor_divides_the_seconds_of_each_slot_and_rounds_up(
    factor: float, paces: tuple[int, int]
) -> None:
    slot = {"start": 500, "durations": [[0, 51], [51, 0]]}
    model = model_of(
        problem_of(
            {
                "vehicles": [{"id": 1, "start_index": 0, "speed_factor": factor}],
                "jobs": [{"id": 1, "location_index": 1}],
                "matrices": {"car": {"durations": [[0, 30], [30, 0]], "slots": [slot]}},
            }
        )
    )
    leg = TimedLeg.of(model.vehicles[0], 0, 1)
    assert (leg.arrival(0), leg.arrival(500) - 500) == paces
