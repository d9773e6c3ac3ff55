"""The report of a harness run: a table for docs/reliability.md, and the history of what went wrong."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from statistics import median

from .audit import Findings, unheard_ends
from .bounds import SLACK, Explained, Recovery
from .histories import History, Note, Violation
from .plan import Kind
from .strikes import Struck

COUNTED = ("lost", "doubled", "stuck")
_MOST_HISTORIES = 5
_INSTANT = 0.05
"""Faults shorter than this count as instantaneous."""


@dataclass(frozen=True)
class Report:
    """The results of a harness run. `seconds` is how long it took."""

    seed: int
    runs: int
    seconds: float
    findings: Findings
    recoveries: Sequence[Recovery]
    explained: Sequence[Explained]
    violations: Sequence[Violation]
    answers: Counter[str]

    def table(self) -> str:
        """The results as a Markdown table."""
        return "\n".join(
            [
                "| fault | struck | lasted, s | recovered after, s | worst | lost | doubled | stuck |",
                "|---|--:|--:|--:|--:|--:|--:|--:|",
                *map(self._row, Kind),
                self._all(),
            ]
        )

    def _row(self, kind: Kind) -> str:
        hits = [it for it in self.recoveries if it.struck.kind is kind]
        took = [it.seconds for it in hits if it.seconds is not None]
        lasted = [it.struck.lifted - it.struck.at for it in hits]
        cells = [
            kind.value,
            str(len(hits)),
            f"{median(lasted):.1f}" if lasted and max(lasted) > _INSTANT else "",
            f"{median(took):.1f}" if took else "",
            f"{max(took):.1f}" if took else "",
            *(str(len(self._hit_by(hits, name))) for name in COUNTED),
        ]
        return "| " + " | ".join(cells) + " |"

    def _all(self) -> str:
        counts = [str(sum(it.kind == name for it in self.violations)) for name in COUNTED]
        return f"| all | {len(self.recoveries)} |  |  |  | {' | '.join(counts)} |"

    def _hit_by(self, hits: Sequence[Recovery], name: str) -> set[str]:
        """The runs that went wrong in this way and met one of these faults."""
        wrong = {it.run_id for it in self.violations if it.kind == name}
        lives = {it.run_id: it for it in self.findings.histories if it.run_id in wrong}
        return {run_id for run_id, life in lives.items() if any(_met(it.struck, life) for it in hits)}

    def summary(self) -> str:
        """A few lines of numbers."""
        histories = self.findings.histories
        ended = Counter(_end_of(history) for history in histories)
        lives = sorted(history.finished - history.acknowledged for history in histories if history.ended)
        others = sum(it.kind not in COUNTED for it in self.violations)
        return "\n".join(
            [
                f"{len(histories)} runs in {self.seconds:.0f} s, seed {self.seed}.",
                "Ended: " + ", ".join(f"{count} {end}" for end, count in ended.most_common()) + ".",
                f"From acknowledgement to end: median {median(lives):.2f} s, "
                f"99 of 100 within {lives[len(lives) * 99 // 100]:.1f} s, worst {lives[-1]:.1f} s.",
                "Answers: " + ", ".join(f"{count} {it}" for it, count in self.answers.most_common()) + ".",
                f"Ends that died with a primary, unheard of: {len(unheard_ends(self.findings))}.",
                self._overdue(),
                self._zombies(),
                f"Other broken promises: {others}.",
            ]
        )

    def _overdue(self) -> str:
        """How much of the allowance for a busy machine was used."""
        over = [it.over for it in self.explained if it.over > 0]
        worst = f", by {max(over):.1f} s at the most" if over else ""
        return f"Longer than the faults explain: {len(over)} runs{worst} ({SLACK:.0f} s are allowed)."

    def _zombies(self) -> str:
        """How many workers woke up after their lease had passed to another worker."""
        frozen = [it.struck for it in self.recoveries if it.struck.kind is Kind.WORKER_FROZEN]
        logs = self.findings.logs.of_run
        refused = [
            it
            for it in frozen
            if any(line.message == "lease lost" and line.at > it.lifted for line in logs.get(it.run_id, ()))
        ]
        return f"Zombies: {len(frozen)} woke up, {len(refused)} of them to find their lease lost."

    def histories_of_what_went_wrong(self) -> Iterator[str]:
        """Everything known about the first few runs that went wrong; for the others, only what is wrong."""
        by_run: defaultdict[str, list[Violation]] = defaultdict(list)
        for it in self.violations:
            by_run[it.run_id].append(it)
        for number, (run_id, faults) in enumerate(by_run.items()):
            yield f"\nRun {run_id or '(none)'}"
            yield from (f"  {it.kind}: {it.text}" for it in faults)
            if run_id and number < _MOST_HISTORIES:
                yield from (f"    {_clock(note.at)} {note.text}" for note in self._story(run_id))

    def _story(self, run_id: str) -> list[Note]:
        """What the caller, logs, servers and the harness know of a run, in order of time."""
        notes: list[Note] = []
        for history in self.findings.histories:
            if history.run_id == run_id:
                notes += [Note(it.at, f"caller: {it.text}") for it in history.notes]
                notes += [
                    Note(it.struck.at, f"FAULT: {it.struck.kind} for {it.struck.lifted - it.struck.at:.1f} s")
                    for it in self.recoveries
                    if _met(it.struck, history)
                ]
        for line in self.findings.logs.of_run.get(run_id, ()):
            if line.message != "request":
                notes.append(Note(line.at, f"{line.source}: {line.message} {line.said}"))
        for stories in self.findings.stories:
            if run_id in stories:
                notes += [Note(it.at, f"redis: {it.text}") for it in stories[run_id].writes]
        return sorted(set(notes), key=lambda note: note.at)  # all servers tell the same


def _met(struck: Struck, history: History) -> bool:
    """Whether a fault struck during a run's life, and hit it or everybody."""
    begun, last = history.notes[0].at, history.notes[-1].at
    return struck.run_id in ("", history.run_id) and struck.at <= last and struck.lifted >= begun


def _end_of(history: History) -> str:
    status = str(history.state.get("status", "unknown"))
    return f"{status} ({history.state['error']['code']})" if status == "failed" else status


def _clock(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%H:%M:%S.%f")[:-3]
