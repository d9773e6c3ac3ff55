"""The tasks of a problem as arrays of the compiled search."""

from collections.abc import Callable, Collection, Sequence

import numpy as np
import numpy.typing as npt

from milkrun_solver.engines.sisr.clock import LATEST, Clock
from milkrun_solver.engines.sisr.places import Places
from milkrun_solver.model.problem import Model
from milkrun_solver.model.tasks import Task
from milkrun_solver.model.vehicles import Vehicle
from milkrun_solver.model.windows import Window


def task_arrays(model: Model, places: Places, clock: Clock) -> dict[str, npt.ArrayLike]:
    """Where tasks are, what they take, and when they may begin."""
    tasks, types = model.tasks, range(len(model.types))
    own: dict[str, npt.ArrayLike] = {
        "task_place": [places.rank[task.place] for task in tasks],
        "partner": [-1 if task.partner is None else task.partner for task in tasks],
        "is_pickup": [task.kind == "pickup" for task in tasks],
        "priority": [task.priority for task in tasks],
        "release": [clock.moment(task.release) if task.release else 0 for task in tasks],
        "setup": [[clock.duration(task.setup[rank]) for task in tasks] for rank in types],
        "service": [[clock.duration(task.service[rank]) for task in tasks] for rank in types],
        "unloaded": [list(task.delivery) for task in tasks],
        "loaded": [list(task.pickup) for task in tasks],
    }
    return own | clock.windows("window", [_windows(task, clock.origin) for task in tasks])


def _windows(task: Task, origin: int) -> list[Window]:
    return [(start, end) for start, end in task.windows if end >= origin] or list(task.windows)


def soft_arrays(tasks: Sequence[Task], clock: Clock, cost: Callable[[int], int]) -> dict[str, npt.ArrayLike]:
    """When tasks should begin.

    Args:
        cost: Changes a cost from VROOM's internal unit into the search's.
    """
    soft = [task.soft for task in tasks]
    return {
        "soft_start": [0 if it is None else clock.moment(it.start) for it in soft],
        "soft_end": [LATEST if it is None else clock.moment(it.end) for it in soft],
        "early_cost": [0 if it is None else cost(it.early * clock.unit) for it in soft],
        "late_cost": [0 if it is None else cost(it.late * clock.unit) for it in soft],
    }


def allowed(
    tasks: Sequence[Task], kinds: Sequence[Vehicle], impossible: Collection[int]
) -> npt.NDArray[np.bool_]:
    """Whether vehicles of each kind have the skills for each task. None has them for impossible ones."""
    sets = {skills: rank for rank, skills in enumerate(dict.fromkeys(task.skills for task in tasks))}
    of_task = np.array([sets[task.skills] for task in tasks], dtype=np.intp)
    able = np.array([[skills <= kind.skills for skills in sets] for kind in kinds], dtype=np.bool_)
    found: npt.NDArray[np.bool_] = able[:, of_task]
    found[:, sorted(impossible)] = False
    return found
