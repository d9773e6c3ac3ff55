"""Confirms changes once enough replicas have them, and decides what readers see before.

A script first only notes that a run ends or is erased. Once the replicas have the note, it is confirmed;
until then readers see the run as it was. After a failover, the new primary may
hold a note whose confirmation is lost, although a caller was told of it. Such a run is never shown as it was.
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
"""The hash of a run; empty if there is none."""


class Confirmer:
    """Confirms noted changes. Every method raises DependencyUnavailableError if Redis is down."""

    def __init__(self, redis: AnyRedis, policy: JobPolicy) -> None:
        self._scripts = ScriptRunner(redis, policy)
        self._of_placing = (policy.max_running, round(policy.redispatch * 1000))

    def confirm(self, name: Name, reply: Reply, *, key_hash: str = "", wait: bool = False) -> Reply:
        """Confirms what a script has noted. Returns any other reply unchanged.

        Args:
            key_hash: For an erased run, the hash of its idempotency key.
            wait: Whether to wait for replicas to have the confirmation too.

        Raises:
            DependencyUnavailableError: Too few replicas have the note, so nothing is confirmed.
        """
        if reply.code is not Code.UNCONFIRMED:
            return reply
        if not reply.durable:
            raise too_few_replicas()
        keys = OwnerKeys(name[0])
        idempotency = keys.idempotency(key_hash) if key_hash else keys.run(name[1])
        return self._scripts.run("confirm", name, *self._of_placing, keys=[idempotency], wait=wait)

    def settle(self, name: Name) -> Reply:
        """Waits for the replicas to have a run's note, then confirms it.

        Returns:
            The run's fields and the id of the next run, '' for none; NOT_FOUND if the run no longer exists.

        Raises:
            DependencyUnavailableError: Too few replicas have the note, so nothing is confirmed.
        """
        touched = self._scripts.run("touch", name, 1, wait=True)
        if touched.code is Code.NOT_FOUND:
            return touched
        if touched.code is Code.OK:  # somebody else has confirmed it
            touched = touched._replace(code=Code.UNCONFIRMED)
        key_hash = touched.fields.get(b"key_hash", b"")
        return self.confirm(name, touched, key_hash=key_hash.decode())

    def as_shown(self, name: Name, fields: Fields) -> Fields:
        """What a reader may see of a run.

        Raises:
            DependencyUnavailableError: A caller may have been told that the run has ended or is erased, but
                too few replicas have it to confirm that.
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
    """The error when a primary is up but too few of its replicas are."""
    return DependencyUnavailableError({"redis": down("too few replicas")})
