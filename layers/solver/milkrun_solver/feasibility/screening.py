"""Finds the vehicles that may serve a task, for thousands of vehicles at once."""

from collections.abc import Iterator, Sequence

import numpy as np

from milkrun_solver.model.problem import Model
from milkrun_solver.model.tasks import Task
from milkrun_solver.rules.registry import RULES
from milkrun_solver.rules.vehicle_group import DIRECT, Flags, LegLengths, Screen, TaskLegs, VehicleGroup


class Screening:
    """A quick check before any schedule is computed. It excludes only vehicles that cannot serve a task.

    Args:
        vehicles: Numbers of the vehicles to check.
    """

    def __init__(self, model: Model, vehicles: Sequence[int]) -> None:
        self._model = model
        self._screens = group_screens(model, vehicles)

    def able(self, number: int) -> Iterator[int]:
        """Numbers of the vehicles that may serve a job, or the shipment of a pickup, on its own route."""
        task = self._model.tasks[number]
        for screen in self._screens:
            yield from screen.group.numbers[screen.able(task)].tolist()

    def last_broken(self, number: int) -> int:
        """The rank of the rule that excludes the last vehicle of a group, the highest over all groups; -1 if
        every group has a vehicle left."""
        task = self._model.tasks[number]
        return max((screen.first_broken(task) for screen in self._screens), default=-1)


def group_screens(model: Model, vehicles: Sequence[int]) -> list["GroupScreen"]:
    """Vehicles grouped by their matrices, each group with its screens."""
    by_travel: dict[int, list[int]] = {}
    for number in vehicles:
        by_travel.setdefault(id(model.vehicles[number].travel), []).append(number)
    return [GroupScreen(VehicleGroup(model, numbers)) for numbers in by_travel.values()]


class GroupScreen:
    """The screens of all rules for one group of vehicles."""

    def __init__(self, group: VehicleGroup) -> None:
        self.group = group
        screens = [(rank, rule.depends_on_journey, rule.screen(group)) for rank, rule in enumerate(RULES)]
        found = [(rank, depends, screen) for rank, depends, screen in screens if screen is not None]
        self._of_vehicles: list[tuple[int, Screen]] = [
            (rank, it) for rank, depends, it in found if not depends
        ]
        self._of_journeys: list[tuple[int, Screen]] = [(rank, it) for rank, depends, it in found if depends]

    def able(self, task: Task, lengths: LegLengths = DIRECT) -> Flags:
        """Whether each vehicle may serve a task, given the lengths of the legs to it and back."""
        *_, (_, able) = self._after_each_rule(task, lengths)
        return able

    def first_broken(self, task: Task) -> int:
        """The rank of the rule after which no vehicle is left; -1 if some are left."""
        return next((rank for rank, able in self._after_each_rule(task, DIRECT) if not able.any()), -1)

    def _after_each_rule(self, task: Task, lengths: LegLengths) -> Iterator[tuple[int, Flags]]:
        """Yields the rank of each rule and the vehicles that are left after it. Looks up legs only if some
        are left by then."""
        legs = TaskLegs(self.group, task, lengths)
        able: Flags = np.ones(len(self.group.numbers), dtype=np.bool_)
        for rank, screen in self._of_vehicles:
            able = able & screen(task, legs)
            yield rank, able
        if not able.any():
            return
        for rank, screen in self._of_journeys:
            # A vehicle may come from a place to reload, and in some matrices that path is shorter.
            able = able & (screen(task, legs) | self.group.reload)
            yield rank, able
