import pytest

from milkrun.schema.solution import Step
from milkrun_solver.verification.releases import release_faults
from tests.solver.verification.cases import facts, problem, step

LATE = ["job 2 is on a trip that begins before its goods are ready"]


def faults(*steps: Step) -> list[str]:
    """Job 1 may leave at any time, the goods of job 2 are ready at 500."""
    given = problem({"reloads": [{"id": 8, "location_index": 0}]}, {}, {"release_time": 500})
    return list(release_faults(facts(given, *steps, step("end"))))


@pytest.mark.parametrize(("start", "found"), [(499, LATE), (500, []), (501, [])])
def test_the_first_trip_begins_at_the_start_of_the_route(start: int, found: list[str]) -> None:
    assert faults(step("start", arrival=start), step("job", 1), step("job", 2)) == found


@pytest.mark.parametrize(("arrival", "waiting", "found"), [(400, 99, LATE), (400, 100, []), (500, 0, [])])
def test_a_trip_after_a_reload_begins_once_the_wait_there_is_over(
    arrival: int, waiting: int, found: list[str]
) -> None:
    reload = step("reload", 8, arrival=arrival, waiting_time=waiting, service=60)
    assert faults(step("start"), step("job", 1), reload, step("job", 2)) == found


def test_a_later_trip_is_no_help_to_a_job_on_an_earlier_one() -> None:
    assert faults(step("start"), step("job", 2), step("reload", 8, arrival=600), step("job", 1)) == LATE
