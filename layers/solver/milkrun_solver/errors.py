"""Errors of the optimiser. A run that raises one of them ends as failed.

milkrun.errors.SolveError
└── OptimiserError                    base of this package's own errors
    ├── NoAnswerError                 no engine had an answer
    ├── UnsupportedCombinationError   no engine can express the whole problem
    ├── ProfileNotInNetworkError      a vehicle's profile has no roads
    ├── LocationOffNetworkError       a location is too far from all roads
    ├── LocationUnreachableError      one location cannot be reached from another
    └── EngineError                   one engine failed; the other engine's answers still count
"""

from collections.abc import Sequence
from typing import NamedTuple

from milkrun.errors import FieldError, SolveError
from milkrun.schema.paths import json_path
from milkrun_solver.places import Place

_NAMED = 10
"""Most places that a sentence names; `errors` names all of them."""


class OptimiserError(SolveError):
    """Base of the optimiser's own errors."""


class NoAnswerError(OptimiserError):
    """All engines failed, or the search ended before the first answer."""


class UnsupportedCombinationError(OptimiserError):
    """No engine can express the whole problem.

    Args:
        inabilities: What each engine cannot express, in words.
    """

    code = "unsupported_combination"

    def __init__(self, inabilities: Sequence[str]) -> None:
        super().__init__(f"No engine supports all features of the problem. {'. '.join(inabilities)}.")


class ProfileNotInNetworkError(OptimiserError):
    """A road network has no road that a profile may use.

    Args:
        profile: The profile.
        known: The profiles that have roads.
        vehicles: The number and the profile of each vehicle whose profile has no roads.
    """

    code = "profile_not_in_network"

    def __init__(self, profile: str, known: Sequence[str], vehicles: Sequence[tuple[int, str]] = ()) -> None:
        has = f"Profiles with roads: {', '.join(map(repr, known)) or 'none'}"
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
    """A place that is too far from all junctions of a profile, and the distance to the nearest, in metres."""

    place: Place
    profile: str
    metres: float


class LocationOffNetworkError(OptimiserError):
    """Locations are too far from all junctions.

    Args:
        found: These locations.
        limit: The largest distance allowed, in metres.

    Attributes:
        metres: The largest distance found.
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
    """On its road network, a vehicle cannot get from one location to another.

    Args:
        origin, target: The names of such a pair, such as `job 3`.
        profile: The profile of the vehicle.
        cut_off: Each location that cannot be reached or cannot be left, with a message about it.
    """

    code = "location_unreachable"

    def __init__(
        self, origin: str, target: str, profile: str, cut_off: Sequence[tuple[Place, str]] = ()
    ) -> None:
        detail = f"There is no path for {profile!r} from {origin} to {target}."
        if len(cut_off) > 1:
            named = _listed([place.name for place, _ in cut_off])
            detail += f" These locations cannot be reached or cannot be left: {named}."
        super().__init__(detail, [FieldError(json_path(place.path), message) for place, message in cut_off])
        self.origin, self.target = origin, target


def _listed(names: Sequence[str]) -> str:
    """Two names or more, as a sentence lists them."""
    last = f"{len(names) - _NAMED} more" if len(names) > _NAMED else names[-1]
    return f"{', '.join(names[:-1][:_NAMED])} and {last}"


class EngineError(OptimiserError):
    """An engine failed. It leaves `solve` only if no other engine can continue."""
