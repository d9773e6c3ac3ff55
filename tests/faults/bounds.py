"""What faults explain: how long a run took, why it failed; and how long each fault has cost."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from milkrun.settings import JobPolicy

from .audit import Findings
from .histories import History, Violation
from .plan import OUTAGES, Kind, Pace
from .strikes import Struck

_TURNED_AWAY = "run waits for its turn"
SLACK = 60.0
"""Seconds that a busy machine with few cores may take to start processes, and for all else."""
_LOST_WORKERS = frozenset({Kind.WORKER_KILLED, Kind.WORKER_FROZEN})
_OWN_LOSSES = frozenset({Kind.INVOKE_DROPPED, Kind.INVOKE_REFUSED, Kind.INVOKE_DELAYED})
_EVERYBODYS = frozenset({*OUTAGES, Kind.SWEEPER_STOPPED})


@dataclass(frozen=True)
class Recovery:
    """What one fault has cost: seconds from the fault on until what it hit went on."""

    struck: Struck
    seconds: float | None


def recoveries(
    struck: Sequence[Struck],
    findings: Findings,
    acknowledged: Sequence[float],
    sent: Mapping[str, Sequence[float]],
) -> list[Recovery]:
    """The recovery of each fault; None where nothing had to go on.

    A run goes on when another worker is sent for it, or one has it, or it ends; what an outage has hit, when
    the next run is acknowledged; the sweeper, with its next sweep.

    Args:
        acknowledged: When a run was.
        sent: When workers were, by run.
    """
    sweeps = [line.at for line in findings.logs.others if line.message == "swept"]
    acks = sorted(acknowledged)
    ends = {history.run_id: history.finished for history in findings.histories if history.ended}

    def seconds(it: Struck) -> float | None:
        if not it.run_id:
            return _until_first(sweeps if it.kind is Kind.SWEEPER_STOPPED else acks, it, it.lifted)
        lines = findings.logs.of_run.get(it.run_id, ())
        claims = [line.at for line in lines if line.message == "run claimed"]
        return _until_first(sorted((*claims, *sent.get(it.run_id, ()), ends.get(it.run_id, 0.0))), it, it.at)

    return [Recovery(it, seconds(it)) for it in struck]


def _until_first(times: Sequence[float], it: Struck, after: float) -> float | None:
    """Seconds from a fault until the first of these times in order that lies after another one."""
    first = bisect_right(times, after)
    return times[first] - it.at if first < len(times) else None


class Explained(NamedTuple):
    """An ended run, the faults that it met, and the seconds that it may take for all of that."""

    history: History
    hits: list[Struck]
    seconds: float

    @property
    def over(self) -> float:
        """Seconds that it took longer."""
        return self.history.finished - self.history.acknowledged - self.seconds


def unexplained(explained: Sequence[Explained]) -> Iterator[Violation]:
    """Runs that took longer, or lost more workers, than the faults that they met explain."""
    for it in explained:
        state, run_id = it.history.state, it.history.run_id
        if it.over > SLACK:
            text = f"it took {it.over:.1f} s longer than the faults explain that hit it"
            yield Violation("stuck", run_id, text)
        if state["status"] == "failed":
            lost = sum(hit.kind in _LOST_WORKERS or hit.kind in OUTAGES for hit in it.hits)
            if state["error"]["code"] != "worker_lost" or lost < JobPolicy.max_attempts:
                yield Violation("wrong", run_id, f"failed with {state['error']}")


def unforgiven(
    violations: Sequence[Violation], struck: Sequence[Struck], findings: Findings
) -> Iterator[Violation]:
    """All but what is not promised: what a run had reached on its way may go with a primary.

    Its replica had not got it yet. Ends and erasures are not forgiven.
    """
    lost = [(it.at, it.lifted) for it in struck if it.kind is Kind.REDIS_LOST_WRITES]
    lives = {history.run_id: (history.acknowledged, history.finished) for history in findings.histories}
    for it in violations:
        began, ended = lives.get(it.run_id, (0.0, 0.0))
        if it.kind != "fell" or not any(began <= lifted and at <= ended for at, lifted in lost):
            yield it


def explain(struck: Sequence[Struck], findings: Findings, pace: Pace) -> Iterator[Explained]:
    """What each ended run has met. It may take its own time, and what each fault may cost it.

    A run that had to wait for its turn is hit by what hits other runs of its owner meanwhile.
    """
    owner_of_run = {history.run_id: history.spec.owner for history in findings.histories}
    by_run: defaultdict[str, list[Struck]] = defaultdict(list)
    by_owner: defaultdict[int, list[Struck]] = defaultdict(list)
    everybodys = [it for it in struck if it.kind in _EVERYBODYS]
    for it in struck:
        if it.run_id:
            by_run[it.run_id].append(it)
            by_owner[owner_of_run.get(it.run_id, -1)].append(it)
    for history in findings.histories:
        if not history.ended:
            continue
        lines = findings.logs.of_run.get(history.run_id, ())
        has_waited = any(line.message == _TURNED_AWAY or "waits=True" in line.said for line in lines)
        own = by_owner[history.spec.owner] if has_waited else by_run[history.run_id]
        until = history.finished
        hits = [it for it in (*own, *everybodys) if it.at <= until and it.lifted >= history.notes[0].at]
        seconds = history.spec.body["options"]["time_limit"] + sum(_costs(hits, pace))
        yield Explained(history, hits, seconds)


def _costs(hits: list[Struck], pace: Pace) -> Iterator[float]:
    """Each costs at most its length, the wait after it, and a sweep; the wait grows with lost invokes."""
    losses = 0
    for it in sorted(hits, key=lambda it: it.at):
        losses += it.kind in _OWN_LOSSES or it.kind in OUTAGES
        wait = max(pace.lease, pace.redispatch * 2 ** max(0, losses - 1))
        yield it.lifted - it.at + wait + pace.sweep_every
