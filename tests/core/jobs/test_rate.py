import pytest

from milkrun.errors import TooManySubmitsError

from .conftest import OWNER, Lab, run_id
from .store import Store


def submit_until_refused(lab: Lab, first: int) -> tuple[int, TooManySubmitsError]:
    """The number of accepted submits, and the refusal."""
    for number in range(first, first + 50):
        try:
            lab.submit(number)
        except TooManySubmitsError as refused:
            return number - first, refused
    raise AssertionError("none was refused")


def test_a_minute_s_submits_are_accepted_at_once_and_more_as_time_passes(lab: Lab) -> None:
    slow = lab.with_policy(max_submits=10)
    store = Store(lab.client)
    taken, refused = submit_until_refused(slow, 1)
    assert taken == 10
    assert 1 <= refused.retry_after <= 6
    store.jump(6_000)
    assert submit_until_refused(slow, 20)[0] in (1, 2)  # the seconds that the test has taken count too
    store.jump(60_000)
    assert submit_until_refused(slow, 40)[0] >= 10


def test_a_clock_set_back_delays_a_submit_by_at_most_one_interval(lab: Lab) -> None:
    slow = lab.with_policy(max_submits=10)
    store = Store(lab.client)
    slow.submit(1)
    store.jump(-600_000)
    _, refused = submit_until_refused(slow, 2)
    assert refused.retry_after <= 6


def test_a_refused_submit_changes_nothing(lab: Lab) -> None:
    slow = lab.with_policy(max_submits=1)
    slow.submit(1)
    before = slow.snapshot()
    with pytest.raises(TooManySubmitsError):
        slow.submit(2)
    assert slow.snapshot() == before


def test_a_replay_does_not_count_as_a_new_run(lab: Lab) -> None:
    slow = lab.with_policy(max_submits=1)
    first = slow.submit(1, key="k")
    assert slow.submit(2, key="k") == first


def test_each_owner_has_its_own_rate(lab: Lab) -> None:
    slow = lab.with_policy(max_submits=1)
    slow.submit(1)
    assert slow.submit(2, owner="ffffffffffffffff").run_id == run_id(2)


def test_the_rate_is_forgotten_within_a_minute(lab: Lab) -> None:
    lab.submit()
    (key,) = [key for key in list(lab.keys()) if b":rate:" in key]
    assert key.endswith(OWNER.encode())
    assert 0 < lab.client.pttl(key) <= 60_000
