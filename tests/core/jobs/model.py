"""What the state machine promises, in plain Python: a dictionary of runs and a clock that only jumps.

It was written independently of the scripts, to be compared with them. Times are in milliseconds.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from milkrun.jobs.codes import Code
from milkrun.jobs.holding import Best
from milkrun.jobs.submitting import Submission
from milkrun.settings import JobPolicy

_DAY = 86_400_000
_TURN = 3_600_000


@dataclass
class ModelRun:
    """A run.

    Attributes:
        queued: Since when it has been pending.
        pending_since: Since when it has been pending with a turn. Its age counts from here.
        due: When it needs attention next; None once it has ended.
        expires: When it expires; None until it has ended.
    """

    submission: Submission
    created: int
    queued: int
    pending_since: int
    due: int | None
    status: str = "pending"
    attempt: int = 1
    hops: int = 0
    chain: int = 0
    delays: int = 0
    away_since: int | None = None
    dispatches: int = 1
    spent: int = 0
    progress: float = 0.0
    waiting: bool = False
    stop: bool = False
    stopped_early: bool = False
    started: int | None = None
    finished: int | None = None
    expires: int | None = None
    token: str | None = None
    ended_by: str | None = None
    lease_until: int | None = None
    best: bytes | None = None
    result: bytes | None = None
    best_cost: int | None = None
    best_unassigned: int | None = None
    error: tuple[str, str] | None = None

    @property
    def ended(self) -> bool:
        return self.status not in ("pending", "running")


@dataclass
class Key:
    """The run and body of an idempotency key."""

    run_id: str
    body: bytes
    expires: int


@dataclass
class Index:
    """An owner's list, which may still name runs that are gone."""

    expires: int
    run_ids: set[str] = field(default_factory=set)


Name = tuple[str, str]
"""The owner and id of a run."""


