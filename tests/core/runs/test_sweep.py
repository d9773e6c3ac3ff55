import threading

import pytest
from redis.exceptions import ResponseError

from milkrun.clients.lambdas import INVOKES_AT_ONCE
from milkrun.jobs.keys import OwnerKeys, leased, shard_of
from milkrun.jobs.run import Run
from milkrun.jobs.states import Status
from milkrun.runs.sweep import STALLED_AFTER, sweep
from tests.replies import scores
from tests.telemetry import Telemetry
from tests.waiting import MARGIN, until

from .conftest import OWNER, Bench, run_id


def run_sweep(bench: Bench, *, has_time: bool = True) -> dict[str, int]:
    return dict(sweep(bench.reader, bench.jobs, bench.invokes, lambda: has_time))  # type: ignore[arg-type]


def test_a_run_that_was_never_picked_up_is_dispatched(bench: Bench) -> None:
    bench.submit()
    bench.make_due()
    assert run_sweep(bench) == {"dispatched": 1}
    assert [run.run_id for run in bench.invokes.runs] == [run_id(1)]


def test_a_run_that_is_not_due_is_left_alone(bench: Bench) -> None:
    bench.submit()
    assert run_sweep(bench) == {}
    assert bench.invokes.runs == []


def test_a_lapsed_run_is_taken_back_and_dispatched_in_one_sweep(bench: Bench) -> None:
    bench.submit()
    bench.jobs.claim(OWNER, run_id(1), "t")
    bench.make_due()
    assert run_sweep(bench) == {"expired": 1, "dispatched": 1}
    assert bench.invokes.runs[0].attempt == 2


def test_a_run_without_attempts_left_is_failed(bench: Bench) -> None:
    last = bench.with_policy(max_attempts=1)
    last.submit()
    last.jobs.claim(OWNER, run_id(1), "t")
    last.make_due()
    assert run_sweep(last) == {"expired": 1}
    assert last.status().error_code == "worker_lost"
    assert last.invokes.runs == []


_WAITING = """
for i = 1, tonumber(ARGV[2]) do
  local id = string.format('01ARZ3NDEKTSV4RRFFQ%07d', i)
  redis.call('HSET', KEYS[1] .. id, 'status', 'pending', 'v', '1', 'dispatches', '0', 'pending_since', '1')
  redis.call('ZADD', KEYS[2], 0, id)
  redis.call('ZADD', KEYS[3], 0, id)
  redis.call('ZADD', KEYS[4], 1, ARGV[1] .. ':' .. id)
end
"""


def queue_up(bench: Bench, owners: int, runs: int) -> None:
    """This many waiting runs for each of this many owners; all are due."""
    for number in range(owners):
        owner = f"{number:016x}"
        keys = OwnerKeys(owner)
        bench.client.eval(_WAITING, 4, keys.run(""), keys.pending, keys.waiting, keys.active, owner, runs)


def test_a_dead_worker_s_run_is_found_at_once_among_a_hundred_thousand_waiting_ones(bench: Bench) -> None:
    none = bench.with_policy(max_running=0)
    none.invokes = bench.invokes
    queue_up(none, owners=64, runs=1_563)
    bench.submit()
    bench.jobs.claim(OWNER, run_id(1), "t")
    bench.client.hset(OwnerKeys(OWNER).run(run_id(1)), "lease_until", 1)
    bench.client.zadd(leased(shard_of(OWNER)), {f"{OWNER}:{run_id(1)}": 10**12})  # the others are even later
    counts = sweep(bench.reader, bench.jobs, bench.invokes, lambda: not bench.invokes.runs)  # type: ignore[arg-type]
    assert counts == {"expired": 1, "dispatched": 1}


def test_a_run_that_waits_for_its_turn_is_checked_once_an_hour(bench: Bench) -> None:
    none = bench.with_policy(max_running=0)
    queue_up(none, owners=1, runs=3)
    assert run_sweep(none) == {"waiting_or_ended": 3}
    owner = f"{0:016x}"
    seconds, _ = bench.client.time()
    looks = scores(bench.client, OwnerKeys(owner).active)
    assert len(looks) == 3
    assert all(3_590 < at / 1000 - seconds < 3_610 for at in looks.values())


def test_a_run_that_waits_for_its_turn_is_not_invoked(bench: Bench) -> None:
    small = bench.with_policy(max_running=1)
    small.submit(1)
    small.jobs.claim(OWNER, run_id(1), "t")
    small.submit(2)
    small.make_due(2)
    assert run_sweep(small) == {"waiting_or_ended": 1}
    assert small.status(2).status is Status.PENDING


def test_a_run_that_is_gone_leaves_the_indexes(bench: Bench) -> None:
    bench.submit()
    bench.make_due()
    bench.client.delete(OwnerKeys(OWNER).run(run_id(1)))
    assert run_sweep(bench) == {"left_alone": 1}
    assert bench.client.exists(OwnerKeys(OWNER).active) == 0


@pytest.mark.parametrize(("field", "value"), [("pending_since", "soon"), ("attempt", "first")])
def test_a_run_that_cannot_be_read_blocks_no_other(
    bench: Bench, telemetry: Telemetry, field: str, value: str
) -> None:
    for number in (1, 2):
        bench.submit(number)
        bench.make_due(number)
    bench.client.hset(OwnerKeys(OWNER).run(run_id(1)), field, value)
    with pytest.raises((ValueError, ResponseError)):
        run_sweep(bench)
    assert [run.run_id for run in bench.invokes.runs] == [run_id(2)]
    *_, broken, swept = (line for line in telemetry.lines() if line["message"] != "run dispatched")
    assert (broken["level"], broken["message"]) == ("ERROR", "run not handled")
    assert broken["run_id"] == run_id(1)
    assert (swept["failed"], swept["dispatched"]) == (1, 1)


