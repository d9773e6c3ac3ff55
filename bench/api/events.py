"""Events as API Gateway sends them, with a problem of ten kilobytes."""

import json
from pathlib import Path
from typing import Any

EVENTS = Path(__file__).parents[2] / "events"
JOBS = 75


def problem(jobs: int = JOBS) -> str:
    """A day's deliveries as a caller would write them: 5 vehicles and, by default, 75 jobs in 10 kB."""
    vehicles = [
        {
            "id": number,
            "description": f"van {number}",
            "start": [9.9937, 53.5511],
            "end": [9.9937, 53.5511],
            "capacity": [40, 900],
            "time_window": [28_800, 61_200],
        }
        for number in range(1, 6)
    ]
    visits = [
        {
            "id": number,
            "location": [9.8 + number * 7_919 % 400 / 1_000, 53.4 + number * 104_729 % 300 / 1_000],
            "service": 300,
            "delivery": [1 + number % 4, number % 30],
            "time_windows": [[28_800 + number % 5 * 3_600, 43_200 + number % 5 * 3_600]],
        }
        for number in range(1, jobs + 1)
    ]
    return json.dumps({"vehicles": vehicles, "jobs": visits, "options": {"time_limit": 10}})


def submit_event(jobs: int = JOBS) -> dict[str, Any]:
    """A POST of the problem."""
    return _recorded("submit") | {"body": problem(jobs)}


def status_event(run_id: str) -> dict[str, Any]:
    """A GET of the status of a run."""
    event = _recorded("status")
    for place in (event, event["requestContext"]):
        place["path"] = place["path"].replace(event["pathParameters"]["run_id"], run_id)
    return event | {"pathParameters": {"run_id": run_id}}


def _recorded(name: str) -> dict[str, Any]:
    event: dict[str, Any] = json.loads((EVENTS / f"{name}.json").read_text())
    return event
