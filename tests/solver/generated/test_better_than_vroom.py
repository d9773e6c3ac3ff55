"""Milkrun against VROOM at exploration level 5 on generated problems.

By default a handful of problems, for as long as Milkrun needs. `MILKRUN_GENERATED=300` solves that many, each
for as long as VROOM takes. `MILKRUN_GENERATED_REPORT` names a file that gets each outcome as a line of JSON.
"""

import os
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pytest

from milkrun.schema.capabilities import inability
from tests.solver.generated.compare import Comparison, Verdict
from tests.solver.generated.features import FEATURES
from tests.solver.generated.generator import LARGE, Case

LONG = int(os.environ.get("MILKRUN_GENERATED", "0"))
QUICK, REST = (3, 14, 29), (20, 34, 35)
"""Problems of both kinds that need little time: those in `make test`, and the rest."""
SEEDS: Sequence[int] = range(LONG) if LONG else (*QUICK, *REST)
SECONDS_EACH = 0.08 if LONG else 0.03
"""Seconds that each side gets for each job or shipment."""
REPORT = os.environ.get("MILKRUN_GENERATED_REPORT")
ENOUGH = 30
"""The smallest number of problems for which a share means something."""


@pytest.fixture(scope="module")
def comparison() -> Comparison:
    return Comparison(SECONDS_EACH, Path(REPORT) if REPORT else None, patient=not LONG)


def test_generated_problems_cover_all_features_and_sizes() -> None:
    cases = [Case(seed) for seed in range(100)]
    seen = Counter(feature for case in cases for feature in case.features)
    assert all(seen[feature] >= 5 for feature in FEATURES)
    assert sum(case.orders >= LARGE[0] for case in cases) >= 40
    assert all(5 <= case.orders <= LARGE[1] for case in cases)


def test_only_vroom_can_express_about_half_of_the_problems() -> None:
    alone = [inability("pyvrp", Case(seed).problem) is not None for seed in range(100)]
    assert 35 <= sum(alone) <= 65


@pytest.mark.parametrize(
    "seed", SEEDS if LONG else [*QUICK, *(pytest.param(seed, marks=pytest.mark.long) for seed in REST)]
)
def test_the_answer_is_verified_and_no_worse_than_vrooms(comparison: Comparison, seed: int) -> None:
    outcome = comparison.outcome(seed)
    assert outcome.faults == []
    assert outcome.verdict != "worse", outcome.line()


@pytest.mark.skipif(len(SEEDS) < ENOUGH, reason="a share needs more problems: MILKRUN_GENERATED=300")
def test_a_third_of_the_answers_to_large_problems_are_better_than_vrooms(comparison: Comparison) -> None:
    large = [outcome for outcome in map(comparison.outcome, SEEDS) if outcome.orders >= LARGE[0]]
    counts: Counter[Verdict] = Counter(outcome.verdict for outcome in large)
    assert counts["better"] >= len(large) / 3, counts
