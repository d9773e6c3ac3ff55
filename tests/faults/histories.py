"""What callers saw of their runs, and what must hold whenever they look."""

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from .plan import RunSpec

Json = dict[str, Any]
ENDED = frozenset({"completed", "failed", "cancelled"})


class Note(NamedTuple):
    """An event at a time in seconds since the epoch."""

    at: float
    text: str


class Violation(NamedTuple):
    """A broken promise of one of the counted kinds: lost, doubled, stuck, or another."""

    kind: str
    run_id: str
    text: str


@dataclass
class History:
    """One run as its caller knows it.

    Attributes:
        acknowledged: When the caller got its run id.
        state: The last status seen.
        solution: The result of a completed run.
        erased: Whether the caller has erased it.
        watched: Whether the caller saw its end and everything else it wanted to see.
    """

    spec: RunSpec
    run_id: str = ""
    acknowledged: float = 0.0
    state: Json = field(default_factory=dict)
    solution: Json | None = None
    erased: bool = False
    watched: bool = False
    notes: list[Note] = field(default_factory=list)
    violations: list[Violation] = field(default_factory=list)

    def note(self, text: str) -> None:
        """Records an event, now."""
        self.notes.append(Note(time.time(), text))

    def accuse(self, kind: str, text: str) -> None:
        """Records a broken promise."""
        self.note(f"VIOLATION, {kind}: {text}")
        self.violations.append(Violation(kind, self.run_id, text))

    def acknowledge(self, state: Json) -> None:
        """Records the first status that the caller got."""
        self.run_id = state["run_id"]
        self.acknowledged = time.time()
        self.note(f"acknowledged as {self.run_id}")
        self.see(state)

    def see(self, state: Json) -> None:
        """Records a status, and compares it with the one before."""
        text = "{status} {progress} attempt {attempt} cost {best_cost}".format(**state)
        if not self.notes or not self.notes[-1].text.endswith(text):
            self.note(f"saw {text}")
        for kind, fault in _contradictions(self.state, state):
            self.accuse(kind, fault)
        self.state = state

    @property
    def ended(self) -> bool:
        return bool(self.state) and self.state["status"] in ENDED

    @property
    def finished(self) -> float:
        """When it ended by Redis's clock, in seconds since the epoch; 0.0 if the caller did not see it
        end."""
        return epoch(self.state["finished_at"]) if self.ended else 0.0


def epoch(timestamp: str) -> float:
    """Seconds since the epoch of an RFC 3339 timestamp."""
    return datetime.fromisoformat(timestamp).timestamp()


def _contradictions(before: Json, after: Json) -> Iterator[tuple[str, str]]:
    """How a later status contradicts an earlier one."""
    if not before:
        return
    if before["status"] in ENDED:
        if before != after:
            yield "doubled", f"an ended run has changed from {before} to {after}"
        return
    for name in ("progress", "seconds_spent", "attempt", "hops"):
        if after[name] < before[name]:
            yield "fell", f"{name} fell from {before[name]} to {after[name]}"
    if _rank(after) > _rank(before):
        yield "fell", f"the best routes got worse, from {_rank(before)} to {_rank(after)}"


def _rank(state: Json) -> tuple[float, float]:
    """Lower is better. Every task of the harness can be served."""
    if state["best_cost"] is None:
        return (float("inf"), float("inf"))
    return (state["best_unassigned"], state["best_cost"])
