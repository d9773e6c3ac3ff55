"""Compares the scripts with a model of them: calls in any order, on a clock that jumps, with the same state
after each.

`MODEL_EXAMPLES` sets how many orders are tried, with new ones each time. Without it there are a few,
always the same.
"""

import logging
import os
import re
import sys
import threading
import time
from collections.abc import Callable
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from milkrun.clients.redis import AnyRedis
from milkrun.errors import (
    IdempotencyKeyReusedError,
    MilkrunError,
    RunNotFoundError,
    TooManyPendingRunsError,
    TransitionRefusedError,
)
from milkrun.jobs.codes import Code
from milkrun.jobs.holding import Best
from milkrun.jobs.keys import OwnerKeys, shard_of
from milkrun.jobs.manager import JobStateManager
from milkrun.jobs.reader import RunReader
from milkrun.jobs.run import Run
from milkrun.jobs.scripts import VERBS, source
from milkrun.jobs.states import TRANSITIONS, Status
from milkrun.jobs.submitting import Submission
from milkrun.observability import flush_metrics
from milkrun.runs.sweep import sweep
from milkrun.settings import JobPolicy

from .conftest import OWNER, run_id
from .layout import expected
from .model import Model, Name
from .store import Store

EXAMPLES = os.environ.get("MODEL_EXAMPLES")
POLICY = JobPolicy(
    ttl_days=1,
    max_attempts=2,
    max_running=2,
    max_pending=4,
    lease=150,
    redispatch=90,
    max_redispatch=300,
    max_unstarted=1_830,
    retry_away=60,
    max_retry_away=300,
    max_away=630,
    max_submits=60_000,
)
"""Small limits and times of minutes, so that the duration of the calls themselves does not matter."""
MINUTE = 60_000
BEYOND = 400
"""Milliseconds that each jump ends after a whole minute: fifty of them stay below the half minutes of the
limits above."""
DAY = 1_440 * MINUTE
OWNERS = (
    OWNER,
    next(owner for owner in map("{:016x}".format, count()) if shard_of(owner) == shard_of(OWNER)),
    next(owner for owner in map("{:016x}".format, count()) if shard_of(owner) != shard_of(OWNER)),
)
"""The first two share a shard."""
OF_OTHER_RELEASES = {("claim", Code.NEWER)}
"""Answers that no sequence of this release's calls can get."""
WITHIN = {"touch", "confirm", "withdraw", "release"}
"""Scripts that other calls use; they have tests of their own."""
ENDED = {status for status in Status if status.ended}
FAILURE = ("solver_failed", "There is no answer.")

picks = st.tuples(st.integers(0, 7), st.sampled_from([True, True, True, False]))
"""Which run, and whether it should be one that suits the call."""
who = st.sampled_from(["holder", "holder", "holder", "former", "other"])
spent_ms = st.integers(0, 5_000)
bests = st.sampled_from([None, *(Best(b'{"cost":%d}' % cost, cost, cost % 3) for cost in (9, 7, 5))])


Pick = tuple[int, bool]


