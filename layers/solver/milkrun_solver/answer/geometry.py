"""Routes as encoded polylines."""

from collections.abc import Sequence

import polyline

from milkrun.schema.solution import Route, Step
from milkrun_solver.model.problem import Model

_PRECISION = 5


def add_geometry(model: Model, routes: Sequence[Route]) -> None:
    """Gives each route its encoded polyline (precision 5), if the problem asks for it.

    On a road network, it follows the streets. In other problems, it joins the stops by straight lines, if all
    their coordinates are known.
    """
    if not model.problem.options.geometry:
        return
    streets = model.travel.streets
    if streets is None:
        for route in routes:
            route.geometry = _straight(route)
        return
    profiles = {vehicle.source.id: vehicle.source.profile for vehicle in model.vehicles}
    drives = [
        (
            profiles[route.vehicle],
            [model.travel.place(step.location, step.location_index) for step in _stops(route)],
        )
        for route in routes
    ]
    for route, drawn in zip(routes, streets.draw(drives), strict=True):
        route.geometry = drawn


def _stops(route: Route) -> list[Step]:
    return [step for step in route.steps if step.type != "break"]


def _straight(route: Route) -> str | None:
    places = [step.location for step in _stops(route)]
    known = [place for place in places if place is not None]
    return polyline.encode(known, _PRECISION, geojson=True) if len(known) == len(places) else None
