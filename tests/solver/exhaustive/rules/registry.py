"""The rules that the enumerator keeps unless it is told otherwise."""

from tests.solver.exhaustive.rules.allowed import Allowed
from tests.solver.exhaustive.rules.balance import Balance
from tests.solver.exhaustive.rules.compact import Compact
from tests.solver.exhaustive.rules.fixed import Fixed
from tests.solver.exhaustive.rules.limits import Limits
from tests.solver.exhaustive.rules.relations import Relations
from tests.solver.exhaustive.rules.rule import Rule
from tests.solver.exhaustive.rules.skills import Skills
from tests.solver.exhaustive.rules.vehicle_counts import VehicleCounts

RULES: tuple[type[Rule], ...] = (Skills, Allowed, Limits, Relations, Fixed, VehicleCounts, Balance, Compact)
