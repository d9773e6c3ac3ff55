"""Problems on a road network: their travel times, their answers, and errors about locations."""

from typing import Any

import numpy as np
import pytest

from milkrun.errors import FieldError, NetworkNotFoundError
from milkrun.runs.travel import _SECONDS
from milkrun_solver.errors import (
    LocationOffNetworkError,
    LocationUnreachableError,
    NoAnswerError,
    ProfileNotInNetworkError,
)
from milkrun_solver.model.network_travel import network_source
from milkrun_solver.model.travel import travel_source
from milkrun_solver.roads.compiled import CompiledNetwork
from milkrun_solver.roads.network import RoadNetwork
from milkrun_solver.verification.verifier import Verifier
from tests.nonempty import nonempty
from tests.solver.helpers import ALL_SERVED, LOOKS, Watched, model_of, pyvrp_plan, scheduled, vroom_solution
from tests.solver.networks import Road, both_ways, compiled, line, never, random_network
from tests.solver.problems import problem_of

WEST, MIDDLE, EAST = (7.4001, 43.7301), (7.4049, 43.7299), (7.4101, 43.73)


def body(**given: Any) -> dict[str, Any]:
    return {
        "vehicles": [{"id": 1, "start": WEST, "end": WEST}],
        "jobs": [{"id": 1, "location": MIDDLE}, {"id": 2, "location": EAST}],
        "network": "town",
        **given,
    }


def test_travel_times_are_those_between_the_nearest_junctions() -> None:
    source = network_source(problem_of(body()), RoadNetwork(line(3)), never)
    rows = [source.place(place, None) for place in (WEST, MIDDLE, EAST)]
    travel = source.profiles["car"]
    assert source.kind == "network"
    assert travel.distances is not None
    assert travel.durations[np.ix_(rows, rows)].tolist() == [[0, 50, 100], [50, 0, 50], [100, 50, 0]]
    assert travel.distances[np.ix_(rows, rows)].tolist() == [[0, 500, 1000], [500, 0, 500], [1000, 500, 0]]


def test_each_profile_travels_its_own_way() -> None:
    ways = both_ways(Road(0, 1, 500, {"car": 30, "foot": 400}))
    roads = RoadNetwork(compiled([WEST, MIDDLE], ways, ["car", "foot"]))
    vehicles = [{"id": 1, "start": WEST}, {"id": 2, "start": WEST, "profile": "foot"}]
    problem = problem_of(body(vehicles=vehicles, jobs=[{"id": 1, "location": MIDDLE}]))
    source = network_source(problem, roads, never)
    assert source.profiles["car"].durations[0, 1] == 30
    assert source.profiles["foot"].durations[0, 1] == 400


def test_a_depot_concerns_only_the_profile_of_its_vehicle() -> None:
    """No car can reach the courier's room."""
    room = (7.38, 43.73)
    places = [room, *zip(line(3).longitude.tolist(), line(3).latitude.tolist(), strict=True)]
    ways = [Road(number, number + 1, 500, {"foot": 400}) for number in range(3)]
    ways += [Road(number, number + 1, 500, {"car": 50}) for number in (1, 2)]
    roads = RoadNetwork(compiled(places, [w for road in ways for w in both_ways(road)], ["car", "foot"]))
    vehicles = [{"id": 1, "start": WEST}, {"id": 2, "start": room, "profile": "foot"}]
    source = network_source(problem_of(body(vehicles=vehicles)), roads, never)
    origin, target = source.place(room, None), source.place(EAST, None)
    assert source.profiles["foot"].durations[origin, target] == 1_200


def test_an_unknown_network_is_an_error() -> None:
    with pytest.raises(NetworkNotFoundError, match="town") as error:
        travel_source(problem_of(body()))
    assert error.value.code == "network_not_found"


def test_a_profile_that_the_network_lacks_is_named() -> None:
    problem = problem_of(body(vehicles=[{"id": 1, "start": WEST, "profile": "truck"}]))
    with pytest.raises(ProfileNotInNetworkError, match="'truck'"):
        network_source(problem, RoadNetwork(line(3)), never)


