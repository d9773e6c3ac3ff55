"""The page's rules for drivers are those of the code, and its example is timed as the page says."""

import re

import pytest

from local import ROOT
from milkrun.schema.capabilities import inability
from milkrun.schema.driver_rules import DriverPreset, DriverRules
from milkrun.schema.parse import parse_problem
from milkrun.settings import Limits
from milkrun_solver.model.driver_rules import driver_rules_of
from milkrun_solver.model.problem import build_model
from milkrun_solver.model.travel import travel_source
from milkrun_solver.routes.schedule import schedule

PAGE = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
SECTION = PAGE.split("## Rules for drivers")[1].split("\n## ")[0]


def rows(head: str) -> list[list[str]]:
    """The cells of the table that begins with this line."""
    lines = SECTION.split(head)[1].split("\n\n")[0].splitlines()[2:]
    return [[cell.strip().strip("`") for cell in line.strip("| ").split("|")] for line in lines]


def test_the_example_is_timed_as_the_page_says() -> None:
    body = re.search(r"```json\n(.*?)```", SECTION, re.DOTALL)
    assert body is not None
    problem = parse_problem(body[1].encode(), Limits())
    assert inability("sisr", problem) is None
    route = schedule(build_model(problem, travel_source(problem)), 0, (0, 1))
    assert route is not None
    told = [[*map(int, row[1:])] for row in rows("| step | `arrival` | `service` | `duration` |")]
    assert told == [[stop.arrival, stop.service, stop.duration] for stop in route.stops]


@pytest.mark.parametrize(("column", "preset"), [(1, "eu-561"), (2, "us-hos")])
def test_a_preset_has_the_numbers_of_the_page(column: int, preset: DriverPreset) -> None:
    rules = driver_rules_of(DriverRules(preset=preset))
    told = {row[0]: row[column] for row in rows("| key | `eu-561` | `us-hos` | |")}
    assert told == {
        "max_driving_before_break": str(rules.driving_before_break),
        "break_duration": str(rules.break_length),
        "break_parts": ", ".join(map(str, rules.parts)) or "none",
        "max_driving": str(rules.driving),
        "max_duty": "none" if rules.duty is None else str(rules.duty),
    }


def test_every_key_is_on_the_page() -> None:
    keys = [row[0] for head in ("| key | `eu-561` |", "| key | default | |") for row in rows(head)]
    assert {*keys, "preset"} == DriverRules.model_fields.keys()
