"""The temperature of a search: how much worse a plan may get for a while, so that it leaves a local optimum.

Simulated annealing with an exponential cooling schedule (Kirkpatrick, Gelatt and Vecchi, Science 220,
1983), here by the clock rather than by iterations, and in cycles: a long search is heated again several
times.
"""

_HOT, _COLD = 0.5, 0.005
"""What a change may cost at the beginning and at the end, on average, in legs of typical length."""
_SETTLED = 0.02
"""Below this a search that has left the best plan behind finds no way back to what is as good."""
_FIRST_CYCLE = 60.0
"""Seconds of the first cycle; each is twice as long as the one before, and the last ends with the search."""
_STALLS = 4
"""A search that ends after so long without a better answer cools down within so many times as long: while it
is hot it finds few."""


class CoolingSchedule:
    """The temperature of simulated annealing, by the clock: it falls by the same share each second.

    A long search cools down several times, and is hot again in between: ended early, it has routes that are
    good for the time they took.

    Args:
        begin, deadline: When the search begins and ends, in `time.monotonic()` seconds.
        stall: Seconds without a better answer after which it ends; None where it does not.
    """

    def __init__(self, begin: float, deadline: float, stall: float | None) -> None:
        self._begin = begin
        self._seconds = deadline - begin
        self._first_cycle = _FIRST_CYCLE if stall is None else min(_FIRST_CYCLE, _STALLS * stall)

    def temperature(self, now: float) -> float:
        """What a change may cost on average, in legs of typical length."""
        start, end = self._cycle(now - self._begin)
        share = (now - self._begin - start) / max(1e-9, end - start)
        return float(_HOT * (_COLD / _HOT) ** min(1.0, max(0.0, share)))

    def is_settled(self, now: float) -> bool:
        """Whether it is so cold that a search should go on from the best plan."""
        return self.temperature(now) < _SETTLED

    def _cycle(self, elapsed: float) -> tuple[float, float]:
        """Begin and end of the cycle under way, in seconds from the begin of the search."""
        start, length = 0.0, self._first_cycle
        while start + length <= elapsed and start + 2 * length < self._seconds:
            start, length = start + length, 2 * length
        return start, start + length if start + 2 * length < self._seconds else self._seconds
