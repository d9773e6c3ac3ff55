"""The bytes stored for an owner's runs are counted exactly, and a submit that would exceed the limit is
refused."""

import random

import pytest

from milkrun.errors import DependencyUnavailableError, TooManyBytesError
from milkrun.jobs.holding import Best
from milkrun.jobs.keys import OwnerKeys, expiring, shard_of
from milkrun.runs.sweep import sweep

from .conftest import BEST, OWNER, Lab, run_id
from .store import Store

OTHER = "ffffffffffffffff"


def noise(size: int) -> bytes:
    """Bytes that cannot be compressed."""
    return random.Random(size).randbytes(size)


def used(lab: Lab, owner: str = OWNER) -> int:
    return int(lab.client.hget(OwnerKeys(owner).bytes, "total") or 0)


def stored(lab: Lab, owner: str = OWNER) -> int:
    """The bytes of all keys of the owner's runs, as the documentation defines them."""
    sizes = Store(lab.client).sizes()
    return sum(size for key, size in sizes.items() if key.split(":")[3] == owner)


def test_the_counted_bytes_equal_the_stored_bytes_after_every_step(lab: Lab) -> None:
    counted = []
    for step in (
        lambda: lab.submit(1, body=noise(5_000), key="k"),
        lambda: lab.jobs.claim(OWNER, run_id(1), "t"),
        lambda: lab.jobs.renew(OWNER, run_id(1), "t", progress=0.1, spent_ms=1, best=BEST),
        lambda: lab.jobs.renew(
            OWNER, run_id(1), "t", progress=0.2, spent_ms=2, best=Best(noise(3_000), 5, 0)
        ),
        lambda: lab.jobs.hand_over(OWNER, run_id(1), "t", spent_ms=3),
        lambda: lab.jobs.claim(OWNER, run_id(1), "u"),
        lambda: lab.jobs.complete(OWNER, run_id(1), "u", spent_ms=4, best=Best(noise(2_000), 4, 0)),
    ):
        step()
        assert used(lab) == stored(lab)
        counted.append(used(lab))
    assert counted[0] > 5_000
    assert counted[3] > counted[2] + 2_900
    assert 2_000 < counted[-1] < 5_000  # the body is gone
    lab.jobs.erase(OWNER, run_id(1))
    assert used(lab) == 0


def test_a_submit_over_the_limit_is_refused_with_the_bytes_used_and_changes_nothing(lab: Lab) -> None:
    small = lab.with_policy(max_bytes=10_000)
    small.submit(1, body=noise(8_000))
    before = small.snapshot()
    with pytest.raises(TooManyBytesError) as refused:
        small.submit(2, body=noise(2_000))
    assert (refused.value.used, refused.value.allowed) == (used(lab), 10_000)
    assert "erase=true" in refused.value.detail
    assert small.snapshot() == before


def test_erasing_makes_room(lab: Lab) -> None:
    small = lab.with_policy(max_bytes=10_000)
    small.submit(1, body=noise(8_000))
    small.jobs.cancel(OWNER, run_id(1))
    small.jobs.erase(OWNER, run_id(1))
    assert small.submit(2, body=noise(8_000)).run_id == run_id(2)


def test_each_owner_has_its_own_room(lab: Lab) -> None:
    small = lab.with_policy(max_bytes=10_000)
    small.submit(1, body=noise(8_000))
    assert small.submit(2, owner=OTHER, body=noise(8_000)).run_id == run_id(2)


def test_stored_results_count_too(lab: Lab) -> None:
    small = lab.with_policy(max_bytes=20_000)
    small.running(1)
    small.jobs.complete(OWNER, run_id(1), "t", spent_ms=1, best=Best(noise(19_500), 1, 0))
    with pytest.raises(TooManyBytesError):
        small.submit(2)


def test_an_owner_over_the_limit_still_renews_and_ends_its_runs(lab: Lab) -> None:
    small = lab.with_policy(max_bytes=10_000)
    small.running(1)
    small.jobs.renew(OWNER, run_id(1), "t", progress=0.5, spent_ms=1, best=Best(noise(30_000), 2, 0))
    small.jobs.complete(OWNER, run_id(1), "t", spent_ms=2, best=Best(noise(31_000), 1, 0))
    assert used(lab) == stored(lab) > 31_000


def test_a_replay_needs_no_room(lab: Lab) -> None:
    small = lab.with_policy(max_bytes=10_000)
    first = small.submit(1, body=noise(9_000), key="k")
    assert small.submit(2, body=noise(9_000), key="k") == first


def test_the_next_submit_can_use_the_room_of_expired_runs(lab: Lab) -> None:
    small = lab.with_policy(max_bytes=30_000)
    store = Store(lab.client)
    for number in (1, 2):
        small.running(number)
        small.jobs.complete(OWNER, run_id(number), "t", spent_ms=1, best=Best(noise(13_000), 1, 0))
    store.jump(small.policy.ttl_days * 86_400_000 + 60_000)
    assert used(lab) > 26_000  # nobody has looked yet
    small.submit(3, body=noise(20_000))
    assert used(lab) == stored(lab)


class NoInvokes:
    def invoke(self, run: object) -> None:
        raise AssertionError(run)


def test_the_sweeper_frees_room_for_owners_who_never_return(lab: Lab) -> None:
    store = Store(lab.client)
    for number, owner in ((1, OWNER), (2, OTHER)):
        lab.completed(number, owner=owner)
    store.jump(lab.policy.ttl_days * 86_400_000 + 60_000)
    sweep(lab.reader, lab.jobs, NoInvokes(), lambda: True)  # type: ignore[arg-type]
    for owner in (OWNER, OTHER):
        assert (used(lab, owner), stored(lab, owner)) == (0, 0)
        assert lab.client.zcard(expiring(shard_of(owner))) == 0


def test_the_run_s_own_keys_come_first_so_that_a_new_one_counts_at_once() -> None:
    keys = OwnerKeys(OWNER).of_run(run_id(1))
    own = [key for key in keys if key.startswith(keys[0])]
    assert (
        keys[: len(own)] == own == [keys[0], *(f"{keys[0]}:{part}" for part in ("request", "best", "result"))]
    )


def test_an_unconfirmed_run_is_counted_until_it_is_gone(lab: Lab) -> None:
    strict = lab.with_policy(min_replicas=1)
    with pytest.raises(DependencyUnavailableError):
        strict.submit(1, key="k", body=noise(4_000))
    assert used(lab) == stored(lab) > 4_000
    Store(lab.client).jump(3_700_000)
    lab.submit(2)
    assert used(lab) == stored(lab) < 4_000
