"""The engines by name, as an answer's `meta` says it."""

from typing import Literal

EngineName = Literal["vroom", "pyvrp"]