class Model:
    """All runs of all owners. Each verb returns the code that its script must answer."""

    def __init__(self, policy: JobPolicy) -> None:
        self.policy = policy
        self.now = 0
        self.runs: dict[Name, ModelRun] = {}
        self.keys: dict[Name, Key] = {}
        self.lists: dict[str, Index] = {}
        self.gone: dict[Name, int] = {}
        """Expired runs, with the time at which they are noticed; a clock that is set back delays it."""

    def jump(self, ms: int) -> None:
        """Moves the clock, and drops everything that has expired."""
        self.now += ms
        expired = {name: run.expires for name, run in self.runs.items() if run.expires is not None}
        self.gone |= {name: at + 1 for name, at in expired.items() if at <= self.now}
        self.runs = {
            name: run for name, run in self.runs.items() if run.expires is None or run.expires > self.now
        }
        self.keys = {name: key for name, key in self.keys.items() if key.expires > self.now}
        self.lists = {owner: index for owner, index in self.lists.items() if index.expires > self.now}

    def of(self, owner: str, status: str) -> list[ModelRun]:
        """An owner's runs with this status, oldest first."""
        found = [run for (of, _), run in self.runs.items() if of == owner and run.status == status]
        return sorted(found, key=lambda run: run.submission.run_id)

    def due(self) -> set[Name]:
        """The runs that need attention now."""
        return {name for name, run in self.runs.items() if run.due is not None and run.due <= self.now}

    def submit(self, submission: Submission) -> tuple[Code, str]:
        """The code, and the run whose state is returned with it."""
        owner, run_id, key = submission.owner, submission.run_id, submission.idempotency_key
        if (owner, run_id) in self.runs:
            return Code.WAITING if self.runs[owner, run_id].waiting else Code.OK, run_id
        held = self.keys.get((owner, key)) if key is not None else None
        if held and (owner, held.run_id) in self.runs:
            same = held.body == submission.request
            return (Code.REPLAYED, held.run_id) if same else (Code.KEY_REUSED, "")
        if len(self.of(owner, "pending")) >= self.policy.max_pending:
            return Code.PENDING_LIMIT, ""
        kept_until = self.now + (self.policy.ttl_days + 30) * _DAY
        index = self.lists.setdefault(owner, Index(kept_until))
        index.run_ids -= {
            old for old in index.run_ids if self.gone.get((owner, old), self.now + 1) <= self.now
        }
        index.run_ids -= {old for old in sorted(index.run_ids)[:2] if (owner, old) not in self.runs}
        index.run_ids.add(run_id)
        self.gone.pop((owner, run_id), None)
        index.expires = kept_until
        waits = self._turns(owner) >= self.policy.max_running
        first_look = self.now + round(self.policy.redispatch * 1000)
        self.runs[owner, run_id] = ModelRun(submission, self.now, self.now, self.now, first_look)
        if key is not None:
            self.keys[owner, key] = Key(run_id, submission.request, kept_until)
        return self._wait(self.runs[owner, run_id]) if waits else Code.OK, run_id

    def dispatch(self, name: Name, *, early: bool, chain: int) -> Code:
        if name not in self.runs:
            self._forget(name)
            return Code.NOT_FOUND
        run = self.runs[name]
        if run.status != "pending":
            return Code.HELD if run.status == "running" else Code.ENDED
        if not early and run.due is not None and run.due > self.now:
            return Code.NOT_DUE
        too_old = self.now - run.pending_since > self.policy.max_unstarted * 1000
        if run.dispatches and too_old:
            run.error = ("never_started", "No worker could be started for the run.")
            self._end(run, "failed")
            return Code.GAVE_UP
        no_turn = run.waiting and self._turns(name[0]) >= self.policy.max_running
        if no_turn or self._is_full(run):
            return self._wait(run)
        run.waiting = False
        if not run.dispatches:
            run.pending_since = self.now
        elif self._turns(name[0]) < 2 * self.policy.max_running:
            self._pass_turn(name[0])
        wait = min(self.policy.redispatch * 2**run.dispatches, self.policy.max_redispatch)
        run.due = self.now + round(wait * 1000)
        run.dispatches += 1
        run.chain = chain
        return Code.OK

    def claim(self, name: Name, token: str) -> Code:
        if name not in self.runs:
            return Code.NOT_FOUND
        run = self.runs[name]
        if run.ended:
            return Code.ENDED
        if run.status == "running" and run.token != token:
            return Code.HELD
        if run.status == "pending" and self._is_full(run):
            return self._wait(run)
        if run.status == "pending" and self.older_in_vain(name):
            return Code.OLDER
        run.status, run.token, run.waiting, run.dispatches = "running", token, False, 0
        run.due = run.lease_until = self.now + round(self.policy.lease * 1000)
        run.started = self.now if run.started is None else run.started
        return Code.OK

    def older_in_vain(self, name: Name) -> Name | None:
        """The owner's oldest run whose workers did not arrive, if it is older than this one."""
        for run in self.of(name[0], "pending"):
            if run.submission.run_id < name[1] and run.dispatches > 1:
                return name[0], run.submission.run_id
        return None

    def renew(self, name: Name, token: str, *, progress: float, spent: int, best: Best | None) -> Code:
        if refused := self._refused(name, token):
            return refused
        run = self.runs[name]
        run.due = run.lease_until = self.now + round(self.policy.lease * 1000)
        run.progress = max(run.progress, progress)
        self._spend(run, spent)
        if best is not None:
            run.best, run.best_cost, run.best_unassigned = best
        return Code.STOP if run.stop else Code.OK

    def complete(self, name: Name, token: str, *, spent: int, best: Best | None) -> tuple[Code, str | None]:
        """The code, and the run whose turn is next. If the call is repeated, only the first one gets that
        run."""
        if self._has_ended(name, token, "completed", "cancelled"):
            return Code.OK, None
        if refused := self._refused(name, token):
            return refused, None
        run = self.runs[name]
        run.ended_by = token
        self._spend(run, spent)
        if best is None:
            return Code.OK, self._end(run, "cancelled")
        run.result, run.best_cost, run.best_unassigned = best
        run.progress, run.stopped_early = 1.0, run.stop
        return Code.OK, self._end(run, "completed")

    def fail(self, name: Name, token: str, *, error: tuple[str, str], spent: int) -> tuple[Code, str | None]:
        """Like `complete`."""
        if self._has_ended(name, token, "failed"):
            return Code.OK, None
        if refused := self._refused(name, token):
            return refused, None
        run = self.runs[name]
        run.ended_by = token
        self._spend(run, spent)
        run.error = error
        return Code.OK, self._end(run, "failed")

    def requeue(self, name: Name, token: str, *, hop: bool, spent: int) -> Code:
        run = self.runs.get(name)
        if run is not None and run.status == "pending" and run.token == token:  # it has already done so
            return Code.OK
        if refused := self._refused(name, token):
            return refused
        run = self.runs[name]
        if run.stop:
            return Code.STOP
        if hop:
            run.hops += 1
            delay = self.policy.redispatch
            self._spend(run, spent)
        else:
            away = 0 if run.away_since is None or spent > run.spent else self.now - run.away_since
            if away > self.policy.max_away * 1000:
                return Code.EXHAUSTED
            self._spend(run, spent)
            run.away_since = self.now if run.away_since is None else run.away_since
            delay = min(self.policy.retry_away * 2**run.delays, self.policy.max_retry_away)
            run.delays += 1
        self._back_to_pending(run, chain=run.chain + 1 if hop else 0)
        run.due = self.now + round(delay * 1000)
        return Code.OK

    def expire(self, name: Name) -> Code:
        if name not in self.runs:
            self._forget(name)
            return Code.NOT_FOUND
        run = self.runs[name]
        if run.ended:
            return Code.ENDED
        if run.lease_until is None or run.lease_until > self.now:
            return Code.NOT_DUE
        if run.stop:
            self._end_early(run)
            return Code.STOPPED
        if run.attempt >= self.policy.max_attempts:
            run.error = ("worker_lost", "Every attempt lost its worker.")
            self._end(run, "failed")
            return Code.GAVE_UP
        run.attempt += 1
        self._back_to_pending(run, chain=0)
        run.token = None
        run.due = self.now
        return Code.OK

    def cancel(self, name: Name) -> Code:
        if name not in self.runs:
            return Code.NOT_FOUND
        run = self.runs[name]
        if run.ended:
            return Code.ENDED
        if run.lease_until is None or run.lease_until <= self.now:
            self._end_early(run)
        else:
            run.stop = True
        return Code.OK

    def erase(self, name: Name) -> Code:
        if name not in self.runs:
            return Code.NOT_FOUND
        owner, run = name[0], self.runs.pop(name)
        key = run.submission.idempotency_key
        self._forget(name)
        if not run.ended and not run.waiting:
            self._pass_turn(owner)
        if key is not None and (held := self.keys.get((owner, key))) and held.run_id == name[1]:
            del self.keys[owner, key]
        return Code.OK

    def page(self, owner: str, status: str | None) -> Iterator[str]:
        """The ids of an owner's runs, newest first. Reading removes runs that are gone."""
        index = self.lists.get(owner)
        if index is None:
            return
        index.run_ids = {run_id for run_id in index.run_ids if (owner, run_id) in self.runs}
        for run_id in sorted(index.run_ids, reverse=True):
            if status in (None, self.runs[owner, run_id].status):
                yield run_id

    def _spend(self, run: ModelRun, spent: int) -> None:
        if spent > run.spent:
            run.spent, run.delays, run.away_since = spent, 0, None

    def _refused(self, name: Name, token: str) -> Code | None:
        run = self.runs.get(name)
        if run is None:
            return Code.NOT_FOUND
        if run.ended:
            return Code.ENDED
        return None if run.status == "running" and run.token == token else Code.LOST

    def _has_ended(self, name: Name, token: str, *statuses: str) -> bool:
        run = self.runs.get(name)
        return run is not None and run.ended_by == token and run.status in statuses

    def _is_full(self, run: ModelRun) -> bool:
        return len(self.of(run.submission.owner, "running")) >= self.policy.max_running

    def _turns(self, owner: str) -> int:
        """How many of the owner's runs are running or have a turn."""
        pending = [run for run in self.of(owner, "pending") if not run.waiting]
        return len(pending) + len(self.of(owner, "running"))

    def _pass_turn(self, owner: str) -> str | None:
        """Gives the turn to the run that has waited longest, which is due at once. Returns its id."""
        for run in self.of(owner, "pending"):
            if run.waiting:
                run.waiting, run.due = False, self.now
                return run.submission.run_id
        return None

    def _wait(self, run: ModelRun) -> Code:
        run.waiting, run.dispatches, run.due = True, 0, self.now + _TURN
        return Code.WAITING

    def _back_to_pending(self, run: ModelRun, *, chain: int) -> None:
        run.status, run.dispatches, run.chain = "pending", 0, chain
        run.queued = run.pending_since = self.now
        run.lease_until = None

    def _end_early(self, run: ModelRun) -> None:
        if run.best is None:
            self._end(run, "cancelled")
        else:
            run.result, run.progress, run.stopped_early = run.best, 1.0, True
            self._end(run, "completed")

    def _end(self, run: ModelRun, status: str) -> str | None:
        """Ends a run, and returns the run that gets its turn."""
        waited, run.waiting = run.waiting, False
        run.status, run.finished, run.due, run.lease_until = status, self.now, None, None
        run.expires = self.now + self.policy.ttl_days * _DAY
        if index := self.lists.get(run.submission.owner):
            index.expires = max(index.expires, run.expires)
        if status != "failed":
            run.best = None
        return None if waited else self._pass_turn(run.submission.owner)

    def _forget(self, name: Name) -> None:
        owner, run_id = name
        self.gone.pop(name, None)
        if owner in self.lists:
            self.lists[owner].run_ids.discard(run_id)
