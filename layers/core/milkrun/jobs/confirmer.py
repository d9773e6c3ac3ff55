"""What a transition has written is so once enough replicas have it: who waits for them, what is seen before.

A run that ends, or is erased, is first noted to do so. When the replicas have the note, it is confirmed;
until then readers see the run as it was. A replica that takes over may hold the note and not its
confirmation, which somebody may have been told of: there nobody is told the opposite.
"""

from collections.abc import Mapping

from milkrun.clients.redis import AnyRedis
from milkrun.dependencies import down
from milkrun.errors import DependencyUnavailableError
from milkrun.jobs.codes import Code
from milkrun.jobs.keys import Name, OwnerKeys
from milkrun.jobs.runner import Reply, ScriptRunner
from milkrun.jobs.states import UNCONFIRMED
from milkrun.settings import JobPolicy

Fields = Mapping[bytes, bytes]
"""The hash of a run; empty where there is none."""


class Confirmer:
    """Confirms what is noted. Every method raises DependencyUnavailableError where Redis is away."""

    def __init__(self, redis: AnyRedis, policy: JobPolicy) -> None:
        self._scripts = ScriptRunner(redis, policy)
        self._of_placing = (policy.max_running, round(policy.redispatch * 1000))

    def confirm(self, name: Name, reply: Reply, *, key_hash: str = "", wait: bool = False) -> Reply:
        """Confirms what the reply's script has noted, if it has.

        Args:
            key_hash: Of a run that is erased: its idempotency key's.
            wait: Whether replicas are to have the confirmation too.

        Raises:
            DependencyUnavailableError: Too few replicas have it: it is as it was before.
        """
        if reply.code is not Code.UNCONFIRMED:
            return reply
        if not reply.durable:
            raise too_few_replicas()
        keys = OwnerKeys(name[0])
        idempotency = keys.idempotency(key_hash) if key_hash else keys.run(name[1])
        return self._scripts.run("confirm", name, *self._of_placing, keys=[idempotency], wait=wait)

    def settle(self, name: Name) -> Reply:
        """Waits for the replicas to have what is noted of a run, and confirms it.

        Returns:
            The run's fields and the id of the next run, '' for none; NOT_FOUND where there is no run now.

        Raises:
            DependencyUnavailableError: Too few replicas have it: it is as it was before.
        """
        touched = self._scripts.run("touch", name, 1, wait=True)
        if touched.code is Code.NOT_FOUND:
            return touched
        if touched.code is Code.OK:  # somebody else has confirmed it meanwhile
            touched = touched._replace(code=Code.UNCONFIRMED)
        key_hash = touched.fields.get(b"key_hash", b"")
        return self.confirm(name, touched, key_hash=key_hash.decode())

    def as_shown(self, name: Name, fields: Fields) -> Fields:
        """What a reader is to see of a run.

        Raises:
            DependencyUnavailableError: It has ended or is erased, for all that is known, and cannot be
                confirmed: too few replicas have it.
        """
        if fields.get(b"status") == UNCONFIRMED.encode():
            return {}
        if b"ending" not in fields and b"erasing" not in fields:
            return fields
        touched = self._scripts.run("touch", name, 0)
        if touched.code is Code.UNCONFIRMED and touched.payload[1] == b"":
            return fields
        if touched.code is Code.NOT_FOUND:
            return {}
        return self.settle(name).fields


def too_few_replicas() -> DependencyUnavailableError:
    """What is answered where a primary is there and its replicas are not."""
    return DependencyUnavailableError({"redis": down("too few replicas")})
