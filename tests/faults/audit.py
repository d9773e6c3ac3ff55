"""The audit at the end: callers' histories, Redis, its trail and the functions' logs must agree."""

import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import redis

from milkrun.http.identity import owner_of
from milkrun.jobs.keys import RUNNING_RUNS, SHARDS, WAITING_CALLS, OwnerKeys, active, leased, queue
from milkrun.jobs.packing import unpack
from milkrun.jobs.states import UNCONFIRMED

from .histories import ENDED, History, Json, Violation
from .logs import Line, Logs
from .trail import End, Story

_DAY_MS = 86_400_000
_CALL_MS = 60_000
_HOUR_MS = 3_600_000
_KEY_DAYS = 30
"""How much longer than a run its key and its owner's list are kept."""


@dataclass(frozen=True)
class Findings:
    """Everything that is known at the end.

    Attributes:
        listed: The runs as the API lists them, by owner.
        stories: What each server wrote about each run.
    """

    histories: list[History]
    listed: Mapping[int, list[Json]]
    stories: list[dict[str, Story]]
    logs: Logs
    ttl_days: int


def owner_id(owner: int) -> str:
    """The owner that the API derives from a caller's identity."""
    return owner_of({"headers": {"Authorization": f"Bearer caller-{owner}"}}, local=True)


def audit(findings: Findings, client: redis.Redis) -> list[Violation]:
    """All broken promises."""
    found = [fault for history in findings.histories for fault in history.violations]
    found += _callers(findings)
    found += _trail(findings)
    found += _redis(findings, client)
    found += _keys(client, findings.ttl_days)
    found += _indexes(client)
    found += _bytes(client)
    found += _logs(findings.logs)
    return found


def _callers(findings: Findings) -> Iterator[Violation]:
    """The API lists each run as its caller last saw it. A run is cancelled only if its caller asked for
    it."""
    listed = {state["run_id"]: state for states in findings.listed.values() for state in states}
    for history in findings.histories:
        run_id, state = history.run_id, history.state
        if not history.watched:
            yield Violation("stuck", run_id, "its caller has not seen it through")
        elif history.erased:
            if run_id in listed:
                yield Violation("retention", run_id, "an erased run is listed")
        elif run_id not in listed:
            yield Violation("lost", run_id, "an acknowledged run is not listed")
        elif listed[run_id] != state:
            yield Violation("doubled", run_id, f"listed as {listed[run_id]}, seen as {state}")
        if state.get("status") == "cancelled" and history.spec.stop_after is None:
            yield Violation("wrong", run_id, "cancelled, and nobody has asked for it")
    for state in listed.values():
        if state["status"] not in ENDED:
            yield Violation("stuck", state["run_id"], "not ended, when all callers have gone")
    keys = Counter(
        state["correlation_id"]
        for owner, states in findings.listed.items()
        for state in states
        if findings.histories[_number(state)].spec.key is not None
    )
    for correlation_id, count in keys.items():
        if count > 1:
            yield Violation("doubled", "", f"one idempotency key has {count} runs: {correlation_id}")


def _number(state: Json) -> int:
    return int(state["correlation_id"].rpartition("-")[2])


def ends_of(findings: Findings) -> dict[str, set[End]]:
    """The ends of each run on all servers: one, unless it also ended where nobody heard of it."""
    ends: defaultdict[str, set[End]] = defaultdict(set)
    for stories in findings.stories:
        for run_id, story in stories.items():
            ends[run_id] |= set(story.ends)
    return ends


def unheard_ends(findings: Findings) -> dict[str, set[End]]:
    """Ends, by run, that died with a primary before its replica or any caller heard of them."""
    seen = {history.run_id: round(history.finished * 1000) for history in findings.histories}
    return {
        run_id: {end for end in ends if int(end.finished_at) != seen.get(run_id)}
        for run_id, ends in ends_of(findings).items()
        if len(ends) > 1 and _on_one_server_each(findings, run_id)
    }


def _on_one_server_each(findings: Findings, run_id: str) -> bool:
    counts = [len(stories[run_id].ends) for stories in findings.stories if run_id in stories]
    return max(counts) <= 1


def _trail(findings: Findings) -> Iterator[Violation]:
    """No server ended a run twice, or wrote to one that had ended."""
    unheard = unheard_ends(findings)
    for stories in findings.stories:
        for story in stories.values():
            yield from story.violations
    for run_id, ends in ends_of(findings).items():
        heard = len(ends - unheard.get(run_id, set()))
        if heard > 1:
            yield Violation("doubled", run_id, f"ended {heard} times: {sorted(ends)}")
    for run_id, lines in findings.logs.of_run.items():
        said = _ends_said(lines)
        if said > 1 + len(unheard.get(run_id, ())):
            yield Violation("doubled", run_id, f"its end was logged {said} times")


