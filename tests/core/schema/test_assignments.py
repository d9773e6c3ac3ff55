"""Rules on who serves what."""

from typing import Any

import pytest

from .bodies import broken, problem


@pytest.mark.parametrize("kind", ["jobs", "shipments"])
def test_an_allowed_vehicle_must_exist(kind: str) -> None:
    ends = {"pickup": {"id": 1, "location_index": 1}, "delivery": {"id": 1, "location_index": 2}}
    order: dict[str, Any] = {"id": 1, "location_index": 1} if kind == "jobs" else ends
    found = broken(**{kind: [{**order, "allowed_vehicles": [1, 7]}]})
    assert found == {f"$.{kind}[0].allowed_vehicles[1]": "there is no vehicle with the id 7"}
    assert broken(**{kind: [{**order, "allowed_vehicles": [1]}]}) == {}


def test_nobody_is_no_list_of_vehicles() -> None:
    with pytest.raises(ValueError, match="allowed_vehicles"):
        problem(job={"allowed_vehicles": []})
