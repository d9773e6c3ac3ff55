from types import SimpleNamespace
from typing import Any

import pytest

from milkrun.errors import DependencyUnavailableError
from milkrun.runs.lease import Lease

from .conftest import OWNER, Bench, run_id


def away(*_: Any, **__: Any) -> None:
    raise DependencyUnavailableError({"redis": "down: timed out"})


def lease_without_redis(tries: int, pauses: list[int]) -> Lease:
    """A lease whose calls fail, with this many more tries."""
    run: Any = SimpleNamespace(owner=OWNER, run_id=run_id(1), time_limit_ms=60_000)
    jobs: Any = SimpleNamespace(complete=away, renew=away)
    return Lease(
        jobs, run, "t", may_try_again=lambda: len(pauses) < tries, pause=lambda: pauses.append(len(pauses))
    )


def test_an_end_is_tried_as_long_as_another_try_may_begin() -> None:
    pauses: list[int] = []
    with pytest.raises(DependencyUnavailableError):
        lease_without_redis(3, pauses).complete(1, None)
    assert len(pauses) == 3


def test_a_renewal_is_tried_once() -> None:
    pauses: list[int] = []
    with pytest.raises(DependencyUnavailableError):
        lease_without_redis(3, pauses).renew(1, None)
    assert pauses == []


def test_the_last_hundredth_of_progress_is_left_for_storing_the_result(bench: Bench) -> None:
    bench.submit(time_limit_ms=60_000)
    claimed = bench.jobs.claim(OWNER, run_id(1), "t")
    assert claimed is not None
    lease = Lease(bench.jobs, claimed.run, "t", may_try_again=lambda: False, pause=lambda: None)
    assert lease.renew(60_000, None) is False
    assert bench.status().progress == 0.99
