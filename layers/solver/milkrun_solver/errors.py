"""Errors of the optimiser. All of them end a run as failed.

milkrun.errors.SolveError
└── OptimiserError                    base of what this package raises itself
    ├── NoAnswerError                 neither engine had an answer
    ├── UnsupportedCombinationError   what VROOM alone knows stands beside what PyVRP alone knows
    ├── ProfileNotInNetworkError      a vehicle's profile has no roads
    ├── LocationOffNetworkError       a location is too far from all roads
    ├── LocationUnreachableError      no way leads from one location to another
    └── EngineError                   one engine failed; the other one's answers stand
"""

from milkrun.errors import SolveError


class OptimiserError(SolveError):
    """Base of the optimiser's own errors."""


class NoAnswerError(OptimiserError):
    """No engine had an answer: all failed, or the search was ended before the first one."""


class UnsupportedCombinationError(OptimiserError):
    """A problem has what VROOM alone knows beside what PyVRP alone knows.

    Args:
        for_vroom, for_pyvrp: Why it is the one's, and why it is the other's.
    """

    code = "unsupported_combination"

    def __init__(self, for_vroom: str, for_pyvrp: str) -> None:
        super().__init__(f"No engine knows all that the problem asks for: {for_vroom}, and {for_pyvrp}.")


class ProfileNotInNetworkError(OptimiserError):
    """A road network has no road that a vehicle's profile may use."""

    code = "profile_not_in_network"


class LocationOffNetworkError(OptimiserError):
    """A location is too far from all junctions.

    Args:
        place: What is there, such as `job 3`.
        profile: The profile that should go there.
        metres: How far the nearest junction is.
        limit: How far it may be.
    """

    code = "location_off_network"

    def __init__(self, place: str, profile: str, metres: float, limit: float) -> None:
        super().__init__(
            f"Of the roads for {profile!r}, the nearest junction is {metres:,.0f} m from {place};"
            f" at most {limit:,.0f} m are allowed."
        )
        self.place, self.metres = place, float(metres)


class LocationUnreachableError(OptimiserError):
    """No way leads from `origin` to `target`, named as in `job 3`, for a profile."""

    code = "location_unreachable"

    def __init__(self, origin: str, target: str, profile: str) -> None:
        super().__init__(f"On the roads for {profile!r}, no way leads from {origin} to {target}.")
        self.origin, self.target = origin, target


class EngineError(OptimiserError):
    """An engine failed. Never leaves `solve` as long as another engine can go on."""
