"""The names of the engines, as in an answer's `meta`."""

from typing import Literal

EngineName = Literal["sisr", "vroom", "pyvrp"]
"""In the order of preference. Each has a folder of its name in the solver."""
