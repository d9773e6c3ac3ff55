"""A small problem to change, and the rules that it breaks."""

import json
from typing import Any

from milkrun.schema.paths import json_path
from milkrun.schema.problem import Problem
from milkrun.schema.rules import breaches

RELOADS = {"reloads": [{"id": 1, "location_index": 0, "service": 300}]}


def problem(
    vehicle: dict[str, Any] | None = None, job: dict[str, Any] | None = None, **changes: Any
) -> Problem:
    body = {
        "vehicles": [{"id": 1, "start_index": 0, **(vehicle or {})}],
        "jobs": [{"id": 1, "location_index": 1, **(job or {})}, {"id": 2, "location_index": 2}],
        "matrices": {"car": {"durations": [[0] * 4] * 4, "distances": [[0] * 4] * 4}},
        **changes,
    }
    return Problem.model_validate_json(json.dumps(body))


def broken(*arguments: Any, **changes: Any) -> dict[str, str]:
    return {json_path(breach.path): breach.message for breach in breaches(problem(*arguments, **changes))}
