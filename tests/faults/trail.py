"""The trail of a harness run: every write on every Redis, from append-only files that are never rewritten.

The files hold the effects of scripts, each script's between MULTI and EXEC.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from .histories import ENDED, Note, Violation

_KEY = re.compile(r"milkrun:\{\d+\}:run:[0-9a-f]+:(?P<run_id>\w+)(?::(?P<part>\w+))?")
_QUIET_FIELDS = frozenset({"key_hash", "erasing", "written_by"})
"""Fields written again unchanged, so that WAIT covers them, and the mark of a run that is to be erased."""


class Write(NamedTuple):
    """One command that a server executed, `at` in whole seconds since the epoch."""

    at: int
    command: tuple[str, ...]


class End(NamedTuple):
    """The end of a run, by Redis's clock in ms."""

    status: str
    finished_at: str


@dataclass
class Story:
    """What one server wrote about one run."""

    writes: list[Note] = field(default_factory=list)
    ends: list[End] = field(default_factory=list)
    violations: list[Violation] = field(default_factory=list)
    progress: float = 0.0


def read_writes(path: Path) -> Iterator[Write]:
    """The commands of an append-only file, without a last command that a kill cut off."""
    data, position, at = path.read_bytes(), 0, 0
    while (end := data.find(b"\r\n", position)) >= 0:
        line, position = data[position:end], end + 2
        if line.startswith(b"#TS:"):
            at = int(line[4:])
            continue
        words = []
        for _ in range(int(line[1:])):
            end = data.find(b"\r\n", position)
            if end < 0:
                return
            length = int(data[position + 1 : end])
            word = data[end + 2 : end + 2 + length]
            position = end + 4 + length
            if position > len(data):
                return
            words.append(word.decode(errors="replace"))
        yield Write(at, tuple(words))


def read_stories(writes: Iterable[Write]) -> dict[str, Story]:
    """The runs that these writes of one server concern, by id."""
    stories: defaultdict[str, Story] = defaultdict(Story)
    for write in writes:
        if len(write.command) < 2:
            continue
        about = _KEY.fullmatch(write.command[1])
        if about is not None:
            run_id = about["run_id"]
            _add(stories[run_id], run_id, about["part"], write)
    return stories


def _add(story: Story, run_id: str, part: str | None, write: Write) -> None:
    verb, _, *words = write.command
    fields = dict(zip(words[::2], words[1::2], strict=False)) if verb == "HSET" else {}
    told = " ".join(f"{name}={value}" for name, value in fields.items())
    story.writes.append(Note(write.at, f"{verb} {part or 'run'} {told}"))
    overwrites = verb in ("SET", "RENAME") or (verb == "HSET" and not fields.keys() <= _QUIET_FIELDS)
    if story.ends and overwrites:
        text = f"written after its end: {verb} {part or 'run'} {told}"
        story.violations.append(Violation("doubled", run_id, text))
    progress = float(fields.get("progress", story.progress))
    if progress < story.progress:
        text = f"progress fell from {story.progress} to {progress}"
        story.violations.append(Violation("fell", run_id, text))
    story.progress = progress
    if fields.get("status") in ENDED:
        story.ends.append(End(fields["status"], fields["finished_at"]))
