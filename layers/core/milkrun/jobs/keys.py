"""Every Redis key of Milkrun. All keys of one owner share a hash tag, so a script touches one slot."""

import hashlib
from dataclasses import dataclass
from functools import lru_cache

SHARDS = 64

WAITING_CALLS = "milkrun:{calls}:waiting"
"""Sorted set of all owners' calls that wait, as `<owner>:<name>`, by when they end at the latest (ms)."""


@lru_cache(maxsize=1_024)
def shard_of(owner: str) -> int:
    """The shard of an owner, 0 to 63."""
    return int.from_bytes(hashlib.sha256(owner.encode()).digest()[:4]) % SHARDS


def active(shard: int) -> str:
    """Sorted set of a shard's runs not yet ended, as `<owner>:<run_id>`, by when to look at them (ms)."""
    return f"milkrun:{{{shard}}}:active"


def queue(shard: int) -> str:
    """Sorted set of a shard's pending runs, as `<owner>:<run_id>`, by since when they are pending (ms)."""
    return f"milkrun:{{{shard}}}:queue"


@dataclass(frozen=True)
class OwnerKeys:
    """Keys of one owner."""

    owner: str

    @property
    def _prefix(self) -> str:
        return f"milkrun:{{{shard_of(self.owner)}}}"

    @property
    def active(self) -> str:
        return active(shard_of(self.owner))

    @property
    def queue(self) -> str:
        return queue(shard_of(self.owner))

    @property
    def runs(self) -> str:
        """Sorted set of all kept runs, equal scores: a ULID sorts by time."""
        return f"{self._prefix}:runs:{self.owner}"

    @property
    def pending(self) -> str:
        """Sorted set of pending runs, equal scores."""
        return f"{self._prefix}:pending:{self.owner}"

    @property
    def waiting(self) -> str:
        """Sorted set of pending runs that wait for their turn, equal scores."""
        return f"{self._prefix}:waiting:{self.owner}"

    @property
    def running(self) -> str:
        """Sorted set of running runs, equal scores."""
        return f"{self._prefix}:running:{self.owner}"

    def idempotency(self, key_hash: str) -> str:
        """String `<run_id> <body fingerprint>`; one that points at nothing counts as absent."""
        return f"{self._prefix}:idem:{self.owner}:{key_hash}"

    def run(self, run_id: str) -> str:
        """Hash: the state of a run."""
        return f"{self._prefix}:run:{self.owner}:{run_id}"

    def request(self, run_id: str) -> str:
        """String: the body as posted, compressed; gone when the run ends."""
        return f"{self.run(run_id)}:request"

    def best(self, run_id: str) -> str:
        """String: the best routes so far, compressed; gone when the run ends."""
        return f"{self.run(run_id)}:best"

    def result(self, run_id: str) -> str:
        """String: the result, compressed."""
        return f"{self.run(run_id)}:result"

    def of_run(self, run_id: str) -> list[str]:
        """The KEYS that every script gets, in the order that `lua/lib/keys.lua` names them."""
        return [
            self.run(run_id),
            self.request(run_id),
            self.best(run_id),
            self.result(run_id),
            self.runs,
            self.pending,
            self.waiting,
            self.running,
            self.active,
            self.queue,
        ]
