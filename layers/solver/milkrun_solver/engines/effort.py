"""How thoroughly an engine searches. VROOM's child process imports this file, so it imports nothing heavy."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Effort:
    """The effort for one solve of an engine that improves routes from several starts.

    Attributes:
        level: VROOM's exploration level: the depth of its local search; None for heuristics only.
        searches: How many starts to improve; None for the level's own number.
    """

    level: int | None
    searches: int | None = None


QUICK = Effort(level=0)
"""VROOM's local search at its lowest level."""
