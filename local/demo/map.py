"""Draws the demo's routes on its streets, as SVG."""

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from xml.sax.saxutils import escape

import numpy as np
import polyline

from milkrun_solver.roads.compiled import CompiledNetwork

Point = tuple[float, float]
"""Longitude and latitude, degrees."""

WIDTH = 1200.0
MARGIN = 30.0
LEGEND_ROW = 28.0
LEGEND_COLUMNS = 4
COLOURS = ("#c0392b", "#2471a3", "#1e8449", "#b9770e", "#7d3c98", "#d81b60", "#a04000", "#2e4053")


class _Canvas:
    """Places the points of an area on a page, with the same metres per pixel in both directions."""

    def __init__(self, points: Sequence[Point]) -> None:
        self._west = min(lon for lon, _ in points)
        self._north = max(lat for _, lat in points)
        south = min(lat for _, lat in points)
        self._squeeze = math.cos(math.radians((self._north + south) / 2))
        across = (max(lon for lon, _ in points) - self._west) * self._squeeze
        self._scale = (WIDTH - 2 * MARGIN) / across
        self.height = 2 * MARGIN + (self._north - south) * self._scale

    def place(self, point: Point) -> Point:
        return (
            round(MARGIN + (point[0] - self._west) * self._squeeze * self._scale, 1),
            round(MARGIN + (self._north - point[1]) * self._scale, 1),
        )

    def path(self, points: Iterable[Point]) -> str:
        return "M" + "L".join(f"{x:g} {y:g}" for x, y in map(self.place, points))


def draw_map(network: CompiledNetwork, solution: Mapping[str, Any]) -> str:
    """Draws the streets in grey, each route in a colour of its own with numbered stops, and the depot in
    black. The legend below has the vans' names as in the demo's table.

    Args:
        network: The streets.
        solution: A result with geometry.
    """
    streets = list(_streets(network))
    canvas = _Canvas([point for street in streets for point in street])
    drawn = [f'<path class="street" d="{" ".join(map(canvas.path, streets))}"/>']
    for number, route in enumerate(solution["routes"]):
        colour = COLOURS[number % len(COLOURS)]
        drawn += _route(canvas, route, colour)
        drawn += _legend(canvas.height, number, route, colour)
    x, y = canvas.place(solution["routes"][0]["steps"][0]["location"])
    drawn.append(f'<rect class="depot" x="{x - 8:g}" y="{y - 8:g}" width="16" height="16"/>')
    drawn.append(f'<text class="depot label" x="{x - 14:g}" y="{y + 5:g}">Depot</text>')
    rows = math.ceil(len(solution["routes"]) / LEGEND_COLUMNS)
    return "\n".join([_head(canvas.height + rows * LEGEND_ROW), *drawn, "</svg>\n"])


def vehicle_name(route: Mapping[str, Any]) -> str:
    """A vehicle's name in the table and on the map."""
    return f"{route['vehicle']} ({route['description']})"


def _head(height: float) -> str:
    return f"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH:g} {height:.0f}">
<style>
  path {{ fill: none; stroke-linejoin: round; stroke-linecap: round; }}
  .street {{ stroke: #d5d8dc; stroke-width: 1.5; }}
  .route {{ stroke-width: 4; opacity: 0.75; }}
  circle {{ stroke: white; stroke-width: 1; }}
  text {{ font: 9px sans-serif; fill: white; text-anchor: middle; }}
  .label {{ font-size: 15px; fill: black; text-anchor: start; }}
  .depot.label {{ font-weight: bold; text-anchor: end; stroke: white; stroke-width: 4; paint-order: stroke; }}
</style>
<rect width="100%" height="100%" fill="white"/>"""


def _streets(network: CompiledNetwork) -> Iterable[list[Point]]:
    """The line of each street, once for a two-way street."""
    sources = np.repeat(np.arange(len(network.longitude)), np.diff(network.first_road)).tolist()
    ends = list(zip(sources, network.target.tolist(), strict=True))
    known = set(ends)
    for road, (source, target) in enumerate(ends):
        if source > target and (target, source) in known:
            continue
        shape = network.shapes[network.shape_start[road] : network.shape_start[road + 1]]
        between = [(lon, lat) for lat, lon in polyline.decode(shape.decode(), 6)]
        yield [_where(network, source), *between, _where(network, target)]


def _where(network: CompiledNetwork, junction: int) -> Point:
    return float(network.longitude[junction]), float(network.latitude[junction])


def _legend(top: float, number: int, route: Mapping[str, Any], colour: str) -> Iterable[str]:
    row, column = divmod(number, LEGEND_COLUMNS)
    x = MARGIN + column * (WIDTH - 2 * MARGIN) / LEGEND_COLUMNS
    y = top + row * LEGEND_ROW
    yield f'<rect x="{x:g}" y="{y - 11:g}" width="24" height="12" fill="{colour}"/>'
    yield f'<text class="label" x="{x + 32:g}" y="{y:g}">Van {escape(vehicle_name(route))}</text>'


def _route(canvas: _Canvas, route: Mapping[str, Any], colour: str) -> Iterable[str]:
    line = [(lon, lat) for lat, lon in polyline.decode(route["geometry"], 5)]
    yield f'<path class="route" stroke="{colour}" d="{canvas.path(line)}"/>'
    stops = [step for step in route["steps"] if step["type"] == "job"]
    for number, step in enumerate(stops, start=1):
        x, y = canvas.place(step["location"])
        title = escape(f"Delivery {step['id']}, vehicle {route['vehicle']}")
        yield f'<circle cx="{x:g}" cy="{y:g}" r="8" fill="{colour}"><title>{title}</title></circle>'
        yield f'<text x="{x:g}" y="{y + 3:g}">{number}</text>'
