"""The state machine of runs: one typed method per transition, each one script and one round trip."""

from milkrun.jobs.holding import Holding
from milkrun.jobs.stopping import Stopping
from milkrun.jobs.submitting import Submitting
from milkrun.jobs.sweeping import Sweeping


class JobStateManager(Submitting, Holding, Sweeping, Stopping):
    """Moves runs from state to state. Every method raises DependencyUnavailableError where Redis is away.

    Those that store, end or erase a run wait for its replicas, and raise it where these are too few. A run
    that is stored is then not there; of one that ends or is erased that is noted, and it is so once they are
    back. They may be called again.
    """
