"""What faults explain: how long runs took and why they failed. Also, how long each fault delayed the run it
hit."""

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
"""Seconds that a busy machine with few cores may take for starting processes and everything else."""
_LOST_WORKERS = frozenset({Kind.WORKER_KILLED, Kind.WORKER_FROZEN})
_OWN_LOSSES = frozenset({Kind.INVOKE_DROPPED, Kind.INVOKE_REFUSED, Kind.INVOKE_DELAYED})
_EVERYBODYS = frozenset({*OUTAGES, Kind.SWEEPER_STOPPED})


@dataclass(frozen=True)
class Recovery:
    """The cost of one fault: the seconds until what it hit continued."""

    struck: Struck
    seconds: float | None


def recoveries(
    struck: Sequence[Struck],
    findings: Findings,
    acknowledged: Sequence[float],
    sent: Mapping[str, Sequence[float]],
) -> list[Recovery]:
    """The recovery of each fault; None if nothing had to continue.

    A run recovers when another worker is sent for it or claims it, or when it ends; everything after an
    outage, when the next run is acknowledged; the sweeper, with its next sweep.

    Args:
        acknowledged: When runs were acknowledged.
        sent: When workers were sent, by run.
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
    """Seconds from a fault until the first of these sorted times that is later than `after`."""
    first = bisect_right(times, after)
    return times[first] - it.at if first < len(times) else None


class Explained(NamedTuple):
    """An ended run, the faults that hit it, and the seconds that it may take for all of that."""

    history: History
    hits: list[Struck]
    seconds: float

    @property
    def over(self) -> float:
        """The seconds beyond that."""
        return self.history.finished - self.history.acknowledged - self.seconds


def unexplained(explained: Sequence[Explained]) -> Iterator[Violation]:
    """The runs that took longer, or lost more workers, than the faults that hit them explain."""
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
    """All violations except losses that are not promised against: the progress of a run may be lost with a
    primary.

    That happens if the replica was behind. Lost ends and erasures always count.
    """
    lost = [(it.at, it.lifted) for it in struck if it.kind is Kind.REDIS_LOST_WRITES]
    lives = {history.run_id: (history.acknowledged, history.finished) for history in findings.histories}
    for it in violations:
        began, ended = lives.get(it.run_id, (0.0, 0.0))
        if it.kind != "fell" or not any(began <= lifted and at <= ended for at, lifted in lost):
            yield it


def explain(struck: Sequence[Struck], findings: Findings, pace: Pace) -> Iterator[Explained]:
    """The faults that hit each ended run. It may take its own time limit, and what each fault may cost it.

    A run that had to wait for its turn is also hit by what hits its owner's other runs in the meantime.
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
    """Each fault costs at most its length, the wait after it and a sweep. The wait grows with lost
    invokes."""
    losses = 0
    for it in sorted(hits, key=lambda it: it.at):
        losses += it.kind in _OWN_LOSSES or it.kind in OUTAGES
        wait = max(pace.lease, pace.redispatch * 2 ** max(0, losses - 1))
        yield it.lifted - it.at + wait + pace.sweep_every
