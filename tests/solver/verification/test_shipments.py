from milkrun.schema.solution import Step
from milkrun_solver.verification.shipments import shipment_faults
from tests.solver.verification.cases import facts, problem, step

PICKUP, DELIVERY, RELOAD = step("pickup", 5), step("delivery", 9), step("reload", 8)


def faults(*steps: Step) -> list[str]:
    given = problem({"reloads": [{"id": 8, "location_index": 0}]}, {}, shipment={})
    return list(shipment_faults(facts(given, *steps)))


def test_a_shipment_is_delivered_after_its_pickup() -> None:
    assert faults(PICKUP, step("job", 1), DELIVERY) == []
    assert faults(DELIVERY, PICKUP) == [
        "delivery 9 has no pickup before it",
        "these pickups have no delivery after them: [5]",
    ]


def test_a_shipment_is_delivered_on_the_route_that_picked_it_up() -> None:
    assert faults(PICKUP) == ["these pickups have no delivery after them: [5]"]
    assert faults(DELIVERY) == ["delivery 9 has no pickup before it"]


def test_a_vehicle_reloads_before_or_after_a_shipment_and_not_with_it_on_board() -> None:
    assert faults(RELOAD, PICKUP, DELIVERY, RELOAD) == []
    assert faults(PICKUP, RELOAD, DELIVERY) == ["shipments are on board at reload 8"]