def test_a_sweep_stops_when_its_time_is_up(bench: Bench) -> None:
    bench.submit()
    bench.make_due()
    assert run_sweep(bench, has_time=False) == {}
    assert bench.invokes.runs == []


def test_one_owner_s_queue_does_not_hide_another_owner_s_lost_worker(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("milkrun.runs.sweep.PER_SHARD", 2)
    full = bench.with_policy(max_running=0)
    for number in range(1, 8):
        full.submit(number)
        full.make_due(number)
    assert run_sweep(full) == {"waiting_or_ended": 7}


def test_an_invoke_that_fails_is_sent_again_later(bench: Bench) -> None:
    bench.submit()
    bench.invokes.failure = "TooManyRequestsException"
    for _ in range(2):
        bench.make_due()
        run_sweep(bench)
    assert len(bench.invokes.runs) == 2
    assert bench.status().status is Status.PENDING


def test_ten_hanging_invokes_run_at_a_time(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(1, 21):
        bench.with_policy(max_running=20).submit(number)
    hanging: set[int] = set()
    most: list[int] = []
    ten_hang = threading.Event()

    def hang(run: Run) -> str:
        hanging.add(threading.get_ident())
        most.append(len(hanging))
        if len(hanging) == INVOKES_AT_ONCE:
            ten_hang.set()
        ten_hang.wait(MARGIN)
        hanging.discard(threading.get_ident())
        return "ReadTimeoutError"

    monkeypatch.setattr(bench.invokes, "invoke", hang)
    # A busy Redis may refuse a part of a sweep, so it is repeated.
    until(lambda: _sweep_again(bench) and len(most) >= 20)
    assert max(most) == INVOKES_AT_ONCE


def _sweep_again(bench: Bench) -> bool:
    for number in range(1, 21):
        bench.make_due(number)
    return run_sweep(bench).get("dispatched", 0) > 0


def test_a_sweep_that_finds_nothing_logs_zeros(bench: Bench, telemetry: Telemetry) -> None:
    run_sweep(bench)
    assert telemetry.totals() == {
        "ActiveRuns": ("Count", [0]),
        "PendingRuns": ("Count", [0]),
        "DueRuns": ("Count", [0]),
        "StalledRuns": ("Count", [0]),
        "OldestPending": ("Seconds", [0]),
        "OldestDue": ("Seconds", [0]),
        "RunsExpired": ("Count", [0]),
        "RunsDispatched": ("Count", [0]),
    }


def test_the_counts_of_a_sweep_are_metrics(bench: Bench, telemetry: Telemetry) -> None:
    bench.submit(1)
    bench.submit(2)
    bench.jobs.claim(OWNER, run_id(2), "t")
    bench.make_due(1)
    bench.make_due(2)
    run_sweep(bench)
    found = {name: values for name, (_, values) in telemetry.totals().items()}
    assert found["ActiveRuns"] == found["DueRuns"] == found["StalledRuns"] == [2]
    assert found["PendingRuns"] == found["RunsExpired"] == [1]
    assert found["RunsDispatched"] == [2]
    assert found["OldestDue"][0] > STALLED_AFTER


def test_a_run_that_two_sweeps_have_left_is_stalled(bench: Bench, telemetry: Telemetry) -> None:
    for number, late in ((1, STALLED_AFTER - 60), (2, STALLED_AFTER + 10)):
        due_at = bench.submit(number).created_at - late * 1000
        bench.client.zadd(OwnerKeys(OWNER).active, {f"{OWNER}:{run_id(number)}": due_at})
    run_sweep(bench)
    assert telemetry.totals()["StalledRuns"] == ("Count", [1])


def test_an_invoke_that_fails_is_counted(bench: Bench, telemetry: Telemetry) -> None:
    bench.submit()
    bench.make_due()
    bench.invokes.failure = "TooManyRequestsException"
    run_sweep(bench)
    assert telemetry.totals()["InvokesFailed"] == ("Count", [1])


def test_a_run_that_the_sweeper_fails_is_counted_by_its_code(bench: Bench, telemetry: Telemetry) -> None:
    last = bench.with_policy(max_attempts=1, max_unstarted=-1)
    last.submit(1)
    last.jobs.claim(OWNER, run_id(1), "t")
    last.submit(2)
    last.make_due(1)
    last.make_due(2)
    run_sweep(last)
    failed = [metric for metric in telemetry.metrics() if metric.name == "RunsFailed"]
    assert {metric.dimensions.get("code") for metric in failed} == {None, "worker_lost", "never_started"}


def test_a_line_about_a_run_carries_the_run_s_correlation_id(bench: Bench, telemetry: Telemetry) -> None:
    bench.submit()
    bench.jobs.claim(OWNER, run_id(1), "t")
    bench.make_due()
    run_sweep(bench)
    *about, swept = telemetry.lines()
    assert [line["message"] for line in about] == ["lease expired", "run dispatched"]
    for line in about:
        assert (line["correlation_id"], line["run_id"], line["owner"]) == ("corr-1", run_id(1), OWNER)
    assert "run_id" not in swept
