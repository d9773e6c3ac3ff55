"""A vehicle reloads only at its own places, and at most `max_reloads` times."""

from collections.abc import Hashable

from milkrun_solver.model.vehicles import Vehicle
from milkrun_solver.rules.rule import Insertion, Rule


class MaxReloads(Rule):
    """One job or shipment takes at most one reload, so all that matters here is whether the limit is 0."""

    code = "max_reloads"
    reason = "the vehicle may not reload"

    def allows(self, insertion: Insertion) -> bool:
        most = insertion.vehicle.source.max_reloads
        return most is None or insertion.reloads <= most

    def traits(self, vehicle: Vehicle) -> Hashable:
        places = tuple((reload.place, reload.service) for reload in vehicle.reloads)
        return places, vehicle.source.max_reloads == 0
