"""The nearest tasks of each task, as the verifier finds them."""

from collections.abc import Mapping, Sequence

import numpy as np

from milkrun_solver.model.travel import Cells

Key = tuple[str, int]
"""The type and id of a task."""
_COUNT = 5


class Nearest:
    """The five tasks to which it takes least time from each task, without the other end of its shipment. Ties
    go to what comes first. Each task's are found once.

    Args:
        durations: Travel times `[from, to]`.
        rows: The row of each task, in the problem's order.
        other_end: The delivery of each pickup, and the other way round.
    """

    def __init__(self, durations: Cells, rows: Mapping[Key, int], other_end: Mapping[Key, Key]) -> None:
        self._durations = durations
        self._keys = list(rows)
        self._rows = list(rows.values())
        self._row_of = rows
        self._other_end = other_end
        self._known: dict[Key, Sequence[Key]] = {}

    def of(self, task: Key) -> Sequence[Key]:
        """The nearest tasks of a task, nearest first."""
        if task not in self._known:
            seconds = self._durations[self._row_of[task], self._rows]
            last = min(_COUNT + 1, len(seconds) - 1)  # beside the task and its other end
            within = np.flatnonzero(seconds <= np.partition(seconds, last)[last])
            order = within[np.argsort(seconds[within], kind="stable")].tolist()
            own = (task, self._other_end.get(task))
            self._known[task] = [self._keys[rank] for rank in order if self._keys[rank] not in own][:_COUNT]
        return self._known[task]
