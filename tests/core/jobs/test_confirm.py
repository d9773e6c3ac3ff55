"""Ends, erasures and submits become visible once the replicas have them."""

from collections.abc import Iterator
from typing import Any

import pytest
import redis

from milkrun.clients.redis import connect
from milkrun.errors import DependencyUnavailableError, RunNotFoundError, TransitionRefusedError
from milkrun.jobs.runner import ScriptRunner
from milkrun.jobs.states import Status
from milkrun.runs.sweep import sweep
from tests.redis_pair import Pair, running_pair

from .acts import (
    STRICT,
    Act,
    cancel,
    complete,
    erase,
    fail,
    give_up,
    hurrying_while_it_lags,
    run_with_routes,
    stop_without_a_worker,
    submission,
    submit_in_the_end,
)
from .conftest import BEST, OWNER, Lab, run_id


@pytest.fixture(scope="module")
def lasting_pair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    with running_pair(tmp_path_factory.mktemp("pair")) as pair:
        yield pair


@pytest.fixture
def pair(lasting_pair: Pair) -> Iterator[Pair]:
    """An empty pair. No test breaks it."""
    with redis.Redis.from_url(lasting_pair.primary.url) as client:
        client.flushall()
        client.wait(1, 0)
    with hurrying_while_it_lags(lasting_pair):
        yield lasting_pair
    lasting_pair.link.catch_up()


@pytest.fixture
def lab(pair: Pair) -> Lab:
    return Lab(connect(pair.primary.url), STRICT)


ENDS: list[tuple[Act, Act, Status]] = [
    (run_with_routes, complete, Status.COMPLETED),
    (run_with_routes, fail, Status.FAILED),
    (run_with_routes, stop_without_a_worker, Status.COMPLETED),
    (run_with_routes, give_up, Status.FAILED),
    (submit_in_the_end, cancel, Status.CANCELLED),
]


@pytest.mark.parametrize(("before", "end", "status"), ENDS)
def test_an_end_is_invisible_until_the_replicas_have_it(
    lab: Lab, pair: Pair, before: Act, end: Act, status: Status
) -> None:
    before(lab)
    was = lab.status()
    pair.link.lag()
    with pytest.raises(DependencyUnavailableError) as away:
        end(lab)
    assert away.value.dependencies == {"redis": "down: too few replicas"}
    assert (lab.status().status, lab.status().progress) == (was.status, was.progress)
    (listed,) = lab.reader.page(OWNER, status=None, limit=10, cursor=None).runs
    assert listed.status is was.status
    assert lab.reader.result(OWNER, run_id(1), best=False)[1] is None
    pair.link.catch_up()
    end(lab)  # again
    assert lab.status().status is status


def test_a_worker_may_repeat_its_own_end(lab: Lab, pair: Pair) -> None:
    run_with_routes(lab)
    pair.link.lag()
    for _ in range(2):
        with pytest.raises(DependencyUnavailableError):
            complete(lab)
    with pytest.raises(TransitionRefusedError, match="ENDED"):
        fail(lab)
    with pytest.raises(TransitionRefusedError, match="ENDED"):
        lab.jobs.renew(OWNER, run_id(1), "t", progress=0.9, spent_ms=3, best=None)
    pair.link.catch_up()
    complete(lab)
    assert (lab.status().status, lab.status().best_cost) == (Status.COMPLETED, BEST.cost)


def test_no_worker_can_claim_a_run_that_is_about_to_end(lab: Lab, pair: Pair) -> None:
    submit_in_the_end(lab)
    pair.link.lag()
    with pytest.raises(DependencyUnavailableError):
        cancel(lab)
    with pytest.raises(TransitionRefusedError, match="ENDED"):
        lab.jobs.claim(OWNER, run_id(1), "t")


class NoInvokes:
    """Fails if a worker is invoked."""

    def invoke(self, run: Any) -> None:
        raise AssertionError(run)


