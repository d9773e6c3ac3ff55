"""Which profiles a barrier stops."""

import pytest

from networks.barriers import stopped_by

Tags = dict[str, str]
ALL, WHEELS, CARS, NOBODY = (
    (True, True, True),
    (True, True, False),
    (True, False, False),
    (False, False, False),
)


@pytest.mark.parametrize(
    "kind", ["bollard", "block", "bus_trap", "sump_buster", "cycle_barrier", "jersey_barrier", "rope", "log"]
)
def test_a_barrier_too_narrow_or_deep_stops_cars(kind: str) -> None:
    assert stopped_by({"barrier": kind}) == CARS


@pytest.mark.parametrize(
    "kind", ["stile", "turnstile", "full-height_turnstile", "kissing_gate", "horse_stile"]
)
def test_a_barrier_to_climb_or_squeeze_through_stops_bikes_too(kind: str) -> None:
    assert stopped_by({"barrier": kind}) == WHEELS


@pytest.mark.parametrize("kind", ["wall", "fence", "hedge", "city_wall"])
def test_a_barrier_without_a_gap_stops_all(kind: str) -> None:
    assert stopped_by({"barrier": kind}) == ALL


@pytest.mark.parametrize(
    "kind",
    ["gate", "lift_gate", "swing_gate", "toll_booth", "cattle_grid", "entrance", "border_control", "kerb"],
)
def test_a_barrier_that_opens_or_is_driven_over_stops_nobody(kind: str) -> None:
    assert stopped_by({"barrier": kind}) == NOBODY


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ({"barrier": "gate", "access": "private"}, ALL),
        ({"barrier": "gate", "access": "no", "foot": "yes"}, WHEELS),
        ({"barrier": "gate", "motor_vehicle": "no"}, CARS),
        ({"barrier": "bollard", "motor_vehicle": "yes"}, NOBODY),
        ({"barrier": "bus_trap", "bus": "yes"}, CARS),
        ({"barrier": "bus_trap", "motorcar": "yes"}, NOBODY),
        ({"barrier": "kissing_gate", "bicycle": "yes"}, CARS),
        ({"barrier": "kissing_gate", "bicycle": "dismount"}, CARS),
        ({"barrier": "fence", "foot": "yes"}, WHEELS),
        ({"barrier": "gate", "access": "no", "bicycle": "dismount", "foot": "yes"}, CARS),
    ],
)
def test_a_barriers_access_decides_for_each_profile(tags: Tags, expected: tuple[bool, ...]) -> None:
    assert stopped_by(tags) == expected


def test_of_several_kinds_one_that_stops_is_enough() -> None:
    assert stopped_by({"barrier": "gate; bollard"}) == CARS


def test_anything_but_a_barrier_stops_nobody() -> None:
    assert stopped_by({"highway": "crossing", "access": "no"}) == NOBODY
