"""Sends scripts to the server that holds a run: one, or many in a pipeline."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from milkrun.clients.redis import AnyRedis, by_server, on_server_of, redis_errors
from milkrun.errors import (
    DependencyUnavailableError,
    IdempotencyKeyReusedError,
    MilkrunError,
    RunNotFoundError,
    TransitionRefusedError,
)
from milkrun.jobs.codes import Code
from milkrun.jobs.keys import Name, OwnerKeys, active, member_of, shard_of
from milkrun.jobs.scripts import VERBS, Script
from milkrun.settings import JobPolicy

_DAY_MS = 86_400_000
_WAIT_MS = 1_000

_REFUSALS: dict[Code, Callable[[], MilkrunError]] = {
    Code.NOT_FOUND: RunNotFoundError,
    Code.KEY_REUSED: lambda: IdempotencyKeyReusedError("This idempotency key was used with another body."),
}

Args = Sequence[str | bytes | int]


class Reply(NamedTuple):
    """The reply of a script: its code, its payload, and whether enough replicas have what it wrote."""

    code: Code
    payload: list[Any]
    durable: bool = True

    @property
    def fields(self) -> dict[bytes, bytes]:
        """The hash of a run, which comes first in the payload of many scripts; empty without a payload."""
        flat = self.payload[0] if self.payload else []
        return dict(zip(flat[::2], flat[1::2], strict=True))

    def accepted(self, *refusals: Code) -> "Reply":
        """This reply, unless its code is a refusal that is not among `refusals`.

        Raises:
            RunNotFoundError, IdempotencyKeyReusedError, TransitionRefusedError: It is such a refusal.
        """
        if self.code < 0 and self.code not in refusals:
            to_error = _REFUSALS.get(self.code)
            raise to_error() if to_error else TransitionRefusedError(self.code)
        return self


class SharedScript:
    """A script on keys that all owners share. Raises DependencyUnavailableError if Redis is down."""

    def __init__(self, redis: AnyRedis, verb: str, *keys: str) -> None:
        self._redis = redis
        self._script = Script(verb)
        self._keys = keys

    def run(self, *args: str | int) -> Reply:
        """Runs the script, in one round trip."""
        with redis_errors():
            reply, _ = on_server_of(
                self._redis,
                self._keys[0],
                lambda server: self._script.run(server, self._keys, args, wait=(0, 0)),
            )
        return Reply(Code(reply[0]), reply[1:])


class ScriptRunner:
    """Runs the scripts of the state machine. Raises DependencyUnavailableError if Redis is down."""

    def __init__(self, redis: AnyRedis, policy: JobPolicy) -> None:
        self._redis = redis
        self._scripts = {verb: Script(verb) for verb in VERBS}
        self._replicas = policy.min_replicas
        self._told = (policy.ttl_days * _DAY_MS, int(policy.min_replicas > 0))

    def run(
        self, verb: str, name: Name, *args: str | bytes | int, keys: Sequence[str] = (), wait: bool = False
    ) -> Reply:
        """Runs a script, in one round trip.

        Args:
            keys: Keys that the script needs in addition to those of the run and its owner.
            wait: Whether to wait for the replicas to have what is written.
        """
        script, all_keys, all_args = self._scripts[verb], self._keys(name, keys), self._args(name, args)
        replicas = (self._replicas if wait else 0, _WAIT_MS)
        with redis_errors():
            reply, durable = on_server_of(
                self._redis,
                all_keys[0],
                lambda server: script.run(server, all_keys, all_args, wait=replicas),
            )
        return Reply(Code(reply[0]), reply[1:], durable)

    def run_each(
        self, verb: str, names: Sequence[Name], *args: str | bytes | int
    ) -> dict[Name, Reply | Exception]:
        """Runs a script for each run, in one pipeline per server. Returns replies or errors."""
        found: dict[Name, Any] = {}
        of_index: dict[str, list[Name]] = {}
        for name in names:
            of_index.setdefault(active(shard_of(name[0])), []).append(name)
        for indexes in by_server(self._redis, of_index):
            mine = [name for index in indexes for name in of_index[index]]
            found |= zip(mine, self._send(indexes[0], verb, mine, args), strict=True)
        return {name: self._again(verb, name, args, found[name]) for name in names}

    def _send(self, index: str, verb: str, names: Sequence[Name], args: Args) -> list[Any]:
        calls = [(self._keys(name, ()), self._args(name, args)) for name in names]
        try:
            with redis_errors():
                return on_server_of(
                    self._redis, index, lambda server: self._scripts[verb].run_each(server, calls)
                )
        except DependencyUnavailableError as error:
            return [error] * len(names)

    def _again(self, verb: str, name: Name, args: Args, reply: Any) -> Reply | Exception:
        """The reply. If it is an error, the script runs once more by itself: the slot may have moved."""
        if isinstance(reply, list):
            return Reply(Code(reply[0]), reply[1:])
        if isinstance(reply, DependencyUnavailableError):
            return reply
        try:
            return self.run(verb, name, *args)
        except Exception as error:  # one run must not hold up the others
            return error

    def _keys(self, name: Name, more: Sequence[str]) -> list[str]:
        return [*OwnerKeys(name[0]).of_run(name[1]), *more]

    def _args(self, name: Name, args: Args) -> list[str | bytes | int]:
        return [name[1], member_of(name), *self._told, *args]
