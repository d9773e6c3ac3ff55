import json

import pytest

from milkrun.schema.parse import parse_problem
from milkrun.settings import Limits

from .plan import OF_INVOKES, PRODUCTION, QUICK, Kind, Pace, Plan, make_plan


def plan(seed: int = 1, runs: int = 1_000, pace: Pace = PRODUCTION) -> Plan:
    return make_plan(seed, runs, owners=8, pace=pace)


def test_the_same_seed_gives_the_same_plan() -> None:
    one, two = plan(), plan()
    assert one == two
    assert [one.spec(number) for number in range(50)] == [two.spec(number) for number in range(50)]


def test_another_seed_gives_another_plan() -> None:
    assert plan(1).strikes != plan(2).strikes
    assert plan(1).fates != plan(2).fates
    assert plan(1).spec(0) != plan(2).spec(0)


@pytest.mark.parametrize("runs", [60, 1_000])
def test_every_kind_of_fault_is_in_every_plan(runs: int) -> None:
    small = plan(runs=runs, pace=QUICK)
    kinds = {strike.kind for strike in small.strikes}
    kinds |= {fate.kind for fates in small.fates.values() for fate in fates}
    assert kinds == set(Kind)
    assert set(small.fates) <= set(range(runs))


def test_more_runs_meet_more_faults() -> None:
    few, many = plan(runs=1_000), plan(runs=10_000)
    assert len(many.strikes) > 8 * len(few.strikes)
    assert len(many.fates) == 10 * len(few.fates)


def test_a_frozen_worker_outsleeps_its_lease_and_the_next_sweep() -> None:
    for pace in (QUICK, PRODUCTION):
        frozen = [it.seconds for it in plan(pace=pace).strikes if it.kind is Kind.WORKER_FROZEN]
        assert min(frozen) > pace.lease + pace.sweep_every


def test_faults_of_invokes_are_not_strikes() -> None:
    assert not {strike.kind for strike in plan().strikes} & set(OF_INVOKES)


def test_the_api_accepts_every_problem() -> None:
    for number in range(200):
        parse_problem(json.dumps(plan().spec(number).body).encode(), Limits())
