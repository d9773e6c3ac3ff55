"""Imports of the two engines without what they pull in and nobody needs.

pyvroom imports pandas (84 MB) for the data frame view of a solution alone; the layer drops it, and a stand-in
takes its place here even where it is installed, because it costs 0.3 s and 40 MB. pyvrp logs to standard
output as soon as it is imported, which would break structured logs.
"""

import importlib
import logging
import sys
import types
import warnings
from typing import Any


def load_vroom() -> Any:
    """The extension module of pyvroom and its `Input`, with pandas never imported.

    The result is untyped because pyvroom's own names have no types.
    """
    if "vroom" not in sys.modules and "pandas" not in sys.modules:
        standin = types.ModuleType("pandas")
        standin.DataFrame = object  # type: ignore[attr-defined]  # named in an annotation of pyvroom
        sys.modules["pandas"] = standin
        try:
            return importlib.import_module("vroom")
        finally:
            del sys.modules["pandas"]
    return importlib.import_module("vroom")


def load_pyvrp() -> Any:
    """pyvrp, silent: without its log handler, and without the warning about penalties at their bound.

    That warning comes from every problem that cannot be served whole, which is no fault of the caller's.
    """
    pyvrp = importlib.import_module("pyvrp")
    logger = logging.getLogger("pyvrp")
    for handler in list(logger.handlers):
        logger.removeHandler(handler)
    logger.setLevel(logging.WARNING)
    exceptions = importlib.import_module("pyvrp.exceptions")
    warnings.simplefilter("ignore", exceptions.PenaltyBoundWarning)
    return pyvrp
