"""Every Redis key of Milkrun. All keys of one owner share a hash tag, so a script touches one slot."""

import hashlib
from dataclasses import dataclass
from functools import lru_cache

SHARDS = 64

Name = tuple[str, str]
"""Owner and id of a run."""

WAITING_CALLS = "milkrun:{calls}:waiting"
"""Sorted set of all owners' calls that wait, as `<owner>:<name>`, by when they end at the latest (ms)."""

RUNNING_RUNS = ("milkrun:{stack}:running", "milkrun:{stack}:refused")
"""Sorted sets of all owners' runs, as `<owner>:<run_id>`: those that are running, by until when
they are counted, and those that found too many of them running, by since when (ms)."""

_HALF = 16
"""Hex digits of an owner's name in the release before: the first half of today's."""


@lru_cache(maxsize=1_024)
def shard_of(owner: str) -> int:
    """The shard of an owner, 0 to 63: the same under the name that the release before knew it by."""
    return int.from_bytes(hashlib.sha256(owner[:_HALF].encode()).digest()[:4]) % SHARDS


def nothing_beside(key: str) -> str:
    """A key that holds nothing, in the slot of another one: to delete it is a write that changes nothing."""
    return f"{key}:nothing"


def member_of(name: Name) -> str:
    """What indexes over all owners hold for a run."""
    return ":".join(name)


def name_of(member: bytes) -> Name | None:
    """The run that a member of such an index stands for, None if it stands for none."""
    owner, _, run_id = member.decode(errors="replace").partition(":")
    return (owner, run_id) if owner and run_id else None


def former_name(owner: str) -> str | None:
    """What the release before called an owner; None where it could not have known it."""
    return owner[:_HALF] if len(owner) == 2 * _HALF else None


def active(shard: int) -> str:
    """Sorted set of a shard's runs not yet ended, as `<owner>:<run_id>`, by when to look at them (ms)."""
    return f"milkrun:{{{shard}}}:active"


def queue(shard: int) -> str:
    """Sorted set of a shard's pending runs, as `<owner>:<run_id>`, by since when they are pending (ms)."""
    return f"milkrun:{{{shard}}}:queue"


def leased(shard: int) -> str:
    """Sorted set of a shard's running runs, as `<owner>:<run_id>`, by when their lease lapses (ms)."""
    return f"milkrun:{{{shard}}}:leased"


def expiring(shard: int) -> str:
    """Sorted set of a shard's owners, by when to look whether runs of theirs are gone (ms)."""
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

    @property
    def bytes(self) -> str:
        """Hash: by run id what is stored for the run, and as `total` for all of them, in bytes."""
        return f"{self._prefix}:bytes:{self.owner}"

    @property
    def kept(self) -> str:
        """Sorted set of the runs that are counted, by when to look whether they are there still (ms)."""
        return f"{self._prefix}:kept:{self.owner}"

    @property
    def rate(self) -> str:
        """String: until when the submits of late would take one after another (ms)."""
        return f"{self._prefix}:rate:{self.owner}"

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
            leased(shard_of(self.owner)),
            self.bytes,
            self.kept,
            expiring(shard_of(self.owner)),
            self.rate,
        ]