class Lifecycle(RuleBasedStateMachine):
    """Calls of callers, workers and sweepers in any order. `reached` collects scripts and their answers."""

    def __init__(self, client: AnyRedis, reached: set[tuple[str, Code]]) -> None:
        super().__init__()
        client.flushall()
        self.reached = reached
        self.store = Store(client)
        self.jobs = JobStateManager(client, POLICY)
        self.reader = RunReader(client)
        self.model = Model(POLICY)
        self.tokens = map("token-{}".format, count(1))
        self.submissions: list[Submission] = []
        self.former: dict[Name, str] = {}
        self.seen: dict[Name, dict[str, Any]] = {}
        self.ends: dict[Name, object] = {}
        self.turned_back = 0

    @initialize()
    def begin(self) -> None:
        """Starts with a few runs, one of them running."""
        for _ in range(3):
            self.submit(OWNER, "k", b"{}")
            self.submit(OWNER, None, b"{}")
        self.claim((0, True))

    # Callers

    @rule(
        owner=st.sampled_from(OWNERS),
        key=st.sampled_from([None, None, "k", "l"]),
        body=st.sampled_from([b"{}", b"[]"]),
    )
    def submit(self, owner: str, key: str | None, body: bytes) -> None:
        number = len(self.submissions) + 1
        self.submissions.append(Submission(owner, run_id(number), body, 5_000, "corr-1", key))
        self.send(self.submissions[-1])

    @rule(owner=st.sampled_from(OWNERS))
    def flood(self, owner: str) -> None:
        for _ in range(POLICY.max_pending):
            self.submit(owner, None, b"{}")

    @rule(pick=picks, body=st.sampled_from([b"{}", b"[]"]))
    def use_a_key_again(self, pick: Pick, body: bytes) -> None:
        earlier = self.submissions[pick[0] % len(self.submissions)]
        self.submit(earlier.owner, earlier.idempotency_key, body)

    @rule(pick=picks)
    def submit_once_more(self, pick: Pick) -> None:
        """As if the answer to the first call had been lost."""
        self.send(self.submissions[pick[0] % len(self.submissions)])

    def send(self, submission: Submission) -> None:
        code, held = self.model.submit(submission)
        answer = self.call("submit", code, lambda: self.jobs.submit(submission))
        if answer is not None:
            assert (answer.replayed, answer.waits) == (code is Code.REPLAYED, code is Code.WAITING)
            assert answer.run == self.reader.status(submission.owner, held)

    @rule(pick=picks, status=st.sampled_from(["pending", "running", "running", "completed"]))
    def cancel(self, pick: Pick, status: str) -> None:
        name = self.name(pick, status)
        code = self.model.cancel(name)
        answer = self.call("cancel", code, lambda: self.jobs.cancel(*name))
        assert answer is None or answer == self.reader.status(*name)

    @rule(pick=picks, status=st.sampled_from(["pending", "running", "completed", "failed"]))
    def erase(self, pick: Pick, status: str) -> None:
        self.erase_it(self.name(pick, status))

    def erase_it(self, name: Name) -> None:
        self.call("erase", self.model.erase(name), lambda: self.jobs.erase(*name))
        self.seen.pop(name, None)
        self.ends.pop(name, None)

    @rule(pick=picks, status=st.sampled_from(["running", "completed", "failed"]), best=st.booleans())
    def read(self, pick: Pick, status: str, best: bool) -> None:
        name = self.name(pick, status)
        run = self.model.runs.get(name)
        code = Code.OK if run else Code.NOT_FOUND
        answer = self.call("read", code, lambda: self.reader.result(*name, best=best))
        if run:
            solution = run.best if best and run.result is None else run.result
            assert answer == (self.reader.status(*name), solution)

    @rule(owner=st.sampled_from(OWNERS), status=st.sampled_from([None, *Status]), limit=st.integers(1, 4))
    def list_all(self, owner: str, status: Status | None, limit: int) -> None:
        found: list[str] = []
        page = self.reader.page(owner, status=status, limit=limit, cursor=None)
        while page.next:
            found += [run.run_id for run in page.runs]
            page = self.reader.page(owner, status=status, limit=limit, cursor=page.next)
        found += [run.run_id for run in page.runs]
        assert found == list(self.model.page(owner, status))

    @rule(pick=picks, other=st.sampled_from(OWNERS))
    def ask_for_another_s_run(self, pick: Pick, other: str) -> None:
        owner, of_that_id = self.name(pick, "running")
        if other == owner:
            return
        for call in (self.jobs.cancel, self.jobs.erase, self.reader.status):
            with pytest.raises(RunNotFoundError):
                call(other, of_that_id)

    # Workers

    @rule(pick=picks)
    def claim(self, pick: Pick) -> None:
        self.take(self.name(pick, "pending"), next(self.tokens))

    @rule(pick=picks)
    def claim_once_more(self, pick: Pick) -> None:
        """As if the answer to the first call had been lost."""
        name = self.name(pick, "running")
        run = self.model.runs.get(name)
        if run is not None and run.token is not None:
            self.take(name, run.token)

    def take(self, name: Name, token: str) -> None:
        code = self.model.claim(name, token)
        asked = name
        if code is Code.OLDER:
            self.reached.add(("claim", code))
            name = self.model.older_in_vain(name) or name
            code = self.model.claim(name, token)
        answer = self.call("claim", code, lambda: self.jobs.claim(*asked, token), none=Code.WAITING)
        if answer is not None:
            run = self.model.runs[name]
            self.former.setdefault(name, token)
            told = (answer.run, answer.request, answer.best)
            assert told == (self.reader.status(*name), run.submission.request, run.best)

    @rule(pick=picks, who=who, percent=st.integers(0, 99), spent=spent_ms, best=bests)
    def renew(self, pick: Pick, who: str, percent: int, spent: int, best: Best | None) -> None:
        name = self.name(pick, "running")
        token, progress = self.holder(name, who), percent / 100
        code = self.model.renew(name, token, progress=progress, spent=spent, best=best)
        stop = self.call(
            "renew",
            code,
            lambda: self.jobs.renew(*name, token, progress=progress, spent_ms=spent, best=best),
        )
        assert stop is None or stop == (code is Code.STOP)

    @rule(pick=picks, who=who, spent=spent_ms, best=bests)
    def complete(self, pick: Pick, who: str, spent: int, best: Best | None) -> None:
        name = self.name(pick, "running")
        token = self.holder(name, who)
        code, after = self.model.complete(name, token, spent=spent, best=best)
        next_id = self.call(
            "complete", code, lambda: self.jobs.complete(*name, token, spent_ms=spent, best=best)
        )
        assert next_id == (after and (name[0], after))

    @rule(pick=picks, who=who, spent=spent_ms)
    def fail(self, pick: Pick, who: str, spent: int) -> None:
        name = self.name(pick, "running")
        self.fail_it(name, self.holder(name, who), spent)

    def fail_it(self, name: Name, token: str, spent: int) -> None:
        code, after = self.model.fail(name, token, error=FAILURE, spent=spent)
        next_id = self.call(
            "fail",
            code,
            lambda: self.jobs.fail(*name, token, code=FAILURE[0], detail=FAILURE[1], spent_ms=spent),
        )
        assert next_id == (after and (name[0], after))

    @rule(pick=picks, who=who, spent=spent_ms, hop=st.booleans())
    def requeue(self, pick: Pick, who: str, spent: int, hop: bool) -> None:
        """Hands the run over to a successor, or puts it back because a dependency is unavailable."""
        name = self.name(pick, "running")
        token = self.holder(name, who)
        if hop:
            code = self.model.requeue(name, token, hop=True, spent=spent)
            answer = self.call(
                "requeue",
                code,
                lambda: self.jobs.hand_over(*name, token, spent_ms=spent),
                none=Code.STOP,
            )
        else:
            code = self.model.requeue(name, token, hop=False, spent=spent)
            answer = self.call(
                "requeue",
                code,
                lambda: self.jobs.retry_later(*name, token, spent_ms=spent),
                none=Code.STOP,
            )
        assert answer is None or answer == self.reader.status(*name)

    # Sequences of calls on one run, which rarely occur if each call is chosen on its own

    @rule(pick=picks, best=bests)
    def come_twice(self, pick: Pick, best: Best | None) -> None:
        name = self.name(pick, "pending")
        for _ in range(2):
            self.take(name, next(self.tokens))
        self.start(name)
        self.renew(pick, "holder", 50, 1, best)

    @rule(pick=picks)
    def come_after_all_is_erased(self, pick: Pick) -> None:
        name = self.name(pick, "pending")
        self.erase_it(name)
        self.start(name)
        self.take_back(name)
        self.take(name, next(self.tokens))

    @rule(pick=picks, hands_over=st.booleans(), best=bests)
    def stop_at_work(self, pick: Pick, hands_over: bool, best: Best | None) -> None:
        self.claim(pick)
        self.cancel(pick, "running")
        if hands_over:
            self.requeue(pick, "holder", 1, True)
        else:
            self.renew(pick, "holder", 50, 1, best)

    @rule(pick=picks)
    def lose_worker(self, pick: Pick) -> None:
        name, token = self.name(pick, "pending"), next(self.tokens)
        self.take(name, token)
        self.jump(3)
        self.take_back(name)
        self.fail_it(name, token, 1)  # it comes back

    @rule(pick=picks)
    def be_sent_for_though_it_waits(self, pick: Pick) -> None:
        waiting = sorted(name for name, run in self.model.runs.items() if run.waiting)
        if waiting:
            self.start(waiting[pick[0] % len(waiting)], early=True)

    @rule(pick=picks)
    def never_start(self, pick: Pick) -> None:
        name = self.name(pick, "pending")
        self.start(name, early=True)
        self.jump(31)
        self.start(name)

    @rule(pick=picks, minutes=st.sampled_from([1, 6]))
    def miss_a_dependency(self, pick: Pick, minutes: int) -> None:
        for _ in range(3):
            self.claim(pick)
            self.requeue(pick, "holder", 1, False)
            self.jump(minutes)

    # The sweeper, and the owner's other workers

    @rule(
        pick=picks,
        status=st.sampled_from(["pending", "pending", "running"]),
        early=st.booleans(),
        chain=st.integers(0, 13),
    )
    def dispatch(self, pick: Pick, status: str, early: bool, chain: int) -> None:
        self.start(self.name(pick, status), early=early, chain=chain)

    def start(self, name: Name, *, early: bool = False, chain: int = 0) -> None:
        code = self.model.dispatch(name, early=early, chain=chain)
        answer = self.call(
            "dispatch",
            code,
            lambda: self.jobs.dispatch(*name, early=early, chain=chain),
            none=Code.WAITING,
        )
        assert answer is None or answer == self.reader.status(*name)

    @rule(pick=picks)
    def expire(self, pick: Pick) -> None:
        self.take_back(self.name(pick, "running"))

    def take_back(self, name: Name) -> None:
        answer = self.call("expire", self.model.expire(name), lambda: self.jobs.expire(*name))
        assert answer is None or answer == self.reader.status(*name)

    @rule(minutes=st.sampled_from([0, 3, 6]))
    def sweep(self, minutes: int) -> None:
        self.jump(minutes)
        for name in sorted(self.model.due()):
            self.take_back(name)
            self.start(name)

    @rule()
    def look_for_what_is_due(self) -> None:
        backlog = self.reader.backlog(per_shard=100, stalled_after=120)
        assert {*backlog.lapsed, *backlog.due} == self.model.due()
        assert set(backlog.lapsed) == {name for name in self.model.due() if self.model.runs[name].lease_until}
        assert backlog.pending == sum(len(self.model.of(owner, "pending")) for owner in OWNERS)

    @rule(minutes=st.sampled_from([1, 3, 3, 6, 31, 1_440, -1, -10]))
    def jump(self, minutes: int) -> None:
        # Else what lives for a day is over just now, and the duration of the calls decides what is seen.
        ms = minutes * MINUTE + (BEYOND if minutes > 0 else 0)
        self.store.jump(ms)
        self.model.jump(ms)
        self.turned_back += max(0, -minutes)
        for gone in self.ends.keys() - self.model.runs.keys():
            del self.ends[gone], self.seen[gone]

    # How a call is made

    def name(self, pick: Pick, status: str) -> Name:
        """A run with that status or, if the pick does not fit, any run, even one that is gone."""
        number, fits = pick
        names = sorted(name for name, run in self.model.runs.items() if run.status == status)
        if not names or not fits:
            names = [(each.owner, each.run_id) for each in self.submissions]
        return names[number % len(names)]

    def holder(self, name: Name, who: str) -> str:
        """The token of the worker that holds the run, of its first holder, or of a worker that never
        held it."""
        run = self.model.runs.get(name)
        if who == "holder" and run is not None and run.token is not None:
            return run.token
        return "never" if who == "other" else self.former.get(name, "never")

    def call(self, verb: str, code: Code, call: Callable[[], Any], *, none: Code = Code.OK) -> Any:
        """Makes a call whose answer should be `code`: a refusal, or None if it is `none`, or a result."""
        self.reached.add((verb, code))
        if code < 0 and (verb, code) != ("cancel", Code.ENDED):
            with pytest.raises(MilkrunError) as refusal:
                call()
            assert code_of(refusal.value) is code
            return None
        answer = call()
        if none is not Code.OK:
            assert (answer is None) == (code is none)
        return answer

    # What holds after each call

    @invariant()
    def the_promises_are_kept(self) -> None:
        self.bytes_are_counted()
        found = self.store.read()
        assert found == expected(self.model, self.store.elapsed)
        now = {name: found[OwnerKeys(name[0]).run(name[1])].value for name in self.model.runs}
        for owner in OWNERS:
            mine = [run["status"] for (of, _), run in now.items() if of == owner]
            running, pending = mine.count("running"), mine.count("pending")
            assert running <= POLICY.max_running
            assert running + pending <= POLICY.max_running + POLICY.max_pending
        for name, run in now.items():
            self.compare_with_before(name, run)
            if run["status"] in ENDED:
                keys = OwnerKeys(name[0])
                solutions = [found.get(key) for key in (keys.result(name[1]), keys.best(name[1]))]
                end = timeless(run), [solution and solution.value for solution in solutions]
                assert self.ends.setdefault(name, end) == end
        self.seen = now

    def bytes_are_counted(self) -> None:
        """Counts are exact, except for runs that have expired and have not been looked at since."""
        counts, sizes = self.store.counts(), self.store.sizes()
        for owner in OWNERS:
            keys = OwnerKeys(owner)
            counted = {name.decode(): int(size) for name, size in counts.get(keys.bytes, {}).items()}
            assert counted.pop("total", 0) == sum(counted.values())
            gone = [name for name in counted if keys.run(name) not in sizes]
            by_now = time.time() * 1000 + self.turned_back * MINUTE
            late = {name.decode() for name, at in counts.get(keys.kept, []) if at <= by_now}
            assert set(gone) <= late
            for name, size in counted.items():
                assert name in gone or size == sizes[keys.run(name)]
            assert counted.keys() >= {name for of, name in self.model.runs if of == owner}

    def compare_with_before(self, name: Name, run: dict[str, Any]) -> None:
        before = self.seen.get(name, run)
        was, is_now = Status(before["status"]), Status(run["status"])
        assert is_now is was or is_now in TRANSITIONS[was]
        assert run["progress"] >= before["progress"]
        for number in ("spent_ms", "hops", "attempt"):
            assert int(run[number]) >= int(before[number])
        assert int(run["attempt"]) <= POLICY.max_attempts

    def teardown(self) -> None:
        if sys.exception() is None:
            self.all_comes_to_an_end()

    def all_comes_to_an_end(self) -> None:
        """Whatever has happened, with a sweeper and workers all runs end, and are forgotten in time."""
        self.store.jump((self.turned_back + 61) * MINUTE)
        for _ in range(3):
            sweep(self.reader, self.jobs, WorksAtOnce(self.jobs), lambda: True)  # type: ignore[arg-type]
            self.store.jump(MINUTE)
        flush_metrics()
        for name, run in self.model.runs.items():
            assert run.ended or self.reader.status(*name).status.ended
        assert {key.split(":")[2] for key in self.store.read()} <= {"run", "runs", "idem"}
        self.store.jump((POLICY.ttl_days + 1) * DAY)
        sweep(self.reader, self.jobs, WorksAtOnce(self.jobs), lambda: True)  # type: ignore[arg-type]
        flush_metrics()
        assert not [key for key in self.store.counts() if ":bytes:" in key or ":kept:" in key]
        self.store.jump(31 * DAY)
        assert self.store.read() == {}
        assert self.store.counts() == {}


