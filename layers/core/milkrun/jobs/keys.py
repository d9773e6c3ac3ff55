"""Every Redis key of Milkrun. All keys of one owner share a hash tag, so a script touches one slot."""

import hashlib
from dataclasses import dataclass
from functools import lru_cache

SHARDS = 64

Name = tuple[str, str]
"""Owner and id of a run."""

WAITING_CALLS = "milkrun:{calls}:waiting"
"""Sorted set of all owners' waiting calls, as `<owner>:<name>`, by when they end at the latest (ms)."""

RUNNING_RUNS = ("milkrun:{stack}:running", "milkrun:{stack}:refused")
"""Sorted sets of all owners' runs, as `<owner>:<run_id>`: the running ones, by when their place expires, and
those that were refused a place, by when they were refused (ms)."""

_HALF = 16
"""Hex digits of an owner's name in the previous release: the first half of today's."""


@lru_cache(maxsize=1_024)
def shard_of(owner: str) -> int:
    """The shard of an owner, 0 to 63. It is the same for the owner's name in the previous release."""
    return int.from_bytes(hashlib.sha256(owner[:_HALF].encode()).digest()[:4]) % SHARDS


def nothing_beside(key: str) -> str:
    """A key that never exists, in the slot of `key`. Deleting it is a write that changes nothing."""
    return f"{key}:nothing"


def member_of(name: Name) -> str:
    """The member that stands for a run in indexes over all owners."""
    return ":".join(name)


def name_of(member: bytes) -> Name | None:
    """The run that a member of such an index stands for; None if it stands for none."""
    owner, _, run_id = member.decode(errors="replace").partition(":")
    return (owner, run_id) if owner and run_id else None


def former_name(owner: str) -> str | None:
    """The owner's name in the previous release; None if it had none there."""
    return owner[:_HALF] if len(owner) == 2 * _HALF else None


def active(shard: int) -> str:
    """Sorted set of a shard's runs that have not ended, as `<owner>:<run_id>`, by when they are due (ms)."""
    return f"milkrun:{{{shard}}}:active"


def queue(shard: int) -> str:
    """Sorted set of a shard's pending runs, as `<owner>:<run_id>`, by when they became pending (ms)."""
    return f"milkrun:{{{shard}}}:queue"


def leased(shard: int) -> str:
    """Sorted set of a shard's running runs, as `<owner>:<run_id>`, by when their lease lapses (ms)."""
    return f"milkrun:{{{shard}}}:leased"


def expiring(shard: int) -> str:
    """Sorted set of a shard's owners, by when to check whether runs of theirs have expired (ms)."""
    return f"milkrun:{{{shard}}}:expiring"


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
        """Sorted set of all kept runs. Scores are equal, so the runs sort by ULID, and thus by time."""
        return f"{self._prefix}:runs:{self.owner}"

    @property
    def pending(self) -> str:
        """Sorted set of pending runs, with equal scores."""
        return f"{self._prefix}:pending:{self.owner}"

    @property
    def waiting(self) -> str:
        """Sorted set of pending runs that wait for their turn, with equal scores."""
        return f"{self._prefix}:waiting:{self.owner}"

    @property
    def running(self) -> str:
        """Sorted set of running runs, with equal scores."""
        return f"{self._prefix}:running:{self.owner}"

    @property
    def bytes(self) -> str:
        """Hash: the bytes stored for each run, by its id, and for all runs, as `total`."""
        return f"{self._prefix}:bytes:{self.owner}"

    @property
    def kept(self) -> str:
        """Sorted set of the runs that are counted, by when to check whether they still exist (ms)."""
        return f"{self._prefix}:kept:{self.owner}"

    @property
    def rate(self) -> str:
        """String: when the submits so far would be done if they came singly at the allowed rate (ms)."""
        return f"{self._prefix}:rate:{self.owner}"

    def idempotency(self, key_hash: str) -> str:
        """String `<run_id> <body fingerprint>`. It counts as absent if the run does not exist."""
        return f"{self._prefix}:idem:{self.owner}:{key_hash}"

    def run(self, run_id: str) -> str:
        """Hash: the state of a run."""
        return f"{self._prefix}:run:{self.owner}:{run_id}"

    def request(self, run_id: str) -> str:
        """String: the body as posted, compressed; gone when the run ends."""
        return f"{self.run(run_id)}:request"

    def best(self, run_id: str) -> str:
        """String: the best routes so far, compressed; they become the result, or stay if the run fails."""
        return f"{self.run(run_id)}:best"

    def result(self, run_id: str) -> str:
        """String: the result, compressed."""
        return f"{self.run(run_id)}:result"

    def of_run(self, run_id: str) -> list[str]:
        """The first KEYS of every script, in the order that `lua/lib/keys.lua` names them."""
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
            leased(shard_of(self.owner)),
            self.bytes,
            self.kept,
            expiring(shard_of(self.owner)),
            self.rate,
        ]
