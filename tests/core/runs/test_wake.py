from milkrun.jobs.keys import Name
from milkrun.runs.invoke import MAX_CHAIN
from milkrun.runs.wake import wake

from .conftest import OWNER, Bench, run_id


def wake_after(bench: Bench, next_run: Name | None, *, chain: int = 0) -> list[tuple[str, int]]:
    """The runs for which workers were invoked, with their chains."""
    wake(bench.jobs, bench.invokes, next_run, chain=chain)  # type: ignore[arg-type]
    return [(run.run_id, run.chain) for run in bench.invokes.runs]


def test_the_next_run_continues_the_chain_of_invokes(bench: Bench) -> None:
    bench.submit()
    assert wake_after(bench, (OWNER, run_id(1)), chain=3) == [(run_id(1), 4)]


def test_the_end_of_a_long_chain_starts_nothing(bench: Bench) -> None:
    bench.submit()
    assert wake_after(bench, (OWNER, run_id(1)), chain=MAX_CHAIN) == []


def test_a_run_that_is_gone_is_skipped_for_the_next_refused_one(bench: Bench) -> None:
    bench.submit(2)
    full = bench.with_policy(max_running_of_all=0)
    full.work(lambda *_, **__: None, 2)  # type: ignore[arg-type]
    assert wake_after(bench, (OWNER, run_id(1))) == [(run_id(2), 1)]


def test_nothing_is_started_if_no_run_waits(bench: Bench) -> None:
    assert wake_after(bench, None) == wake_after(bench, (OWNER, run_id(1))) == []
