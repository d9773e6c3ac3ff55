"""The vehicles of instances."""

from pathlib import Path

import pytest

from bench.solver.fleets import Vehicle, skills_of_customers, skills_of_vehicle
from bench.solver.instances import Instance, InstanceError, read_instance
from tests.bench.conftest import DEPOTS, TRIPS


def test_vehicles_keep_the_order_of_the_file(depots: Instance) -> None:
    first = Vehicle(6, depot=0, fixed=7_000, per_unit=1, longest=11_000, serves=frozenset({2}))
    other = Vehicle(10, depot=1, fixed=0, per_unit=3, longest=11_000, serves=frozenset({2, 3}))
    assert depots.fleet == (first, other, other)


def test_a_depot_to_reload_at_allows_several_trips(trips: Instance) -> None:
    assert trips.fleet == (Vehicle(6, reloads=True),)


@pytest.mark.parametrize(
    ("text", "said", "instead"),
    [
        (TRIPS, "VEHICLES_RELOAD_DEPOT_SECTION\n1 1", "VEHICLES_RELOAD_DEPOT_SECTION\n1 2"),
        (DEPOTS, "VEHICLES_DEPOT_SECTION\n1 1", "VEHICLES_DEPOT_SECTION\n1 3"),
        (DEPOTS, "VEHICLES : 3", "VEHICLES : 4"),
    ],
)
def test_a_fleet_that_is_not_understood_is_refused(
    tmp_path: Path, text: str, said: str, instead: str
) -> None:
    path = tmp_path / "odd.vrp"
    path.write_text(text.replace(said, instead))
    with pytest.raises(InstanceError, match="cannot be read"):
        read_instance(path)


def test_skills_say_who_may_serve_a_customer(depots: Instance) -> None:
    needed = skills_of_customers(depots.kinds, depots.rows)
    assert set(needed) == {3}  # all may serve 2
    assert [skills_of_vehicle(vehicle, needed) for vehicle in depots.kinds] == [[], [needed[3]]]


def test_customers_of_the_same_vehicles_need_the_same_skill() -> None:
    kinds = [Vehicle(1, serves=frozenset({1, 2})), Vehicle(1, serves=frozenset({3})), Vehicle(1)]
    needed = skills_of_customers(kinds, [1, 2, 3])
    assert needed[1] == needed[2] != needed[3]
    assert skills_of_vehicle(kinds[2], needed) == sorted({needed[1], needed[3]})
