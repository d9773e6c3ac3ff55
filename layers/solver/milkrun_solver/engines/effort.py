"""How thoroughly an engine searches. VROOM's child process imports it: it imports nothing heavy itself."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Effort:
    """One solve of an engine that improves routes from several starts.

    Attributes:
        level: How deep its local search goes, VROOM's exploration level; None for construction heuristics
            alone.
        searches: How many starts it has, where not as many as the level has.
    """

    level: int | None
    searches: int | None = None


QUICK = Effort(level=0)
"""VROOM's local search at its lowest level."""
