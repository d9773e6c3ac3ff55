"""The engines by name, in order of preference. Each is the `ENGINE` of `engines/<name>/engine.py`."""

from importlib import import_module
from typing import get_args

from milkrun.schema.engines import EngineName
from milkrun_solver.engines.protocol import Engine


def _engine(name: EngineName) -> type[Engine]:
    engine: type[Engine] = import_module(f"milkrun_solver.engines.{name}.engine").ENGINE
    return engine


ENGINES: dict[EngineName, type[Engine]] = {name: _engine(name) for name in get_args(EngineName)}
