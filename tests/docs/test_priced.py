"""The page's example of priced terms is valid, and each key of its tables is one of the format."""

import json
import re

import pytest

from local import ROOT
from milkrun.schema.capabilities import inability
from milkrun.schema.parse import parse_problem
from milkrun.schema.priced import balance, compact, soft_windows
from milkrun.schema.solution import PlanCosts
from milkrun.settings import Limits

SECTION = "## Soft time windows, balance and compactness"


@pytest.fixture
def section() -> str:
    page = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
    return page.split(SECTION)[1].split("\n## ")[0]


def test_the_example_uses_every_priced_term(section: str) -> None:
    found = re.search(r"```json\n(.*?)```", section, re.DOTALL)
    assert found is not None
    problem = parse_problem(found[1].encode(), Limits())
    assert len(json.loads(found[1])["jobs"]) == 3
    assert [bool(list(places(problem))) for places in (soft_windows, balance, compact)] == [True] * 3
    assert inability("sisr", problem) is None


def test_the_table_of_components_has_all_of_them(section: str) -> None:
    table = section.split("| component |")[1].split("\n\n")[0]
    assert set(re.findall(r"`(\w+)`", table.replace("`per_", "`"))) >= set(PlanCosts.model_fields)
