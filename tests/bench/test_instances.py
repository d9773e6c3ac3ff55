"""Reading instances of the literature."""

from pathlib import Path

import pytest

from bench.solver.fleets import Vehicle
from bench.solver.generated import write_instances
from bench.solver.instances import (
    Instance,
    InstanceError,
    instance_paths,
    read_best_known,
    read_instance,
)
from tests.bench.conftest import WINDOWS

SOLOMON = """\
R1

VEHICLE
NUMBER     CAPACITY
  3         200

CUSTOMER
CUST NO.  XCOORD.   YCOORD.    DEMAND   READY TIME  DUE DATE   SERVICE   TIME

    0      0         0          0          0       230          0
    1      1         1         10        161       171         10
    2      3         4          7         50        60         10
"""


def test_with_time_windows_everything_is_cut_off_to_tenths(windows: Instance) -> None:
    assert windows.scale == 10
    assert windows.distances.tolist() == [[0, 50, 14, 90], [50, 0, 36, 58], [14, 36, 0, 80], [90, 58, 80, 0]]
    assert windows.windows is not None
    assert windows.windows.tolist() == [[0, 400], [0, 80], [200, 250], [0, 300]]


def test_the_depot_takes_no_time(windows: Instance) -> None:
    assert windows.service.tolist() == [0, 50, 50, 50]


def test_without_time_windows_distances_are_rounded_to_the_nearest(capacity: Instance) -> None:
    assert capacity.scale == 1
    assert capacity.distances[2].tolist() == [1, 4, 0, 8]
    assert capacity.windows is None


def test_places_are_those_of_the_file(windows: Instance) -> None:
    assert windows.places is not None
    assert windows.places.tolist() == [[0, 0], [3, 4], [1, 1], [0, 9]]


def test_plain_instances_use_no_features_but_windows(windows: Instance, capacity: Instance) -> None:
    assert (set(windows.features), set(capacity.features)) == ({"windows"}, set())


def test_variants_use_features(depots: Instance, trips: Instance) -> None:
    assert depots.features == {"windows", "kinds", "durations"}
    assert trips.features == {"windows", "trips"}


def test_customers_follow_the_depots(depots: Instance) -> None:
    assert (depots.depots, depots.customers, list(depots.rows)) == (2, 2, [2, 3])


def test_vehicles_that_are_alike_are_of_one_kind(depots: Instance) -> None:
    assert list(depots.kinds.values()) == [[0], [1, 2]]


def test_without_a_number_of_vehicles_there_is_one_for_each_customer(
    windows: Instance, capacity: Instance
) -> None:
    assert (len(windows.fleet), len(capacity.fleet)) == (2, 3)


def test_places_between_whole_coordinates_keep_thousandths(tmp_path: Path) -> None:
    path = tmp_path / "halves.vrp"
    path.write_text(
        "DIMENSION : 2\nCAPACITY : 1\nEDGE_WEIGHT_TYPE : EUC_2D\nNODE_COORD_SECTION\n1 0.5 0\n2 1.5 1\n"
        "DEMAND_SECTION\n1 0\n2 1\nDEPOT_SECTION\n1\n-1\nEOF\n"
    )
    instance = read_instance(path)
    assert (instance.scale, int(instance.distances[0, 1])) == (1_000, 1_414)


def test_a_matrix_of_whole_numbers_is_used_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "matrix.vrp"
    path.write_text(
        "DIMENSION : 2\nCAPACITY : 1\nEDGE_WEIGHT_TYPE : EXPLICIT\nEDGE_WEIGHT_FORMAT : FULL_MATRIX\n"
        "EDGE_WEIGHT_SECTION\n0 7\n9 0\nDEMAND_SECTION\n1 0\n2 1\nDEPOT_SECTION\n1\n-1\nEOF\n"
    )
    instance = read_instance(path)
    assert (instance.scale, instance.distances.tolist()) == (1, [[0, 7], [9, 0]])


def test_text_files_are_solomon_s(tmp_path: Path) -> None:
    path = tmp_path / "r1.txt"
    path.write_text(SOLOMON)
    instance = read_instance(path)
    assert instance.windows is not None
    assert instance.windows.tolist() == [[0, 2300], [1610, 1710], [500, 600]]
    assert instance.fleet == (Vehicle(200),) * 3
    assert instance.service.tolist() == [0, 100, 100]
    assert instance.distances[0].tolist() == [0, 14, 50]


@pytest.mark.parametrize(
    ("said", "instead", "complaint"),
    [
        ("CAPACITY : 10", "CAPACITY : 10\nBACKHAUL : 1", "unsupported sections: backhaul"),
        ("CAPACITY : 10\n", "", "cannot be read"),
        ("DEPOT_SECTION\n1\n", "DEPOT_SECTION\n2\n", "a depot other"),
        ("DEPOT_SECTION\n1\n", "DEPOT_SECTION\n1\n3\n", "a depot other"),
        ("DEPOT_SECTION\n1\n", "DEPOT_SECTION\n1\n2\n", "which depots"),
    ],
)
def test_an_instance_that_is_not_understood_is_refused(
    tmp_path: Path, said: str, instead: str, complaint: str
) -> None:
    path = tmp_path / "odd.vrp"
    path.write_text(WINDOWS.replace(said, instead))
    with pytest.raises(InstanceError, match=complaint):
        read_instance(path)


def test_a_published_solution_is_found_beside_its_instance(tmp_path: Path) -> None:
    path = tmp_path / "corner.vrp"
    assert read_best_known(path) is None
    path.with_suffix(".sol").write_text("Route #1: 1 2\nRoute #2: 3\nCost 28.0\n")
    best_known = read_best_known(path)
    assert best_known is not None
    assert (best_known.cost, best_known.routes) == (28.0, [[1, 2], [3]])


def test_a_folder_gives_its_instances_by_name(tmp_path: Path) -> None:
    for name in ("b.vrp", "a.txt", "b.sol"):
        (tmp_path / name).touch()
    assert [path.name for path in instance_paths(tmp_path)] == ["a.txt", "b.vrp"]


def test_a_folder_without_instances_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(InstanceError, match=r"no \.vrp"):
        instance_paths(tmp_path)


def test_generated_instances_can_be_read_and_are_the_same_every_time(tmp_path: Path) -> None:
    write_instances(tmp_path / "once")
    write_instances(tmp_path / "twice")
    once, twice = instance_paths(tmp_path / "once"), instance_paths(tmp_path / "twice")
    assert [path.read_bytes() for path in once] == [path.read_bytes() for path in twice]
    instances = [read_instance(path) for path in once]
    assert {(i.customers, i.windows is not None) for i in instances} == {
        (100, False),
        (300, False),
        (200, True),
    }
