"""Tasks by number."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from milkrun.schema import tasks as schema
from milkrun.schema.problem import Problem
from milkrun.schema.times import merged_windows
from milkrun_solver.model.amounts import padded
from milkrun_solver.model.neighbours import neighbours
from milkrun_solver.model.permits import Permits
from milkrun_solver.model.travel import Travel, TravelSource
from milkrun_solver.model.windows import SoftWindow, Window, in_reach, soft_window_of

TaskKind = Literal["job", "pickup", "delivery"]


@dataclass(frozen=True, slots=True)
class Task:
    """A job, a pickup or a delivery.

    Attributes:
        place: Row of the matrices.
        setup, service: Seconds, by the rank of the vehicle's type.
        windows: When service may start, ascending and disjoint; empty if it may start at any time.
        skills: Those that it needs, with one that stands for its `allowed_vehicles`.
        delivery, pickup: Amounts that leave and enter the vehicle here.
        release: When the trip that serves it may begin, in seconds.
        partner: Number of the other end of a shipment; None for a job.
        source: The task in the problem.
        soft: When service should begin; None if no time has a price.
        near: The numbers of its nearest tasks, if the problem has a price of routes that interleave.
    """

    kind: TaskKind
    place: int
    setup: tuple[int, ...]
    service: tuple[int, ...]
    windows: tuple[Window, ...]
    delivery: tuple[int, ...]
    pickup: tuple[int, ...]
    skills: frozenset[int]
    priority: int
    release: int
    partner: int | None
    source: schema.Task
    soft: SoftWindow | None = None
    near: tuple[int, ...] = ()

    def action(self, type_rank: int) -> int:
        """Seconds of setup and service for a vehicle of this type, if the setup applies."""
        return self.setup[type_rank] + self.service[type_rank]

    @property
    def work_depends_on_type(self) -> bool:
        """Whether time on the spot depends on the vehicle's type."""
        if not self.source.setup_per_type and not self.source.service_per_type:
            return False
        return len(set(map(sum, zip(self.setup, self.service, strict=True)))) > 1


def tasks_of(
    problem: Problem,
    travel: TravelSource,
    types: tuple[str | None, ...],
    amounts: int,
    permits: Permits,
) -> list[Task]:
    nothing = (0,) * amounts
    per_type = _PerType(types)
    tasks: list[Task] = []

    def add(
        kind: TaskKind,
        source: schema.Task,
        owner: schema.Job | schema.Shipment,
        delivery: Sequence[int],
        pickup: Sequence[int],
    ) -> None:
        number = len(tasks)
        release = owner.release_time if isinstance(owner, schema.Job) else 0
        tasks.append(
            Task(
                kind=kind,
                place=travel.place(source.location, source.location_index),
                setup=per_type(source.setup, source.setup_per_type),
                service=per_type(source.service, source.service_per_type),
                windows=in_reach(merged_windows(source.time_windows), release),
                delivery=padded(delivery, amounts),
                pickup=padded(pickup, amounts),
                skills=permits.needed(owner),
                priority=owner.priority,
                release=release,
                partner={"job": None, "pickup": number + 1, "delivery": number - 1}[kind],
                source=source,
                soft=soft_window_of(source),
            )
        )

    for job in problem.jobs:
        add("job", job, job, job.delivery, job.pickup)
    for shipment in problem.shipments:
        add("pickup", shipment.pickup, shipment, nothing, shipment.amount)
        add("delivery", shipment.delivery, shipment, shipment.amount, nothing)
    return tasks


def with_neighbours(tasks: Sequence[Task], travel: Travel) -> tuple[Task, ...]:
    """The tasks with their nearest ones, by travel time."""
    places, partners = [task.place for task in tasks], [task.partner for task in tasks]
    near = neighbours(travel.durations, places, partners)
    return tuple(replace(task, near=it) for task, it in zip(tasks, near, strict=True))


class _PerType:
    """Seconds by the rank of a vehicle's type. There may be 2,000 types, so equal tuples are shared."""

    def __init__(self, types: tuple[str | None, ...]) -> None:
        self._ranks = {name: rank for rank, name in enumerate(types) if name is not None}
        self._count = len(types)
        self._known: dict[tuple[int, tuple[tuple[str, int], ...]], tuple[int, ...]] = {}

    def __call__(self, default: int, special: dict[str, int]) -> tuple[int, ...]:
        key = default, tuple(special.items())
        if key not in self._known:
            seconds = [default] * self._count
            for name in special.keys() & self._ranks.keys():
                seconds[self._ranks[name]] = special[name]
            self._known[key] = tuple(seconds)
        return self._known[key]
