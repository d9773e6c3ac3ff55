"""The state machine of runs: one typed method per transition, each one script and one round trip."""

from milkrun.jobs.holding import Holding
from milkrun.jobs.stopping import Stopping
from milkrun.jobs.submitting import Submitting
from milkrun.jobs.sweeping import Sweeping


class JobStateManager(Submitting, Holding, Sweeping, Stopping):
    """Moves runs from state to state. Every method raises DependencyUnavailableError if Redis is down.

    Methods that store, end or erase a run wait for its replicas, and also raise it if too few have the
    change. A submitted run is then withdrawn. An end or an erasure stays noted, and takes effect once the
    replicas are back. All are safe to repeat.
    """
