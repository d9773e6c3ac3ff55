"""Examples, each from a real request or answer."""

import json
from pathlib import Path

from local import ROOT
from tools.openapi.schemas import Json

_RUN: Json = {
    "run_id": "01M84XE3E0W0EGHJ6F4MNP409E",
    "status": "running",
    "progress": 0.4066,
    "error": None,
    "created_at": "2026-11-23T19:10:35.285Z",
    "started_at": "2026-11-23T19:10:37.586Z",
    "finished_at": None,
    "attempt": 1,
    "hops": 0,
    "best_cost": 2477,
    "best_unassigned": 0,
    "time_limit": 5.0,
    "seconds_spent": 2.033,
    "stopped_early": False,
    "correlation_id": "01M84X2D4YC3ZZ4KZVZYGY1S2Z",
}


def examples() -> dict[str, Json]:
    """Examples by the name of their schema. `Solution` solves `Problem`."""
    event = json.loads((ROOT / "events" / "submit.json").read_text())
    return {
        "Problem": json.loads(event["body"]),
        "Solution": json.loads((Path(__file__).parent / "solution.json").read_text()),
        "RunStatus": _RUN,
        "RunList": {"runs": [_RUN], "next": None},
        "Health": {
            "status": "ok",
            "timestamp": "2026-11-23T19:10:35.285Z",
            "version": "0.1.0",
            "uptime_seconds": 18,
        },
        "Ready": {"status": "ready", "dependencies": {"redis": "ok", "neo4j": "not configured"}},
        "NotReady": {"detail": {"dependencies": {"redis": "down: connection refused", "neo4j": "ok"}}},
    }
