"""Errors tell a caller what to change, and where in the body it is."""

from milkrun.errors import SolveError
from milkrun_solver import errors
from milkrun_solver.errors import (
    LocationOffNetworkError,
    LocationUnreachableError,
    OffNetwork,
    OptimiserError,
    ProfileNotInNetworkError,
    UnsupportedCombinationError,
)
from milkrun_solver.places import Place
from tests.nonempty import nonempty


def job(number: int) -> Place:
    return Place(f"job {number}", ("jobs", number - 1, "location"), None)


def test_every_error_is_an_optimiser_error_and_a_solve_error() -> None:
    found = [it for it in vars(errors).values() if isinstance(it, type) and it.__module__ == errors.__name__]
    for error in nonempty(it for it in found if issubclass(it, Exception)):
        assert issubclass(error, OptimiserError)
        assert issubclass(error, SolveError)


def test_a_combination_that_no_engine_can_express_has_both_reasons() -> None:
    error = UnsupportedCombinationError(
        ["VROOM does not support `reloads`", "PyVRP does not support `breaks`"]
    )
    assert error.code == "unsupported_combination"
    assert error.detail == (
        "No engine supports all features of the problem. "
        "VROOM does not support `reloads`. PyVRP does not support `breaks`."
    )


def test_a_profile_without_roads_is_reported_for_each_vehicle() -> None:
    error = ProfileNotInNetworkError("truck", ["car", "bike"], [(2, "truck")])
    assert error.detail.endswith("no roads for the profile 'truck'. Profiles with roads: 'car', 'bike'.")
    assert [it.loc for it in error.errors] == ["$.vehicles[2].profile"]


def test_one_location_off_the_roads_is_reported_with_its_distance() -> None:
    error = LocationOffNetworkError([OffNetwork(job(1), "car", 1_234.5)], limit=500)
    assert error.detail == (
        "The nearest junction that 'car' can use is 1,234 m from job 1. The maximum is 500 m."
    )
    assert [it.loc for it in error.errors] == ["$.jobs[0].location"]
    assert error.metres == 1_234.5


def test_the_sentence_names_ten_places_and_the_errors_name_all() -> None:
    error = LocationOffNetworkError([OffNetwork(job(n), "car", 100.0 * n) for n in range(1, 13)], limit=50)
    assert error.detail.endswith("job 10 (1,000 m for 'car') and 2 more. The maximum is 50 m.")
    assert len(error.errors) == 12
    assert error.metres == 1_200


def test_every_unreachable_place_is_named() -> None:
    cut_off = [(job(1), "cannot be reached"), (job(2), "cannot be left")]
    error = LocationUnreachableError("job 3", "job 1", "car", cut_off)
    assert error.detail == (
        "There is no path for 'car' from job 3 to job 1. "
        "These locations cannot be reached or cannot be left: job 1 and job 2."
    )
    assert [it.message for it in error.errors] == ["cannot be reached", "cannot be left"]
    assert (error.origin, error.target) == ("job 3", "job 1")
