"""How Redis should hold the runs of a model."""

import hashlib
from dataclasses import dataclass
from typing import Any

from milkrun.jobs.keys import OwnerKeys, leased, shard_of
from milkrun.jobs.packing import pack
from milkrun.jobs.run import SCHEMA_VERSION

from .model import Model, ModelRun
from .store import Entry


@dataclass(frozen=True)
class Between:
    """Equal to any number within these bounds, because Redis's clock moves on while the model's stands
    still."""

    low: float
    high: float

    def __eq__(self, other: object) -> bool:
        return isinstance(other, float | int) and self.low <= other <= self.high


def digest(data: bytes) -> str:
    """The hash of a body or of an idempotency key."""
    return hashlib.sha256(data).hexdigest()[:32]


def expected(model: Model, elapsed: float) -> dict[str, Entry]:
    """What `Store.read` should return, `elapsed` ms after the store was made."""
    return _Layout(model, elapsed).entries()


class _Layout:
    def __init__(self, model: Model, elapsed: float) -> None:
        self._model = model
        self._elapsed = elapsed
        self._found: dict[str, Entry] = {}

    def entries(self) -> dict[str, Entry]:
        for run in self._model.runs.values():
            self._add_run(run)
        for owner, index in self._model.lists.items():
            if index.run_ids:
                members = dict.fromkeys(index.run_ids, 0.0)
                self._found[OwnerKeys(owner).runs] = Entry(members, self._ttl(index.expires))
        for (owner, key), held in self._model.keys.items():
            text = f"{held.run_id} {digest(held.body)}".encode()
            name = OwnerKeys(owner).idempotency(digest(key.encode()))
            self._found[name] = Entry(text, self._ttl(held.expires))
        return self._found

    def _add_run(self, run: ModelRun) -> None:
        owner, run_id = run.submission.owner, run.submission.run_id
        keys, ttl = OwnerKeys(owner), self._ttl(run.expires)
        self._found[keys.run(run_id)] = Entry(self._fields(run), ttl)
        if not run.ended:
            self._found[keys.request(run_id)] = Entry(pack(run.submission.request), None)
        if run.best is not None:
            self._found[keys.best(run_id)] = Entry(pack(run.best), ttl)
        if run.result is not None:
            self._found[keys.result(run_id)] = Entry(pack(run.result), ttl)
        if run.due is not None:
            self._index(keys.active, f"{owner}:{run_id}", self._at(run.due))
        if run.status == "pending":
            self._index(keys.pending, run_id, 0.0)
            self._index(keys.queue, f"{owner}:{run_id}", self._at(run.queued))
        if run.status == "running":
            assert run.lease_until is not None
            self._index(keys.running, run_id, 0.0)
            self._index(leased(shard_of(owner)), f"{owner}:{run_id}", self._at(run.lease_until))
        if run.waiting:
            self._index(keys.waiting, run_id, 0.0)

    def _fields(self, run: ModelRun) -> dict[str, Any]:
        key = run.submission.idempotency_key
        always = {
            "v": str(SCHEMA_VERSION),
            "status": run.status,
            "created_at": self._at(run.created),
            "pending_since": self._at(run.pending_since),
            "attempt": str(run.attempt),
            "hops": str(run.hops),
            "chain": str(run.chain),
            "dispatches": str(run.dispatches),
            "spent_ms": str(run.spent),
            "progress": run.progress,
            "correlation_id": run.submission.correlation_id,
            "time_limit_ms": str(run.submission.time_limit_ms),
            "key_hash": digest(key.encode()) if key is not None else "",
        }
        code, detail = run.error or (None, None)
        sometimes = {
            "started_at": None if run.started is None else self._at(run.started),
            "finished_at": None if run.finished is None else self._at(run.finished),
            "token": run.token,
            "ended_by": run.ended_by,
            "delays": str(run.delays) if run.delays else None,
            "away_since": None if run.away_since is None else self._at(run.away_since),
            "lease_until": None if run.lease_until is None else self._at(run.lease_until),
            "stop": "1" if run.stop else None,
            "stopped_early": "1" if run.stopped_early else None,
            "best_cost": None if run.best_cost is None else str(run.best_cost),
            "best_unassigned": None if run.best_unassigned is None else str(run.best_unassigned),
            "error_code": code,
            "error_detail": detail,
        }
        return always | {name: value for name, value in sometimes.items() if value is not None}

    def _index(self, key: str, member: str, score: object) -> None:
        self._found.setdefault(key, Entry({}, None)).value[member] = score

    def _at(self, ms: int) -> Between:
        return Between(ms - 2, ms + self._elapsed)

    def _ttl(self, until: int | None) -> Any:
        if until is None:
            return None
        left = until - self._model.now
        return Between(left - self._elapsed - 2, left + 2)
