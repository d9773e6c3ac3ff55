"""What a harness run does: the runs that callers submit and the faults that meet them. All of it follows from
the seed.

The seed does not decide what depends on the machine, such as which process is busy at the time.
"""

import random
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, NamedTuple

_LONGER_THAN_A_LEASE = 1 / 6
"""The share of Redis's hangs that are long enough for every lease to lapse."""


class Kind(StrEnum):
    """Every fault that the harness knows."""

    INVOKE_DROPPED = "invoke dropped"
    INVOKE_DOUBLED = "invoke doubled"
    INVOKE_DELAYED = "invoke delayed"
    INVOKE_REFUSED = "invoke refused"
    WORKER_KILLED = "worker killed"
    WORKER_FROZEN = "worker frozen"
    FUNCTION_KILLED = "function killed"
    REDIS_KILLED = "redis killed"
    REDIS_HUNG = "redis hung"
    REDIS_FAILED_OVER = "redis failed over"
    REDIS_SWITCHED_OVER = "redis switched over"
    REPLICA_LAGGED = "redis replica lagged"
    REDIS_LOST_WRITES = "redis failed over behind"
    GATEWAY_RESTARTED = "gateway restarted"
    SWEEPER_STOPPED = "sweeper stopped"


PER_THOUSAND: Mapping[Kind, float] = {
    Kind.INVOKE_DROPPED: 15,
    Kind.INVOKE_DOUBLED: 30,
    Kind.INVOKE_DELAYED: 20,
    Kind.INVOKE_REFUSED: 10,
    Kind.WORKER_KILLED: 12,
    Kind.WORKER_FROZEN: 4,
    Kind.FUNCTION_KILLED: 4,
    Kind.REDIS_KILLED: 1.5,
    Kind.REDIS_HUNG: 1.5,
    Kind.REDIS_FAILED_OVER: 1.5,
    Kind.REDIS_SWITCHED_OVER: 1.5,
    Kind.REPLICA_LAGGED: 1.5,
    Kind.REDIS_LOST_WRITES: 1.5,
    Kind.GATEWAY_RESTARTED: 2,
    Kind.SWEEPER_STOPPED: 2,
}
"""The full mix: how often each fault strikes in a thousand runs. Each strikes at least once."""

OF_INVOKES = tuple(kind for kind in Kind if kind.value.startswith("invoke"))
OUTAGES = tuple(kind for kind in Kind if kind.value.startswith(("redis", "gateway")))
"""These faults concern everybody, and strike one at a time."""


@dataclass(frozen=True)
class Pace:
    """How fast the stack reacts, in seconds: its lease, its first wait for a worker, and the interval of
    sweeps."""

    lease: float
    redispatch: float
    sweep_every: float


PRODUCTION = Pace(lease=30, redispatch=15, sweep_every=5)
"""As deployed, except for the local stack's interval of sweeps, which is a twelfth of that on AWS."""
QUICK = Pace(lease=3, redispatch=1, sweep_every=1)


class RunSpec(NamedTuple):
    """One run of a caller.

    Attributes:
        owner: The number of the identity that submits it.
        key: Its idempotency key, if any.
        wait: The seconds of `Prefer: wait` on submit.
        stop_after: Seconds after which the caller stops it, if at all.
        erase: Whether the caller erases it once it has ended.
    """

    number: int
    owner: int
    body: dict[str, Any]
    key: str | None
    wait: int
    stop_after: float | None
    erase: bool

    @property
    def correlation_id(self) -> str:
        return f"faults-{self.number:06d}"


class Strike(NamedTuple):
    """A fault that strikes once `after` runs are acknowledged.

    Attributes:
        seconds: How long it lasts.
        at_work: Whether it hits a worker in the middle of a long search. Otherwise the worker may be about to
            begin or to end.
    """

    after: int
    kind: Kind
    seconds: float
    at_work: bool


class Fate(NamedTuple):
    """What happens to an invoke; `seconds` is its delay."""

    kind: Kind
    seconds: float


