"""HGS-CVRP, the hybrid genetic search of Vidal (2022), with its own parameters. It uses one core, and has one
answer at its end."""

from importlib.metadata import version

import hybgensea

from bench.solver.instances import Instance
from bench.solver.registry import Found

_ITS_OWN = -1
"""HGS chooses how many vehicles it needs at most."""


class Hgs:
    """One problem with capacities alone."""

    def __init__(self, instance: Instance) -> None:
        self.version = version("hybgensea")
        self._instance = instance

    def search(self, seconds: float, seed: int, found: Found) -> None:
        """Searches in this thread."""
        instance = self._instance
        places = (
            {}
            if instance.places is None
            else dict(zip(("x_coords", "y_coords"), instance.places.T, strict=True))
        )
        result = hybgensea.solve_cvrp_dist_mtx(
            instance.distances,
            instance.demand,
            instance.fleet[0].capacity,
            **places,
            num_vehicles=len(instance.fleet) if len(instance.fleet) < instance.customers else _ITS_OWN,
            extract_all_feasible=False,
            verbose=False,
            seed=seed,
            timeLimit=seconds,
        )
        found(result.routes)


def make(instance: Instance, cores: int) -> Hgs:  # noqa: ARG001  # it uses one thread
    """HGS, ready to search."""
    return Hgs(instance)
