"""A run that lasts longer than a Lambda invocation. `HANDOVERS=long` solves for 90 s, in stretches of
18 s."""

import os
import time
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

import pytest

from local.stack import running_stack
from tests.waiting import MARGIN

from .conftest import client_of, deliveries, result, status, submit
from .template import changed_template


class Length(NamedTuple):
    """A worker's timeout in seconds, two of which are for storing and handing over, and the seconds of
    solving."""

    timeout: int
    time_limit: int

    @property
    def fewest_hops(self) -> int:
        """The number of hops if each stretch is as long as it can be."""
        return (self.time_limit - 1) // (self.timeout - 2)


LENGTH = Length(20, 90) if os.environ.get("HANDOVERS") == "long" else Length(8, 14)


@pytest.mark.long  # core/runs/test_handovers.py is a quick proof
def test_a_run_is_handed_over_without_a_loss_and_ends_on_time(tmp_path: Path) -> None:
    template = changed_template(tmp_path, ("Timeout: 900 ", f"Timeout: {LENGTH.timeout} "))
    with running_stack(template=template) as stack, client_of(stack) as api:
        run_id = submit(api, deliveries(120, seconds=LENGTH.time_limit))
        seen = [status(api, run_id)]
        while seen[-1]["status"] in ("pending", "running"):
            time.sleep(0.1)
            seen.append(status(api, run_id))
        solution = result(api, run_id)
    end = seen[-1]
    took = datetime.fromisoformat(end["finished_at"]) - datetime.fromisoformat(end["created_at"])
    print(f"{end['hops']} hops, {took.total_seconds():.1f} s for {LENGTH.time_limit} s of solving")
    assert (end["status"], end["attempt"], end["progress"]) == ("completed", 1, 1)
    assert end["hops"] >= LENGTH.fewest_hops
    for name in ("progress", "seconds_spent", "hops"):
        assert never_falls([state[name] for state in seen]), name
    assert never_falls([-state["best_cost"] for state in seen if state["best_cost"] is not None])
    assert solution["summary"]["cost"] == end["best_cost"]
    assert LENGTH.time_limit - 1 <= end["seconds_spent"] <= LENGTH.time_limit
    # A search that did not end in time would run into the function's timeout and count as another attempt.
    assert took.total_seconds() <= LENGTH.time_limit + MARGIN


def never_falls(values: list[float]) -> bool:
    return values == sorted(values)
