"""Generates a town in the middle of the Atlantic: streets of all classes, one-way streets, a river with few
bridges, a ring road, alleys and paths."""

import math
from collections.abc import Iterator, Sequence
from itertools import count, pairwise
from random import Random

from milkrun_solver.roads.compiled import CompiledNetwork
from milkrun_solver.roads.earth import EARTH_RADIUS
from networks.compile import compile_ways
from networks.profiles import way_speeds
from networks.ways import WaysBuilder

CENTRE = (-28.0, 46.0)
"""Longitude and latitude."""

_BLOCK = 95.0  # metres between neighbouring streets
_OLD_TOWN = 450.0  # metres from the centre to where its narrow streets end
_INNER_TOWN = 1_300.0  # the same, of its one-way streets
_RIVER_BANK = 60.0
_EVERY_SECONDARY, _EVERY_TERTIARY = 12, 4
_ARTERIES = {"primary", "secondary"}

Place = tuple[float, float]
"""Metres east and north of the centre."""
Corner = tuple[int, int]
"""Column and row in the grid that is bent into the town."""
Tags = dict[str, str]


def town(seed: int, columns: int = 61) -> CompiledNetwork:
    """A generated town, the same for the same arguments on every machine.

    Args:
        seed: Each gives another town.
        columns: Streets in each direction, at least 13. 61 give about 2,300 junctions.
    """
    return compile_ways(_Town(Random(seed), columns).ways.build())[0]


