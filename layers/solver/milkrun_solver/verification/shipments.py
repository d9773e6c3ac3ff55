"""The verifier's own statement of shipments: each is picked up before it is delivered, on the same trip."""

from collections.abc import Iterator

from milkrun_solver.verification.facts import RouteFacts


def shipment_faults(facts: RouteFacts) -> Iterator[str]:
    """Finds shipments that are delivered before they are picked up, or that stay on board."""
    on_board: set[int] = set()
    for step in facts.route.steps:
        if step.type == "reload" and on_board:
            yield f"shipments are on board at reload {step.id}"
        elif step.type == "pickup" and step.id is not None:
            on_board.add(step.id)
        elif step.type == "delivery" and step.id is not None:
            pickup = facts.problem.pickup_of[step.id]
            if pickup not in on_board:
                yield f"delivery {step.id} has no pickup before it"
            on_board.discard(pickup)
    if on_board:
        yield f"these pickups have no delivery after them: {sorted(on_board)}"
