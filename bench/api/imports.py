"""Measures the imports of a cold start, each in a new interpreter."""

import os
import subprocess
import sys
from collections.abc import Sequence

MODULES = ("redis", "status_handler", "submit_handler", "health_handler")
"""The others are compared with the first."""

_TIMED = "import time; began = time.perf_counter(); import {}; print(time.perf_counter() - began)"


def seconds(module: str) -> float:
    """The seconds that a new interpreter takes for an import, with the environment of a function on
    Lambda."""
    environment = {**os.environ, "LAMBDA_TASK_ROOT": "/var/task", "POWERTOOLS_SERVICE_NAME": "milkrun"}
    done = subprocess.run(
        [sys.executable, "-c", _TIMED.format(module)],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    return float(done.stdout)


def rounds(modules: Sequence[str], count: int) -> dict[str, list[float]]:
    """The seconds of each module in each round, after a first round that fills the caches."""
    for module in modules:
        seconds(module)
    found: dict[str, list[float]] = {module: [] for module in modules}
    for _ in range(count):
        for module in modules:
            found[module].append(seconds(module))
    return found