def _ends_said(lines: list[Line]) -> int:
    """How many ends the lines of a run tell of. Two sweeps may confirm the same end, at the same moment."""
    told = [line for line in lines if line.message == "run ended"]
    by_sweepers = {line.said for line in told if "finished_at=" in line.said}
    return len(by_sweepers) + sum("finished_at=" not in line.said for line in told)


def _redis(findings: Findings, client: redis.Redis) -> Iterator[Violation]:
    """Redis holds what callers got as answers."""
    for history in findings.histories:
        if not history.run_id or history.erased:
            continue
        keys = OwnerKeys(owner_id(history.spec.owner))
        packed: Any = client.get(keys.result(history.run_id))
        stored = json.loads(unpack(packed)) if packed else None
        if stored != history.solution:
            yield Violation("doubled", history.run_id, "its result is another one than was answered")


def _keys(client: redis.Redis, ttl_days: int) -> Iterator[Violation]:
    """When all runs have ended, every key that is left expires."""
    for raw in client.scan_iter(match="*", count=1000):
        key = raw.decode()
        left: Any = client.pttl(key)
        run_id = key.split(":")[4] if ":run:" in key else ""
        longest = _longest_life(key, ttl_days)
        if not longest:
            yield Violation("retention", "", f"an unknown key: {key}")
        elif not 0 < left <= longest:
            yield Violation("retention", run_id, f"{key} has a time to live of {left} ms")
        elif (key.endswith(":request") and not _is_unconfirmed(client, key)) or (
            key.endswith(":best") and client.hget(key.removesuffix(":best"), "status") != b"failed"
        ):
            yield Violation("retention", run_id, f"{key} outlives its run's end")


def _is_unconfirmed(client: redis.Redis, key: str) -> bool:
    return client.hget(":".join(key.split(":")[:5]), "status") == UNCONFIRMED.encode()


def _longest_life(key: str, ttl_days: int) -> int:
    """The longest time to live of a key after its run has ended, in ms; 0 for a key that should not be
    there."""
    if key == WAITING_CALLS:
        return _CALL_MS
    if key in RUNNING_RUNS:
        return _HOUR_MS
    match key.split(":"):
        case ["milkrun", _, "run", *_]:
            return ttl_days * _DAY_MS
        case ["milkrun", _, "rate", _]:
            return _CALL_MS
        case ["milkrun", _, "runs" | "idem" | "bytes" | "kept" | "expiring", *_]:
            return (ttl_days + _KEY_DAYS) * _DAY_MS
    return 0


def _indexes(client: redis.Redis) -> Iterator[Violation]:
    """An owner's list names the runs that exist; nothing is pending, waiting, running or active."""
    for shard in range(SHARDS):
        for key in (active(shard), queue(shard), leased(shard)):
            for member in _members(client, key):
                yield Violation("stuck", member.split(":")[1], f"still in {key}")
    runs: defaultdict[str, set[str]] = defaultdict(set)
    indexed: dict[str, set[str]] = {}
    for raw in client.scan_iter(match="milkrun:*", count=1000):
        match raw.decode().split(":"):
            case [_, _, "runs", owner]:
                indexed[owner] = set(_members(client, raw.decode()))
            case [_, _, "run", owner, run_id]:
                if not _is_unconfirmed(client, raw.decode()):  # nobody was told of it
                    runs[owner].add(run_id)
            case [_, _, "pending" | "waiting" | "running", _]:
                yield Violation("index", "", f"{raw.decode()} is not empty")
    for owner in runs.keys() | indexed.keys():
        for run_id in runs[owner] ^ indexed.get(owner, set()):
            yield Violation("index", run_id, f"in one of {owner}'s list and Redis only")


def _bytes(client: redis.Redis) -> Iterator[Violation]:
    """The bytes counted for an owner are the bytes stored: for each key its name, its value and a hundred
    bytes."""
    sizes: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for raw in client.scan_iter(match="milkrun:*:run:*", count=1000):
        key = raw.decode()
        _, _, _, owner, run_id, *_ = key.split(":")
        fields: Any = client.hgetall(key) if client.type(key) == b"hash" else {}
        size = sum(map(len, (*fields, *fields.values()))) if fields else client.strlen(key)
        sizes[owner][run_id] += len(key) + 100 + size
    for owner, of_runs in sizes.items():
        counted: Any = client.hgetall(OwnerKeys(owner).bytes)
        found = {name.decode(): int(size) for name, size in counted.items()}
        total = found.pop("total", 0)
        if total != sum(found.values()) or found != of_runs:
            yield Violation("bytes", "", f"{owner}'s runs take {dict(of_runs)}, {total} are counted: {found}")


def _members(client: redis.Redis, key: str) -> list[str]:
    found: Any = client.zrange(key, 0, -1)
    return [member.decode() for member in found]


def _logs(logs: Logs) -> Iterator[Violation]:
    """The logs show no unexpected error."""
    for run_id, lines in (("", logs.others), *logs.of_run.items()):
        for line in lines:
            if line.level == "ERROR":
                yield Violation("wrong", run_id, f"{line.source}: {line.message} {line.said[:1000]}")
