"""How a search cools down: at first a plan may get worse for a while, so that it leaves a local optimum.

Simulated annealing: S. Kirkpatrick, C. D. Gelatt and M. P. Vecchi, "Optimization by simulated annealing",
Science 220 (1983). The temperature falls exponentially. Here it follows the clock instead of a count of
iterations, and a long search is heated again several times.
"""

_SETTLED = 0.7
"""From here on, a search that has left the best plan no longer finds anything as good."""
_FIRST_CYCLE = 60.0
"""Seconds of the first cycle. Each is twice as long as the one before; the last one ends with the search."""
_STALLS = 4
"""With a stall limit, the first cycle lasts at most this many times the limit: a hot search finds few better
answers, and would end before it has cooled down."""


class CoolingSchedule:
    """The temperature of simulated annealing by the clock: in a cycle, it falls by the same share each
    second.

    A long search cools down several times, so that it has good routes even if it is stopped early.

    Args:
        begin, deadline: When the search begins and ends, in `time.monotonic()` seconds.
        stall: Seconds without a better answer after which the search ends; None if it has no such limit.
    """

    def __init__(self, begin: float, deadline: float, stall: float | None) -> None:
        self._begin = begin
        self._seconds = deadline - begin
        self._first_cycle = _FIRST_CYCLE if stall is None else min(_FIRST_CYCLE, _STALLS * stall)

    def cooled(self, now: float) -> float:
        """How far the search has cooled down, from 0 at the start of a cycle to 1 at its end."""
        start, end = self._cycle(now - self._begin)
        share = (now - self._begin - start) / max(1e-9, end - start)
        return min(1.0, max(0.0, share))

    def is_settled(self, now: float) -> bool:
        """Whether it is so cold that the search should continue from the best plan."""
        return self.cooled(now) > _SETTLED

    def _cycle(self, elapsed: float) -> tuple[float, float]:
        """Start and end of the current cycle, in seconds since the search began."""
        start, length = 0.0, self._first_cycle
        while start + length <= elapsed and start + 2 * length < self._seconds:
            start, length = start + length, 2 * length
        return start, start + length if start + 2 * length < self._seconds else self._seconds
