"""Imports VROOM and PyVRP without their side effects.

pyvroom imports pandas (84 MB) only to show solutions as data frames. The layer leaves pandas out. A stand-in
replaces it here even if it is installed, because importing it takes 0.3 s and 40 MB. pyvrp logs to standard
output once it is imported, which would break structured logs.
"""

import importlib
import logging
import sys
import types
import warnings
from typing import Any


def load_vroom() -> Any:
    """Imports pyvroom without pandas. The result is untyped because pyvroom has no types."""
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
    """Imports pyvrp without its log handler, and silences its warning about penalties at their bound.

    Every problem with tasks that cannot be served causes that warning; the caller need not act on it.
    """
    pyvrp = importlib.import_module("pyvrp")
    logger = logging.getLogger("pyvrp")
    for handler in list(logger.handlers):
        logger.removeHandler(handler)
    logger.setLevel(logging.WARNING)
    exceptions = importlib.import_module("pyvrp.exceptions")
    warnings.simplefilter("ignore", exceptions.PenaltyBoundWarning)
    return pyvrp
