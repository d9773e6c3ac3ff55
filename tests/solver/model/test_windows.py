from milkrun_solver.model.windows import in_reach
from tests.solver.helpers import model_of
from tests.solver.model.cases import MATRIX
from tests.solver.problems import problem_of


def test_a_soft_time_window_is_kept_if_it_has_a_price() -> None:
    windows: list[dict[str, int] | None] = [
        {"start": 5, "end": 9, "cost_per_hour_early": 1, "cost_per_hour_late": 2},
        {"end": 9, "cost_per_hour_late": 2},
        {"start": 5, "end": 9},
        None,
    ]
    jobs = [
        {"id": n, "location_index": 1, **({} if it is None else {"soft_time_window": it})}
        for n, it in enumerate(windows)
    ]
    model = model_of(
        problem_of({"vehicles": [{"id": 1, "start_index": 0}], "jobs": jobs, "matrices": MATRIX})
    )
    assert [task.soft for task in model.tasks] == [(5, 9, 1, 2), (0, 9, 0, 2), None, None]
    assert model.timed
    assert model.is_priced


def test_windows_that_end_before_the_goods_are_ready_are_dropped() -> None:
    assert in_reach(((0, 4), (6, 9)), 5) == ((6, 9),)
    assert in_reach(((0, 5), (6, 9)), 5) == ((0, 5), (6, 9))


def test_if_none_would_be_left_all_windows_stay() -> None:
    assert in_reach(((0, 4), (6, 9)), 10) == ((0, 4), (6, 9))