class _Town:
    def __init__(self, random: Random, columns: int) -> None:
        self.ways = WaysBuilder()
        self._random = random
        self._middle = columns // 2
        self._bends = [(random.uniform(0, math.tau), random.uniform(500, 900)) for _ in range(4)]
        self._outline = [random.uniform(0, math.tau) for _ in range(2)]
        self._river = random.uniform(0, math.tau), random.uniform(-0.2, 0.2) * columns * _BLOCK
        self._radius = 0.5 * columns * _BLOCK
        grid = [(column, row) for column in range(columns) for row in range(columns)]
        places = {corner: self._bent(corner) for corner in grid}
        self._places = {corner: place for corner, place in places.items() if self._is_dry_land(place)}
        self._keys = {corner: key for key, corner in enumerate(self._places)}
        self._fresh = count(len(self._keys))
        rim: list[Corner] = []
        for line in range(columns):
            rim += self._street(line, [(line, row) for row in range(columns)])
            rim += self._street(line, [(column, line) for column in range(columns)])
        self._ring_road(rim)
        self._byways()

    def _bent(self, corner: Corner) -> Place:
        (phase_x, wave_x), (phase_y, wave_y), (phase_u, wave_u), (phase_v, wave_v) = self._bends
        x, y = ((line - self._middle) * _BLOCK for line in corner)
        jitter = 0.14 * _BLOCK
        bent_x = x + 60 * math.sin(y / wave_x + phase_x) + 35 * math.sin(x / wave_u + phase_u)
        bent_y = y + 60 * math.sin(x / wave_y + phase_y) + 35 * math.sin(y / wave_v + phase_v)
        return (
            bent_x + self._random.uniform(-jitter, jitter),
            bent_y + self._random.uniform(-jitter, jitter),
        )

    def _is_dry_land(self, place: Place) -> bool:
        angle = math.atan2(place[1], place[0])
        first, second = self._outline
        limit = self._radius * (
            0.88 + 0.07 * math.sin(3 * angle + first) + 0.05 * math.sin(5 * angle + second)
        )
        return math.hypot(*place) < limit and abs(self._beyond_river(place)) > _RIVER_BANK

    def _beyond_river(self, place: Place) -> float:
        """How far north of the river a place is, in metres."""
        phase, north = self._river
        return place[1] - north - 180 * math.sin(place[0] / 700 + phase)

    def _street(self, line: int, corners: Sequence[Corner]) -> Iterator[Corner]:
        """Build one line of the grid, and yield the corners where an artery leaves the town."""
        road = self._class_of(line)
        on_land = [corner for corner in corners if corner in self._places]
        for tail, head in pairwise(on_land):
            if _steps(tail, head) > 1:  # the river, or a bay of the outline
                if road in _ARTERIES and self._crosses_river(tail, head):
                    self._road(tail, head, self._tags(road, line, tail) | {"bridge": "yes"})
            elif road != "residential" or self._random.random() > 0.12:
                self._road(tail, head, self._tags(road, line, tail))
        if road in _ARTERIES and len(on_land) > 1:
            yield on_land[0]
            yield on_land[-1]

    def _class_of(self, line: int) -> str:
        distance = abs(line - self._middle)
        if distance == 0:
            return "primary"
        if distance % _EVERY_SECONDARY == 0:
            return "secondary"
        return "tertiary" if distance % _EVERY_TERTIARY == 0 else "residential"

    def _tags(self, road: str, line: int, corner: Corner) -> Tags:
        distance = math.hypot(*self._places[corner])
        if road in _ARTERIES:
            return {"highway": road, "maxspeed": "50" if distance < _INNER_TOWN else "70"}
        if distance < _OLD_TOWN:
            return {"highway": "pedestrian" if line % 7 == 3 else "living_street"}
        tags = {"highway": road}
        if road == "residential" and distance < _INNER_TOWN:
            tags |= {"maxspeed": "30", "oneway": "yes" if line % 2 else "-1"}
        return tags

    def _crosses_river(self, tail: Corner, head: Corner) -> bool:
        return self._beyond_river(self._places[tail]) * self._beyond_river(self._places[head]) < 0

    def _ring_road(self, rim: Sequence[Corner]) -> None:
        """A fast road from one end of an artery to the next, around the town."""
        around = sorted(set(rim), key=lambda corner: self._polar(corner)[0])
        for tail, head in zip(around, [*around[1:], around[0]], strict=True):
            (angle, radius), (next_angle, next_radius) = self._polar(tail), self._polar(head)
            turn = (next_angle - angle) % math.tau
            steps = max(1, round(turn / 0.05))
            between = []
            for step in range(1, steps):
                share = step / steps
                at = angle + share * turn
                out = radius + share * (next_radius - radius) + 60 * turn * math.sin(math.pi * share)
                between.append((out * math.cos(at), out * math.sin(at)))
            self._road(tail, head, {"highway": "trunk", "maxspeed": "90"}, between)

    def _polar(self, corner: Corner) -> tuple[float, float]:
        x, y = self._places[corner]
        return math.atan2(y, x), math.hypot(x, y)

    def _byways(self) -> None:
        """Dead ends, and paths across blocks."""
        for column, row in list(self._places):
            chance, opposite = self._random.random(), (column + 1, row + 1)
            if chance < 0.06:
                x, y = self._places[column, row]
                end = x + self._random.uniform(25, 45), y + self._random.uniform(25, 45)
                self._lay([self._keys[column, row], next(self._fresh)], [(x, y), end], {"highway": "service"})
            elif chance < 0.10 and opposite in self._places:
                self._road((column, row), opposite, {"highway": "path" if column % 2 else "footway"}, ())

    def _road(self, tail: Corner, head: Corner, tags: Tags, between: Sequence[Place] | None = None) -> None:
        """A road between two corners, through given points or slightly curved."""
        ends = self._places[tail], self._places[head]
        if between is None:
            between = [self._beside(*ends)]
        keys = [self._keys[tail], *(next(self._fresh) for _ in between), self._keys[head]]
        self._lay(keys, [ends[0], *between, ends[1]], tags)

    def _beside(self, tail: Place, head: Place) -> Place:
        """A point beside the middle of a straight line."""
        off = self._random.uniform(-0.08, 0.08)
        east, north = head[0] - tail[0], head[1] - tail[1]
        return (tail[0] + head[0]) / 2 - off * north, (tail[1] + head[1]) / 2 + off * east

    def _lay(self, keys: Sequence[int], places: Sequence[Place], tags: Tags) -> None:
        self.ways.add(keys, [_on_earth(place) for place in places], way_speeds(tags))


def _steps(tail: Corner, head: Corner) -> int:
    return max(abs(tail[0] - head[0]), abs(tail[1] - head[1]))


def _on_earth(place: Place) -> tuple[float, float]:
    """Longitude and latitude, rounded as OpenStreetMap's are."""
    longitude, latitude = CENTRE
    north = math.degrees(place[1] / EARTH_RADIUS)
    east = math.degrees(place[0] / (EARTH_RADIUS * math.cos(math.radians(latitude))))
    return round(longitude + east, 7), round(latitude + north, 7)
