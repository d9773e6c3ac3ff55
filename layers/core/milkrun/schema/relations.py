"""What tasks have to do with each other."""

from typing import Literal

from milkrun.schema.fields import Id, Listed, Model

TaskType = Literal["job", "pickup", "delivery"]


class RelationStep(Model):
    """A task of a relation. Ids are unique only within a type."""

    type: TaskType
    id: Id


class Relation(Model):
    """What two tasks or more have to do with each other. It holds among those of them that are served.

    Attributes:
        type: `same_vehicle`: one vehicle serves them. `different_vehicles`: no vehicle serves two of them.
            `sequence`: one vehicle serves them in this order. `direct_sequence`: with nothing but breaks
            between them. `not_together`: no trip has two of them.
    """

    type: Literal["same_vehicle", "different_vehicles", "sequence", "direct_sequence", "not_together"]
    steps: Listed[RelationStep]