class WorksAtOnce:
    """A worker that completes its run, and dies before it wakes the next one."""

    def __init__(self, jobs: JobStateManager) -> None:
        self._jobs = jobs
        self._one_at_a_time = threading.Lock()

    def invoke(self, run: Run) -> None:
        with self._one_at_a_time:  # keeps the order of events the same
            if self._jobs.claim(run.owner, run.run_id, "last"):
                self._jobs.complete(run.owner, run.run_id, "last", spent_ms=1, best=Best(b"{}", 1, 0))


def code_of(refusal: MilkrunError) -> Code:
    """The code of a script that was turned into this error."""
    if isinstance(refusal, TransitionRefusedError):
        return Code(refusal.reason)
    return {
        RunNotFoundError: Code.NOT_FOUND,
        TooManyPendingRunsError: Code.PENDING_LIMIT,
        IdempotencyKeyReusedError: Code.KEY_REUSED,
    }[type(refusal)]


def timeless(run: dict[str, Any]) -> dict[str, Any]:
    """The run without its times, which jump with the clock."""
    return {name: value for name, value in run.items() if not name.endswith(("_at", "_since"))}


def test_any_order_of_calls_does_what_the_model_says(
    any_redis: AnyRedis, request: pytest.FixtureRequest, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.CRITICAL)
    examples = int(EXAMPLES or 20)
    reached: set[tuple[str, Code]] = set()
    on_valkey = request.node.callspec.params["any_redis"] == "valkey"
    run_state_machine_as_test(
        lambda: Lifecycle(any_redis, reached),  # type: ignore[arg-type]  # it calls whatever it is given
        settings=settings(
            max_examples=examples if on_valkey else examples // 4,
            stateful_step_count=100,
            derandomize=not EXAMPLES,
            database=None,
            deadline=None,
            print_blob=True,
            phases=[Phase.generate, Phase.shrink],
            suppress_health_check=list(HealthCheck),
        ),
    )
    if on_valkey:  # all answers of the scripts occurred; otherwise nothing would be proved
        promised = {
            (verb, Code[name])
            for verb in set(VERBS) - WITHIN
            for name in re.findall(r"CODE\.(\w+)", source(verb))
            if name not in ("UNCONFIRMED", "BYTES_LIMIT", "RATE_LIMIT")
        }
        assert promised - reached == OF_OTHER_RELEASES
