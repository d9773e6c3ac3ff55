import os
import pickle
import subprocess
import sys

import numpy as np

from milkrun_solver.engines.effort import Effort
from milkrun_solver.engines.vroom.child_request import Request
from milkrun_solver.engines.vroom.encoding import request_of
from tests.solver.engines.vroom.test_process import small


def test_a_request_reaches_the_child_as_it_was_made() -> None:
    asked = request_of(small(), [Effort(None), Effort(1, searches=3)], threads=2, seconds=7.5)
    got: Request = pickle.loads(pickle.dumps(asked))  # noqa: S301  # our own
    assert (got.problem, got.efforts) == (asked.problem, asked.efforts)
    assert (got.threads, got.seconds) == (2, 7.5)
    for mine, theirs in zip(asked.matrices["car"], got.matrices["car"], strict=True):
        np.testing.assert_array_equal(mine, theirs)


def test_to_read_a_request_the_child_imports_nothing_else_of_ours() -> None:
    """The child starts with each session: what it imports, every session waits for."""
    code = "import sys, milkrun_solver.engines.vroom.child_request; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        check=True,
    )
    loaded = set(done.stdout.split())
    assert {name.removeprefix("milkrun_solver.") for name in loaded if name.startswith("milkrun")} == {
        "milkrun_solver",
        "engines",
        "engines.effort",
        "engines.vroom",
        "engines.vroom.child_request",
    }
    assert not loaded & {"vroom", "pyvrp", "pydantic"}
