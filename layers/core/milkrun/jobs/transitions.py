"""The base of all transitions of a run."""

from milkrun.clients.redis import AnyRedis
from milkrun.jobs.codes import Code
from milkrun.jobs.confirmer import Confirmer
from milkrun.jobs.keys import Name
from milkrun.jobs.run import Run
from milkrun.jobs.runner import Reply, ScriptRunner
from milkrun.jobs.stack import RunningRuns
from milkrun.settings import JobPolicy


class Transitions:
    """The base of the classes that move runs from state to state."""

    def __init__(self, redis: AnyRedis, policy: JobPolicy) -> None:
        self._policy = policy
        self._scripts = ScriptRunner(redis, policy)
        self._confirmer = Confirmer(redis, policy)
        self._running = RunningRuns(redis, policy.max_running_of_all)

    def _settled(self, name: Name, reply: Reply) -> Reply:
        """The reply; for a noted change, the reply of its confirmation."""
        return self._confirmer.settle(name).accepted() if reply.code is Code.UNCONFIRMED else reply


def run_of(name: Name, reply: Reply) -> Run:
    """The run in a script's reply."""
    return Run.from_fields(*name, reply.fields)


def ms(seconds: float) -> int:
    """Seconds as whole milliseconds."""
    return round(seconds * 1000)