@dataclass(frozen=True)
class Plan:
    """Everything that follows from the seed.

    Attributes:
        runs: The least number of runs.
        owners: The number of identities that the callers share.
        strikes: The strikes, in order.
        fates: What happens to the first invokes of a run, by the number of the run.
    """

    seed: int
    runs: int
    owners: int
    pace: Pace
    strikes: tuple[Strike, ...]
    fates: Mapping[int, tuple[Fate, ...]]

    def spec(self, number: int) -> RunSpec:
        """The number-th run."""
        chance = random.Random(f"{self.seed}:run:{number}")
        return RunSpec(
            number=number,
            owner=chance.randrange(self.owners),
            body=_problem(chance),
            key=f"key-{self.seed}-{number}" if chance.random() < 0.8 else None,
            wait=2 if chance.random() < 0.1 else 0,
            stop_after=chance.uniform(0, 3) if chance.random() < 0.05 else None,
            erase=chance.random() < 0.03,
        )


def make_plan(seed: int, runs: int, owners: int, pace: Pace) -> Plan:
    """The plan of a seed, with every kind of fault at least once."""
    chance = random.Random(f"{seed}:plan")
    counts = {kind: max(1, round(share * runs / 1000)) for kind, share in PER_THOUSAND.items()}
    strikes = [
        Strike(
            round(chance.uniform(0.1, 0.85) * runs),
            kind,
            _length(kind, pace, chance),
            at_work=number % 3 < 2,
        )
        for kind in Kind
        if kind not in OF_INVOKES
        for number in range(counts[kind])
    ]
    numbers = chance.sample(range(runs), sum(counts[kind] for kind in OF_INVOKES))
    fates: dict[int, tuple[Fate, ...]] = {}
    for kind in OF_INVOKES:
        for _ in range(counts[kind]):
            times = chance.choice((1, 1, 1, 2)) if kind is Kind.INVOKE_DROPPED else 1
            fates[numbers.pop()] = tuple(Fate(kind, _length(kind, pace, chance)) for _ in range(times))
    return Plan(seed, runs, owners, pace, tuple(sorted(strikes)), fates)


def _length(kind: Kind, pace: Pace, chance: random.Random) -> float:
    match kind:
        case Kind.INVOKE_DELAYED:  # some arrive after another one has been sent
            return chance.uniform(0.2, 2 * pace.redispatch)
        case Kind.WORKER_FROZEN:
            return pace.lease + chance.uniform(2, 3) * pace.sweep_every
        case Kind.REDIS_HUNG if chance.random() < _LONGER_THAN_A_LEASE:
            return pace.lease * chance.uniform(1.1, 1.2)
        case (
            Kind.REDIS_KILLED
            | Kind.REDIS_HUNG
            | Kind.REDIS_FAILED_OVER
            | Kind.REPLICA_LAGGED
            | Kind.REDIS_LOST_WRITES
        ):
            return chance.uniform(0.5, min(6.0, pace.lease / 2))
        case Kind.GATEWAY_RESTARTED:
            return chance.uniform(0.2, 1)
        case Kind.SWEEPER_STOPPED:
            return chance.uniform(1, 3) * pace.sweep_every
    return 0.0


def _problem(chance: random.Random) -> dict[str, Any]:
    """A handful of stops. Most runs end within 0.3 s; some take seconds, so that a fault can hit them at
    work."""
    vehicle: dict[str, Any] = {"start": [7.42, 43.73], "end": [7.42, 43.73]}
    if chance.random() < 0.03:
        vehicle["description"] = "real"
    options: dict[str, Any] = {"seed": chance.randrange(2**32), "time_limit": 10}
    share = chance.random()
    if share < 0.77:
        options["stall_limit"] = chance.uniform(0.02, 0.2)
    elif share < 0.92:
        options["stall_limit"] = chance.uniform(0.3, 1.5)
    else:
        options["time_limit"] = chance.randint(2, 8)
    places = [[chance.uniform(7.40, 7.44), chance.uniform(43.72, 43.75)] for _ in range(chance.randint(2, 6))]
    return {
        "vehicles": [{"id": number, **vehicle} for number in range(chance.randint(1, 2))],
        "jobs": [
            {"id": number, "location": place, "service": 60, "priority": chance.randint(0, 100)}
            for number, place in enumerate(places)
        ],
        "options": options,
    }
