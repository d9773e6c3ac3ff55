from milkrun_solver.places import distinct_coordinates, task_places, vehicle_places
from tests.solver.problems import problem_of

DEPOT, SHOP, YARD = (7.40, 43.73), (7.41, 43.74), (7.42, 43.75)
PROBLEM = problem_of(
    {
        "vehicles": [{"id": 3, "start": DEPOT, "reloads": [{"id": 9, "location": YARD}]}],
        "jobs": [{"id": 1, "location": SHOP}],
        "shipments": [{"pickup": {"id": 2, "location": SHOP}, "delivery": {"id": 4, "location": DEPOT}}],
    }
)


def test_a_task_has_a_name_by_its_kind_and_a_path() -> None:
    assert [(place.name, place.path, place.coordinates) for place in task_places(PROBLEM)] == [
        ("job 1", ("jobs", 0, "location"), SHOP),
        ("pickup 2", ("shipments", 0, "pickup", "location"), SHOP),
        ("delivery 4", ("shipments", 0, "delivery", "location"), DEPOT),
    ]


def test_a_vehicle_has_places_to_start_end_and_reload() -> None:
    assert [(place.name, place.coordinates) for place in vehicle_places(PROBLEM, 0)] == [
        ("the start of vehicle 3", DEPOT),
        ("the end of vehicle 3", None),
        ("the reload 9 of vehicle 3", YARD),
    ]


def test_equal_coordinates_are_one_place_and_vehicles_are_numbered_first() -> None:
    assert distinct_coordinates(PROBLEM) == {DEPOT: 0, YARD: 1, SHOP: 2}
