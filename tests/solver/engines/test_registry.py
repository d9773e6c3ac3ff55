from typing import get_args

from milkrun.schema.engines import EngineName
from milkrun_solver.engines.registry import ENGINES


def test_every_engine_has_its_name_in_the_order_of_preference() -> None:
    assert list(ENGINES) == list(get_args(EngineName))
    assert [engine.name for engine in ENGINES.values()] == list(ENGINES)


def test_every_engine_is_good_at_changing_something() -> None:
    assert all(engine.neighbourhoods for engine in ENGINES.values())
