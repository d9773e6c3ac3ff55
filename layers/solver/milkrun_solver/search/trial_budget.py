"""How much of a search's time its trials may take, where one engine leads."""

SHARE = 0.1
"""Share of the time for trials of what others can do. The leading engine makes the most of the rest."""


class TrialBudget:
    """The time for trials: it grows with the time that the search has had.

    Args:
        begin: When the search began, in seconds of its clock.
    """

    def __init__(self, begin: float) -> None:
        self._begin = begin
        self._spent = 0.0

    def allows(self, now: float, seconds: float) -> bool:
        """Whether all trials would take no more than their share of the time until the end of another one."""
        return self._spent + seconds <= SHARE * (now + seconds - self._begin)

    def spend(self, seconds: float) -> None:
        """Notes that a trial has begun."""
        self._spent += seconds
