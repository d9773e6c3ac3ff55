"""Brute force for the times of one route: every second, and every way to take its breaks."""

from collections.abc import Sequence
from functools import cache
from typing import Any

from milkrun_solver.model.visits import BreakVisit, ReloadVisit, Visit

NEVER = 10**6


class BruteForce:
    """The route of the only vehicle of a problem through some visits, from its JSON.

    Every job has a place, a service and one time window; the vehicle has a time window.
    """

    def __init__(self, body: dict[str, Any], visits: Sequence[Visit]) -> None:
        self.body = body
        self.vehicle = body["vehicles"][0]
        self.breaks = self.vehicle.get("breaks", [])
        self.stops = [visit for visit in visits if not isinstance(visit, BreakVisit)]
        self.named: list[list[int]] = [[]]
        for visit in visits:
            if isinstance(visit, BreakVisit):
                self.named[-1].append(visit.pause)
            else:
                self.named.append([])
        self.loose = {*range(len(self.breaks))}.difference(*self.named)
        self.loads, self.releases = self._trips()
        self.earliest_end = cache(self._earliest_end)

    def ends(self) -> dict[int, int]:
        """The earliest end for each start from which the route can be driven."""
        first = max(self.vehicle["time_window"][0], self.releases[0])
        starts = range(first, self.vehicle["time_window"][1] + 1)
        found = {
            start: self.earliest_end(0, start, self.way(0), 0, frozenset(self.loose)) for start in starts
        }
        return {start: end for start, end in found.items() if end < NEVER}

    def way(self, leg: int) -> int:
        """The travel time of a leg."""
        places = [0, *map(self._place, self.stops), 0]
        seconds: int = self.body["matrices"]["car"]["durations"][places[leg]][places[leg + 1]]
        return seconds

    def _earliest_end(self, leg: int, time: int, left: int, taken: int, loose: frozenset[int]) -> int:
        """The earliest end from `time` on, with `left` seconds still to drive on a leg.

        Args:
            taken: How many of the breaks that belong on this leg have been taken.
            loose: The breaks that are still to be taken anywhere.
        """
        if time > self.vehicle["time_window"][1]:
            return NEVER
        ends = [self.earliest_end(leg, time + 1, max(0, left - 1), taken, loose)]
        if left:
            ends.append(self.earliest_end(leg, time + 1, left, taken, loose))
        named = self.named[leg]
        for number in (*loose, *named[taken : taken + 1]):
            pause = self.breaks[number]
            if self._may_pause(pause, leg, time):
                mine = 0 if number in loose else 1
                after = time + pause["service"]
                ends.append(self.earliest_end(leg, after, left, taken + mine, loose - {number}))
        if not left and taken == len(named):
            if leg == len(self.stops):
                ends.append(NEVER if loose else time)
            else:
                ends.append(self._served(leg, time, loose))
        return min(ends)

    def _may_pause(self, pause: dict[str, Any], leg: int, time: int) -> bool:
        windows = pause.get("time_windows")
        in_time = not windows or any(first <= time <= last for first, last in windows)
        return in_time and self.loads[leg] <= pause.get("max_load", [NEVER])[0]

    def _served(self, leg: int, time: int, loose: frozenset[int]) -> int:
        """The earliest end if the stop at the end of a leg is served now."""
        visit = self.stops[leg]
        if isinstance(visit, ReloadVisit):
            trip = sum(isinstance(it, ReloadVisit) for it in self.stops[: leg + 1])
            stop, windows = self.vehicle["reloads"][visit.reload], [[self.releases[trip], NEVER]]
        else:
            stop = self.body["jobs"][visit]
            windows = stop["time_windows"]
        if not any(first <= time <= last for first, last in windows):
            return NEVER
        return self.earliest_end(leg + 1, time + stop["service"], self.way(leg + 1), 0, loose)

    def _place(self, visit: int | ReloadVisit) -> int:
        if isinstance(visit, ReloadVisit):
            place: int = self.vehicle["reloads"][visit.reload]["location_index"]
        else:
            place = self.body["jobs"][visit]["location_index"]
        return place

    def _trips(self) -> tuple[list[int], list[int]]:
        """What is on board on each leg, and when the goods of each trip are ready."""
        trips: list[list[dict[str, Any]]] = [[]]
        for visit in self.stops:
            if isinstance(visit, ReloadVisit):
                trips.append([])
            else:
                trips[-1].append(self.body["jobs"][visit])
        loads = []
        for trip in trips:
            on_board = sum(job["delivery"][0] for job in trip)
            loads.append(on_board)
            for job in trip:
                on_board += job["pickup"][0] - job["delivery"][0]
                loads.append(on_board)
        releases = [max((job.get("release_time", 0) for job in trip), default=0) for trip in trips]
        return loads, releases
