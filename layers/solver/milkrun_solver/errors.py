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
        super().__init__(f"No engine supports all features of the problem. {'. '.join(inabilities)}.")


class ProfileNotInNetworkError(OptimiserError):
    """A road network has no road that a profile may use.

    Args:
        profile: The profile.
        known: Those that have roads.
        vehicles: By the number of each vehicle whose profile has none, that profile.
    """

    code = "profile_not_in_network"

    def __init__(self, profile: str, known: Sequence[str], vehicles: Sequence[tuple[int, str]] = ()) -> None:
        has = f"It has roads for: {', '.join(map(repr, known)) or 'no profile'}"
        super().__init__(
            f"The road network has no roads for the profile {profile!r}. {has}.",
            [
                FieldError(
                    json_path(("vehicles", number, "profile")),
                    f"the road network has no roads for the profile {name!r}. {has}",
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
        maximum = f"maximum is {limit:,.0f} m"
        if len(found) == 1:
            name, profile, metres = found[0].place.name, found[0].profile, found[0].metres
            detail = f"The nearest junction that {profile!r} can use is {metres:,.0f} m from {name}"
        else:
            named = _listed([f"{it.place.name} ({it.metres:,.0f} m for {it.profile!r})" for it in found])
            detail = f"These locations are too far from a junction: {named}"
        super().__init__(
            f"{detail}. The {maximum}.",
            [
                FieldError(
                    json_path(it.place.path),
                    f"is {it.metres:,.0f} m from the nearest junction that {it.profile!r} can use; "
                    f"the {maximum}",
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
        detail = f"There is no path for {profile!r} from {origin} to {target}."
        if len(cut_off) > 1:
            named = _listed([place.name for place, _ in cut_off])
            detail += f" Unreachable in at least one direction: {named}."
        super().__init__(detail, [FieldError(json_path(place.path), message) for place, message in cut_off])
        self.origin, self.target = origin, target


def _listed(names: Sequence[str]) -> str:
    """Two names or more, as a sentence lists them."""
    last = f"{len(names) - _NAMED} more" if len(names) > _NAMED else names[-1]
    return f"{', '.join(names[:-1][:_NAMED])} and {last}"


class EngineError(OptimiserError):
    """An engine failed. Never leaves `solve` as long as another engine can go on."""
