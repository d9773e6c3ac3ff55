"""Problems that crash their worker, or never release a core.

`POISON=long` keeps the deployed leases and attempts.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import httpx
import pytest

from local.stack import RunningStack, running_stack
from tests.nonempty import nonempty
from tests.waiting import until

from .conftest import Json, client_of, deliveries, ended, result, status, submit
from .template import changed_template


class Pace(NamedTuple):
    """A worker's lease in seconds, and a run's maximum number of attempts."""

    lease: int
    attempts: int


PACE = Pace(30, 3) if os.environ.get("POISON") == "long" else Pace(5, 2)
HANDLERS = Path(__file__).parent / "poisoned"


@pytest.fixture(scope="module")
def poisoned(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningStack]:
    """A stack whose workers crash on some problems. An owner may have two running runs."""
    folder = tmp_path_factory.mktemp("poisoned")
    template = changed_template(
        folder,
        ("CodeUri: functions/worker\n", "CodeUri: worker\n"),
        ("Handler: worker_handler.lambda_handler", "Handler: poisoned_worker_handler.lambda_handler"),
        ("          SNAP_LIMIT_M: ", f"          LEASE: '{PACE.lease}'\n          SNAP_LIMIT_M: "),
    )
    (folder / "worker").mkdir()
    for handler in (HANDLERS / "poisoned_worker_handler.py", folder / "functions/worker/worker_handler.py"):
        (folder / "worker" / handler.name).symlink_to(handler)
    limits = {"MAX_ATTEMPTS": str(PACE.attempts), "MAX_RUNNING_PER_OWNER": "2"}
    with running_stack(limits, template=template) as stack:
        yield stack


def poison(how: str) -> Json:
    problem = deliveries(60, seconds=600)
    problem["jobs"][0]["description"] = how
    return problem


class Callers(NamedTuple):
    """Callers and their runs: poisoned runs that crash at once or later, and good runs of the same owner and
    of another."""

    poisoner: httpx.Client
    at_once: list[str]
    later: str
    own: list[str]
    neighbour: httpx.Client
    neighbours: list[str]
    crash_on: Path
    """Once this file exists, poison crashes every further attempt."""


@pytest.fixture(scope="module")
def callers(poisoned: RunningStack) -> Iterator[Callers]:
    with client_of(poisoned, "poisoner") as poisoner, client_of(poisoned, "neighbour") as neighbour:
        good = deliveries(3, seconds=600)
        yield Callers(
            poisoner,
            at_once=[submit(poisoner, poison(how)) for how in ("memory", "killed")],
            later=submit(neighbour, poison("killed later")),
            own=[submit(poisoner, good) for _ in range(3)],
            neighbour=neighbour,
            neighbours=[submit(neighbour, good) for _ in range(2)],
            crash_on=poisoned.state.parents[1] / "worker" / "crash-on",
        )


def test_a_run_that_crashes_its_worker_blocks_nobody(callers: Callers) -> None:
    """Both runs that the owner may have running are poison. They make room once they have failed."""
    for run_id in callers.neighbours:
        assert ended(callers.neighbour, run_id)["status"] == "completed"
    states = {status(callers.poisoner, run_id)["status"] for run_id in callers.at_once}
    assert states <= {"pending", "running"}, "the poison is still there"
    callers.crash_on.touch()
    for run_id in callers.own:
        assert ended(callers.poisoner, run_id)["status"] == "completed"
        assert result(callers.poisoner, run_id)["summary"]["unassigned"] == 0


def test_a_run_that_crashes_its_worker_fails_in_the_end_with_a_reason(callers: Callers) -> None:
    callers.crash_on.touch()
    for run_id in nonempty(callers.at_once):
        state = ended(callers.poisoner, run_id)
        assert (state["status"], state["attempt"]) == ("failed", PACE.attempts)
        detail = "Every attempt lost its worker."
        assert state["error"] == {"code": "worker_lost", "detail": detail}
        answer = callers.poisoner.get(f"/optimize/{run_id}/result")
        assert (answer.status_code, answer.json()["code"]) == (409, "worker_lost")


def test_a_crashing_run_keeps_the_routes_it_had_found(callers: Callers) -> None:
    state = ended(callers.neighbour, callers.later)
    assert (state["status"], state["error"]["code"]) == ("failed", "worker_lost")
    best = result(callers.neighbour, callers.later, best=True)
    assert best["summary"]["cost"] == state["best_cost"]
    assert callers.neighbour.get(f"/optimize/{callers.later}/result").status_code == 409


def test_an_endless_search_ends_with_its_process_after_its_run(
    poisoned: RunningStack, callers: Callers
) -> None:
    endless = deliveries(3, seconds=600, stall_limit=2)
    endless["jobs"][0]["description"] = "endless"
    state = ended(callers.neighbour, submit(callers.neighbour, endless))
    assert (state["status"], state["attempt"]) == ("completed", 1)
    log = poisoned.state / "logs" / "poisoned_worker_handler.log"
    until(lambda: "a search does not end" in log.read_text())
    after = submit(callers.neighbour, deliveries(3, seconds=600))
    assert ended(callers.neighbour, after)["status"] == "completed"
