"""Cuts a large problem without known routes into districts, so that a first answer comes early.

Insertion heuristics try every task at every place of every route. For 10,000 jobs, VROOM takes a minute and
2 GB for the whole problem, but seconds for twenty districts. The search of parts later wins back what the
borders cost.

Spatial decomposition: É. Taillard, "Parallel iterative search methods for vehicle routing problems", Networks
23 (1993). Here tasks are halved repeatedly, and the vehicles with them, by the skills that the tasks need.
"""

import math
import random
from collections.abc import Iterable, Iterator

import numpy as np
import numpy.typing as npt

from milkrun_solver.decomposition.parts import Part, part_of
from milkrun_solver.model.problem import Model
from milkrun_solver.model.relations import kept_together

_Numbers = npt.NDArray[np.intp]


def districts(model: Model, tasks_each: int, rng: random.Random) -> list[Part]:
    """Cuts a problem into parts without routes.

    Each has about `tasks_each` neighbouring tasks and its share of the vehicles: of each set of skills, those
    that start nearest. Every task and every vehicle is in exactly one part. Shipments stay whole.
    """
    firsts = [number for number, task in enumerate(model.tasks) if task.kind != "delivery"]
    count = min(math.ceil(len(model.tasks) / tasks_each), len(firsts), len(model.vehicles))
    # Vehicles that start at the same place are equally near, but may differ in everything else.
    vehicles = rng.sample(range(len(model.vehicles)), len(model.vehicles))
    groups = _Cutter(model, rng).halves(np.array(firsts), np.array(vehicles), count)
    return [part_of(model, [], _whole(model, tasks), fleet.tolist()) for tasks, fleet in groups]


def can_be_apart(model: Model) -> bool:
    """Whether districts can be solved apart: not if the number of all routes is limited, or if tasks of two
    districts may have to be on the same vehicle."""
    counts_routes = model.fewest_routes > 1 or model.most_routes is not None
    return not counts_routes and not kept_together(model.relations)


def _whole(model: Model, firsts: _Numbers) -> Iterator[int]:
    """The tasks with these jobs and pickups, and the deliveries of the pickups."""
    for number in firsts.tolist():
        yield number
        partner = model.tasks[number].partner
        if partner is not None:
            yield partner


class _Cutter:
    """Halves tasks and vehicles repeatedly, between one place and the place farthest from it."""

    def __init__(self, model: Model, rng: random.Random) -> None:
        self._durations = model.vehicles[0].travel.durations
        self._tasks = np.array([task.place for task in model.tasks])
        homes = [v.start if v.start is not None else v.end for v in model.vehicles]
        self._homes = np.array([0 if home is None else home for home in homes])
        self._demand = _Demand(model)
        self._rng = rng

    def halves(self, tasks: _Numbers, vehicles: _Numbers, count: int) -> Iterator[tuple[_Numbers, _Numbers]]:
        """Groups of tasks (jobs and pickups) and vehicles, `count` in all."""
        if count < 2:
            yield tasks, vehicles
            return
        places = self._tasks[tasks]
        here = self._farthest(self._rng.choice(places.tolist()), places)
        there = self._farthest(here, places)
        near = count // 2
        first, last = self._durations[here], self._durations[there]
        tasks = _sorted(tasks, places, first, last)
        vehicles = _sorted(vehicles, self._homes[vehicles], first, last)
        some = round(len(tasks) * near / count)
        vehicles, fleet = self._demand.shared(vehicles, tasks[:some], tasks[some:])
        fleet = min(max(fleet, near), len(vehicles) - (count - near))
        yield from self.halves(tasks[:some], vehicles[:fleet], near)
        yield from self.halves(tasks[some:], vehicles[fleet:], count - near)

    def _farthest(self, place: int, places: _Numbers) -> int:
        return int(places[self._durations[place, places].argmax()])


class _Demand:
    """Shares vehicles between two groups of tasks, by the skills that the tasks need."""

    def __init__(self, model: Model) -> None:
        needs = dict.fromkeys(task.skills for task in model.tasks)
        asked = frozenset[int]().union(*needs)
        skills = [vehicle.skills & asked for vehicle in model.vehicles]
        kinds = dict.fromkeys(skills)
        self._need_of = _ranks(needs, [task.skills for task in model.tasks])
        self._kind_of = _ranks(kinds, skills)
        self._able = np.array([[need <= kind for need in needs] for kind in kinds], dtype=np.float32)

    def shared(self, vehicles: _Numbers, near: _Numbers, far: _Numbers) -> tuple[_Numbers, int]:
        """Sorts vehicles so that those for the tasks in `near` come first, and counts these.

        They are a share of each kind of vehicle, taken from the front. A task weighs more, the fewer vehicles
        can serve it.
        """
        kinds, kind_of = len(self._able), self._kind_of[vehicles]
        of_kind = np.bincount(kind_of, minlength=kinds)
        weights = 1 / np.maximum(of_kind @ self._able, 1)
        here, there = (self._able @ (self._wanted(tasks) * weights) for tasks in (near, far))
        share = np.where(here + there > 0, here / np.maximum(here + there, 1e-9), 0.5)
        ranks = np.empty(len(vehicles))
        for kind in np.unique(kind_of):
            ranks[kind_of == kind] = (np.arange(of_kind[kind]) + 0.5) / of_kind[kind]
        surplus = ranks - share[kind_of]
        return vehicles[np.argsort(surplus, kind="stable")], int((surplus < 0).sum())

    def _wanted(self, tasks: _Numbers) -> npt.NDArray[np.intp]:
        return np.bincount(self._need_of[tasks], minlength=self._able.shape[1])


def _ranks(kinds: Iterable[frozenset[int]], each: Iterable[frozenset[int]]) -> _Numbers:
    rank_of = {kind: rank for rank, kind in enumerate(kinds)}
    return np.array([rank_of[kind] for kind in each])


def _sorted(
    numbers: _Numbers, places: _Numbers, here: npt.NDArray[np.uint32], there: npt.NDArray[np.uint32]
) -> _Numbers:
    """Sorts by how much nearer each place is to `here` than to `there`; both are rows of the durations."""
    return numbers[np.argsort(here[places].astype(np.int64) - there[places], kind="stable")]
