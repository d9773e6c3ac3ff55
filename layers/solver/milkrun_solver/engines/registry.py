"""The engines, by name."""

from milkrun.schema.engines import EngineName
from milkrun_solver.engines.protocol import Engine
from milkrun_solver.engines.pyvrp.engine import PyvrpEngine
from milkrun_solver.engines.vroom.engine import VroomEngine

ENGINES: dict[EngineName, type[Engine]] = {
    "vroom": VroomEngine,
    "pyvrp": PyvrpEngine,
}
