"""What a caller was told survives if the primary dies between any two steps, even with a lagging replica."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from local.embedded.valkey import running_valkey
from milkrun.clients.redis import connect
from milkrun.errors import DependencyUnavailableError, MilkrunError, RunNotFoundError
from milkrun.jobs.runner import ScriptRunner
from milkrun.jobs.states import Status
from tests.redis_pair import AT_ONCE, Pair, follow, port_of, running_pair
from tests.waiting import until

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
    submission,
    submit_in_the_end,
)
from .conftest import OWNER, Lab, run_id


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[Pair]:
    """A pair for each test, because its primary dies."""
    with running_pair(tmp_path) as pair, hurrying_while_it_lags(pair):
        yield pair


@pytest.fixture
def lab(pair: Pair) -> Lab:
    return Lab(connect(pair.primary.url), STRICT)


class Death:
    """Kills the primary before or after the n-th script of an act."""

    def __init__(self, pair: Pair, at: int, *, before: bool) -> None:
        self._pair = pair
        self._at = at
        self._before = before
        self._scripts = 0
        self.struck = False

    def around(self, run: Callable[..., Any]) -> Callable[..., Any]:
        def mortal(runner: ScriptRunner, *args: Any, **more: Any) -> Any:
            self._scripts += 1
            strikes = self._scripts == self._at and not self.struck
            if strikes and self._before:
                self._strike()
            reply = run(runner, *args, **more)
            if strikes and not self._before:
                self._strike()
            return reply

        return mortal

    def _strike(self) -> None:
        self._pair.kill_primary()
        self.struck = True


def seen(lab: Lab) -> Any:
    """What a caller sees of the run: its state without its times; None if there is no run."""
    try:
        run, solution = lab.reader.result(OWNER, run_id(1), best=False)
    except RunNotFoundError:
        return None
    return run.status, run.best_cost, run.error_code, solution


@contextmanager
def successor(pair: Pair, folder: Path) -> Iterator[Lab]:
    """The replica as the new primary, with a new replica of its own."""
    pair.promote()
    with running_valkey(folder / "third", *AT_ONCE) as third:
        follow(third, port_of(pair.replica))
        lab = Lab(connect(pair.replica.url), STRICT)
        until(lambda: has_replica(lab))
        yield lab


def has_replica(lab: Lab) -> bool:
    lab.client.set("probe", 1)
    reached = lab.client.wait(1, 100) >= 1
    lab.client.delete("probe")
    return bool(reached)


ACTS: list[tuple[Act, Act, int]] = [
    (run_with_routes, complete, 2),
    (run_with_routes, fail, 2),
    (run_with_routes, give_up, 3),
    (submit_in_the_end, cancel, 3),
    (run_with_routes, erase, 2),
]
"""What comes before, the act, and the number of scripts it runs."""
SUBMITS_IN_SHORT = [(2, True, "k", False), (2, False, "k", False), (1, False, None, True)]
FOLLOWS, LAGS, LAGS_LATER = 99, 0, 1
"""The number of scripts of the act after which the replica lags."""
POINTS = [
    pytest.param(
        before,
        act,
        at,
        is_before,
        lags_after,
        id=f"{act.__name__}-{'before' if is_before else 'after'}-{at}-{lags_after}",
        # Each takes seconds, because servers must find each other. The quick case: the confirmation is lost.
        marks=[] if (at, is_before, lags_after) == (scripts, False, LAGS_LATER) else [pytest.mark.long],
    )
    for before, act, scripts in ACTS
    for at in range(1, scripts + 1)
    for is_before in (True, False)
    for lags_after in (FOLLOWS, LAGS, LAGS_LATER)
]


@pytest.mark.parametrize(("before", "act", "at", "is_before", "lags_after"), POINTS)
def test_what_a_caller_was_told_outlives_the_primary(
    pair: Pair,
    lab: Lab,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    before: Act,
    act: Act,
    at: int,
    is_before: bool,
    lags_after: int,
) -> None:
    """The replica lags after this many scripts of the act."""
    before(lab)
    lab.client.wait(1, 0)
    was = seen(lab)
    told = [was]
    scripts = 0
    if not lags_after:
        pair.link.lag()
    death = Death(pair, at, before=is_before)
    run_script = ScriptRunner.run

    def watched(runner: ScriptRunner, *args: Any, **more: Any) -> Any:
        nonlocal scripts
        reply = run_script(runner, *args, **more)
        scripts += 1
        if scripts == lags_after:
            pair.link.lag()
        with monkeypatch.context() as unwatched, suppress(DependencyUnavailableError):
            unwatched.setattr(ScriptRunner, "run", run_script)
            told.append(seen(lab))
        return reply

    with monkeypatch.context() as patched:
        patched.setattr(ScriptRunner, "run", death.around(watched))
        with suppress(MilkrunError):
            act(lab)
    assert death.struck or lags_after < FOLLOWS  # without replicas, an act does not reach its last script
    if not death.struck:
        pair.kill_primary()
    with successor(pair, tmp_path) as heir:
        now = seen(heir)
        if told[-1] != was:
            assert now == told[-1]
        with suppress(MilkrunError):
            act(heir)
        assert seen(heir) != was


@pytest.mark.parametrize(
    ("at", "is_before", "key", "lags"),
    [
        pytest.param(*point, marks=[] if point in SUBMITS_IN_SHORT else [pytest.mark.long])
        for point in product((1, 2), (True, False), ("k", None), (False, True))
    ],
)
def test_a_submit_is_acknowledged_or_starts_nothing_and_never_makes_two_runs(
    pair: Pair,
    lab: Lab,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    at: int,
    is_before: bool,
    key: str | None,
    lags: bool,
) -> None:
    if lags:
        pair.link.lag()
    death = Death(pair, at, before=is_before)
    with monkeypatch.context() as patched:
        patched.setattr(ScriptRunner, "run", death.around(ScriptRunner.run))
        try:
            lab.jobs.submit(submission(1, key))
            acknowledged = True
        except DependencyUnavailableError:
            acknowledged = False
    if not death.struck:
        pair.kill_primary()
    with successor(pair, tmp_path) as heir:
        pending = heir.reader.backlog(per_shard=10, stalled_after=60).pending
        assert pending == (1 if acknowledged else 0)
        if key:
            found = {heir.jobs.submit(submission(number, key)).run.run_id for number in (2, 3)}
            assert len(found) == 1
            assert not acknowledged or found == {run_id(1)}
            assert heir.reader.backlog(per_shard=10, stalled_after=60).pending == 1


def test_a_new_primary_without_replicas_reports_neither_an_end_nor_its_opposite(
    pair: Pair, lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_with_routes(lab)
    death = Death(pair, 2, before=True)  # the end is noted, and perhaps confirmed where nobody heard of it
    with monkeypatch.context() as patched, suppress(DependencyUnavailableError):
        patched.setattr(ScriptRunner, "run", death.around(ScriptRunner.run))
        complete(lab)
    pair.promote()
    alone = Lab(connect(pair.replica.url), STRICT)
    with pytest.raises(DependencyUnavailableError) as away:
        alone.status()
    assert away.value.dependencies == {"redis": "down: too few replicas"}
    assert alone.with_policy(min_replicas=0).status().status is Status.COMPLETED
