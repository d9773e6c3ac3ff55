import random

from milkrun_solver.verification.allowed import allowed_faults
from tests.solver.exhaustive.rules.allowed import Allowed
from tests.solver.verification.agreement import Body, agree
from tests.solver.verification.cases import facts, problem, step


def restricted(body: Body, rng: random.Random) -> None:
    """Each order may be served by some of the vehicles."""
    for order in (*body["jobs"], *body["shipments"]):
        if rng.random() < 0.5:
            order["allowed_vehicles"] = rng.sample([10, 20, 30], rng.randint(1, 3))


def test_a_task_without_a_list_is_for_every_vehicle() -> None:
    assert list(allowed_faults(facts(problem({}, {}), step("job", 1)))) == []


def test_both_ends_of_a_shipment_have_its_list() -> None:
    given = problem({}, shipment={"allowed_vehicles": [1]})
    assert list(allowed_faults(facts(given, step("pickup", 5), step("delivery", 9)))) == []


def test_what_is_found_is_what_the_definition_says() -> None:
    agree(restricted, Allowed, "may not be served by this vehicle")
