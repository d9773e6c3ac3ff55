"""The problem that a caller posts: VROOM's input format, with `network`, `options`, reloads, release times,
overtime, soft time windows and travel times by the time of day added.

Keys, units and meaning are those of VROOM's `docs/API.md`: times in seconds, distances in metres,
coordinates `[lon, lat]`, time windows inclusive at both ends. Types are strict and unknown keys are
refused. Rules that span several fields (indices, ids, shapes) live in `milkrun.schema.rules`.

The types of the fields are in `milkrun.schema.fields`.
"""

from typing import Annotated

from pydantic import Field, StringConstraints

from milkrun.schema.fields import MOST_NAMES, Cells, Listed, Model, Name
from milkrun.schema.matrices import Matrix
from milkrun.schema.options import Options
from milkrun.schema.relations import Relation
from milkrun.schema.tasks import Job, Shipment
from milkrun.schema.two_ways import empty, few_keys
from milkrun.schema.vehicles import Vehicle

NetworkName = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]{0,63}$")]


class Problem(Model):
    """A whole problem.

    Travel times come from `matrices`, or from the road network that `network` names. Without either, they
    are those of great circles at `options.speed_kmh`. `matrix` is the deprecated form of `matrices`: the
    durations of profile `car`.
    """

    vehicles: Listed[Vehicle] = Field(min_length=1)
    jobs: Listed[Job] = empty(list)
    shipments: Listed[Shipment] = empty(list)
    relations: Listed[Relation] = empty(list)
    matrices: Annotated[dict[Name, Matrix], Field(min_length=1), few_keys(MOST_NAMES)] | None = None
    matrix: Cells | None = None
    network: NetworkName | None = None
    options: Options = Options()
