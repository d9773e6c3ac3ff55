import pytest

from milkrun.errors import RunNotFoundError
from milkrun.jobs.keys import OwnerKeys

from .conftest import BEST, OWNER, Lab, run_id


def test_nothing_of_the_run_is_left(lab: Lab) -> None:
    lab.running(key="k")
    lab.jobs.renew(OWNER, run_id(1), "t", progress=0.5, spent_ms=1, best=BEST)
    lab.jobs.erase(OWNER, run_id(1))
    assert lab.snapshot() == {}


@pytest.mark.parametrize("make", [Lab.submit, Lab.running, Lab.completed])
def test_erase_is_allowed_in_every_state(lab: Lab, make: object) -> None:
    make(lab)  # type: ignore[operator]
    lab.jobs.erase(OWNER, run_id(1))
    assert lab.snapshot() == {}


def test_a_key_that_a_later_run_uses_is_kept(lab: Lab) -> None:
    first = lab.submit(1, key="k")
    lab.client.set(OwnerKeys(OWNER).idempotency(first.key_hash), f"{run_id(2)} abcd")
    lab.jobs.erase(OWNER, run_id(1))
    assert list(lab.snapshot()) == [OwnerKeys(OWNER).idempotency(first.key_hash).encode()]


def test_another_owner_s_run_does_not_exist(lab: Lab) -> None:
    lab.submit()
    before = lab.snapshot()
    with pytest.raises(RunNotFoundError):
        lab.jobs.erase("ffffffffffffffff", run_id(1))
    assert lab.snapshot() == before
