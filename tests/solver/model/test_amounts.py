from tests.solver.helpers import model_of
from tests.solver.model.cases import MATRIX
from tests.solver.problems import problem_of


def test_missing_amounts_are_zero() -> None:
    model = model_of(
        problem_of(
            {
                "vehicles": [{"id": 1, "start_index": 0, "capacity": [4, 5]}, {"id": 2, "end_index": 0}],
                "jobs": [{"id": 1, "location_index": 1}],
                "matrices": MATRIX,
            }
        )
    )
    assert model.amounts == 2
    assert model.tasks[0].delivery == (0, 0)
    assert model.vehicles[1].capacity == (0, 0)
