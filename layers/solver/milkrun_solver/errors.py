"""Errors of the optimiser. All of them end a run as failed.

milkrun.errors.SolveError
└── OptimiserError                    base of what this package raises itself
    ├── NoAnswerError                 neither engine had an answer
    ├── UnsupportedCombinationError   no engine can express the whole problem
    ├── ProfileNotInNetworkError      a vehicle's profile has no roads
    ├── LocationOffNetworkError       a location is too far from all roads
    ├── LocationUnreachableError      no way leads from one location to another
    └── EngineError                   one engine failed; the other one's answers stand
"""

from collections.abc import Sequence
from typing import NamedTuple

from milkrun.errors import FieldError, SolveError
from milkrun.schema.paths import json_path
from milkrun_solver.places import Place

_NAMED = 10
"""Places that a sentence names; its `errors` name all of them."""


class OptimiserError(SolveError):
    """Base of the optimiser's own errors."""


class NoAnswerError(OptimiserError):
    """No engine had an answer: all failed, or the search was ended before the first one."""


class UnsupportedCombinationError(OptimiserError):
    """No engine can express all that a problem asks for.

    Args:
        inabilities: What each engine cannot express, in a sentence.
    """

    code = "unsupported_combination"

    def __init__(self, inabilities: Sequence[str]) -> None:
        super().__init__(f"No engine can express the whole problem: {', and '.join(inabilities)}.")


class ProfileNotInNetworkError(OptimiserError):
    """A road network has no road that a profile may use.

    Args:
        profile: The profile.
        known: Those that have roads.
        vehicles: By the number of each vehicle whose profile has none, that profile.
    """

    code = "profile_not_in_network"

    def __init__(self, profile: str, known: Sequence[str], vehicles: Sequence[tuple[int, str]] = ()) -> None:
        has = ", ".join(map(repr, known)) or "none"
        super().__init__(
            f"The road network has no roads for the profile {profile!r}; its profiles are: {has}.",
            [
                FieldError(
                    json_path(("vehicles", number, "profile")),
                    f"the road network has no roads for {name!r}; its profiles are: {has}",
                )
                for number, name in vehicles
            ],
        )


class OffNetwork(NamedTuple):
    """A place that is too far from all junctions, and how far the nearest one of a profile is, in metres."""

    place: Place
    profile: str
    metres: float


class LocationOffNetworkError(OptimiserError):
    """Locations are too far from all junctions.

    Args:
        found: All of them.
        limit: How far, in metres, they may be.

    Attributes:
        metres: How far the farthest one is from the nearest junction.
    """

    code = "location_off_network"

    def __init__(self, found: Sequence[OffNetwork], limit: float) -> None:
        allowed = f"at most {limit:,.0f} m are allowed"
        if len(found) == 1:
            name, profile, metres = found[0].place.name, found[0].profile, found[0].metres
            detail = f"Of the roads for {profile!r}, the nearest junction is {metres:,.0f} m from {name}"
        else:
            named = _listed([f"{it.place.name} ({it.metres:,.0f} m for {it.profile!r})" for it in found])
            detail = f"The nearest junction is too far from {named}"
        super().__init__(
            f"{detail}; {allowed}.",
            [
                FieldError(
                    json_path(it.place.path),
                    f"is {it.metres:,.0f} m from the nearest junction for {it.profile!r}; {allowed}",
                )
                for it in found
            ],
        )
        self.metres = float(max(it.metres for it in found))


class LocationUnreachableError(OptimiserError):
    """No way leads from one location to another.

    Args:
        origin, target: The names of two of them, as in `job 3`.
        profile: For which.
        cut_off: Each location that no way leads to, or none away from, with a sentence about it.
    """

    code = "location_unreachable"

    def __init__(
        self, origin: str, target: str, profile: str, cut_off: Sequence[tuple[Place, str]] = ()
    ) -> None:
        detail = f"On the roads for {profile!r}, no way leads from {origin} to {target}"
        if len(cut_off) > 1:
            detail += f"; cut off are {_listed([place.name for place, _ in cut_off])}"
        super().__init__(
            f"{detail}.", [FieldError(json_path(place.path), message) for place, message in cut_off]
        )
        self.origin, self.target = origin, target


def _listed(names: Sequence[str]) -> str:
    more = [f"{len(names) - _NAMED} more"] if len(names) > _NAMED else []
    return ", ".join([*names[:_NAMED], *more])


class EngineError(OptimiserError):
    """An engine failed. Never leaves `solve` as long as another engine can go on."""
