import pytest

from local.ports import free_port
from milkrun.clients.redis import AnyRedis, connect
from milkrun.jobs.calls import WaitingCalls
from milkrun.jobs.keys import WAITING_CALLS
from milkrun.settings import WaitLimits
from tests.replies import score

A, B = "a1b2c3d4e5f60718", "b2c3d4e5f6071829"


@pytest.fixture
def calls(any_redis: AnyRedis) -> WaitingCalls:
    return WaitingCalls(any_redis, WaitLimits(calls=3, calls_per_owner=2))


def test_an_owner_may_not_exceed_its_limit_of_waiting_calls(calls: WaitingCalls) -> None:
    assert [calls.begin(A, 25) is not None for _ in range(4)] == [True, True, False, False]
    assert calls.begin(B, 25) is not None


def test_all_owners_together_may_not_exceed_their_limit_of_waiting_calls(calls: WaitingCalls) -> None:
    assert all(calls.begin(owner, 25) for owner in (A, A, B))
    assert calls.begin(B, 25) is None
    assert calls.begin("cccccccccccccccc", 25) is None


def test_a_call_that_ends_makes_room_for_another(calls: WaitingCalls) -> None:
    first, _ = calls.begin(A, 25), calls.begin(A, 25)
    assert first is not None
    calls.end(first)
    assert calls.begin(A, 25) is not None
    assert calls.begin(A, 25) is None


def test_a_call_whose_process_died_counts_until_its_seconds_are_over(
    calls: WaitingCalls, any_redis: AnyRedis
) -> None:
    before = any_redis.time()[0] * 1000
    lost, _ = calls.begin(A, 25), calls.begin(A, 25)
    after = any_redis.time()[0] * 1000
    assert lost is not None
    assert before + 25_000 <= score(any_redis, WAITING_CALLS, lost) < after + 27_000
    any_redis.zadd(WAITING_CALLS, {lost: before - 1})
    assert calls.begin(A, 25) is not None
    assert any_redis.zcard(WAITING_CALLS) == 2


def test_nothing_is_stored_about_calls_that_ended_long_ago(calls: WaitingCalls, any_redis: AnyRedis) -> None:
    calls.begin(A, 25)
    assert 25_000 < any_redis.pttl(WAITING_CALLS) <= 60_000


def test_with_a_limit_of_zero_no_call_waits(any_redis: AnyRedis) -> None:
    assert WaitingCalls(any_redis, WaitLimits(calls=0)).begin(A, 25) is None


def test_without_redis_no_call_waits() -> None:
    away = WaitingCalls(connect(f"redis://127.0.0.1:{free_port()}/0"), WaitLimits())
    assert away.begin(A, 25) is None
    away.end(f"{A}:x")


def test_beginning_a_wait_is_one_round_trip(calls: WaitingCalls, sent: list[bytes]) -> None:
    calls.begin(A, 25)
    sent.clear()
    calls.begin(A, 25)
    assert len(sent) == 1