def three_profiles() -> RoadNetwork:
    seconds = {"car": 50.0, "bike": 90.0, "foot": 300.0}
    ways = [way for n in range(2) for way in both_ways(Road(n, n + 1, 500, seconds))]
    places = list(zip(line(3).longitude.tolist(), line(3).latitude.tolist(), strict=True))
    return RoadNetwork(compiled(places, ways, list(seconds)))


@pytest.mark.parametrize("profile", ["truck", "driving-hgv", "Car", "driving-CAR"])
def test_every_vehicle_of_an_unknown_profile_is_named_with_the_profiles_there_are(profile: str) -> None:
    vehicles = [{"id": n, "start": WEST, "profile": name} for n, name in enumerate(("car", profile, profile))]
    with pytest.raises(ProfileNotInNetworkError) as error:
        network_source(problem_of(body(vehicles=vehicles)), three_profiles(), never)
    assert error.value.detail == (
        f"The road network has no roads for the profile {profile!r}. "
        "Profiles with roads: 'car', 'bike', 'foot'."
    )
    assert [it.loc for it in error.value.errors] == ["$.vehicles[1].profile", "$.vehicles[2].profile"]
    assert all("'car', 'bike', 'foot'" in it.message for it in error.value.errors)


@pytest.mark.parametrize(
    ("theirs", "ours"), [("driving-car", "car"), ("cycling-regular", "bike"), ("foot-walking", "foot")]
)
def test_a_profile_may_have_openrouteservices_name(theirs: str, ours: str) -> None:
    vehicles = [{"id": 1, "start": WEST, "profile": theirs}, {"id": 2, "start": WEST, "profile": ours}]
    profiles = network_source(problem_of(body(vehicles=vehicles)), three_profiles(), never).profiles
    assert profiles[theirs] is profiles[ours]


def test_openrouteservices_name_is_solved_and_drawn() -> None:
    given = body(vehicles=[{"id": 1, "start": WEST, "profile": "driving-car"}], options={"geometry": True})
    solution = Watched(problem_of(given), roads=RoadNetwork(line(3))).solution
    assert solution.summary.unassigned == 0
    assert solution.routes[0].geometry


def test_a_profile_of_that_exact_name_comes_before_openrouteservice_s() -> None:
    ways = [way for n in range(2) for way in both_ways(Road(n, n + 1, 500, {"driving-car": 7, "car": 50}))]
    places = list(zip(line(3).longitude.tolist(), line(3).latitude.tolist(), strict=True))
    roads = RoadNetwork(compiled(places, ways, ["car", "driving-car"]))
    assert roads.profile_of("driving-car") == "driving-car"


def test_with_matrices_openrouteservices_name_has_no_special_meaning() -> None:
    matrices = {"driving-car": {"durations": [[0, 7], [7, 0]]}, "car": {"durations": [[0, 9], [9, 0]]}}
    given = {
        "vehicles": [{"id": 1, "start_index": 0, "profile": "driving-car"}],
        "jobs": [{"id": 1, "location_index": 1}],
        "matrices": matrices,
    }
    assert list(travel_source(problem_of(given)).profiles) == ["driving-car"]


FAR = (7.40, 43.75)


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ({"jobs": [{"id": 3, "location": FAR}]}, "job 3"),
        ({"vehicles": [{"id": 7, "start": FAR, "end": WEST}]}, "the start of vehicle 7"),
        ({"vehicles": [{"id": 7, "start": WEST, "end": FAR}]}, "the end of vehicle 7"),
        (
            {"shipments": [{"pickup": {"id": 4, "location": FAR}, "delivery": {"id": 5, "location": EAST}}]},
            "pickup 4",
        ),
        (
            {"shipments": [{"pickup": {"id": 4, "location": EAST}, "delivery": {"id": 5, "location": FAR}}]},
            "delivery 5",
        ),
    ],
)
def test_a_location_off_the_network_is_named_with_its_distance(given: dict[str, Any], name: str) -> None:
    with pytest.raises(LocationOffNetworkError) as error:
        network_source(problem_of(body(**given)), RoadNetwork(line(3)), never)
    assert error.value.code == "location_off_network"
    assert f"2,224 m from {name}." in error.value.detail
    assert error.value.metres == pytest.approx(2_224, abs=1)