@pytest.mark.parametrize(("before", "end", "status"), ENDS)
def test_the_sweeper_confirms_an_unconfirmed_end(
    lab: Lab, pair: Pair, before: Act, end: Act, status: Status
) -> None:
    before(lab)
    pair.link.lag()
    with pytest.raises(DependencyUnavailableError):
        end(lab)
    pair.link.catch_up()
    lab.make_due()
    sweep(lab.reader, lab.jobs, NoInvokes(), lambda: True)  # type: ignore[arg-type]
    assert lab.status().status is status


def test_reading_a_run_that_is_ending_does_not_delay_its_end(lab: Lab, pair: Pair) -> None:
    submit_in_the_end(lab)
    pair.link.lag()
    with pytest.raises(DependencyUnavailableError):
        cancel(lab)
    before = lab.snapshot()
    lab.status()
    lab.reader.page(OWNER, status=None, limit=10, cursor=None)
    assert lab.snapshot() == before


def test_an_erased_run_is_visible_until_the_replicas_know(lab: Lab, pair: Pair) -> None:
    run_with_routes(lab)
    complete(lab)
    pair.link.lag()
    for _ in range(2):
        with pytest.raises(DependencyUnavailableError):
            erase(lab)
    assert lab.status().status is Status.COMPLETED
    assert lab.reader.result(OWNER, run_id(1), best=False)[1] == BEST.solution
    pair.link.catch_up()
    erase(lab)
    with pytest.raises(RunNotFoundError):
        lab.status()
    assert lab.snapshot() == {}


def test_the_sweeper_completes_an_unconfirmed_erasure(lab: Lab, pair: Pair) -> None:
    run_with_routes(lab)
    complete(lab)
    pair.link.lag()
    with pytest.raises(DependencyUnavailableError):
        erase(lab)
    pair.link.catch_up()
    lab.make_due()
    sweep(lab.reader, lab.jobs, NoInvokes(), lambda: True)  # type: ignore[arg-type]
    assert lab.snapshot() == {}


# Runs that no caller was told of


@pytest.mark.parametrize("key", ["k", None])
def test_a_submit_without_replicas_starts_nothing_and_is_in_no_list(
    lab: Lab, pair: Pair, key: str | None
) -> None:
    pair.link.lag()
    for number in (1, 2):
        with pytest.raises(DependencyUnavailableError):
            lab.jobs.submit(submission(number, key))
    assert lab.reader.page(OWNER, status=None, limit=10, cursor=None).runs == []
    backlog = lab.reader.backlog(per_shard=10, stalled_after=60)
    assert (backlog.active, backlog.pending) == (0, 0)
    kept = [name for name in list(lab.keys()) if name.endswith(b":request")]
    assert len(kept) == (1 if key else 0)
    for number in (1, 2):
        for call in (lab.reader.status, lab.jobs.cancel, lab.jobs.erase, lab.jobs.dispatch, lab.jobs.expire):
            with pytest.raises(RunNotFoundError):
                call(OWNER, run_id(number))
        with pytest.raises(RunNotFoundError):
            lab.jobs.claim(OWNER, run_id(number), "t")


def test_an_unconfirmed_run_expires_by_itself(lab: Lab, pair: Pair) -> None:
    pair.link.lag()
    with pytest.raises(DependencyUnavailableError):
        lab.jobs.submit(submission(1, "k"))
    (run,) = [name for name in list(lab.keys()) if name.endswith(run_id(1).encode())]
    assert 0 < lab.client.pttl(run) <= 3_600_000
    assert 0 < lab.client.pttl(run + b":request") <= 3_600_000


def test_a_run_whose_confirmation_finds_no_replicas_is_withdrawn(
    lab: Lab, pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_script = ScriptRunner.run

    def lags_before_confirm(self: ScriptRunner, verb: str, *args: Any, **more: Any) -> Any:
        if verb == "confirm":
            pair.link.lag()
        return run_script(self, verb, *args, **more)

    monkeypatch.setattr(ScriptRunner, "run", lags_before_confirm)
    with pytest.raises(DependencyUnavailableError):
        lab.jobs.submit(submission())
    assert lab.snapshot() == {}
