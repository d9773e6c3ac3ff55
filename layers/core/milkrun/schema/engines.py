"""The engines by name, as an answer's `meta` says it."""

from typing import Literal

EngineName = Literal["vroom", "pyvrp"]
"""In the order of preference. Each has a folder of its name in the solver."""