def off_network(**given: Any) -> LocationOffNetworkError:
    with pytest.raises(LocationOffNetworkError) as caught:
        network_source(problem_of(body(**given)), three_profiles(), never)
    return caught.value


def test_all_locations_off_the_network_are_named() -> None:
    places = [EAST, (11.0, 51.0), (12.0, 51.0), MIDDLE, (10.5, 49.0)]
    error = off_network(jobs=[{"id": n, "location": place} for n, place in enumerate(places, 1)])
    assert [it.loc for it in error.errors] == [f"$.jobs[{n}].location" for n in (1, 2, 4)]
    assert all(
        "from the nearest junction that 'car' can use; the maximum is 1,000 m" in it.message
        for it in error.errors
    )
    assert all(name in error.detail for name in ("job 2 (", "job 3 (", "job 5 ("))


def test_everything_at_a_location_off_the_network_is_named() -> None:
    reloads = [{"id": 1, "location": FAR}]
    ends = {"pickup": {"id": 4, "location": FAR}, "delivery": {"id": 5, "location": FAR}}
    error = off_network(
        vehicles=[{"id": 7, "start": FAR, "end": FAR, "reloads": reloads}],
        jobs=[{"id": 3, "location": FAR}],
        shipments=[ends],
    )
    assert [it.loc for it in error.errors] == [
        "$.jobs[0].location",
        "$.shipments[0].pickup.location",
        "$.shipments[0].delivery.location",
        "$.vehicles[0].start",
        "$.vehicles[0].end",
        "$.vehicles[0].reloads[0].location",
    ]


def test_a_location_off_the_roads_of_two_profiles_is_named_for_each() -> None:
    vehicles = [{"id": n, "start": WEST, "profile": name} for n, name in enumerate(("car", "foot"))]
    errors = off_network(vehicles=vehicles, jobs=[{"id": 3, "location": FAR}]).errors
    assert [it.loc for it in errors] == ["$.jobs[0].location"] * 2
    assert "'car'" in errors[0].message
    assert "'foot'" in errors[1].message


def test_an_error_about_many_locations_stays_short() -> None:
    error = off_network(jobs=[{"id": n, "location": (8 + n / 100, 43.7)} for n in range(300)])
    assert "290 more" in error.detail
    assert len(error.errors) == 300


def test_how_far_a_location_may_lie_is_a_setting() -> None:
    problem = problem_of(body(jobs=[{"id": 3, "location": FAR}]))
    assert network_source(problem, RoadNetwork(line(3), snap_limit_m=2_500), never).kind == "network"


def two_towns() -> CompiledNetwork:
    places = [(7.40, 43.73), (7.405, 43.73), (7.41, 43.73), (7.415, 43.73)]
    ways = [Road(0, 1, 400, {"car": 40}), Road(2, 3, 400, {"car": 40})]
    return compiled(places, [way for road in ways for way in both_ways(road)], ["car"])


def test_locations_without_a_way_between_them_are_both_named() -> None:
    with pytest.raises(LocationUnreachableError, match="from job 1 to job 2") as error:
        network_source(problem_of(body()), RoadNetwork(two_towns()), never)
    assert error.value.code == "location_unreachable"
    assert error.value.errors == (FieldError("$.jobs[1].location", "cannot be reached by 'car' from job 1"),)


