"""Relations between tasks, by number."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from milkrun.schema import relations as schema

RelationKind = Literal["same_vehicle", "different_vehicles", "sequence", "direct_sequence", "not_together"]
_ON_ONE_VEHICLE = frozenset(("same_vehicle", "sequence", "direct_sequence"))


@dataclass(frozen=True, slots=True)
class Relation:
    """What some tasks have to do with each other, among those that are served. `schema.Relation` says what
    each kind means.

    Attributes:
        tasks: Their numbers, in order.
    """

    kind: RelationKind
    tasks: tuple[int, ...]


def numbered(
    relations: Iterable[schema.Relation], numbers: Mapping[tuple[str, int], int]
) -> tuple[Relation, ...]:
    """The relations of a problem, from the numbers of its tasks by type and id."""
    return tuple(Relation(it.type, tuple(numbers[s.type, s.id] for s in it.steps)) for it in relations)


def within(relations: Iterable[Relation], numbers: Mapping[int, int]) -> tuple[Relation, ...]:
    """The relations among some tasks, in the new numbers that these have."""

    def renumbered() -> Iterator[Relation]:
        for it in relations:
            tasks = tuple(numbers[task] for task in it.tasks if task in numbers)
            if len(tasks) > 1:
                yield Relation(it.kind, tasks)

    return tuple(renumbered())


def kept_together(relations: Sequence[Relation]) -> frozenset[int]:
    """The tasks that must be on the same vehicle as others."""
    return frozenset(task for it in relations if it.kind in _ON_ONE_VEHICLE for task in it.tasks)