def test_all_locations_that_are_cut_off_are_named() -> None:
    """Two of three towns are cut off: one cannot be reached, and the other cannot be left."""
    places = [(7.40 + 0.005 * number, 43.73) for number in range(6)]
    ways = [way for n in (0, 2, 4) for way in both_ways(Road(n, n + 1, 400, {"car": 40}))]
    ways += [Road(2, 1, 400, {"car": 40}), Road(1, 4, 400, {"car": 40})]
    jobs = [{"id": n, "location": place} for n, place in enumerate(places) if n != 5]
    with pytest.raises(LocationUnreachableError) as error:
        network_source(
            problem_of(body(jobs=jobs, vehicles=[{"id": 1, "start": places[0]}])),
            RoadNetwork(compiled(places, ways, ["car"])),
            never,
        )
    assert [it.loc for it in error.value.errors] == [f"$.jobs[{n}].location" for n in (2, 3, 4)]
    assert [it.message for it in error.value.errors] == [
        "cannot be reached by 'car' from job 0",
        "cannot be reached by 'car' from job 0",
        "job 0 cannot be reached by 'car' from here",
    ]
    assert "cannot be reached or cannot be left: job 2, job 3 and job 4." in error.value.detail


def test_one_junction_with_two_addresses_is_two_places_for_setup_times() -> None:
    near = (MIDDLE[0] + 0.0001, MIDDLE[1])
    jobs = [
        {"id": 1, "location": MIDDLE, "setup": 60},
        {"id": 2, "location": near, "setup": 60},
        {"id": 3, "location": near, "setup": 60},
    ]
    solution = Watched(problem_of(body(jobs=jobs)), roads=RoadNetwork(line(3))).solution
    assert solution.summary.setup == 120
    assert solution.summary.duration == 100


def random_body(seed: int) -> dict[str, Any]:
    rng = np.random.default_rng(seed)
    places = [[2 + x, 48 + y] for x, y in rng.uniform(0, 0.05, (20, 2)).tolist()]
    window = [0, 6_000]
    return {
        "vehicles": [
            {"id": 1, "start": places[0], "end": places[0], "capacity": [9], "time_window": window},
            {"id": 2, "start": places[1], "capacity": [9], "profile": "bike", "costs": {"per_km": 200}},
            {"id": 3, "end": places[1], "capacity": [9], "speed_factor": 0.8, "costs": {"fixed": 50}},
        ],
        "jobs": [
            {"id": i, "location": place, "delivery": [1], "service": 60, "setup": 30}
            for i, place in enumerate(places[2:18])
        ],
        "shipments": [
            {
                "amount": [1],
                "pickup": {"id": 1, "location": places[18]},
                "delivery": {"id": 1, "location": places[19], "time_windows": [[0, 9_000]]},
            }
        ],
        "network": "town",
        "options": {"geometry": True},
    }


@pytest.mark.parametrize("seed", range(3))
def test_both_engines_answers_on_a_network_verify(seed: int) -> None:
    network = random_network(seed)
    problem = problem_of(random_body(seed))
    model = model_of(problem, RoadNetwork(network, 5_000))
    verifier = Verifier(problem, model.travel)
    assert verifier.faults(vroom_solution(model)) == []
    plan = pyvrp_plan(model)
    assert plan is not None
    solution = scheduled(model, plan)
    assert solution is not None
    assert verifier.faults(solution) == []


def test_a_search_on_a_network_reports_drawn_answers() -> None:
    network = random_network(1)
    watched = Watched(problem_of(random_body(1)), roads=RoadNetwork(network, 5_000), good_enough=ALL_SERVED)
    assert watched.solution.meta.matrix == "network"
    assert watched.solution.summary.unassigned == 0
    for solution in (watched.solution, *(reported for _, reported in watched.reported)):
        assert all(route.geometry for route in solution.routes)


def test_a_continued_search_draws_the_routes_it_was_given() -> None:
    network = random_network(1)
    given = random_body(1)
    problem, roads = problem_of(given), RoadNetwork(network, 5_000)
    first = Watched(problem, roads=roads, enough=1).solution
    bare = first.model_copy(
        update={"routes": [route.model_copy(update={"geometry": None}) for route in first.routes]}
    )
    again = Watched(problem, roads=roads, initial=bare, looks=LOOKS)
    assert all(route.geometry for route in nonempty(again.solution.routes))


def test_a_stop_ends_the_search_before_its_travel_times_are_known() -> None:
    with pytest.raises(NoAnswerError, match=f"longer than {_SECONDS / 60:g} minutes"):
        Watched(problem_of(body()), roads=RoadNetwork(line(3)), should_stop=lambda: True)
